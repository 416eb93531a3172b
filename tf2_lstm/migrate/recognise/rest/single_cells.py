"""Calls of known cells, each by the tensors around it: programs with attention or feedback call a known cell too."""

from tf2_lstm.migrate.graph.operations import operation
from tf2_lstm.migrate.model import SingleCell
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.recognise.steps.call_trees import Calls


def single_cells(reading, matches):
    """Find the calls of known cells, inside and outside of converted recurrences.

    Args:
        reading: the `GraphReader` of the graph.
        matches: the `CellMatch`s of the graph's terms.

    Returns:
        Name of a function, "" of the graph itself -> a list of `SingleCell`s; of several that one tensor may be the
        state of, the one whose states a loop carries.
    """
    calls, found, by_place = _Calls(reading), {}, {}
    for match in matches:
        if place := calls.place(match):
            found.setdefault((place, reading.place(_first(match))), []).append(match)
    for (place, _), several in found.items():
        cell = calls.single_cell(place, several)
        if cell is not None:
            by_place.setdefault(place[0], []).append(cell)
    return by_place


def _first(match):
    return next(iter(match.new.values()))


class _Calls:
    def __init__(self, reading):
        self.reading, self.calls = reading, Calls(reading.name, reading.computed.found)
        # In a function that is called twice, one name stands for two tensors.
        self.once = {name: values[0] for name, values in reading.bodies.items() if len(values) == 1}
        self.functions = {
            term.number: name
            for name, values in self.once.items()
            for terms, op in values.values()
            if op != "arg"
            for term in (terms if isinstance(terms, list) else [terms])
        }
        self.variables = {one.leaf: one for loop in reading.loops for one in loop.variables}
        self.named = {}

    def place(self, match):
        """Return (name of the function, frames) of a cell's call; None for a call in no place, or in several."""
        new = _first(match)
        node = self.reading.place(new)
        if node in self.reading.nodes:
            return "", self._frames(node)
        name = self.functions.get(new.number)
        return None if name is None else (name, ())

    def _frames(self, node):
        return tuple(self.reading.nesting.loops(node))

    def single_cell(self, place, matches):
        """Return the `SingleCell` of the best of several matches; None where none is sure, or a tensor has no name."""
        carried = {id(one): self._carried(one) for one in matches}
        sure = [one for one in matches if self._is_sure(one, carried[id(one)])]
        for match in sorted(sure, key=lambda one: (-carried[id(one)], bool(one.blocks), len(one.options))):
            x, names = match.inputs, self._names(place)
            parts = x.args if x.op == "concat" else ()
            inputs, [joined], before, behind = (
                tuple(tuple(names.get(one.number, ())) for one in terms)
                for terms in (parts, (x,), match.old.values(), match.new.values())
            )
            if all((*before, *behind)) and (joined or (inputs and all(inputs))):
                cell = self.calls.variables[id(self.calls.of_match(match))]
                return SingleCell(cell, inputs, joined, before, behind)
        return None

    def _is_sure(self, match, carried):
        """Whether a match is surely a cell: one without gates has the equation of any dense layer."""
        has_gates = len(PAIRS[match.pair].weights.tf1) > 2 or PAIRS[match.pair].states
        names = [term.attr[0] for term in match.variables.values()]
        is_computed = any(name in self.reading.computed.found for name in names)
        # The bias of a Keras cell would be trained, and the graph has no variable for it.
        has_bias = any("bias" in leaf for leaf in match.variables)
        return (has_gates or carried == len(match.new)) and has_bias and not is_computed

    def _carried(self, match):
        """Return how many states of a match a loop carries, from the old one to the new one."""
        pairs = zip(match.old.values(), match.new.values(), strict=True)
        return sum(old in self.variables and new in _chosen(self.variables[old].next) for old, new in pairs)

    def _names(self, place):
        """Map the number of each term to the tensors that have its value where a cell is called."""
        if place not in self.named:
            function, frames = place
            found = self.named[place] = {}
            for name, held in (self.once[function] if function else self._of_frames(frames)).items():
                for number, term in enumerate(self._outputs(*held)):
                    if term is not None:
                        found.setdefault(term.number, []).append(f"{name}:{number}")
        return self.named[place]

    def _outputs(self, terms, op):
        """Return the terms of the outputs of a node, None for an output that nothing reads."""
        if isinstance(terms, list):
            return terms
        several = range(len(operation(op).outputs))
        return [self.reading.terms.find("output", (terms,), number) for number in several] or [terms]

    def _of_frames(self, frames):
        return {name: held for name, held in self.reading.values.items() if self._frames(name) == frames}


def _chosen(term):
    """Return all terms that a term may be after `select`: the new state, or the old one where a row has ended."""
    found, todo = set(), [term]
    while todo:
        one = todo.pop()
        if one is not None and one not in found:
            found.add(one)
            todo += one.args[1:] if one.op == "select" else []
    return found
