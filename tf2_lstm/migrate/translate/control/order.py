"""What computes some tensors, each after what it reads; a recurrence that was recognised is one thing."""

from tf2_lstm.migrate.graph.frames import Frame
from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.translate.control.sides import chooses

#: What is given out of a loop that is not understood: nothing is looked for behind it. An array of tensors is always
#: new, and empty.
CLOSED = having(Trait.EXIT, Trait.LOOP, Trait.NEXT, Trait.FRESH) - {"TensorArrayV3"}


class Order:
    """Walks back from tensors to what is fed.

    Args:
        nodes: name -> NodeDef.
        recurrences: the `Recurrence`s.
        feeds: the tensors that nothing is looked for behind.
        frames: name of a node that gives something out of a loop -> its `Frame`.

    Attributes:
        wanted: `Frame` -> the numbers of the carried values that are read of it.
        owners: name of a tensor -> the number of the recurrence that gives it out.

    Example:
        ```python
        from types import SimpleNamespace as Node

        nodes = {"x": Node(op="Placeholder", input=[]), "y": Node(op="Tanh", input=["x"])}
        assert Order(nodes, [], {"x:0"}).of(["y:0"]) == (["x:0", "y"], set())
        ```
    """

    def __init__(self, nodes, recurrences, feeds, frames=None):
        self._nodes, self._recurrences, self._feeds = nodes, recurrences, feeds
        self.frames, self.wanted = frames or {}, {}
        self.owners = {}
        for number, one in enumerate(recurrences):
            for tensor in one.outputs:
                if tensor.tf1 and not tensor.closed:
                    self.owners.setdefault(normal(tensor.tf1), number)

    def key(self, reference):
        """What computes a tensor: its own name where it is fed, a recurrence's number, a `Frame`, or a node's name."""
        tensor = normal(reference)
        if tensor in self._feeds:
            return tensor
        key = self.owners.get(tensor, node_of(reference))
        if key not in self.frames:
            return key
        self.wanted.setdefault(self.frames[key], set()).add(self.frames[key].exits[tensor])
        return self.frames[key]

    def before(self, key):
        """The tensors that something reads."""
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
            The keys in their order, and the set of those that read what is computed of themselves.
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
