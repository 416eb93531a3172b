"""A static unroll of twice as many steps is read in twice the time, with dropout between the steps and without."""

import pytest
import tensorflow as tf

from tests.migrate.recognise.test_deep_graphs import calls
from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise

v1 = tf.compat.v1


def unrolled(steps, dropout):
    """The `TF1Model` of a GRU's steps by hand, as `static_rnn` writes them."""
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, steps, 3], name="x")
        held = {
            name: v1.get_variable(name, shape)
            for name, shape in {
                "gru/gates/kernel": [5, 4],
                "gru/gates/bias": [4],
                "gru/candidate/kernel": [5, 2],
                "gru/candidate/bias": [2],
            }.items()
        }
        gates, gates_bias, candidate, candidate_bias = held.values()
        keep = v1.placeholder_with_default(1.0, [], "keep_prob")
        h = tf.zeros([tf.shape(x)[0], 2])
        for step in tf.unstack(x, axis=1):
            both = tf.sigmoid(tf.nn.bias_add(tf.matmul(tf.concat([step, h], 1), gates), gates_bias))
            r, u = tf.split(both, 2, axis=1)
            new = tf.matmul(tf.concat([step, r * h], 1), candidate)
            h = u * h + (1 - u) * tf.tanh(tf.nn.bias_add(new, candidate_bias))
            if dropout:
                mask = tf.floor(keep + v1.random_uniform(tf.shape(h)))
                h = h / keep * mask
        tf.identity(h, name="last")
    variables = {name: Variable(name, tuple(one.shape), "float32", None) for name, one in held.items()}
    nodes = {name: (name, None) for name in held}
    return TF1Model("checkpoint", "", graph=graph.as_graph_def(), variables=variables, nodes=nodes)


@pytest.mark.parametrize("dropout", [False, True], ids=["plain", "dropout"])
def test_twice_the_steps_take_twice_the_time(dropout):
    short, long = unrolled(40, dropout), unrolled(80, dropout)
    [found] = recognise(unrolled(3, dropout)).recurrences
    assert (found.call.pair, found.cells[0].call.pair) == ("static_rnn", "gru")
    assert calls(recognise, long) < 2.1 * calls(recognise, short)
