"""Name the operations in front of a recurrence and behind it, which are not in its model."""

from tf2_lstm.migrate.graph.dataflow import is_choice
from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.graph.operations import BOOKKEEPING, HANDS_ON, MOVES, Trait, having, operation
from tf2_lstm.migrate.graph.terms import Term
from tf2_lstm.migrate.model import Around
from tf2_lstm.migrate.recognise.outside.stopped import STOPS
from tf2_lstm.migrate.recognise.steps.wrapped_layers import dropout
from tf2_lstm.migrate.roles import Role

#: Operations that do not compute with fed values: sizes, constants, copies.
_NOTHING = MOVES | BOOKKEEPING | having(Trait.VARIABLE, Trait.OPEN, Trait.MINOR)
#: The operations that hand a variable on to its readers.
_HANDS_ON = HANDS_ON | having(Trait.RESHAPES)


def name_around(model, reading, findings, training):
    """Set `around` of each recurrence: where its model begins and ends, and what is in front and behind.

    Args:
        model: the `TF1Model`.
        reading: the `GraphReader` of the graph.
        findings: the `Findings`; the `around` of each recurrence is set.
        training: the `Training` of the graph.
    """
    graph = _Graph(model, reading, findings, training)
    for one in findings.recurrences:
        given, given_out = _edges(one.inputs), _edges(one.outputs)
        begins = tuple(tensor.tf1 for tensor in one.inputs if tensor.role is Role.INPUTS and tensor.tf1)
        ends = tuple(tensor.tf1 for tensor in one.outputs if tensor.role is Role.OUTPUTS and tensor.tf1)
        one.around = Around(
            begins, ends, graph.described(graph.upstream(given)), graph.described(graph.downstream(given_out))
        )


def _edges(tensors):
    return {edge(one.tf1) for one in tensors if one.tf1 and one.value is None}


class _Graph:
    """The nodes in their order, their readers, and the nodes that are inside of a recurrence."""

    def __init__(self, model, reading, findings, training):
        nodes, self.reading = reading.nodes, reading
        self.model, self.nodes, self.readers, self.read = model, nodes, {}, {}
        self.training = training
        known = {one.scope for one in findings.recurrences}
        self.refused = [one.scope for one in findings.not_converted if one.scope not in known]
        self.reads = {name: [edge(one) for one in data_inputs(node)] for name, node in nodes.items()}
        for name, before in self.reads.items():
            for one in before:
                self.readers.setdefault(one, []).append(name)
        for name, output in self.readers:
            self.read.setdefault(name, []).append((name, output))
        self.inside = set()
        for one in findings.recurrences:
            self.inside |= self._walk(_edges(one.outputs), _edges(one.inputs), set())

    def _walk(self, places, stop, outside):
        """Return the names of the nodes that some tensors are computed from, up to those in `stop` and `outside`."""
        todo, found = [place for place in places if place not in stop], set()
        while todo:
            name, _ = todo.pop()
            if name in found or name in outside or name not in self.nodes:
                continue
            found.add(name)
            todo += [place for place in self.reads[name] if place not in stop]
        return found

    def upstream(self, places):
        """Return the names of the nodes in front of a recurrence: from what is fed to these tensors."""
        return self._walk(places, set(), self.inside)

    def downstream(self, places):
        """Return the names of the nodes behind: from these tensors to the last ones, without the backward pass."""
        todo, found = list(places), set()
        while todo:
            for name in self.readers.get(todo.pop(), ()):
                if name in found or name in self.inside or self._trains(name):
                    continue
                if self.nodes[name].op not in BOOKKEEPING:
                    found.add(name)
                    todo += self.read.get(name, [])
        return found

    def _trains(self, name):
        """Whether a node is of the backward pass, or scales a loss by a number that training changes."""
        if name in self.training.backward:
            return True
        numbers = [
            one for one in self._held(name) if self.model.variables[self.model.nodes[one][0]].shape == ()
        ]
        return any(self.training.sets([one]) for one in numbers)

    def described(self, names):
        """Describe the operations that compute something, those over variables first, in the order of the graph."""
        dropped = dropouts(self.reading, names)
        made = set().union(*(self._walk([(name, 0)], places, set()) for name, (_, places) in dropped.items()))
        names = {name for name in names if name not in made or name in dropped}
        found = [
            (self._weights(name), name)
            for name in self.nodes
            if name in names and (self._computes(name) or is_choice(self, name))
        ]
        ordered = sorted(found, key=lambda one: not one[0])
        said = {name: words for name, (words, _) in dropped.items()}
        called = (said.get(name) or self._called(name, weights) for weights, name in ordered)
        return tuple(dict.fromkeys(called))

    def _computes(self, name):
        """Whether an operation changes the value that it reads, or at least its gradient."""
        return self.nodes[name].op == STOPS or self.nodes[name].op not in _NOTHING

    def _called(self, name, weights):
        """Describe an operation by its name and variables; within a recurrence that is not converted, name that."""
        scope = next((scope for scope in self.refused if name.startswith(f"{scope}/")), None)
        if scope is not None:
            return f"the recurrence {scope}, which is not converted"
        return f"{self.nodes[name].op} ({name})" + (f" over {weights}" if weights else "")

    def _weights(self, name):
        """The variables that an operation reads, with their shapes."""
        names = [self.model.nodes[one][0] for one in self._held(name)]
        return ", ".join(f"{one} {list(self.model.variables[one].shape)}" for one in dict.fromkeys(names))

    def _held(self, name):
        """The nodes of the variables that an operation reads."""
        nodes = [self._holder(place) for place in self.reads[name]]
        return [
            one
            for one in nodes
            if one in self.model.nodes and self.model.nodes[one][0] in self.model.variables
        ]

    def _holder(self, place):
        name = place[0]
        while name in self.nodes and name not in self.model.nodes and self.nodes[name].op in _HANDS_ON:
            before = self.reads[name]
            if not before:
                break
            name = before[0][0]
        return name


def dropouts(reading, names):
    """Find dropout among the operations of a graph.

    Args:
        reading: the `GraphReader` of the graph.
        names: the names of operations.

    Returns:
        Name of the operation of the dropped value -> (its description, the places of the value that it drops).
    """
    found = {}
    for name in names:
        if name in reading.nodes and operation(reading.nodes[name].op).form in ("mul", "select"):
            said = _said(reading, name)
            found.update({name: said} if said else {})
    return found


def _said(reading, name):
    if (name, 0) not in reading.values and name not in reading.values:
        return None
    one = dropout(reading.terms, reading.term(name))
    if one is None:
        return None
    places = {edge(copy) for copy, _ in reading.names.get(one.value.number, ())}
    if not places:
        # In a product of several masks no tensor is the one that is dropped; all in front would count as the mask.
        return None
    keep = one.keep
    if isinstance(keep, Term):
        keep = reading.name(keep, first=True) or "that the graph computes"
    return f"dropout ({name}) with keep_prob {keep}", places
