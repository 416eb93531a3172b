"""Find what a program computes between a recurrence's outputs and its own later inputs: no written model has it."""

import re

from tf2_lstm.migrate.graph.dataflow import HOLDS, Dataflow, is_choice
from tf2_lstm.migrate.graph.nodes import edge
from tf2_lstm.migrate.graph.operations import MOVES, Trait, having
from tf2_lstm.migrate.model import NotInTheModel
from tf2_lstm.migrate.roles import Form, Role, read_name

#: Operations that may make a state which is fetched to be fed again; activations and products do not.
MIXES = having(Trait.MIXES)
#: Operations that put the outputs of steps together, and those of their axes.
_PUT_TOGETHER = having(Trait.JOINS) | {"Const"}
#: Operations that reorder the numbers of a state.
_TURNS = having(Trait.IN_ORDER) | {"Transpose"}


def feedback(nodes, recurrences, fetched=()):
    """Find the computations between recurrences and their own inputs, and between the steps of an unrolled loop.

    Args:
        nodes: the graph's nodes, name -> NodeDef.
        recurrences: the `Recurrence`s that were found in it.
        fetched: the tensors that the program fetches, where the artefact says it.

    Returns:
        A list of `NotInTheModel`: at most one for a recurrence and each kind of its inputs that is computed from its
        outputs, or from those of another recurrence with the same variables; one for the state of a single step that
        is changed before it is carried on; one for the steps of a loop whose outputs each go through the same
        operation. A tensor that is handed on to its own place is none.
    """
    graph, found = _Feedback(nodes, {edge(name) for name in fetched}), []
    inside = set().union(*(graph.inside(one) for one in recurrences))
    for one in recurrences:
        losses = graph.into(one, [other for other in recurrences if _share(one, other)])
        losses = losses or (
            graph.carried(one, inside) if one.form == Form.STEP else graph.behind(one, inside)
        )
        found += losses
    return list(
        {(one.scope, _kind(one.into), graph.flow.op(one.operation)): one for one in found[::-1]}.values()
    )[::-1]


def _kind(name):
    return bool(name)


def _variables(recurrence):
    return {name for cell in recurrence.cells for name in cell.names.values()}


def _share(one, other):
    return bool(_variables(one) & _variables(other))


def _is_state(tensor):
    return tensor.role.is_state


def _same_place(given, read):
    """Whether a state goes on as the same state: no c as an h, and no layer's as another layer's."""
    return all(
        not first or not second or first == second
        for first, second in zip(_place_of(given), _place_of(read), strict=True)
    )


def _place_of(name):
    """Return (numbers of the layers, "c" or "h") of a state's name; empty where the name does not say it."""
    return read_name(name).numbers, read_name(name).leaf


class _Feedback:
    def __init__(self, nodes, fetched):
        self.flow, self.fetched = Dataflow(nodes), fetched

    def into(self, recurrence, sources):
        """List a `NotInTheModel` for each kind of input that is computed from the outputs of `sources`."""
        ends = {}
        for source in sources:
            for tensor in source.outputs:
                for place in self.flow.parts(edge(tensor.tf1)) if tensor.tf1 else ():
                    ends.setdefault(place, []).append(tensor)
        found = {}
        for tensor in recurrence.inputs:
            if tensor.tf1 and tensor.value is None and tensor.name != "sequence_length":
                loss = self._into(recurrence, tensor, ends)
                found.setdefault(re.sub(r"_\d+$", "", tensor.name), loss) if loss else None
        return list(found.values())

    def _into(self, recurrence, tensor, ends):
        way = self.flow.back(edge(tensor.tf1), ends)
        if way is None:
            return None
        place, between = way
        between = between or self._reordering(place, tensor)
        states = [one.name for one in ends[place] if _is_state(one)]
        if _is_state(tensor) and not between:
            if not states or any(_same_place(one, tensor.name) for one in states):
                return None
            return self._swapped(recurrence, place, tensor, states[0])
        return self._loss(
            recurrence,
            place,
            tensor.tf1,
            between,
            f"{tensor.tf1} is computed from {_name(place)}, {self._through(between)}: a step reads what an earlier "
            "one gave out, and what lies between them is not in the model. Compute it between the calls of the model, "
            "as the program does",
        )

    def _reordering(self, place, tensor):
        """Return the operation that reorders a tensor on its way to another place, in a list; [] where none does."""
        if _name(place) in (tensor.tf1, *tensor.same):
            return []
        way = self.flow.made_for([edge(tensor.tf1)], {place})
        found = (name for name in self.flow.downstream(place) if name in way and self.flow.op(name) in _TURNS)
        return list(found)[:1]

    def _swapped(self, recurrence, place, tensor, state):
        return self._loss(
            recurrence,
            place,
            tensor.tf1,
            [],
            f"{self._is_once_more(tensor.tf1, place)}: the program gives {state} of one step to the next as its "
            f"{tensor.name.removeprefix('initial_')}, which the model does not. Exchange them between the calls of the "
            "model, as the program does",
        )

    def _is_once_more(self, name, place):
        return name if name == _name(place) else f"{name} is {_name(place)}"

    def carried(self, recurrence, inside):
        """List a `NotInTheModel` for each state of a single step that is changed before it is carried on."""
        fed = [one for one in recurrence.inputs if _is_state(one) and one.tf1 and one.is_input]
        if not any(one.zero or self._is_kept_outside(edge(one.tf1)) for one in fed):
            return []
        outputs = {edge(one.tf1)[0] for one in recurrence.outputs if one.tf1}
        found = []
        for tensor in recurrence.outputs:
            if _is_state(tensor) and tensor.tf1:
                first = self._mixed(edge(tensor.tf1), outputs | inside)
                found += [self._changed(recurrence, tensor, first)] if first else []
        return found

    def _changed(self, recurrence, tensor, first):
        said = (
            f"what the program makes of {tensor.tf1}, {self._through([first])}, is not in the model: where that is the "
            "state it feeds again, compute it between the calls of the model"
        )
        return self._loss(recurrence, edge(tensor.tf1), "", [first], said)

    def _is_kept_outside(self, place):
        """Whether a state comes from a placeholder or a variable: the program carries it from run to run."""
        todo, seen = [place[0]], set()
        while todo:
            name = todo.pop()
            if name in seen or not self.flow.op(name):
                continue
            seen.add(name)
            if self.flow.op(name).startswith("Placeholder") or self.flow.op(name) in HOLDS:
                return True
            if self.flow.op(name) in MOVES:
                todo += [before for before, _ in self.flow.reads[name]]
        return False

    def _mixed(self, start, known):
        """Return the first operation that mixes a state, where only mixing is done until a fetched tensor.

        No way goes through the recurrences and their outputs, which are known.
        """
        if start in self.fetched:
            return ""
        todo, seen = [(start, "")], set(known)
        while todo:
            (name, number), first = todo.pop()
            readers = self.flow.readers.get((name, number), [])
            if first and (
                (name, number) in self.fetched or not (self.fetched or self.flow.readers.get((name, 0)))
            ):
                return first
            for reader in readers:
                op = self.flow.op(reader)
                if reader not in seen and op in MOVES | MIXES:
                    seen.add(reader)
                    mixes = op in MIXES or is_choice(self.flow, reader)
                    todo.append(((reader, 0), first or (reader if mixes else "")))
        return ""

    def inside(self, recurrence):
        """Return the names of the nodes of a recurrence."""
        ends, starts = (
            [edge(one.tf1) for one in tensors if one.tf1]
            for tensors in (recurrence.outputs, recurrence.inputs)
        )
        return self.flow.made_for(ends, set(starts))

    def behind(self, recurrence, inside):
        """List a `NotInTheModel` where the outputs of several unrolled steps go through the same operation."""
        steps = self._steps(recurrence)
        cones = [set(self.flow.downstream(step, inside)) for step in steps]
        found = []
        for step, cone in zip(steps, cones, strict=True):
            others = set().union(*(other for other in cones if other is not cone))
            moved = self.flow.downstream(step, inside | others, MOVES)
            found.append([name for name in moved if self.flow.op(name) not in MOVES])
        made = [names[0] for names in found if names]
        alike = [name for name in made if self.flow.op(name) == self.flow.op(made[0])]
        if len(alike) < 2:
            return []
        step = next(step for step, names in zip(steps, found, strict=True) if names)
        said = (
            f"what the program makes of each step's output, of {_name(step)} {self._through(made)} and of the others "
            "likewise, is not in the model: make it of the model's outputs, of all steps at once where it is a layer"
        )
        return [self._loss(recurrence, step, "", made, said)]

    def _steps(self, recurrence):
        """Return the places of the outputs of each step; [] where one loop made them as one tensor."""
        if recurrence.form != Form.STATIC:
            return []
        named = [one for one in recurrence.outputs if one.role is Role.OUTPUTS and one.tf1]
        if len(named) > 1:
            return [edge(one.tf1) for one in named]
        return [part for one in named for part in self.flow.parts(edge(one.tf1)) if not self._joins(part)]

    def _joins(self, place):
        return self.flow.op(place[0]) in _PUT_TOGETHER

    def _through(self, between):
        return f"through {between[0]} ({self.flow.op(between[0])})" if between else "as it is"

    def _loss(self, recurrence, place, into, between, said):
        return NotInTheModel(
            recurrence.scope or recurrence.name, _name(place), into, between[0] if between else "", said
        )


def _name(place):
    return f"{place[0]}:{place[1]}"
