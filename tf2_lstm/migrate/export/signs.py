"""The sign of a zero without its bits: Keras's argmax asks for those, and LiteRT has no operator for it."""

from pathlib import Path

import tensorflow as tf
from tensorflow.core.framework import node_def_pb2
from tensorflow.core.protobuf import saved_model_pb2


def without_bits(folder):
    """Rewrite, in a SavedModel, `bits(x) & sign < 0` as `1 / x < 0`, which is the same of a zero.

    It is asked of zeros alone: `keras.ops.argmax` takes 0.0 for larger than -0.0.

    Args:
        folder: its folder.
    """
    path = Path(folder) / "saved_model.pb"
    saved = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    for graph in saved.meta_graphs:
        for function in graph.graph_def.library.function:
            _rewrite(function.node_def)
    path.write_bytes(saved.SerializeToString())


def _rewrite(nodes):
    named = {node.name: node for node in nodes}
    for less in [node for node in nodes if node.op == "Less"]:
        masked = named.get(_name(less.input[0]))
        bits = named.get(_name(masked.input[0])) if masked is not None and masked.op == "BitwiseAnd" else None
        if bits is None or bits.op != "Bitcast" or bits.attr["T"].type != tf.float32.as_datatype_enum:
            continue
        turned = f"{bits.name}/turned"
        one, zero = (
            _constant(f"{bits.name}/{stem}", number) for stem, number in (("one", 1.0), ("zero", 0.0))
        )
        divided = _node(turned, "RealDiv", [f"{one.name}:output:0", bits.input[0]])
        nodes.extend(
            [one, zero, divided, _node(less.name, "Less", [f"{turned}:z:0", f"{zero.name}:output:0"])]
        )
        # What nobody reads is still converted.
        for node in (less, masked, bits):
            nodes.remove(node)


def _name(tensor):
    return tensor.partition(":")[0]


def _node(name, operation, inputs):
    node = node_def_pb2.NodeDef(name=name, op=operation, input=inputs)
    node.attr["T"].type = tf.float32.as_datatype_enum
    return node


def _constant(name, number):
    node = node_def_pb2.NodeDef(name=name, op="Const")
    node.attr["dtype"].type = tf.float32.as_datatype_enum
    node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(number, tf.float32))
    return node
