"""Wrong translations, planted one at a time in the rows: each is seen by the proof, and located."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import model_of

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.rows import registry as table
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.writing.values import known

v1 = tf.compat.v1
WEIGHTS = {
    name: np.random.RandomState(number).uniform(-1, 1, shape).astype("float32")
    for number, (name, shape) in enumerate({"words": (7, 4), "w": (4, 4), "b": (4,), "v": (4, 4)}.items())
}
OUTPUTS = ("scores:0", "place:0", "mixed:0", "largest:0")


def program():
    """A graph with axes of one size, so that a wrong axis gives no other shape."""
    ids = v1.placeholder(tf.int32, [None, 4], name="ids")
    held = {
        name: v1.raw_ops.VariableV2(shape=one.shape, dtype=tf.float32, name=name)
        for name, one in WEIGHTS.items()
    }
    x = tf.gather(held["words"], ids, name="looked_up")
    turned = tf.transpose(x, [0, 2, 1], name="turned")
    less = tf.subtract(x, turned, name="less")
    added = tf.cumsum(less, 1, name="added")
    back = tf.reverse(added, [1], name="back")
    chosen = tf.where(tf.greater(back, 0.0, name="positive"), back, x, name="chosen")
    both = tf.concat([chosen, turned], 2, name="both")
    cut = tf.strided_slice(both, [0, 0, 2], [0, 0, 6], begin_mask=3, end_mask=3, name="cut")
    product = tf.matmul(tf.reshape(cut, [-1, 4]), held["w"], name="product")
    dense = tf.nn.relu(tf.nn.bias_add(product, held["b"], name="biased"), name="dense")
    rows = tf.reshape(dense, [-1, 4, 4], name="rows")
    total = tf.reduce_sum(rows, 1, name="total")
    low = tf.minimum(total, 0.75, name="low")
    share = tf.nn.softmax(low, name="share")
    tf.matmul(share, held["v"], transpose_b=True, name="scores")
    tf.argmax(rows, 1, name="place")
    pair = tf.stack([low, share], 1, name="pair")
    first, second = tf.split(tf.pad(pair, [[0, 0], [1, 1], [0, 0]], name="margin"), 2, 1, name="halves")
    tf.reduce_max(rows, 2, name="largest")
    tf.subtract(first, tf.expand_dims(second[:, 0], 1, name="one_more"), name="mixed")


def changed(node, **attributes):
    """A node with other values of boolean attributes."""
    copy = type(node).FromString(node.SerializeToString())
    for name, value in attributes.items():
        copy.attr[name].b = value
    return copy


#: What is wrong -> (the operation, how its row is called wrongly, the first tensor that differs).
SABOTAGES = {
    "ids counted from the end": (
        "GatherV2",
        lambda row, w, n, i: row(w, n, [i[0], w.op(n, "subtract", 6, i[1]), i[2]]),
        "looked_up",
    ),
    "axes left in their order": (
        "Transpose",
        lambda row, w, n, i: row(w, n, [i[0], known([0, 1, 2])]),
        "turned",
    ),
    "operands swapped": ("Sub", lambda row, w, n, i: row(w, n, i[::-1]), "less"),
    "running sums over another axis": ("Cumsum", lambda row, w, n, i: row(w, n, [i[0], known(2)]), "added"),
    "running sums without the last": (
        "Cumsum",
        lambda row, w, n, i: row(w, changed(n, exclusive=True), i),
        "added",
    ),
    "turned round along another axis": (
        "ReverseV2",
        lambda row, w, n, i: row(w, n, [i[0], known([2])]),
        "back",
    ),
    "not turned round": ("ReverseV2", lambda row, w, n, i: i[0], "back"),
    "branches of select swapped": ("SelectV2", lambda row, w, n, i: row(w, n, [i[0], i[2], i[1]]), "chosen"),
    "less for greater": ("Greater", lambda row, w, n, i: row(w, n, i[::-1]), "positive"),
    "joined in another order": ("ConcatV2", lambda row, w, n, i: row(w, n, [i[1], i[0], i[2]]), "both"),
    "cut one too early": (
        "StridedSlice",
        lambda row, w, n, i: row(
            w, n, [i[0], *((known([0, 0, 1]), known([0, 0, 5]), i[3]) if n.name == "cut" else i[1:])]
        ),
        "cut",
    ),
    "no bias": ("BiasAdd", lambda row, w, n, i: i[0], "rows"),
    "another activation": ("Relu", lambda row, w, n, i: w.op(n, "elu", i[0]), "dense"),
    "summed over another axis": ("Sum", lambda row, w, n, i: row(w, n, [i[0], known([2])]), "total"),
    "axes kept": ("Max", lambda row, w, n, i: row(w, changed(n, keep_dims=True), i), "largest"),
    "the larger for the smaller": ("Minimum", lambda row, w, n, i: w.op(n, "maximum", *i), "low"),
    "sigmoid for softmax": ("Softmax", lambda row, w, n, i: w.op(n, "sigmoid", i[0]), "share"),
    "the transposition left out": (
        "MatMul",
        lambda row, w, n, i: row(w, changed(n, transpose_b=False), i),
        "scores",
    ),
    "the largest of another axis": ("ArgMax", lambda row, w, n, i: row(w, n, [i[0], known(2)]), "place"),
    "stacked in another order": ("Pack", lambda row, w, n, i: row(w, n, i[::-1]), "pair"),
    "the margin on one side": (
        "Pad",
        lambda row, w, n, i: row(w, n, [i[0], known([[0, 0], [2, 0], [0, 0]])]),
        "margin",
    ),
    "parts in another order": ("Split", lambda row, w, n, i: row(w, n, i)[::-1], "halves"),
}


@pytest.fixture(scope="module")
def found():
    """The model, its findings and boundary, and what the session computes."""
    graph = tf.Graph()
    with graph.as_default():
        program()
    tf1 = model_of(graph, WEIGHTS)
    findings = Findings(shapes=inferred(tf1.graph))
    boundary = boundary_of(tf1, findings, OUTPUTS)
    return tf1, findings, boundary, run_whole(tf1, translate(tf1, findings, boundary))


def proof(found):
    tf1, findings, boundary, runs = found
    whole = translate(tf1, findings, boundary)
    return prove_whole(tf1, whole, build_whole(whole, tf1), runs)


def test_the_right_translation_is_proved(found):
    assert proof(found).passed
    # The proof had TensorFlow leave functions as they are, and nobody else's.
    assert not tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer")


@pytest.mark.parametrize("name", SABOTAGES)
def test_a_wrong_translation_is_seen_and_located(name, found, monkeypatch):
    operation, wrong, where = SABOTAGES[name]
    right = table.rows()[operation]
    monkeypatch.setitem(table.rows(), operation, lambda *arguments: wrong(right, *arguments))
    report = proof(found)
    assert not report.passed
    assert report.diagnosis.startswith(f"the first tensor that differs is {where}:0 (")


def test_a_wrong_weight_is_seen_and_named(found):
    tf1, findings, boundary, runs = found
    whole = translate(tf1, findings, boundary)
    model = build_whole(whole, tf1)
    model.trainable_weights[0].assign(model.trainable_weights[0] + 0.01)
    report = prove_whole(tf1, whole, model, runs)
    assert not report.passed
    assert "the model that was written differs from them" in report.diagnosis


def proof_with(found, change):
    """The proof of a model whose dense layer gives what `change` makes of its inputs and its right outputs."""
    tf1, findings, boundary, runs = found
    whole = translate(tf1, findings, boundary)
    model = build_whole(whole, tf1)
    dense = next(layer for layer in model.layers if isinstance(layer, keras.layers.Dense))
    right = dense.call
    dense.call = lambda x: change(x, right(x))
    return prove_whole(tf1, whole, model, runs)


def wrong_of(report):
    return {tensor.name for tensor in report.tensors if not tensor.passed}


def test_what_is_wrong_in_a_function_alone_is_seen_and_said(found):
    """The sabotage: a layer that computes something else where `predict` calls it."""
    report = proof_with(found, lambda x, y: y if tf.executing_eagerly() else y + 0.01)
    assert "scores, in a tf.function" in wrong_of(report)
    assert all(name.endswith(", in a tf.function") for name in wrong_of(report))
    assert "as its predict calls it" in report.diagnosis


def test_what_is_wrong_in_a_later_sample_is_wrong_where_it_is_called_too(found):
    """The sabotage: a layer that is wrong for one row of four ids; the first sample, which is called, has more."""
    report = proof_with(found, lambda x, y: y + 0.01 * tf.cast(tf.equal(tf.shape(x)[0], 4), y.dtype))
    assert "scores" not in wrong_of(report)
    assert "scores, in a tf.function" in wrong_of(report)
    assert "the model that was written differs from them" in report.diagnosis
