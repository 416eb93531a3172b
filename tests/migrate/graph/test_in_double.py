"""A graph in float64: what is widened, as what, and what keeps its dtype."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework.tensor_pb2 import TensorProto

from tf2_lstm.migrate.graph.in_double import in_double

v1 = tf.compat.v1
NEAREST = float(np.float32(0.3))
#: A constant -> its numbers in float64.
CONSTANTS = {
    "a number as it is written": (tf.make_tensor_proto(0.3, tf.float32), [0.3]),
    "the scale of dropout as one over what is written": (
        tf.make_tensor_proto(1 / 0.7, tf.float32),
        [1 / 0.7],
    ),
    "one number of a vector likewise": (tf.make_tensor_proto(np.full(2, 0.3, np.float32)), [0.3, 0.3]),
    "a vector as it is": (tf.make_tensor_proto([0.3, 0.5], tf.float32), [NEAREST, 0.5]),
    "no number": (tf.make_tensor_proto([], tf.float32), []),
    "a number of half the size": (tf.make_tensor_proto(0.3, tf.float16), [0.3]),
    "a vector of those": (
        tf.make_tensor_proto([0.3, 0.5], tf.float16),
        [float(np.float16(0.3)), 0.5],
    ),
    "those as bits": (
        TensorProto(
            dtype=tf.float16.as_datatype_enum,
            half_val=np.array([0.3, 0.5], np.float16).view(np.uint16).tolist(),
            tensor_shape=tf.TensorShape([2]).as_proto(),
        ),
        [float(np.float16(0.3)), 0.5],
    ),
}


def widened(value):
    graph = v1.GraphDef()
    node = graph.node.add(name="c", op="Const")
    node.attr["dtype"].type = value.dtype
    node.attr["value"].tensor.CopyFrom(value)
    in_double(graph)
    assert node.attr["dtype"].type == tf.float64.as_datatype_enum
    return node.attr["value"].tensor


@pytest.mark.parametrize(("value", "numbers"), CONSTANTS.values(), ids=CONSTANTS)
def test_a_constant_is_widened(value, numbers):
    found = tf.make_ndarray(widened(value))
    assert found.dtype == np.float64
    assert found.shape == tf.make_ndarray(value).shape
    assert found.reshape(-1).tolist() == numbers


def test_one_number_for_a_tensor_of_any_size_stays_one():
    value = tf.make_tensor_proto(0.5, tf.float32)
    value.tensor_shape.dim.add(size=2**40)
    assert list(widened(value).double_val) == [0.5]


def test_the_flow_of_an_array_and_integers_keep_their_dtype():
    with tf.Graph().as_default() as graph:
        v1.disable_control_flow_v2()
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        v1.while_loop(
            lambda i, array: i < 3,
            lambda i, array: (i + 1, array.write(i, x)),
            [0, tf.TensorArray(tf.float32, 3)],
        )
    part = graph.as_graph_def()
    in_double(part)
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(part, name="")
    kinds = {one.name: one.outputs[0].dtype for one in graph.get_operations() if one.outputs}
    assert kinds["x"] == tf.float64
    assert {kinds[name] for name in kinds if name.startswith("while/Exit")} == {tf.int32, tf.float32}
