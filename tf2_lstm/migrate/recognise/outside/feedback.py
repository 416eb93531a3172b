"""What a program computes between a recurrence's outputs and its own later inputs, outside of what is written."""

import re

from tf2_lstm.migrate.graph.dataflow import HOLDS, Dataflow, is_choice
from tf2_lstm.migrate.graph.nodes import edge
from tf2_lstm.migrate.graph.operations import MOVES, Trait, having
from tf2_lstm.migrate.model import Loss
from tf2_lstm.migrate.roles import Form, Role, read_name

#: Operations of which a state is made that a person fetches to feed it again; squashing and products are none.
MIXES = having(Trait.MIXES)
#: What the outputs of steps are put together by, axes among it.
_PUT_TOGETHER = having(Trait.JOINS) | {"Const"}
#: What puts the numbers of a state at other places.
_TURNS = having(Trait.IN_ORDER) | {"Transpose"}


def feedback(nodes, recurrences, fetched=()):
    """Find what lies between recurrences and their own inputs, and between the steps of a loop and what it collects.

    Args:
        nodes: the graph's nodes, name -> NodeDef.
        recurrences: the `Recurrence`s that were found in it.
        fetched: the tensors that the program fetches, where the artefact says it.

    Returns:
        A list of `Loss`, at most one for a recurrence and each kind of its inputs that are computed from what it, or
        another recurrence of the same variables, gives out; one for a single step's state that is changed to be
        carried on; one for the steps of a loop whose outputs go each through the same operation. The same tensor
        handed on to its own place is none.
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
    """Whether a state goes on as the state that it is: no c as an h, and no layer's as another one's."""
    return all(
        not first or not second or first == second
        for first, second in zip(_place_of(given), _place_of(read), strict=True)
    )


def _place_of(name):
    """(Numbers of the layers, "c" or "h") of a state's name, empty for what it does not say."""
    return read_name(name).numbers, read_name(name).leaf


class _Feedback:
    def __init__(self, nodes, fetched):
        self.flow, self.fetched = Dataflow(nodes), fetched

    def into(self, recurrence, sources):
        """Say what of `sources` goes into a recurrence, and through what: one loss for each kind of input."""
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
        between = between or self._turned(place, tensor)
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

    def _turned(self, place, tensor):
        """What turns a tensor on its way to another place without computing anything; [] where it stays as it is."""
        if _name(place) in (tensor.tf1, *tensor.same):
            return []
        way = self.flow.made_for([edge(tensor.tf1)], {place})
        return [name for name in self.flow.onward(place) if name in way and self.flow.op(name) in _TURNS][:1]

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
        """Say what is made of a single step's states to be carried on; nothing when the states are what is carried."""
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
        """Whether a state comes from a placeholder or a variable: a program carries it from run to run."""
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
        """The first operation that mixes a state on a way on which nothing but mixing is done, to a fetched tensor.

        No way goes through what is known: the recurrences and what they give out.
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
        """The names of the nodes that a recurrence is."""
        ends, starts = (
            [edge(one.tf1) for one in tensors if one.tf1]
            for tensors in (recurrence.outputs, recurrence.inputs)
        )
        return self.flow.made_for(ends, set(starts))

    def behind(self, recurrence, inside):
        """Say what is made of the output of each step of a loop that stands in the graph step by step."""
        steps = self._steps(recurrence)
        cones = [set(self.flow.onward(step, inside)) for step in steps]
        found = []
        for step, cone in zip(steps, cones, strict=True):
            others = set().union(*(other for other in cones if other is not cone))
            moved = self.flow.onward(step, inside | others, MOVES)
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
        """The places of the outputs of a loop's steps, [] where they are one tensor that a loop made."""
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
        return Loss(
            recurrence.scope or recurrence.name, _name(place), into, between[0] if between else "", said
        )


def _name(place):
    return f"{place[0]}:{place[1]}"
