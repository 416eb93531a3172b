"""The nodes of a GraphDef by name, in an order in which everything comes after what it reads."""

import math

import numpy as np

from tf2_lstm.migrate.model import ArtifactError

#: What has to be fed, or has no value.
OPEN = {"Placeholder", "PlaceholderV2"}
#: DataType numbers of tensorflow/core/framework/types.proto: the dtypes that constants of a recurrence have.
DTYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    9: "int64",
    10: "bool",
    19: "float16",
}
#: Where a TensorProto keeps the values of a dtype when not in tensor_content.
VALUES = {1: "float_val", 2: "double_val", 9: "int64_val", 10: "bool_val", 19: "half_val"}
#: Output names of operations with several outputs, as function bodies name them.
OUTPUTS = {
    "LSTMBlockCell": ("i", "cs", "f", "o", "ci", "co", "h"),
    "BlockLSTM": ("i", "cs", "f", "o", "ci", "co", "h"),
    "GRUBlockCell": ("r", "u", "c", "h"),
    "TensorArrayV3": ("handle", "flow"),
    "Switch": ("output_false", "output_true"),
    "Merge": ("output", "value_index"),
}


def edge(reference):
    """Split a reference to a tensor into the node's name and the output's number.

    Args:
        reference: "name", "name:1", or within a function "name:output:1"; "^name" is no tensor.

    Returns:
        A pair (name, number), or (name, (output name, number)) within a function.
    """
    parts = reference.split(":")
    if len(parts) == 3:
        return parts[0], (parts[1], int(parts[2]))
    return parts[0], int(parts[1]) if len(parts) == 2 else 0


def position(op, output):
    """Return the number of an output that a function body names."""
    if isinstance(output, int):
        return output
    name, number = output
    return OUTPUTS[op].index(name) + number if name in OUTPUTS.get(op, ()) else number


def data_inputs(node):
    """The tensors that a node reads, without control dependencies."""
    return [reference for reference in node.input if not reference.startswith("^")]


def in_order(nodes, path):
    """Sort nodes so that each comes after what it reads; the way back of a loop is not followed.

    Args:
        nodes: a dict from name to NodeDef.
        path: the file, for messages.

    Returns:
        A list of NodeDefs.

    Raises:
        ArtifactError: a node reads what comes of itself.
    """
    order, is_open = [], {}
    for name in nodes:
        todo = [(name, False)]
        while todo:
            name, done = todo.pop()
            if done:
                order.append(nodes[name])
                is_open[name] = False
            elif is_open.get(name):
                raise ArtifactError(
                    f"{path}: the graph is damaged: node {name!r} ({nodes[name].op}) reads what comes of itself. "
                    "Write the graph again with TensorFlow 1.x"
                )
            elif name not in is_open and name in nodes:
                is_open[name] = True
                todo.append((name, True))
                todo += [(before, False) for before in reversed(_before(nodes, nodes[name]))]
    return order


def _before(nodes, node):
    found = [edge(reference.lstrip("^"))[0] for reference in node.input]
    if node.op in ("Merge", "RefMerge"):
        found = [name for name in found if name not in nodes or nodes[name].op != "NextIteration"]
    return found


def shape_of(node):
    """Return the shape attribute of a node as a tuple with None for unknown sizes; None for an unknown rank."""
    if "shape" not in node.attr or node.attr["shape"].shape.unknown_rank:
        return None
    return tuple(None if dim.size < 0 else dim.size for dim in node.attr["shape"].shape.dim)


def dtype_of(node, names=("dtype", "T", "Tparams", "DstT", "output_type")):
    """Return the dtype's name of a node's output, "float32" when it does not say."""
    for name in names:
        if name in node.attr and node.attr[name].type:
            return DTYPES.get(node.attr[name].type, "float32")
    return "float32"


def array_of(tensor, limit=4096):
    """Decode a TensorProto into a NumPy array.

    Args:
        tensor: the message.
        limit: how many elements it may have. Of a larger one that is the same number over and over, the last axis.

    Returns:
        The array; None for strings, for what is larger, and for values that are not of the dtype and the shape.
    """
    if tensor.dtype not in DTYPES:
        return None
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    try:
        return _decoded(tensor, shape, np.dtype(DTYPES[tensor.dtype]), limit)
    except (ValueError, OverflowError):
        return None


def _decoded(tensor, shape, dtype, limit):
    size = math.prod(shape)
    if tensor.tensor_content:
        if size > limit:
            return None
        return np.frombuffer(tensor.tensor_content, dtype=dtype).reshape(shape)
    values = list(getattr(tensor, VALUES.get(tensor.dtype, "int_val")))
    if tensor.dtype == 19:
        values = np.asarray(values, dtype=np.uint16).view(np.float16)
    if len(values) <= 1:
        shape = shape if size <= limit else shape[-1:]
        # A tensor of so many zeros is no one's step.
        if math.prod(shape) > limit**2:
            return None
        return np.full(shape, values[0] if len(values) else 0, dtype=dtype)
    if size > limit:
        return None
    values = list(values) + [values[-1]] * (size - len(values))
    return np.asarray(values, dtype=dtype).reshape(shape)
