"""What the wrappers do to input, state and output."""

import numpy as np
import pytest

from legacy_tf1 import session, wrappers
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.compat import tf

UNITS = 50
INPUTS = np.random.RandomState(0).uniform(0.5, 1, [2, UNITS]).astype(np.float32)


def _step(cell_and_keep, feed):
    """(dropped output and state, the bare cell's) of one step with shared weights."""
    with session.graph(seed=1) as graph:
        with tf.variable_scope("step"):
            cell, keep = cell_and_keep()
            dropped = cell(tf.constant(INPUTS), cell.zero_state(2, tf.float32))
        with tf.variable_scope("step", reuse=True):
            bare = BasicLSTMCell(UNITS)
            plain = bare(tf.constant(INPUTS), bare.zero_state(2, tf.float32))
    with session.session(graph) as sess:
        feed_dict = {getattr(keep, part): value for part, value in feed.items()}
        return sess.run([dropped, plain], feed_dict=feed_dict)


def _fed_lstm(**options):
    return lambda: wrappers.fed_dropout(BasicLSTMCell(UNITS), seed=1, **options)


def _is_dropped(values, plain, keep):
    zero = values == 0
    assert 0 < zero.sum() < zero.size
    np.testing.assert_allclose(values[~zero], plain[~zero] / keep, rtol=1e-6)


def test_unfed_dropout_changes_nothing():
    (output, state), (plain, plain_state) = _step(_fed_lstm(), {})
    np.testing.assert_array_equal(output, plain)
    np.testing.assert_array_equal(state, plain_state)


def test_output_dropout_leaves_the_state():
    (output, state), (plain, plain_state) = _step(_fed_lstm(), {"output": 0.5})
    _is_dropped(output, plain, 0.5)
    np.testing.assert_array_equal(state, plain_state)


def test_state_dropout_exempts_c_and_the_output():
    (output, state), (plain, plain_state) = _step(_fed_lstm(), {"state": 0.5})
    _is_dropped(state.h, plain_state.h, 0.5)
    np.testing.assert_array_equal(state.c, plain_state.c)
    np.testing.assert_array_equal(output, plain)


def test_input_dropout_changes_what_the_cell_reads():
    (output, _), (plain, _) = _step(_fed_lstm(), {"input": 0.5})
    assert (output != plain).all()


def test_a_variational_mask_is_one_row_for_the_batch():
    options = {"variational_recurrent": True, "input_size": UNITS, "dtype": tf.float32}
    (output, _), (plain, _) = _step(_fed_lstm(**options), {"output": 0.5})
    _is_dropped(output, plain, 0.5)
    np.testing.assert_array_equal(output[0] == 0, output[1] == 0)


@pytest.mark.parametrize(
    ("residual_fn", "combine"),
    [(None, np.add), (lambda x, y: x - y, np.subtract)],
)
def test_residual_combines_input_and_output_and_leaves_the_state(residual_fn, combine):
    with session.graph(seed=1) as graph:
        cell = wrappers.ResidualWrapper(GRUCell(UNITS), residual_fn=residual_fn)
        output, state = cell(tf.constant(INPUTS), cell.zero_state(2, tf.float32))
    with session.session(graph) as sess:
        output, state = sess.run([output, state])
    np.testing.assert_allclose(output, combine(INPUTS, state), rtol=0, atol=1e-6)
