"""What is said of the scores that only a loss reads."""

import pytest
import tensorflow as tf

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole_edges import edges_of

v1 = tf.compat.v1


def in_training(build, tmp_path):
    """The outputs and the notes of a program that trains."""
    with tf.Graph().as_default(), v1.Session() as session:
        loss = build()
        v1.train.GradientDescentOptimizer(0.1).minimize(loss)
        session.run(v1.global_variables_initializer())
        path = v1.train.Saver().save(session, str(tmp_path / "model.ckpt"))
    request = Request(path)
    [edges] = edges_of(*look(request), request)
    return {one["tf1"] for one in edges["outputs"]}, edges["notes"]


def dense(x, units, name):
    kernel = v1.get_variable(f"{name}_kernel", [x.shape[-1], units], use_resource=False)
    return tf.nn.bias_add(x @ kernel, v1.get_variable(f"{name}_bias", [units], use_resource=False), name=name)


def ranked(rank=0):
    """Two answers to a question, whose scores only a margin compares; of rank None nobody knows that it is a number."""
    fed = [v1.placeholder(tf.float32, [None, 3], one) for one in "qrw"]
    question, right, wrong = (dense(one, 4, f"{one.op.name}_code") for one in fed)
    good = tf.identity(tf.reduce_sum(question * right, 1), name="good")
    margins = tf.maximum(0.0, 0.2 - good + tf.reduce_sum(question * wrong, 1, name="bad"))
    axis = 0 if rank == 0 else 0 * tf.shape(fed[0])[:1]
    return tf.reduce_mean(margins, axis, name="loss")


def of_logarithms():
    """A cross-entropy by hand."""
    probabilities = tf.nn.softmax(
        dense(v1.placeholder(tf.float32, [None, 3], "x"), 2, "logits"), name="probs"
    )
    labels = tf.one_hot(v1.placeholder(tf.int32, [None], "labels"), 2)
    return -tf.reduce_mean(tf.reduce_sum(labels * v1.log(probabilities + 1e-8, name="logs"), 1), name="loss")


def of_itself():
    """An autoencoder, whose labels are its input."""
    x = v1.placeholder(tf.float32, [None, 3], "x")
    return tf.reduce_mean((dense(tf.tanh(dense(x, 2, "code")), 3, "again") - x) ** 2.0, name="loss")


@pytest.mark.parametrize(
    ("build", "output", "said"),
    [
        (
            ranked,
            "Maximum:0",
            "Maximum is computed for a loss alone. In front of it there are bad:0, good:0: name the scores with "
            "--fetch",
        ),
        (
            lambda: ranked(None),
            "loss:0",
            "loss looks like a loss, and nothing else is found that is computed. In front of it there are bad:0, "
            "good:0: name the scores with --fetch",
        ),
        (
            of_logarithms,
            "logs:0",
            "logs is computed for a loss alone. In front of it there are probs:0: name the scores with --fetch",
        ),
        (
            of_itself,
            "pow:0",
            "pow is computed for a loss alone. In front of it there are again:0: name the scores with --fetch",
        ),
    ],
)
def test_where_a_loss_is_all_that_reads_scores_they_are_named(build, output, said, tmp_path):
    outputs, notes = in_training(build, tmp_path)
    assert outputs == {output}
    assert said in notes


def test_scores_that_are_found_are_not_named(tmp_path):
    def build():
        scores = dense(v1.placeholder(tf.float32, [None, 3], "x"), 2, "scores")
        return tf.reduce_mean(tf.square(scores - v1.placeholder(tf.float32, [None, 2], "y")), name="loss")

    outputs, notes = in_training(build, tmp_path)
    assert outputs == {"scores:0"}
    assert not [note for note in notes if "--fetch" in note]
