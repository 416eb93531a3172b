"""NumPy in place of the operations of a subgraph that this TensorFlow lacks."""

import tensorflow as tf

from tf2_lstm.migrate.artifacts.protos import definition
from tf2_lstm.migrate.graph.lost import LOST


def put_references(part):
    """Replace operations that this TensorFlow lacks by NumPy.

    Args:
        part: the `GraphDef` of a subgraph; changed in place: each node of an operation of `lost.LOST` runs its NumPy.

    Returns:
        A sentence about it for the user; "" where nothing was replaced.
    """
    lost = [node for node in part.node if node.op in LOST]
    if not lost:
        return ""
    named = ", ".join(f"{node.name} ({node.op})" for node in lost)
    for node in lost:
        _run_numpy(node)
    return (
        f"TensorFlow {tf.__version__} has no {named}: in the replay NumPy stood for it, which records of TensorFlow "
        "1.15.5 prove, as they prove what it is translated to"
    )


def _run_numpy(node):
    """Make a node run NumPy: TensorFlow writes such a node for a function of the same inputs and outputs."""
    declared = definition(node.op)
    with tf.Graph().as_default() as graph:
        given = [tf.compat.v1.placeholder(one.type) for one in declared.input_arg]
        tf.numpy_function(LOST[node.op].compute, given, [one.type for one in declared.output_arg])
    written = graph.as_graph_def().node[-1]
    node.op = written.op
    node.attr.clear()
    for name, value in written.attr.items():
        node.attr[name].CopyFrom(value)
