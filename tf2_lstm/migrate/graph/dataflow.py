"""The flow of data through a graph: what each node reads, what reads it, and what lies between two tensors."""

from collections import deque

from tf2_lstm.migrate.graph.backward import backward_part
from tf2_lstm.migrate.graph.frames import begins_a_step
from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.graph.operations import ASSIGNS, MERGES, MOVES, SILENT, Trait, having

_JOINS = having(Trait.JOINS)
#: What a variable is held and read by.
HOLDS = having(Trait.VARIABLE, Trait.READS)


class Dataflow:
    """The nodes of a graph, what each reads and what reads each; a variable reads what is assigned to it.

    Args:
        nodes: name -> NodeDef.

    Attributes:
        reads: name -> the places (name, number of the output) that it reads.
        readers: place -> the names that read it.

    Example:
        ```python
        from types import SimpleNamespace as Node

        nodes = {"x": Node(op="Placeholder", input=[]), "y": Node(op="Tanh", input=["x"])}
        flow = Dataflow(nodes)
        assert flow.readers[("x", 0)] == ["y"]
        assert flow.back(("y", 0), {("x", 0)}) == (("x", 0), ["y"])
        ```
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
        """The kind of a node, "" for what is no node of the graph."""
        return self.nodes[name].op if name in self.nodes else ""

    def parts(self, place):
        """A tensor and, where it is put together of others, those: the outputs of single steps, in order."""
        todo, found = [place], {}
        while todo:
            place = todo.pop(0)
            if place not in found:
                found[place] = None
                todo += self.reads.get(place[0], ()) if self.op(place[0]) in _JOINS else ()
        return list(found)

    def back(self, start, ends):
        """The nearest end that a tensor is computed from, and the names of the operations between; None without one."""
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
        """The operations from an output on that compute something."""
        found, place = [], came[place]
        while place is not None:
            if self.op(place[0]) not in MOVES | HOLDS or is_choice(self, place[0]):
                found.append(place[0])
            place = came[place]
        return found

    def made_for(self, ends, stop):
        """The names of the nodes that some places are computed by, from others on."""
        todo, found = list(ends), set()
        while todo:
            place = todo.pop()
            if place not in stop and place[0] not in found:
                found.add(place[0])
                todo += self.reads.get(place[0], ())
        return found

    def onward(self, place, inside=(), only=None):
        """The names of the nodes that a tensor goes into, directly and through others.

        Args:
            place: the tensor's place.
            inside: names that are not gone through.
            only: the kinds of operations that are gone through, all others are found and left; None for all.

        Returns:
            A list; gradients and what only records a tensor are left out.
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
    """Say whether a node is the Merge of a tf.cond, which gives one of two values; that of a loop has no other one.

    Args:
        graph: what has `nodes`, name -> NodeDef, as a `Dataflow`.
        name: of the node.
    """
    return graph.nodes[name].op in MERGES and not begins_a_step(graph.nodes, graph.nodes[name])
