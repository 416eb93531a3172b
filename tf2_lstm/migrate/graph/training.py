"""The variables of an optimizer, found in the graph: only the updates of a training step read them."""

import re

from tf2_lstm.migrate.graph.backward import backward_part
from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.graph.operations import ASSIGNS, HANDS_ON, MERGES, SILENT, SWITCHES

#: Operations that write a variable, which is their first input.
UPDATE = re.compile(r"(Resource)?(Sparse)?(Apply[A-Z]|Assign|Scatter(?!Nd(NonAliasingAdd)?$))\w*$")
_COPIES = HANDS_ON | SWITCHES | MERGES


class Training:
    """The part of a graph that only trains: the backward part, all that is computed from it, an optimizer's variables.

    Args:
        nodes: name -> NodeDef.
        variables: name of a variable -> the names of the nodes that hold it.

    Attributes:
        backward: the names of the `backward_part`.
        kept: the names of the variables that only updates read, some of them with gradients.
    """

    def __init__(self, nodes, variables):
        self._nodes, self._readers, self.backward = nodes, {}, backward_part(nodes)
        for name, node in nodes.items():
            for at, reference in enumerate(data_inputs(node)):
                self._readers.setdefault(edge(reference)[0], []).append((name, at))
        self._made, self.kept = self._computed_from(self.backward), set()
        self._keep(variables if self.backward else {})

    def _keep(self, variables):
        """Find the variables of the optimizer; all that is computed from one of them only trains as well."""
        waiting = {name for name, nodes in variables.items() if self._is_for_updates(nodes) is not None}
        found = waiting
        while found:
            found = {name for name in waiting if self._is_for_updates(variables[name])}
            waiting, self.kept = waiting - found, self.kept | found
            self._made |= self._computed_from(node for name in found for node in variables[name])

    def _computed_from(self, names):
        todo, found = list(names), set()
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += [reader for reader, _ in self._readers.get(name, ())]
        return found

    def _is_for_updates(self, nodes):
        """Whether gradients meet the values computed from a variable; None where these lead to more than updates.

        The backward part itself reads what is differentiated: then the variable is a weight, and no slot.
        """
        todo, seen, trains = [(name, False) for name in nodes], set(), False
        while todo:
            name, computed = todo.pop()
            readers = self._readers.get(name, ())
            ends = computed and not readers and self._op(name) not in _COPIES
            if ends or any(one in self.backward for one, _ in readers):
                return None
            seen.add((name, computed))
            trains |= any(one in self._made for one, _ in readers)
            todo += [one for one in self._further(readers, computed) if one not in seen]
        return trains

    def _further(self, readers, computed):
        """Yield where a variable is read next, and whether something was computed by then."""
        for name, at in readers:
            op = self._op(name)
            if UPDATE.match(op):
                yield from [(name, False)] * (at == 0)
            elif name not in self._made and op not in SILENT:
                yield name, computed or op not in _COPIES

    def sets(self, nodes):
        """Whether a variable is assigned a value that depends on gradients: a loss scale, which an overflow changes.

        Args:
            nodes: the names of the nodes that hold it.
        """
        todo, seen = list(nodes), set(nodes)
        while todo:
            for name, at in self._readers.get(todo.pop(), ()):
                if at == 0 and name in self._made and self._op(name) in ASSIGNS:
                    return True
                if at == 0 and name not in seen and self._op(name) in SWITCHES | MERGES:
                    seen.add(name)
                    todo.append(name)
        return False

    def _op(self, name):
        return self._nodes[name].op if name in self._nodes else ""
