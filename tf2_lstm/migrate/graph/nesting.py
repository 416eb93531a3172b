"""The loops and branches of control flow v1 that a tensor is in, and the predicate of a conditional."""

from tf2_lstm.migrate.graph.frames import begins_a_branch, frame_name
from tf2_lstm.migrate.graph.nodes import before, copied, data_inputs, edge, node_of
from tf2_lstm.migrate.graph.operations import ENTERS, EXITS, MERGES
from tf2_lstm.migrate.graph.walks import fold


class Nesting:
    """The loops and branches around each node; a node is looked at once, when it is asked for.

    Args:
        nodes: name -> NodeDef.
    """

    def __init__(self, nodes):
        self.nodes, self._known = nodes, {}

    def of(self, reference):
        """Return what is around a tensor, from the outside in: (frame, None) or (predicate, number of the branch)."""
        name, output = edge(reference.lstrip("^"))
        if name not in self.nodes:
            return ()
        found, node = fold(name, self._known, self._before, self._of_node), self.nodes[name]
        if not begins_a_branch(self.nodes, node):
            return found
        return (*found, (copied(self.nodes, data_inputs(node)[1]), output))

    def loops(self, reference):
        """Return the names of the frames of the loops around a tensor, from the outside in."""
        return [frame for frame, branch in self.of(reference) if branch is None]

    def decided(self, merge):
        """Return (predicate, number of a Merge's input where it is true) of a conditional; None for any other Merge."""
        first, second = map(self.of, data_inputs(merge) if len(data_inputs(merge)) == 2 else ("", ""))
        for predicate, branch in reversed(first):
            if branch is not None and (predicate, 1 - branch) in second:
                return predicate, 0 if branch else 1
        return None

    def _before(self, name):
        return [one for one in before(self.nodes, self.nodes[name]) if one in self.nodes]

    def _of_node(self, name):
        node, known = self.nodes[name], self._before(name)
        sides = [self.of(one) for one in node.input if node_of(one) in known]
        if node.op in MERGES and len(sides) > 1:
            return tuple(one for one in sides[0] if one in sides[1])
        found = tuple(dict.fromkeys(one for side in sides for one in side))
        if node.op in ENTERS:
            return (*found, (frame_name(node), None))
        left = [one for one in found if one[1] is None][-1:] if node.op in EXITS else []
        return tuple(one for one in found if one not in left)
