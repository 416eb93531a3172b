"""Reshapes that change nothing: a tensor gets its own shape, at once or by way of another one."""

from tf2_lstm.migrate.graph.nodes import data_inputs, edge, normal
from tf2_lstm.migrate.graph.operations import Trait, having

#: Operations that keep the numbers in their order.
_IN_ORDER = having(Trait.IN_ORDER, Trait.HANDS_ON)
#: The most of them that are looked through.
_MOST = 8


def unchanged(node, nodes, shapes):
    """Return the tensor that a reshape does not change, by the shapes that the graph fixes; "" where it may change it.

    Args:
        node: the NodeDef.
        nodes: name -> NodeDef.
        shapes: name of a tensor -> its shape, None where a size is free; see `shapes.inferred`.
    """
    shape = shapes.get(f"{node.name}:0")
    inputs = list(data_inputs(node))
    for _ in range(_MOST if shape is not None else 0):
        name = normal(inputs[0])
        if _same(shapes.get(name), shape):
            return name
        before = nodes.get(edge(name)[0])
        if before is None or before.op not in _IN_ORDER or not before.input:
            break
        inputs = list(data_inputs(before))
    return ""


def _same(one, other):
    """Whether two shapes with one number of elements are equal: one size that either leaves open follows."""
    if one is None or len(one) != len(other):
        return False
    free = [first is None or second is None for first, second in zip(one, other, strict=True)]
    known = [size for shape in (one, other) for size in shape if size is not None]
    fits = all(first == second for first, second, open_ in zip(one, other, free, strict=True) if not open_)
    return fits and 0 not in known and sum(free) <= 1


__all__ = ["unchanged"]
