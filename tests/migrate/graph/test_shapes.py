"""The sizes that a graph fixes, known without running anything of it."""

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph.shapes import inferred

v1 = tf.compat.v1


@pytest.fixture(params=["v1", "v2"])
def control_flow(request):
    (v1.disable_control_flow_v2 if request.param == "v1" else v1.enable_control_flow_v2)()


def graph_of(build):
    with tf.Graph().as_default() as graph:
        build()
    return graph.as_graph_def()


def plainly(graph):
    """What TensorFlow says when it is given everything."""
    with tf.Graph().as_default() as known:
        tf.import_graph_def(graph, name="")
    return known


def test_every_tensor_has_the_shape_that_tensorflow_gives_it(control_flow):
    def build():
        x = v1.placeholder("float32", [None, 3, 4])
        steps = tf.while_loop(lambda n, _: n < 3, lambda n, h: (n + 1, tf.tanh(h + x[:, n])), (0, x[:, 0]))
        tf.cond(tf.size(x) > 5, lambda: steps[1], lambda: x[:, 1])
        tf.split(x, [1, 2], axis=1)

    graph = graph_of(build)
    tensors = [one for operation in plainly(graph).get_operations() for one in operation.outputs]
    assert inferred(graph) == {one.name: tuple(one.shape) for one in tensors if one.shape.rank is not None}


def test_sizes_go_through_whatever_is_between():
    def build():
        x = [v1.placeholder("float32", [3, 4]) for _ in range(2)]
        tf.reshape(tf.stack(x), [-1, 8], name="y")
        tf.identity(v1.placeholder("float32"), name="anything")

    found = inferred(graph_of(build))
    assert found["y:0"] == (3, 8)
    assert "anything:0" not in found


def test_a_file_is_not_read_for_a_size(tmp_path):
    path = tmp_path / "shape.bin"
    path.write_bytes(np.array([2, 3], "int32").tobytes())

    def build():
        shape = tf.io.decode_raw(tf.io.read_file(str(path)), "int32")
        tf.reshape(v1.placeholder("float32", [6]), shape, name="y")
        tf.add(v1.placeholder("float32", [None, 4]), 1.0, name="z")

    graph = graph_of(build)
    assert plainly(graph).get_tensor_by_name("y:0").shape == (2, 3)
    found = inferred(graph)
    assert "y:0" not in found
    assert found["z:0"] == (None, 4)


def test_what_a_data_set_gives_has_the_sizes_that_it_says():
    def build():
        data = tf.data.Dataset.from_tensors((np.zeros([3, 5, 4], "float32"), np.zeros([3], "int32")))
        x, n = v1.data.make_one_shot_iterator(data).get_next()
        tf.identity(x, name="x")
        tf.identity(n, name="n")

    found = inferred(graph_of(build))
    assert (found["x:0"], found["n:0"]) == ((3, 5, 4), (3,))


def test_an_operation_that_nobody_knows_takes_only_its_readers_with_it():
    graph = graph_of(lambda: tf.tanh(tf.exp(v1.placeholder("float32", [2, 3], name="x"), name="y"), name="z"))
    next(node for node in graph.node if node.name == "y").op = "Unheard"
    assert inferred(graph) == {"x:0": (2, 3)}


def test_a_scalar_of_a_graph_without_a_version_is_one():
    """tf.graph_util.convert_variables_to_constants writes none."""

    def build():
        tf.identity(v1.placeholder("int32", [], name="steps"), name="y")
        tf.identity(v1.placeholder("float32", name="anything"), name="z")

    graph = graph_of(build)
    graph.versions.Clear()
    assert plainly(graph).get_tensor_by_name("steps:0").shape.rank is None
    assert inferred(graph) == {"steps:0": (), "y:0": ()}


def test_a_large_constant_is_known_by_its_shape_alone():
    graph = graph_of(lambda: tf.constant(np.arange(600.0).reshape(20, 30), name="weights"))
    assert inferred(graph) == {"weights:0": (20, 30)}


def test_a_graph_that_does_not_fit_together_fixes_nothing():
    graph = graph_of(lambda: tf.matmul(v1.placeholder("float32", [2, 3]), v1.placeholder("float32", [3, 4])))
    assert inferred(graph)
    graph.node[1].attr["shape"].shape.dim[0].size = 5
    assert inferred(graph) == {}
