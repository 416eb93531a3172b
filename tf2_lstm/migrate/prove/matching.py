"""Match the inputs or outputs of a Keras model with tensors of a TF1 graph: as told, by name, by order."""

from collections import OrderedDict
from dataclasses import dataclass

from tf2_lstm.migrate.graph.nodes import edge, node_of
from tf2_lstm.migrate.translate.writing.naming import key_name


@dataclass(frozen=True)
class Matched:
    """The result of a matching.

    Attributes:
        tensors: name in the Keras model -> TF1 tensor, in the order of the model.
        names: the names without a tensor.
        left: the tensors without a name.
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
        said: name -> tensor, as the user says.

    Returns:
        A `Matched`. The rest of both sides is matched by order when it is equally long and the user says nothing.
    """
    found = {name: tensor for name, tensor in said.items() if name in names}
    for name in names:
        free = [one for one in tensors if one not in found.values()]
        called = [one for one in free if key_name(name) in _names(one, tensors[one])]
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
    """Return the Python names that a tensor may have: its node's, with and without scopes, or its other name."""
    node, number = node_of(tensor), edge(tensor)[1]
    ending = f"_{number}" if number else ""
    return {key_name(one + ending) for one in (node, node.rpartition("/")[2])} | ({other} - {""})
