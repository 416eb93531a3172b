"""The equations in the cells' docstrings, in NumPy, against the cells."""

import numpy as np
import pytest

from legacy_tf1 import session
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.cells.basic_rnn import BasicRNNCell
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.cells.lstm import LSTMCell, LSTMStateTuple
from legacy_tf1.compat import tf

BATCH, DEPTH, UNITS, PROJECTED = 3, 4, 5, 2


def _s(x):
    return 1 / (1 + np.exp(-x))


def _beside(x, h):
    return np.concatenate([x, h], axis=1)


def basic_rnn(x, h, weights):
    h = np.tanh(_beside(x, h) @ weights["kernel"] + weights["bias"])
    return h, h


def basic_lstm(x, state, weights, forget_bias=1.0, activation=np.tanh):
    c, h = state
    i, j, f, o = np.split(_beside(x, h) @ weights["kernel"] + weights["bias"], 4, axis=1)
    c = c * _s(f + forget_bias) + _s(i) * activation(j)
    h = activation(c) * _s(o)
    return h, (c, h)


def lstm(x, state, weights, forget_bias, cell_clip, proj_clip):
    c, h = state
    i, j, f, o = np.split(_beside(x, h) @ weights["kernel"] + weights["bias"], 4, axis=1)
    f = _s(f + forget_bias + weights["w_f_diag"] * c)
    i = _s(i + weights["w_i_diag"] * c)
    c = np.clip(f * c + i * np.tanh(j), -cell_clip, cell_clip)
    o = _s(o + weights["w_o_diag"] * c)
    h = np.clip(o * np.tanh(c) @ weights["projection/kernel"], -proj_clip, proj_clip)
    return h, (c, h)


def gru(x, h, weights):
    gates = _s(_beside(x, h) @ weights["gates/kernel"] + weights["gates/bias"])
    r, u = np.split(gates, 2, axis=1)
    c = np.tanh(_beside(x, r * h) @ weights["candidate/kernel"] + weights["candidate/bias"])
    h = u * h + (1 - u) * c
    return h, h


CLIPS = {"cell_clip": 0.7, "proj_clip": 0.6}
CASES = {
    "basic_rnn": (lambda: BasicRNNCell(UNITS), basic_rnn, {}),
    "basic_lstm": (lambda: BasicLSTMCell(UNITS), basic_lstm, {}),
    "basic_lstm_options": (
        lambda: BasicLSTMCell(UNITS, forget_bias=0.0, activation="sigmoid"),
        basic_lstm,
        {"forget_bias": 0.0, "activation": _s},
    ),
    "lstm": (lambda: LSTMCell(UNITS), basic_lstm, {}),
    "lstm_everything": (
        lambda: LSTMCell(UNITS, use_peepholes=True, num_proj=PROJECTED, forget_bias=0.5, **CLIPS),
        lstm,
        {"forget_bias": 0.5, **CLIPS},
    ),
    "gru": (lambda: GRUCell(UNITS), gru, {}),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_the_documented_equations_are_the_cell(case):
    make, equations, options = CASES[case]
    random = np.random.RandomState(0)
    x = random.uniform(-1, 1, [BATCH, DEPTH])
    with session.graph() as graph:
        cell = make()
        state = tf.nest.map_structure(
            lambda size: tf.constant(random.uniform(-1, 1, [BATCH, size])), cell.state_size
        )
        result = cell(tf.constant(x), state)
        variables = tf.global_variables()
    with session.session(graph) as sess:
        weights = {}
        for variable in variables:
            value = random.uniform(-1, 1, variable.shape.as_list())
            variable.load(value, sess)
            weights[variable.op.name.split("/", 1)[1]] = value
        start, received = sess.run([state, result])
    expected = equations(x, start, weights, **options)
    for got, want in zip(tf.nest.flatten(received), tf.nest.flatten(expected), strict=True):
        assert got.dtype == np.float64
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-14)


def test_a_concatenated_state_is_c_then_h():
    x, parts = np.ones([1, DEPTH]), np.random.RandomState(0).uniform(-1, 1, [1, 2 * UNITS])
    with session.graph() as graph:
        state = LSTMStateTuple(tf.constant(parts[:, :UNITS]), tf.constant(parts[:, UNITS:]))
        with tf.variable_scope("cell"):
            _, pair = BasicLSTMCell(UNITS)(tf.constant(x), state)
        with tf.variable_scope("cell", reuse=True):
            flat = BasicLSTMCell(UNITS, state_is_tuple=False)
            _, one = flat(tf.constant(x), tf.constant(parts))
    with session.session(graph) as sess:
        pair, one = sess.run([pair, one])
    np.testing.assert_array_equal(one, np.concatenate(pair, axis=1))
