"""Artefacts of the zoo with what ends a process, fills its memory, has no end or reads a file in one recurrence.

It is added to the size of the array of the outputs, which recognition does not look at and every run computes.
"""

import contextlib
import shutil
from pathlib import Path

import tensorflow as tf

ZOO = Path(__file__).parent / "zoo" / "files"
tf1 = tf.compat.v1


def _dies():
    shape = tf1.placeholder_with_default(tf.zeros([0], tf.int32), [0])
    count = tf1.placeholder_with_default(2**31 - 1, [])
    made = tf.raw_ops.TensorListReserve(element_shape=shape, num_elements=count, element_dtype=tf.float32)
    return tf.raw_ops.TensorListLength(input_handle=made)


def _dies_on_import():
    return tf.raw_ops.GatherV2(params=[1, 2], indices=0, axis=0, batch_dims=0)


def _has_no_end():
    one = tf1.placeholder_with_default(1.0, [])
    return tf.cast(
        tf1.while_loop(lambda x: x > 0.0, lambda x: x * one, [one], return_same_structure=True)[0], tf.int32
    )


def _nan_has_no_end():
    """A loop that goes on as long as its value is none."""
    start = tf1.placeholder_with_default(float("nan"), [])
    return tf.cast(tf1.while_loop(tf.math.is_nan, lambda x: x + 1.0, [start]), tf.int32)


def _fills_memory():
    return tf.reduce_max(
        tf.fill(tf1.placeholder_with_default([2**29], [1]), 1) * tf1.placeholder_with_default(2, [])
    )


def _reads_a_file():
    return tf.raw_ops.Size(input=tf.io.read_file(__file__))


@contextlib.contextmanager
def _loops_as_in_tf1():
    enabled = tf1.control_flow_v2_enabled()
    tf1.disable_control_flow_v2()
    try:
        yield
    finally:
        if enabled:
            tf1.enable_control_flow_v2()


#: What goes wrong -> what makes a whole number of it.
DANGERS = {
    "death": _dies,
    "no end": _has_no_end,
    "no end of a NaN": _nan_has_no_end,
    "memory": _fills_memory,
    "death on import": _dies_on_import,
    "a file that is read": _reads_a_file,
}


def with_danger(danger, folder):
    """Copy an artefact with a danger in the size of an array of its first recurrence.

    Args:
        danger: a name of `DANGERS`.
        folder: where to.

    Returns:
        The checkpoint's path as a text.
    """
    return with_size(DANGERS[danger], folder)


def with_size(make, folder, artefact="one_cell_two_inputs", node="shared/rnn/TensorArray"):
    """Copy an artefact with something added to the size of an array.

    Args:
        make: makes a whole number in the default graph.
        folder: where to.
        artefact: of the zoo.
        node: the array.

    Returns:
        The checkpoint's path as a text.
    """
    copy = shutil.copytree(ZOO / artefact, folder / "dangerous")
    meta = tf1.MetaGraphDef.FromString((copy / "model.ckpt.meta").read_bytes())
    (array,) = [one for one in meta.graph_def.node if one.name == node]
    with _loops_as_in_tf1(), tf.Graph().as_default() as graph, tf1.name_scope("danger"):
        given = tf1.placeholder(tf.int32, [], name="given")
        last = tf.add(make(), given)
    made = graph.as_graph_def()
    meta.graph_def.library.MergeFrom(made.library)
    for new in made.node:
        if new.op == "GatherV2":
            new.attr["batch_dims"].i = 9
        new.input[:] = [array.input[0] if one == given.op.name else one for one in new.input]
        if new.name != given.op.name:
            meta.graph_def.node.add().CopyFrom(new)
    array.input[0] = last.op.name
    (copy / "model.ckpt.meta").write_bytes(meta.SerializeToString())
    return str(copy / "model.ckpt")
