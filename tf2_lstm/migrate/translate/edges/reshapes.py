"""Read the sizes that a graph gives a fed tensor's open first axis: the rows of several sequences, for example."""

from tf2_lstm.migrate.graph.nodes import data_inputs, normal
from tf2_lstm.migrate.graph.operations import HANDS_ON


def reshapes_of(nodes, order, shapes, fed):
    """Find the sizes to which fed tensors are reshaped.

    Args:
        nodes: name -> NodeDef.
        order: the keys of a program's computations, names of nodes among them.
        shapes: name of a tensor -> shape, None for an open size.
        fed: names of the tensors that are fed.

    Returns:
        A dict from the name of a fed tensor with only its first axis open to the shape that it gets.
    """
    origins = {one: one for one in fed if _opens_in_front(shapes.get(one))}
    found = {}
    for key in order:
        node = nodes.get(key) if isinstance(key, str) else None
        read = [normal(one) for one in data_inputs(node)] if node is not None else []
        origin = origins.get(read[0]) if read else None
        if origin is None:
            continue
        if node.op in HANDS_ON:
            origins[f"{node.name}:0"] = origin
        elif node.op == "Reshape" and shapes.get(f"{node.name}:0"):
            found.setdefault(origin, tuple(shapes[f"{node.name}:0"]))
    return found


def _opens_in_front(shape):
    return bool(shape) and shape[0] is None and None not in shape[1:]
