"""What counts as a reader of a tensor: what is computed of it forward, not what a gradient keeps of it or computes."""

import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph.reader import GraphReader
from tf2_lstm.migrate.model import TF1Model

v1 = tf.compat.v1


def before(x, w):
    return tf.matmul(tf.tanh(x, name="here"), w)


def in_a_branch(x, w):
    return tf.cond(x[0, 0] > 0, lambda: before(x, w), lambda: tf.zeros_like(x))


def before_a_branch(x, w):
    h = tf.tanh(x, name="here")
    return tf.cond(x[0, 0] > 0, lambda: tf.matmul(h, w), lambda: tf.zeros_like(x))


def in_a_loop(x, w):
    return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, before(h, w)), (0, x))[1]


def reading_of(made, functional, fetches_gradients=True):
    """(The `GraphReader` of a graph with gradients, the term of its only Tanh)."""
    was = v1.control_flow_v2_enabled()
    (v1.enable_control_flow_v2 if functional else v1.disable_control_flow_v2)()
    try:
        with tf.Graph().as_default() as graph:
            x, w = (v1.placeholder(tf.float32, [2, 2], name=name) for name in "xw")
            gradients = tf.gradients(tf.reduce_sum(made(x, w)), [x, w])
    finally:
        (v1.enable_control_flow_v2 if was else v1.disable_control_flow_v2)()
    fetched = [one.name for one in gradients] if fetches_gradients else ()
    reading = GraphReader(TF1Model("frozen_graph", "it", graph=graph.as_graph_def()), fetched=fetched)
    (h,) = [term for term in reading.terms.every if term.op == "Tanh"]
    return reading, h


CASES = [
    (before, False),
    (in_a_branch, False),
    (in_a_branch, True),
    (before_a_branch, False),
    (before_a_branch, True),
    (in_a_loop, False),
]


@pytest.mark.parametrize(("made", "functional"), CASES)
def test_a_gradient_is_no_reader(made, functional):
    reading, h = reading_of(made, functional)
    assert [term.op for term in reading.terms.readers(h)] == ["matmul"]
    assert len(reading.terms.users(h)) > 1


@pytest.mark.parametrize(("made", "functional"), CASES)
def test_gradients_that_nobody_fetches_are_not_read(made, functional):
    reading, h = reading_of(made, functional, fetches_gradients=False)
    assert [term.op for term in reading.terms.readers(h)] == ["matmul"]
    assert not [name for name in reading.nodes if "_grad/" in name]
    assert not [name for name in reading.shapes if "_grad/" in name]


@pytest.mark.parametrize("functional", [False, True])
def test_gradients_that_a_layer_reads_are_read(functional):
    """An optimizer that is a network: what it computes from gradients is a program like any other."""

    def learned(x, w):
        [gradient] = tf.gradients(tf.reduce_sum(before(x, w)), [x])
        return tf.matmul(tf.stop_gradient(gradient), w, name="update")

    reading, _ = reading_of(learned, functional, fetches_gradients=False)
    assert "update" in reading.nodes
    assert reading.shapes["update:0"] == (2, 2)
    assert [name for name in reading.nodes if "_grad/" in name]


def test_a_term_that_no_node_computes_is_no_reader():
    reading, h = reading_of(before, False)
    known = reading.terms.readers(h)
    reading.terms.elementwise("Tanh", h)
    assert reading.terms.readers(h) == known
