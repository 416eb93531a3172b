"""What a program computes around a recurrence is named, from what is fed to what nothing reads, gradients left out."""

import json
from pathlib import Path

import pytest
import refusals
import tensorflow as tf

from tf2_lstm.cli import main
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.recognise import recognise

v1 = tf.compat.v1
ZOO = Path(__file__).parents[2] / "zoo" / "files"
LOOKUP = "ResourceGather (lookup) over words [9, 4]"
SCORES = (
    "MatMul (MatMul_3) over scores/w [3, 2]",
    "BiasAdd (BiasAdd) over scores/b [2]",
    "Softmax (Softmax)",
)


def around_of(folder, front, behind, train=None):
    """The `Around` of an RNN over x, with `front` before it and `behind` after it."""
    with tf.Graph().as_default(), v1.Session() as session:
        x = front()
        with v1.variable_scope("rnn"):
            w, b = v1.get_variable("w", [7, 3]), v1.get_variable("b", [3])
        h = tf.zeros([2, 3])
        for step in range(3):
            h = tf.tanh(tf.matmul(tf.concat([x[:, step], h], 1), w) + b, name="h")
        out = behind(h)
        if train:
            train(tf.reduce_sum(out, name="loss"))
        session.run(v1.global_variables_initializer())
        path = v1.train.Saver().save(session, str(folder / "model"))
    (found,) = look(Request(path))[1].recurrences
    return found.around


def fed():
    return v1.placeholder(tf.float32, [2, 3, 4], name="x")


def looked_up():
    words = v1.get_variable("words", [9, 4])
    return tf.gather(words, v1.placeholder(tf.int32, [2, 3], name="ids"), name="lookup")


def moved():
    return tf.transpose(v1.placeholder(tf.float32, [3, 2, 4], name="x"), [1, 0, 2])


def dropped_first():
    return v1.nn.dropout(fed(), keep_prob=0.7, name="drop")


def dropped_by_rate(h):
    rate = v1.placeholder_with_default(0.0, [], name="rate")
    return tf.nn.softmax(v1.nn.dropout(h, rate=rate, name="last"), name="p")


def dropped_three_times():
    """As TF 1.15 writes dropout, a product with a mask."""
    x = looked_up()
    for name in ("one", "two", "three"):
        with v1.name_scope(name):
            mask = tf.cast(tf.random.uniform(tf.shape(x)) >= 0.5, tf.float32)
            x = x * 2.0 * mask
    return x


def scored(h):
    with v1.variable_scope("scores"):
        w, b = v1.get_variable("w", [3, 2]), v1.get_variable("b", [2])
    return tf.nn.softmax(tf.nn.bias_add(tf.matmul(h, w), b))


def minimized(loss):
    v1.train.AdamOptimizer(0.1).minimize(loss)


def minimized_in_a_scope(loss):
    with tf.name_scope("learn"):
        minimized(loss)


def differentiated(loss):
    """Gradients in a scope of another name, and what is computed from them."""
    weights = v1.trainable_variables()
    gradients, norm = tf.clip_by_global_norm(tf.gradients(loss, weights, name="back"), 5.0)
    v1.summary.scalar("norm", norm)
    v1.train.AdamOptimizer(0.1).apply_gradients(zip(gradients, weights, strict=True))


#: Layers whose scope ends as that of a gradient does.
def called_grad(h):
    with tf.name_scope("x_grad"):
        return tf.nn.softmax(h, name="p")


ROWS = {
    "nothing": (fed, tf.identity, None, (), ()),
    "what only moves numbers": (moved, lambda h: tf.reshape(h, [-1]), None, (), ()),
    "a lookup in front": (looked_up, tf.identity, None, (LOOKUP,), ()),
    "a layer behind": (fed, scored, None, (), SCORES),
    "both, and training around them": (looked_up, scored, minimized, (LOOKUP,), (*SCORES, "Sum (loss)")),
    "training in a scope": (looked_up, scored, minimized_in_a_scope, (LOOKUP,), (*SCORES, "Sum (loss)")),
    "gradients in a scope": (looked_up, scored, differentiated, (LOOKUP,), (*SCORES, "Sum (loss)")),
    "dropout on both sides": (
        dropped_first,
        dropped_by_rate,
        minimized,
        ("dropout (drop/SelectV2) with keep_prob 0.7",),
        ("dropout (last/SelectV2) with keep_prob last/Sub:0", "Softmax (p)", "Sum (loss)"),
    ),
    "a layer called as a gradient": (fed, called_grad, None, (), ("Softmax (x_grad/p)",)),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_is_around_is_named(row, tmp_path):
    front, behind, train, before, after = row
    around = around_of(tmp_path, front, behind, train)
    assert (around.in_front, around.behind) == (before, after)
    assert bool(around.in_words()) == bool(before or after)


def test_masks_whose_product_is_no_tensor_hide_nothing_in_front(tmp_path):
    around = around_of(tmp_path, dropped_three_times, tf.identity, None)
    assert around.in_front[:2] == (LOOKUP, "dropout (one/mul_1) with keep_prob 0.5")
    assert "RandomUniform (three/random_uniform/RandomUniform)" in around.in_front


def test_what_is_inside_of_another_recurrence_is_not_repeated():
    _, findings = look(Request(str(ZOO / "two_loops_in_a_row" / "model.ckpt")))
    assert [(one.around.in_front, one.around.behind) for one in findings.recurrences] == [((), ()), ((), ())]


def test_text_report_and_manifest_say_it(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", str(ZOO / "saved_model" / "saved_model"), "-o", str(out), "--recurrences"]) == 0
    words = (
        "the model begins at embedding_lookup/Identity:0 and ends at rnn/transpose_1:0. Not in it: in front, 1 "
        "operation(s): GatherV2 (embedding_lookup) over embedding [9, 4]; behind, 3 operation(s): "
    )
    assert words in " ".join(capsys.readouterr().out.split())
    assert words in (out / "report.md").read_text(encoding="utf-8")
    (model,) = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["models"]
    assert model["around"]["in_front"] == ["GatherV2 (embedding_lookup) over embedding [9, 4]"]
    assert model["around"]["behind"][-1] == "Softmax (scores)"


def test_a_projection_wrapper_around_a_cell_called_once_is_called_one():
    def program(scope):
        x, c, h = (refusals.fed(name, 2, 4) for name in "xch")
        with v1.variable_scope(scope):
            _, out = refusals.lstm(x, c, h, name="basic_lstm_cell")
            w, b = v1.get_variable("kernel", [4, 3]), v1.get_variable("bias", [3])
            tf.nn.bias_add(tf.matmul(out, w), b)

    def notes(scope):
        (run,) = recognise(refusals.built(lambda: program(scope))).recurrences
        return run.notes

    scope = "a/output_projection_wrapper_1"
    assert notes(scope) == [
        f"{scope}: OutputProjectionWrapper: the cell inside is converted, its layer lies behind the model: a "
        f"keras.layers.Dense with {scope}/kernel, {scope}/bias"
    ]
    assert notes("layers") == []
