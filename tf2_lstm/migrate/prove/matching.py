"""Which input or output of a Keras model is which tensor of a TF1 graph: by what is said, by name, by order."""

from collections import OrderedDict
from dataclasses import dataclass

from tf2_lstm.migrate.graph.nodes import edge, node_of
from tf2_lstm.migrate.translate.writing.naming import python_name


@dataclass(frozen=True)
class Matched:
    """What was matched.

    Attributes:
        tensors: name in the Keras model -> TF1 tensor, in the order of the model.
        names: the names for which there is no tensor.
        left: the tensors for which there is no name.
        assumed: the names that were matched by nothing but their order.
    """

    tensors: OrderedDict
    names: tuple
    left: tuple
    assumed: tuple


def match(names, tensors, said):
    """Match the names of one side of a model with tensors.

    Args:
        names: the names of the inputs, or of the outputs, in their order.
        tensors: TF1 tensor -> another name that it has, or "".
        said: name -> tensor, what the user says.

    Returns:
        A `Matched`. What is left of both sides is matched by order when it is as much and the user says nothing.

    Example:
        ```python
        found = match(["ids", "b"], {"words/ids:0": "", "lengths:0": ""}, {})
        assert dict(found.tensors) == {"ids": "words/ids:0", "b": "lengths:0"} and found.assumed == ("b",)
        ```
    """
    found = {name: tensor for name, tensor in said.items() if name in names}
    for name in names:
        free = [one for one in tensors if one not in found.values()]
        called = [one for one in free if python_name(name) in _names(one, tensors[one])]
        if name not in found and len(called) == 1:
            found[name] = called[0]
    left, free = (
        [one for one in names if one not in found],
        [one for one in tensors if one not in found.values()],
    )
    assumed = left if len(left) == len(free) and not said else []
    found.update(zip(assumed, free, strict=False))
    return Matched(
        OrderedDict((name, found[name]) for name in names if name in found),
        tuple(name for name in names if name not in found),
        tuple(one for one in tensors if one not in found.values()),
        tuple(assumed),
    )


def _names(tensor, other):
    """What a tensor may be called in Python: by its node, with its scopes and without, or by its other name."""
    node, number = node_of(tensor), edge(tensor)[1]
    ending = f"_{number}" if number else ""
    return {python_name(one + ending) for one in (node, node.rpartition("/")[2])} | ({other} - {""})
