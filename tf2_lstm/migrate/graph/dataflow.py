"""The flow of data through a graph: the inputs and readers of each node, and the nodes between two tensors."""

from collections import deque

from tf2_lstm.migrate.graph.backward import backward_part
from tf2_lstm.migrate.graph.frames import begins_a_step
from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.graph.operations import ASSIGNS, MERGES, MOVES, SILENT, Trait, having

_JOINS = having(Trait.JOINS)
#: Operations that hold or read a variable.
HOLDS = having(Trait.VARIABLE, Trait.READS)


class Dataflow:
    """The nodes of a graph with their inputs and their readers; a variable reads what is assigned to it.

    Args:
        nodes: name -> NodeDef.

    Attributes:
        reads: name -> the places (name, number of the output) that it reads.
        readers: place -> the names that read it.
    """

    def __init__(self, nodes):
        self.nodes, self.readers, self._numbers = nodes, {}, {}
        self._backward = backward_part(nodes)
        self.reads = {name: [edge(one) for one in data_inputs(node)] for name, node in nodes.items()}
        for name, node in nodes.items():
            if node.op in ASSIGNS and len(self.reads[name]) == 2:
                (variable, _), value = self.reads[name]
                if variable in self.reads:
                    self.reads[variable] = [*self.reads[variable], value]
        for name, before in self.reads.items():
            for one in before:
                self.readers.setdefault(one, []).append(name)
        for name, number in self.readers:
            self._numbers.setdefault(name, []).append(number)

    def op(self, name):
        """Return the operation of a node, "" for a name that is no node of the graph."""
        return self.nodes[name].op if name in self.nodes else ""

    def parts(self, place):
        """List a tensor and, where it joins others, those: the outputs of single steps, in order."""
        todo, found = [place], {}
        while todo:
            place = todo.pop(0)
            if place not in found:
                found[place] = None
                todo += self.reads.get(place[0], ()) if self.op(place[0]) in _JOINS else ()
        return list(found)

    def back(self, start, ends):
        """Return the nearest of `ends` that a tensor is computed from, and the operations between; None without one."""
        todo, came = deque([start]), {start: None}
        while todo:
            place = todo.popleft()
            if place in ends:
                return place, self._between(place, came)
            for before in self.reads.get(place[0], ()):
                if before not in came:
                    came[before] = place
                    todo.append(before)
        return None

    def _between(self, place, came):
        """List the operations from an output on that compute something."""
        found, place = [], came[place]
        while place is not None:
            if self.op(place[0]) not in MOVES | HOLDS or is_choice(self, place[0]):
                found.append(place[0])
            place = came[place]
        return found

    def made_for(self, ends, stop):
        """Return the names of the nodes that compute some places, up to other places."""
        todo, found = list(ends), set()
        while todo:
            place = todo.pop()
            if place not in stop and place[0] not in found:
                found.add(place[0])
                todo += self.reads.get(place[0], ())
        return found

    def downstream(self, place, inside=(), only=None):
        """List the names of the nodes that a tensor goes into, directly and through others.

        Args:
            place: the tensor's place.
            inside: names at which the search ends, and which are left out.
            only: the operations that the search goes on through, all others are listed and end it; None for all.

        Returns:
            A list, without gradients and operations that only record a tensor.
        """
        todo, found = list(self.readers.get(place, ())), {}
        while todo:
            name = todo.pop(0)
            if name in found or name in inside or self.op(name) in SILENT | ASSIGNS or name in self._backward:
                continue
            found[name] = None
            if only is None or self.op(name) in only:
                todo += [one for number in self._numbers.get(name, ()) for one in self.readers[name, number]]
        return list(found)


def is_choice(graph, name):
    """Whether a node is the Merge of a tf.cond, which chooses between two values, and not that of a loop.

    Args:
        graph: an object with `nodes`, name -> NodeDef, as a `Dataflow`.
        name: the node's name.
    """
    return graph.nodes[name].op in MERGES and not begins_a_step(graph.nodes, graph.nodes[name])
