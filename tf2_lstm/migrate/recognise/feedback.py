"""What a program computes between a recurrence's outputs and its own later inputs, outside of what is written."""

from collections import deque

from tf2_lstm.migrate.model import Loss
from tf2_lstm.migrate.recognise.graph import data_inputs, edge

#: Operations that hand on what they are given.
HANDS_ON = (
    "Identity",
    "Enter",
    "Exit",
    "Merge",
    "Switch",
    "NextIteration",
    "RefEnter",
    "StopGradient",
    "Snapshot",
)
#: Operations that take a tensor apart or put it together, and compute nothing.
MOVES = (
    *HANDS_ON,
    "Pack",
    "ConcatV2",
    "Unpack",
    "Split",
    "Reshape",
    "Squeeze",
    "ExpandDims",
    "StridedSlice",
    "Cast",
)
#: Operations that put the outputs of steps together.
JOINS = ("Pack", "ConcatV2", "ExpandDims", "Identity")
#: Operations that put a new value into a variable, and their input that holds it.
ASSIGNS = ("Assign", "AssignVariableOp")
#: Operations of which a state is made that a person fetches to feed it again; squashing and products are none.
MIXES = ("Add", "AddV2", "Sub", "Mul", "Maximum", "Minimum", "ClipByValue", "Select", "SelectV2", "RealDiv")


def feedback(nodes, recurrences):
    """Find what lies between recurrences and their own inputs.

    Args:
        nodes: the graph's nodes, name -> NodeDef.
        recurrences: the `Recurrence`s that were found in it.

    Returns:
        A list of `Loss`, at most one a recurrence whose inputs or carried state are computed from what it, or another
        recurrence of the same variables, gives out. The same tensor handed on is none.
    """
    graph = _Graph(nodes)
    found = [graph.into(one, [other for other in recurrences if _share(one, other)]) for one in recurrences]
    found += [graph.carried(one) for one in recurrences if one.form == "step"]
    return _first_of_scope([one for one in found if one])


def _first_of_scope(found):
    return list({one.scope: one for one in reversed(found)}.values())[::-1]


def _variables(recurrence):
    return {name for cell in recurrence.cells for name in cell.names.values()}


def _share(one, other):
    return bool(_variables(one) & _variables(other))


class _Graph:
    """The nodes, what each reads and what reads each; a variable reads what is assigned to it."""

    def __init__(self, nodes):
        self.nodes, self.readers = nodes, {}
        self.reads = {name: [edge(one) for one in data_inputs(node)] for name, node in nodes.items()}
        for name, node in nodes.items():
            if node.op in ASSIGNS and len(self.reads[name]) == 2:
                (variable, _), value = self.reads[name]
                if variable in self.reads:
                    self.reads[variable] = [*self.reads[variable], value]
        for name, before in self.reads.items():
            for one in before:
                self.readers.setdefault(one, []).append(name)

    def into(self, recurrence, sources):
        """Say what of `sources` goes into a recurrence, and through what; None when nothing does."""
        given = [tensor for source in sources for tensor in source.outputs if tensor.tf1]
        ends = {place: place for tensor in given for place in self._parts(edge(tensor.tf1))}
        for tensor in recurrence.inputs:
            if not tensor.tf1 or tensor.value is not None or tensor.name == "sequence_length":
                continue
            found = self._back(edge(tensor.tf1), ends)
            if found:
                (name, number), between = found
                state = tensor.name.startswith("initial_state")
                if state and not between:
                    continue
                return self._loss(recurrence, f"{name}:{number}", tensor.tf1, between)
        return None

    def _parts(self, place):
        """A tensor and, where it is put together of others, those: the outputs of single steps."""
        todo, found = [place], set()
        while todo:
            place = todo.pop()
            if place not in found:
                found.add(place)
                todo += self.reads.get(place[0], ()) if self._op(place) in JOINS else ()
        return found

    def _op(self, place):
        return self.nodes[place[0]].op if place[0] in self.nodes else ""

    def _back(self, start, ends):
        """The nearest end that a tensor is computed from, and the names of the operations between; None without one."""
        todo, came = deque([start]), {start: None}
        while todo:
            place = todo.popleft()
            if place in ends:
                return ends[place], self._between(place, came)
            for before in self.reads.get(place[0], ()):
                if before not in came:
                    came[before] = place
                    todo.append(before)
        return None

    def _between(self, place, came):
        """The operations from an output on that compute something."""
        found, place = [], came[place]
        while place is not None:
            if self.nodes[place[0]].op not in (*MOVES, "VariableV2", "VarHandleOp", "ReadVariableOp"):
                found.append(place[0])
            place = came[place]
        return found

    def carried(self, recurrence):
        """Say what is made of a single step's state to be carried on; None when the state is what is carried."""
        old = {edge(one.tf1) for one in recurrence.inputs if one.name.startswith("initial_state") and one.tf1}
        fed = any(self._placeholder(place) for place in old)
        gives = {one.tf1 for one in recurrence.outputs if one.name.startswith("outputs")}
        for tensor in recurrence.outputs if fed else ():
            if tensor.name.startswith("state") and tensor.tf1 and tensor.tf1 not in gives:
                first = self._mixed(edge(tensor.tf1))
                if first:
                    return self._loss(recurrence, tensor.tf1, "", [first])
        return None

    def _placeholder(self, place):
        todo, seen = [place[0]], set()
        while todo:
            name = todo.pop()
            node = self.nodes.get(name)
            if node is None or name in seen:
                continue
            seen.add(name)
            if node.op.startswith("Placeholder"):
                return True
            if node.op in MOVES:
                todo += [before for before, _ in self.reads[name]]
        return False

    def _mixed(self, start):
        """The first operation that mixes a state on a way on which nothing but mixing is done, to a fetched tensor."""
        todo, seen = [(start, "")], set()
        while todo:
            (name, number), first = todo.pop()
            readers = self.readers.get((name, number), [])
            if first and not any(self.readers.get((name, 0), [])):
                return first
            for reader in readers:
                op = self.nodes[reader].op
                if reader not in seen and op in (*MOVES, *MIXES):
                    seen.add(reader)
                    todo.append(((reader, 0), first or (reader if op in MIXES else "")))
        return ""

    def _loss(self, recurrence, output, into, between):
        through = f"through {between[0]} ({self.nodes[between[0]].op})" if between else "as it is"
        if into:
            said = (
                f"{into} is computed from {output}, {through}: a step reads what an earlier one gave out, and what "
                "lies between them is not in the model. Compute it between the calls of the model, as the program does"
            )
        else:
            said = (
                f"what the program makes of {output}, {through}, is not in the model: where that is the state it feeds "
                "again, compute it between the calls of the model"
            )
        return Loss(recurrence.scope, output, into, between[0] if between else "", said)
