"""Tensors inside of a branch of a conditional, which `Session.run` cannot fetch.

Nothing in the body of a loop is converted.
"""

from dataclasses import replace

from tf2_lstm.migrate.graph.nodes import edge
from tf2_lstm.migrate.graph.operations import HANDS_ON, MERGES, SWITCHES

#: Operations that hand their first input on as it is, from outside to inside.
_HANDS_IN = HANDS_ON | SWITCHES


class Enclosed:
    """Tells of the tensors at the edges of a recurrence whether they can be fetched.

    Args:
        reading: the `GraphReader` of the graph.
    """

    def __init__(self, reading):
        self.reading, self.merges = reading, {}
        for node in reading.nodes.values():
            if node.op in MERGES:
                for reference in node.input:
                    self.merges.setdefault(edge(reference), node.name)

    def outside(self, tensor):
        """Return a `Tensor` by its name outside of branches and loops; without one, `closed` says why."""
        if not tensor.tf1 or edge(tensor.tf1)[0] not in self.reading.nodes:
            return tensor
        name = tensor.tf1
        while self._is_inside(name) and self._node(name).op in _HANDS_IN:
            before = self._node(name).input[0]
            name = before if ":" in before else f"{before}:0"
        if self._is_inside(name):
            return replace(tensor, closed=self._why(tensor.tf1))
        return replace(tensor, tf1=name)

    def _node(self, name):
        return self.reading.nodes[edge(name)[0]]

    def _is_inside(self, name):
        return bool(self.reading.nesting.of(name))

    def _why(self, name):
        said = f"{name} is computed in a branch of a conditional, and Session.run fetches nothing from inside"
        return f"{said}; {self._given_out(name)}"

    def _given_out(self, name):
        """Return what to fetch from a conditional instead of a tensor of one of its branches."""
        merge = self.merges.get(edge(name))
        if merge is None or self._is_inside(f"{merge}:0"):
            return "let the conditional give it out"
        ((predicate, branch), *_) = self.reading.nesting.of(name)
        predicate = self.reading.name(self.reading.term(predicate))
        return f"fetch {merge}:0, which has its value where {predicate} is {bool(branch)}"
