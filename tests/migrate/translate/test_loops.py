"""Loops of their own in both control flows: one graph of all programs, translated once, saved and loaded once."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from loop_programs import PROGRAMS

from tf2_lstm.migrate.convert.whole_proof import prove_whole, run_whole
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model, Variable
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate

v1 = tf.compat.v1
W = np.random.RandomState(0).uniform(-1, 1, (4, 4)).astype("float32")
SIZES = ((3, 5), (1, 1), (4, 7))


def graph_of(programs, functional):
    """The graph of programs of one input and one variable, their results under their names."""
    before = v1.control_flow_v2_enabled()
    (v1.enable_control_flow_v2 if functional else v1.disable_control_flow_v2)()
    graph = tf.Graph()
    with graph.as_default():
        x = v1.placeholder(tf.float32, [None, None, 4], name="x")
        w = tf.identity(v1.raw_ops.VariableV2(shape=W.shape, dtype=tf.float32, name="w"))
        for name, program in programs.items():
            found = program(x, w)
            for number, one in enumerate(found if isinstance(found, (list, tuple)) else [found]):
                tf.identity(one, name=name if not number else f"{name}_{number}")
    (v1.enable_control_flow_v2 if before else v1.disable_control_flow_v2)()
    return graph


def outputs_of(graph, names):
    return [one.outputs[0].name for one in graph.get_operations() if one.name.rstrip("_1") in names]


def whole_of(graph, fetch):
    held = {"w": Variable("w", W.shape, "float32", lambda: W)}
    tf1 = TF1Model("checkpoint", "", graph=graph.as_graph_def(), variables=held, nodes={"w": ("w", None)})
    shapes = inferred(tf1.graph)
    return tf1, translate(tf1, Findings(), boundary_of(tf1, Findings(), shapes, fetch), shapes)


@pytest.fixture(scope="module", params=[False, True], ids=["v1", "v2"])
def converted(request, tmp_path_factory):
    """(graph, TF1Model, Whole, the Keras model that was saved and loaded)."""
    graph = graph_of(PROGRAMS, request.param)
    tf1, whole = whole_of(graph, outputs_of(graph, PROGRAMS))
    path = tmp_path_factory.mktemp("loops") / "program.keras"
    build_whole(whole, tf1).save(path)
    return graph, tf1, whole, keras.models.load_model(path)


def test_every_loop_gives_what_the_session_gives(converted):
    graph, _, whole, model = converted
    samples = [
        np.random.RandomState(sum(sizes)).normal(size=(*sizes, 4)).astype("float32") for sizes in SIZES
    ]
    with graph.as_default(), v1.Session() as session:
        session.run(v1.raw_ops.Assign(ref=graph.get_tensor_by_name("w:0"), value=W))
        fetched = {one.name: one.tf1 for one in whole.outputs}
        expected = [session.run(fetched, {"x:0": given}) for given in samples]
    for given, sides in zip(samples, expected, strict=True):
        found = model({"x": given})
        for name, value in sides.items():
            received = np.asarray(found[name])
            assert received.dtype == value.dtype
            np.testing.assert_allclose(received, value, rtol=1e-5, atol=2e-6, err_msg=f"{name} {given.shape}")


def test_the_proof_says_so(converted):
    _, tf1, whole, model = converted
    assert prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed


def test_the_source_gives_the_numbers_of_the_model(converted):
    _, _, whole, model = converted
    names = {}
    exec(compile(emit_whole(whole), "program.py", "exec"), names)
    written = names["build_program"]()
    written.set_weights(model.get_weights())
    given = np.random.RandomState(1).normal(size=(2, 3, 4)).astype("float32")
    expected = model({"x": given})
    for name, value in written({"x": given}).items():
        np.testing.assert_array_equal(np.asarray(value), np.asarray(expected[name]), err_msg=name)
