"""The functions of a SavedModel on the disk: read, rewritten and put back before the converter reads them."""

from contextlib import contextmanager
from pathlib import Path

import tensorflow as tf
from tensorflow.core.framework import node_def_pb2
from tensorflow.core.protobuf import saved_model_pb2

INT32 = tf.int32.as_datatype_enum


@contextmanager
def functions_of(folder):
    """Yield the functions of a SavedModel to be changed in the block; after it they are written.

    Args:
        folder: the SavedModel's folder.

    Yields:
        A list of FunctionDefLibrary, one for each graph.
    """
    path = Path(folder) / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    yield [graph.graph_def.library for graph in saved.meta_graphs]
    path.write_bytes(saved.SerializeToString())


def name_of(tensor):
    """Return the name of a tensor's node or argument: "add:z:0" -> "add"."""
    return tensor.partition(":")[0].removeprefix("^")


def place_of(tensor):
    """Return the number of a tensor among its node's outputs: "while:output:3" -> 3; 0 for an argument."""
    return int(tensor.rpartition(":")[2]) if ":" in tensor else 0


def read_by(node):
    """Return the tensors that a node reads, without control inputs."""
    return [tensor for tensor in node.input if not tensor.startswith("^")]


def make(name, operation, inputs, **types):
    """Return a node; its attributes are dtypes, enums of TensorFlow's."""
    made = node_def_pb2.NodeDef(name=name, op=operation, input=inputs)
    for key, dtype in types.items():
        made.attr[key].type = dtype
    return made


def constant(name, value, dtype=INT32):
    """Return a Const node; the dtype is an enum of TensorFlow's."""
    made = make(name, "Const", [], dtype=dtype)
    made.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value, tf.as_dtype(dtype)))
    return made


def joined(name, vectors, axis):
    """Return a node that concatenates vectors of int32; the axis is a tensor, zero."""
    made = make(name, "ConcatV2", [*vectors, axis], T=INT32, Tidx=INT32)
    made.attr["N"].i = len(vectors)
    return made


def taken(name, inputs, dtype):
    """Return a node that gathers from a tensor at places along an axis."""
    made = make(name, "GatherV2", inputs, Tparams=dtype, Tindices=INT32, Taxis=INT32)
    made.attr["batch_dims"].i = 0
    return made


def value_of(node):
    """Return the array of a Const node; None for any other node."""
    return tf.make_ndarray(node.attr["value"].tensor) if node is not None and node.op == "Const" else None


def put(function, nodes, renamed):
    """Replace the nodes of a function; readers of a renamed tensor read its new name.

    Args:
        function: a FunctionDef.
        nodes: its new nodes.
        renamed: old name of a tensor -> its new name.
    """

    def now(tensor):
        return now(renamed[tensor]) if tensor in renamed else tensor

    nodes = list(nodes)
    del function.node_def[:]
    for node in nodes:
        node.input[:] = [now(tensor) for tensor in node.input]
    function.node_def.extend(nodes)
    for name, tensor in function.ret.items():
        function.ret[name] = now(tensor)


def behind(nodes, tensor):
    """Return the names of the nodes and arguments that a tensor is computed from.

    Args:
        nodes: name -> node of the function.
        tensor: the tensor.
    """
    found, left = set(), [tensor]
    while left:
        one = name_of(left.pop())
        if one not in found:
            found.add(one)
            left += read_by(nodes[one]) if one in nodes else []
    return found
