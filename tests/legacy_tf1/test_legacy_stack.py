"""The three ways to stack."""

import numpy as np

from legacy_tf1 import session, stack
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.compat import tf


def _step(make):
    with session.graph(seed=1) as graph:
        cell = make()
        output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
        kernels = [v.op.name for v in tf.global_variables() if "bias" not in v.op.name]
    with session.session(graph) as sess:
        return (*sess.run([output, state]), kernels)


def test_a_comprehension_makes_variables_for_each_layer():
    output, state, kernels = _step(lambda: stack.distinct(BasicLSTMCell, [5, 5], forget_bias=0.0))
    assert output.shape == (2, 5)
    assert len(kernels) == 2
    np.testing.assert_array_equal(output, state[1].h)
    assert (state[0].h != state[1].h).any()


def test_one_cell_times_n_shares_its_variables_but_not_its_state():
    _, state, kernels = _step(lambda: stack.shared(BasicLSTMCell(5), 3))
    assert kernels == ["multi_rnn_cell/cell_0/basic_lstm_cell/kernel"]
    assert len(state) == 3
    assert (state[0].h != state[1].h).any()


def test_a_concatenated_state_is_the_layers_side_by_side():
    output, state, _ = _step(lambda: stack.concatenated(BasicLSTMCell, [3, 4]))
    assert state.shape == (2, 2 * 3 + 2 * 4)
    np.testing.assert_array_equal(state[:, -4:], output)


def test_a_stack_of_one_has_a_tuple_of_one_state():
    output, state, _ = _step(lambda: stack.MultiRNNCell([GRUCell(3)]))
    assert len(state) == 1
    np.testing.assert_array_equal(state[0], output)
