"""States as placeholders, packed, and fed back."""

import numpy as np

from legacy_tf1 import session, state
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf
from legacy_tf1.stack import MultiRNNCell

INPUTS = np.random.RandomState(0).uniform(-1, 1, [2, 4, 3]).astype(np.float32)


def _stack():
    return MultiRNNCell([LSTMCell(5, num_proj=4), GRUCell(6)])


def test_placeholders_have_the_structure_of_the_state():
    with session.graph():
        made = state.placeholders(_stack().state_size, batch_size=2, dtype=tf.float64)
    (lstm, gru) = made
    assert isinstance(lstm, state.LSTMStateTuple)
    assert [lstm.c.shape.as_list(), lstm.h.shape.as_list()] == [[2, 5], [2, 4]]
    assert gru.shape.as_list() == [2, 6]
    assert {lstm.c.dtype, lstm.h.dtype, gru.dtype} == {tf.float64}


def test_a_state_fed_back_continues_the_sequence():
    with session.graph(seed=1) as graph:
        cell = _stack()
        inputs = tf.placeholder(tf.float32, [None, None, 3])
        fed = state.placeholders(cell.state_size)
        zero = cell.zero_state(tf.shape(inputs)[0], tf.float32)
        outputs, final = tf.nn.dynamic_rnn(cell, inputs, initial_state=fed)
    with session.session(graph) as sess:
        start = sess.run(zero, feed_dict={inputs: INPUTS})
        whole = sess.run([outputs, final], feed_dict={inputs: INPUTS, fed: start})
        head, carried = sess.run([outputs, final], feed_dict={inputs: INPUTS[:, :1], fed: start})
        tail, last = sess.run([outputs, final], feed_dict={inputs: INPUTS[:, 1:], fed: carried})
    np.testing.assert_allclose(np.concatenate([head, tail], 1), whole[0], rtol=0, atol=1e-6)
    for got, want in zip(tf.nest.flatten(last), tf.nest.flatten(whole[1]), strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-6)


def test_zero_state_itself_is_a_feed_key():
    with session.graph(seed=1) as graph:
        cell = _stack()
        initial = cell.zero_state(2, tf.float32)
        _, final = tf.nn.dynamic_rnn(cell, tf.constant(INPUTS), [0, 0], initial_state=initial)
    with session.session(graph) as sess:
        ones = tf.nest.map_structure(np.ones_like, sess.run(initial))
        received = sess.run(final, feed_dict={initial: ones})
    assert all((part == 1).all() for part in tf.nest.flatten(received))


def test_a_packed_state_is_unpacked_layer_by_layer_c_first():
    packed = np.arange(2 * 2 * 3 * 4, dtype=np.float32).reshape(2, 2, 3, 4)
    with session.graph() as graph:
        states = state.from_packed(tf.constant(packed))
    with session.session(graph) as sess:
        received = sess.run(states)
    assert [type(layer) for layer in received] == [state.LSTMStateTuple] * 2
    np.testing.assert_array_equal(received[1].c, packed[1, 0])
    np.testing.assert_array_equal(received[1].h, packed[1, 1])
