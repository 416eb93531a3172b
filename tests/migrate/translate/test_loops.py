"""Loops of their own in both control flows: one graph of all programs, translated once, saved and loaded once."""

from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf
from loop_programs import (
    PROGRAMS,
    begun,
    called_once,
    fibonacci,
    measured,
    rows_to,
    scan,
    twice_a_step,
)

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.keras_code.expression import Ref
from tf2_lstm.migrate.model import Findings, TF1Model, Variable
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate import by_rows
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.control import own_loops
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.rows import registry as table
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.whole import ProgramRefused
from tf2_lstm.migrate.translate.writing.values import known

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


def whole_of(graph, fetch, infer=inferred):
    held = {"w": Variable("w", W.shape, "float32", lambda: W)}
    tf1 = TF1Model("checkpoint", "", graph=graph.as_graph_def(), variables=held, nodes={"w": ("w", None)})
    findings = Findings(shapes=inferred(tf1.graph))
    return tf1, translate(tf1, findings, boundary_of(tf1, findings, fetch), infer)


@pytest.fixture(scope="module", params=[False, True], ids=["v1", "v2"])
def converted(request, tmp_path_factory):
    """(graph, TF1Model, Whole, the Keras model that was saved and loaded)."""
    graph = graph_of(PROGRAMS, request.param)
    tf1, whole = whole_of(graph, outputs_of(graph, PROGRAMS))
    path = tmp_path_factory.mktemp("loops") / "model.keras"
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


def test_steps_follow_their_sizes_where_tensorflow_infers_none(converted):
    graph, _, _, model = converted
    tf1, whole = whole_of(graph, outputs_of(graph, PROGRAMS), lambda steps: {})
    given = np.random.RandomState(2).normal(size=(3, 5, 4)).astype("float32")
    expected = model({"x": given})
    for name, value in build_whole(whole, tf1)({"x": given}).items():
        np.testing.assert_array_equal(np.asarray(value), np.asarray(expected[name]), err_msg=name)


def test_the_proof_says_so(converted):
    _, tf1, whole, model = converted
    assert prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed


def test_the_source_gives_the_numbers_of_the_model(converted):
    _, _, whole, model = converted
    names = {}
    exec(compile(emit_whole(whole), "model.py", "exec"), names)
    written = names["build_model"]()
    written.set_weights(model.get_weights())
    given = np.random.RandomState(1).normal(size=(2, 3, 4)).astype("float32")
    expected = model({"x": given})
    for name, value in written({"x": given}).items():
        np.testing.assert_array_equal(np.asarray(value), np.asarray(expected[name]), err_msg=name)


def test_a_product_that_a_function_reads_twice_is_a_layer_without_the_activation():
    """In the graph a product of its name is read once."""
    tf1, whole = whole_of(graph_of({"y": called_once}, True), ["y:0"])
    assert 'keras.layers.Dense(W_UNITS, use_bias=False, name="w")' in emit_whole(whole)
    assert prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole)).passed


def until_far(x, w):
    """Ends by a flag that each step gives and none reads."""
    step = lambda state, _: (state * 2.0 + tf.tanh(state @ w), tf.reduce_sum(state**2) > 50.0)  # noqa: E731
    return tf.while_loop(lambda _, far: tf.logical_not(far), step, (x[:, 0], False))[0]


def test_a_flag_that_no_step_reads_has_no_switch_in_a_frozen_graph_and_the_loop_is_one():
    part = v1.graph_util.extract_sub_graph(graph_of({"y": until_far}, False).as_graph_def(), ["y"])
    assert [node.op for node in part.node].count("Merge") == 2
    assert [node.op for node in part.node].count("Switch") == 1
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(part, name="")
    tf1, whole = whole_of(graph, ["y:0"])
    case = prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole))
    assert case.passed
    assert {one.name for one in case.tensors} == {
        "y",
        "y, in a tf.function",
        "gradient of x:0",
        "gradient of w",
    }


def test_a_conditional_in_a_branch_that_is_not_taken_is_none():
    """As static_rnn has it of lengths that are constants: a step behind the end of all rows is computed by nobody."""

    def never(x, w):
        inner = lambda: v1.cond(tf.reduce_sum(x) > 0.0, lambda: x @ w, lambda: x - 1.0)  # noqa: E731
        return v1.cond(tf.constant(3) < 2, inner, lambda: tf.zeros_like(x)) + x

    tf1, whole = whole_of(graph_of({"y": never}, False), ["y:0"])
    assert prove_whole(tf1, whole, build_whole(whole, tf1), run_whole(tf1, whole)).passed


def test_gradients_are_those_of_tf_gradients():
    def with_gradients(x, w):
        y = scan(x, w)
        return [y, *tf.gradients(tf.reduce_sum(y * y), [x, w])]

    graph = graph_of({"y": with_gradients}, False)
    given = np.random.RandomState(2).normal(size=(3, 5, 4)).astype("float32")
    with graph.as_default(), v1.Session() as session:
        session.run(v1.raw_ops.Assign(ref=graph.get_tensor_by_name("w:0"), value=W))
        expected = session.run(["y_1:0", "y_2:0"], {"x:0": given})
    tf1, whole = whole_of(graph, ["y:0"])
    model = build_whole(whole, tf1)

    @tf.function
    def gradients(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(model({"x": x})["y"] ** 2)
        return tape.gradient(loss, [x, model.trainable_variables[0].value])

    for received, right in zip(gradients(tf.constant(given)), expected, strict=True):
        np.testing.assert_allclose(received, right, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("v2", [False, True])
def test_how_long_an_array_is_that_still_grows_is_not_translated(v2):
    graph = graph_of({"y": measured}, v2)
    with pytest.raises(ProgramRefused, match="how long an array is that still grows"):
        whole_of(graph, ["y:0"])


@pytest.mark.parametrize(
    ("program", "reason"), [(begun, "not empty at first"), (twice_a_step, "not one element a step")]
)
def test_an_array_that_grows_in_another_way_is_refused(program, reason):
    with pytest.raises(ProgramRefused, match=reason):
        whole_of(graph_of({"y": program}, True), ["y:0"])


def exchanged(cycle):
    """A loop two of whose results are exchanged."""
    results = list(cycle.results)
    results[-2:] = results[:-3:-1]
    return replace(cycle, results=tuple(results))


def before(writer, node, place):
    """The place before one, the first of which is the first."""
    ref = writer.step(node, "maximum", writer.step(node, "subtract", place, 1), 0)
    return replace(place, ref=ref)


#: What is wrong -> (an operation, how its row is called wrongly, the program, the tensor that differs first).
SABOTAGES = {
    "one step short": (
        "Less",
        lambda row, w, n, i: row(w, n, [i[0], known(int(i[1].array) - 1)]),
        fibonacci,
    ),
    "read one step late": (
        "TensorArrayReadV3",
        lambda row, w, n, i: row(w, n, [i[0], before(w, n, i[1]), i[2]]),
        rows_to,
    ),
    "written one step late": (
        "TensorArrayWriteV3",
        lambda row, w, n, i: row(w, n, [i[0], before(w, n, i[1]), *i[2:]]),
        rows_to,
    ),
    "from back to front": (
        "TensorArrayGatherV3",
        lambda row, w, n, i: w.op(n, "flip", row(w, n, i), axis=0, dims=(None, None, 4)),
        rows_to,
    ),
    "exchanged": ("", exchanged, fibonacci),
    "carried on as it was": (
        "",
        lambda cycle: replace(cycle, results=(*cycle.results[:-1], Ref(cycle.carried[-1].name))),
        fibonacci,
    ),
}


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_wrong_translation_is_seen_and_located(name, monkeypatch):
    operation, wrong, program = SABOTAGES[name]
    graph = graph_of({"y": program}, False)
    runs = run_whole(*whole_of(graph, ["y:0"]))
    if operation:
        right = table.rows()[operation]
        planted = lambda *arguments: wrong(right, *arguments)  # noqa: E731
        monkeypatch.setitem(table.rows(), operation, planted)
        monkeypatch.setattr(by_rows, "WITH_ARRAYS", {*by_rows.WITH_ARRAYS, planted})
    else:
        right = own_loops.with_captured
        monkeypatch.setattr(own_loops, "with_captured", lambda cycle: wrong(right(cycle)))
    tf1, whole = whole_of(graph, ["y:0"])
    report = prove_whole(tf1, whole, build_whole(whole, tf1), runs)
    assert not report.passed
    assert report.diagnosis.startswith("the first tensor that differs is while/Exit") or (
        operation.startswith("TensorArray") and "TensorArrayGatherV3" in report.diagnosis
    )
