"""What computes some tensors, each after what it reads; a recurrence that was recognised is one thing."""

from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.graph.operations import Trait, having

#: What is given out of a loop or a function: nothing is looked for behind it.
CLOSED = having(Trait.EXIT, Trait.LOOP, Trait.CALL, Trait.CONDITIONAL, Trait.NEXT, Trait.FRESH)


class Order:
    """Walks back from tensors to what is fed.

    Args:
        nodes: name -> NodeDef.
        recurrences: the `Recurrence`s.
        feeds: the tensors that nothing is looked for behind.

    Attributes:
        owners: name of a tensor -> the number of the recurrence that gives it out.

    Example:
        ```python
        from types import SimpleNamespace as Node

        nodes = {"x": Node(op="Placeholder", input=[]), "y": Node(op="Tanh", input=["x"])}
        assert Order(nodes, [], {"x:0"}).of(["y:0"]) == (["x:0", "y"], set())
        ```
    """

    def __init__(self, nodes, recurrences, feeds):
        self._nodes, self._recurrences, self._feeds = nodes, recurrences, feeds
        self.owners = {}
        for number, one in enumerate(recurrences):
            for tensor in one.outputs:
                if tensor.tf1 and not tensor.closed:
                    self.owners.setdefault(normal(tensor.tf1), number)

    def key(self, reference):
        """What computes a tensor: its own name where it is fed, the number of a recurrence, or the name of a node."""
        tensor = normal(reference)
        if tensor in self._feeds:
            return tensor
        return self.owners.get(tensor, node_of(reference))

    def before(self, key):
        """The tensors that something reads."""
        if isinstance(key, int):
            return [one.tf1 for one in self._recurrences[key].inputs if one.is_input and one.tf1]
        if key in self._feeds or key not in self._nodes or self._nodes[key].op in CLOSED:
            return []
        return data_inputs(self._nodes[key])

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
