"""The order in which tensors are computed, each after its inputs; a recognised recurrence is one item."""

from tf2_lstm.migrate.graph.frames import Frame
from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.translate.control.sides import chooses
from tf2_lstm.migrate.translate.control.time_first import time_first

#: The outputs of a loop that is not understood, at which the walk ends. An array of tensors is always
#: new, and empty.
CLOSED = having(Trait.EXIT, Trait.LOOP, Trait.NEXT, Trait.FRESH) - {"TensorArrayV3"}


class Order:
    """Walks back from tensors to the fed ones.

    Args:
        nodes: name -> NodeDef.
        recurrences: the `Recurrence`s.
        feeds: the tensors at which the walk ends.
        frames: name of a node that is an output of a loop -> its `Frame`.

    Attributes:
        wanted: `Frame` -> the numbers of the carried values that are read after the loop.
        owners: name of a tensor -> the number of the recurrence that it is an output of.
    """

    def __init__(self, nodes, recurrences, feeds, frames=None):
        self._nodes, self._recurrences, self._feeds = nodes, recurrences, feeds
        self.frames, self.wanted = frames or {}, {}
        self.owners = {}
        for number, one in enumerate(recurrences):
            for tensor in one.outputs:
                if tensor.tf1 and not tensor.closed:
                    self.owners.setdefault(normal(tensor.tf1), number)
            for name in time_first(nodes, one):
                self.owners.setdefault(name, number)

    def key(self, reference):
        """Return the key of what computes a tensor: a fed name, a recurrence's number, a `Frame`, or a node's name."""
        tensor = normal(reference)
        if tensor in self._feeds:
            return tensor
        key = self.owners.get(tensor, node_of(reference))
        if key not in self.frames:
            return key
        self.wanted.setdefault(self.frames[key], set()).add(self.frames[key].exits[tensor])
        return self.frames[key]

    def before(self, key):
        """List the tensors that the computation of a key reads."""
        if isinstance(key, int):
            return [one.tf1 for one in self._recurrences[key].inputs if one.is_input and one.tf1]
        if isinstance(key, Frame):
            return key.reads
        if key in self._feeds or key not in self._nodes or self._nodes[key].op in CLOSED:
            return []
        return [*data_inputs(self._nodes[key]), *chooses(self._nodes, self._nodes[key])]

    def of(self, tensors):
        """Return (order, turning).

        Args:
            tensors: names of tensors.

        Returns:
            The keys in their order, and the set of the keys that read a tensor computed from themselves.
        """
        order, is_open, turning = [], {}, set()
        todo = [(self.key(one), False) for one in reversed(tensors)]
        while todo:
            key, done = todo.pop()
            if done:
                order.append(key)
                is_open[key] = False
            elif is_open.get(key):
                turning.add(key)
            elif key not in is_open:
                is_open[key] = True
                todo.append((key, True))
                todo += [(self.key(one), False) for one in reversed(self.before(key))]
        return order, turning
