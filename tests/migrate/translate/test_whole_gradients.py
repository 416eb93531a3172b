"""The gradients of a whole program: what goes forward right and back wrong is seen, and what has none is said."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from live_models import model_of

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.prove import program_gradients, programs
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.rows import registry as table
from tf2_lstm.migrate.translate.translation import translate

v1 = tf.compat.v1
SHAPES = {"words": (7, 4), "w": (4, 4), "b": (4,), "frozen": (4, 4)}
WEIGHTS = {
    name: np.random.RandomState(number).uniform(-1, 1, shape).astype("float32")
    for number, (name, shape) in enumerate(SHAPES.items())
}


def program():
    """Words looked up twice, a dense layer, a weight that is not trained, a stop in the middle."""
    ids, x = v1.placeholder(tf.int32, [None, 3], name="ids"), v1.placeholder(tf.float32, [None, 4], name="x")
    held = {
        name: v1.raw_ops.VariableV2(shape=shape, dtype=tf.float32, name=name)
        for name, shape in SHAPES.items()
    }
    mean = tf.reduce_mean(tf.gather(held["words"], ids), 1, name="mean")
    dense = tf.nn.relu(tf.matmul(mean + x, held["w"]) + held["b"], name="dense")
    kept = tf.matmul(
        tf.stop_gradient(tf.tanh(dense), name="stopped") * mean, tf.stop_gradient(held["frozen"])
    )
    tf.matmul(kept + dense, held["words"], transpose_b=True, name="scores")
    tf.argmax(dense, 1, name="place")


def found_of(build, outputs):
    """The model, its findings and its boundary."""
    graph = tf.Graph()
    with graph.as_default():
        build()
    tf1 = model_of(graph, WEIGHTS)
    findings = Findings(shapes=inferred(tf1.graph))
    return tf1, findings, boundary_of(tf1, findings, outputs)


def proof(found, runs=None):
    tf1, findings, boundary = found
    whole = translate(tf1, findings, boundary)
    return prove_whole(tf1, whole, build_whole(whole, tf1), runs or run_whole(tf1, whole))


@pytest.fixture(scope="module")
def found():
    """The graph, and what the session computes."""
    read = found_of(program, ("scores:0", "place:0"))
    return read, run_whole(read[0], translate(*read))


def test_every_variable_and_every_input_of_floats_has_its_row(found):
    report = proof(*found)
    assert report.passed
    rows = {tensor.name for tensor in report.tensors if tensor.name.startswith("gradient of ")}
    assert rows == {f"gradient of {name}" for name in ("x:0", "words", "w", "b", "frozen")}
    assert len({tensor.reference for tensor in report.tensors if tensor.name == "gradient of w"}) == 3
    assert any(np.any(run.gradients["w"]) for run in found[1].runs)


def straight_through(writer, node, value):
    """What relu gives, with the derivative of the identity."""
    given = writer.op(node, "relu", value)
    less = writer.op(node, "subtract", given, value)
    return writer.op(node, "add", value, writer.op(node, "stop_gradient", less))


#: What is wrong -> (the operation, how its row is called wrongly, a gradient that differs).
SABOTAGES = {
    "a stop_gradient left out": (
        "StopGradient",
        lambda row, w, n, i: i[0] if n.name == "stopped" else row(w, n, i),
        "gradient of w",
    ),
    "a weight trained that is not": (
        "StopGradient",
        lambda row, w, n, i: row(w, n, i) if n.name == "stopped" else i[0],
        "gradient of frozen",
    ),
    "another derivative of relu": (
        "Relu",
        lambda row, w, n, i: straight_through(w, n, row(w, n, i) and i[0]),
        "gradient of b",
    ),
    "a shared weight counted once": (
        "GatherV2",
        lambda row, w, n, i: w.op(n, "stop_gradient", row(w, n, i)),
        "gradient of words",
    ),
    "a stop that is not there": (
        "Mean",
        lambda row, w, n, i: w.op(n, "stop_gradient", row(w, n, i)),
        "gradient of words",
    ),
}


@pytest.mark.parametrize("name", SABOTAGES)
def test_what_is_wrong_only_on_the_way_back_is_seen(found, name, monkeypatch):
    operation, wrong, where = SABOTAGES[name]
    right = table.rows()[operation]
    monkeypatch.setitem(table.rows(), operation, lambda *arguments: wrong(right, *arguments))
    report = proof(*found)
    different = {tensor.name for tensor in report.tensors if not tensor.passed}
    assert where in different
    assert all(one.startswith("gradient of ") for one in different)
    assert report.diagnosis.startswith("every output is equal and ")


def test_a_gradient_that_no_weight_has_is_named(found):
    tf1, findings, boundary = found[0]
    whole = translate(tf1, findings, boundary)
    layers = {name: sources for name, sources in whole.layers.items() if "w" not in sources}
    report = prove_whole(tf1, replace(whole, layers=layers), build_whole(whole, tf1), found[1])
    assert {tensor.name for tensor in report.tensors if not tensor.passed} == {
        "gradient of w",
        "gradient of b",
    }
    assert any("only TF1 graph" in tensor.problem for tensor in report.tensors)


def integers():
    """A graph with nothing but an integer to fetch."""
    tf.argmax(v1.placeholder(tf.float32, [None, 4], name="x"), 1, name="place")


def writing():
    """A graph that writes a variable before it gives out what it read of it, as one that keeps its state."""
    x = v1.placeholder(tf.float32, [None, 4], name="x")
    kept = v1.raw_ops.VariableV2(shape=(4,), dtype=tf.float32, name="b")
    sum_ = tf.add(x, kept)
    with tf.control_dependencies([v1.raw_ops.Assign(ref=kept, value=tf.reduce_max(sum_, 0), name="keep")]):
        tf.identity(sum_, name="scores")


#: Why none are compared -> (the program, its output). An operation without one is among the zoo's programs.
WITHOUT = {
    "no output is of floats": (integers, "place:0"),
    "a run of the graph writes variables: keep": (writing, "scores:0"),
}


@pytest.mark.parametrize("why", WITHOUT)
def test_why_there_are_none_is_said(why):
    build, output = WITHOUT[why]
    report = proof(found_of(build, (output,)))
    assert report.passed
    assert f"model: no gradients were compared: {why}" in report.notes


def test_of_a_large_model_there_are_none(found, monkeypatch):
    monkeypatch.setattr(program_gradients, "LARGE", 10)
    report = proof(found[0])
    assert report.passed
    assert "model: no gradients were compared: it has 64 weights, more than 10" in report.notes


@pytest.fixture
def _long(monkeypatch):
    monkeypatch.setattr(programs, "LONG", 3)


@pytest.mark.usefixtures("_long")
def test_a_long_one_has_those_of_its_first_sample(found):
    report = proof(found[0])
    assert report.passed
    rows = [tensor for tensor in report.tensors if tensor.name.startswith("gradient of ")]
    assert {row.name for row in rows} == {
        f"gradient of {name}" for name in ("x:0", "words", "w", "b", "frozen")
    }
    assert {row.reference for row in rows} == {"TF1 graph, 3 x 3"}
    assert len({one.reference for one in report.tensors if one.name.startswith("scores")}) == 3
    [note] = [note for note in report.notes if "gradients were compared for" in note]
    assert note.startswith("model: gradients were compared for 3 x 3 alone: it has ")
    assert note.endswith(" operations, more than 3")


@pytest.mark.usefixtures("_long")
@pytest.mark.parametrize("name", SABOTAGES)
def test_what_is_wrong_on_the_way_back_of_a_long_one_is_seen(found, name, monkeypatch):
    operation, wrong, where = SABOTAGES[name]
    right = table.rows()[operation]
    monkeypatch.setitem(table.rows(), operation, lambda *arguments: wrong(right, *arguments))
    report = proof(found[0])
    assert where in {tensor.name for tensor in report.tensors if not tensor.passed}


@pytest.mark.usefixtures("_long")
def test_the_gradients_of_a_long_one_that_are_its_own_are_those_of_the_open_one(found):
    tf1, findings, boundary = found[0]
    [first, *_] = run_whole(tf1, translate(tf1, findings, boundary)).runs
    [open_, *_] = found[1].runs
    assert first.gradients.keys() == open_.gradients.keys()
    for name, value in open_.gradients.items():
        np.testing.assert_allclose(first.gradients[name], value, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("_long")
@pytest.mark.parametrize("why", WITHOUT)
def test_why_a_long_one_has_none_is_said(why):
    test_why_there_are_none_is_said(why)


def test_the_parts_of_a_variable_have_one_gradient():
    """Two tables of rows of the words, as tf.nn.embedding_lookup reads a partitioned one."""

    def parts():
        ids = v1.placeholder(tf.int32, [None, 3], name="ids")
        upper, lower = (
            v1.raw_ops.VariableV2(shape=(rows, 4), dtype=tf.float32, name=name)
            for name, rows in (("upper", 4), ("lower", 3))
        )
        there = tf.expand_dims(tf.less(ids, 3), -1)
        rows = tf.where(
            there, tf.gather(upper, tf.minimum(ids, 3)), tf.gather(lower, tf.minimum(ids, 2)), name="rows"
        )
        tf.tanh(rows, name="scores")

    tf1, findings, boundary = found_of(parts, ("scores:0",))
    columns = slice(0, 4)
    nodes = {"upper": ("words", (slice(0, 4), columns)), "lower": ("words", (slice(4, 7), columns))}
    report = proof((replace(tf1, nodes=nodes), findings, boundary))
    assert report.passed
    assert next(one.shape for one in report.tensors if one.name == "gradient of words") == (7, 4)


def test_gradients_that_are_not_finite_in_tf1_are_left_out_and_named():
    """The root of a deviation that is 0; a gradient beside it is compared."""

    def build():
        x, z = v1.placeholder(tf.float32, [2, 4], name="x"), v1.placeholder(tf.float32, [2, 4], name="z")
        tf.add(tf.sqrt(tf.square(x) * 0.0), z * z, name="y")

    report = proof(found_of(build, ["y:0"]))
    assert report.passed
    assert {one.name for one in report.tensors if one.name.startswith("gradient")} == {"gradient of z:0"}
    said = "not compared, as they are not finite in TF1: the gradients of x:0"
    assert [note for note in report.notes if said in note]
