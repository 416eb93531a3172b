"""A cell gives the same in each unroll, from one checkpoint."""

import numpy as np
import pytest

from legacy_tf1 import bidirectional, session, stack, unroll
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.cells.basic_rnn import BasicRNNCell
from legacy_tf1.cells.gru import GRUCell
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf

BATCH, TIME, DEPTH = 3, 4, 5
INPUTS = np.random.RandomState(0).uniform(-1, 1, [BATCH, TIME, DEPTH]).astype(np.float32)
LENGTHS = [4, 0, 2]

CELLS = {
    "basic_rnn": lambda: BasicRNNCell(6),
    "basic_lstm": lambda: BasicLSTMCell(6),
    "lstm": lambda: LSTMCell(
        6, use_peepholes=True, cell_clip=0.5, num_proj=3, proj_clip=0.25, initializer=_wide()
    ),
    "gru": lambda: GRUCell(6),
    "stack": lambda: stack.MultiRNNCell([GRUCell(4), BasicLSTMCell(6)]),
    "stack_concat": lambda: stack.concatenated(BasicLSTMCell, [4, 6]),
    "stack_shared": lambda: stack.shared(GRUCell(DEPTH), 2),
}


def _wide():
    return tf.random_uniform_initializer(-1, 1)


def _dynamic(cell, inputs, lengths):
    return unroll.dynamic_rnn(cell, inputs, sequence_length=lengths, dtype=tf.float32)


def _dynamic_time_major(cell, inputs, lengths):
    outputs, state = unroll.dynamic_rnn(
        cell,
        tf.transpose(inputs, [1, 0, 2]),
        sequence_length=lengths,
        dtype=tf.float32,
        time_major=True,
    )
    return tf.transpose(outputs, [1, 0, 2]), state


def _static(cell, inputs, lengths):
    outputs, state = unroll.static_rnn(
        cell, tf.unstack(inputs, axis=1), sequence_length=lengths, dtype=tf.float32
    )
    return tf.stack(outputs, axis=1), state


def _python_loop(cell, inputs, lengths):
    assert lengths is None
    outputs, state = unroll.python_loop(cell, inputs)
    return tf.stack(outputs, axis=1), state


def _run(build, prefix, write=False):
    """Results of `build(inputs)`, its variables written to or read from the checkpoint."""
    with session.graph(seed=1) as graph, tf.variable_scope("", initializer=_wide()):
        results = build(tf.constant(INPUTS))
    with session.session(graph, initialize=write) as sess:
        if write:
            session.save(sess, prefix)
        else:
            session.restore(sess, prefix)
        return tf.nest.map_structure(np.asarray, sess.run(results))


def _assert_same(received, expected):
    tf.nest.assert_same_structure(received, expected)
    for got, want in zip(tf.nest.flatten(received), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("other", "lengths"),
    [
        (_static, None),
        (_static, LENGTHS),
        (_python_loop, None),
        (_dynamic_time_major, None),
        (_dynamic_time_major, LENGTHS),
    ],
)
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_the_unrolls_agree(cell, other, lengths, tmp_path):
    prefix = str(tmp_path / "model")
    expected = _run(lambda x: _dynamic(CELLS[cell](), x, lengths), prefix, write=True)
    _assert_same(_run(lambda x: other(CELLS[cell](), x, lengths), prefix), expected)
    assert np.abs(expected[0]).max() > 0.05


def test_lengths_give_zero_outputs_and_keep_the_state(tmp_path):
    start = np.full([BATCH, 6], 0.25, np.float32)

    def build(inputs):
        return unroll.dynamic_rnn(
            GRUCell(6), inputs, sequence_length=LENGTHS, initial_state=tf.constant(start)
        )

    outputs, state = _run(build, str(tmp_path / "model"), write=True)
    for row, length in enumerate(LENGTHS):
        assert (outputs[row, length:] == 0).all()
        assert (outputs[row, :length] != 0).all()
    np.testing.assert_array_equal(state[1], start[1])
    np.testing.assert_array_equal(state[2], outputs[2, 1])


@pytest.mark.parametrize("one_direction", [_dynamic, _static])
def test_a_length_beyond_the_end_counts_as_the_end(one_direction, tmp_path):
    prefix = str(tmp_path / "model")
    expected = _run(lambda x: one_direction(GRUCell(6), x, [TIME, 0, 2]), prefix, write=True)
    _assert_same(_run(lambda x: one_direction(GRUCell(6), x, [9, 0, 2]), prefix), expected)


def test_a_length_beyond_the_end_fails_in_two_directions(tmp_path):
    def build(inputs):
        return bidirectional.bidirectional_dynamic_rnn(
            GRUCell(6), GRUCell(6), inputs, sequence_length=[9, 0, 2], dtype=tf.float32
        )

    with pytest.raises(tf.errors.InvalidArgumentError, match=r"seq_lens\(0\) > input.dims\(1\)"):
        _run(build, str(tmp_path / "model"), write=True)


@pytest.mark.parametrize("lengths", [None, LENGTHS])
def test_the_bidirectional_ones_agree(lengths, tmp_path):
    prefix = str(tmp_path / "model")

    def dynamic(inputs):
        outputs, states = bidirectional.bidirectional_dynamic_rnn(
            LSTMCell(6), GRUCell(4), inputs, sequence_length=lengths, dtype=tf.float32
        )
        return tf.concat(outputs, axis=2), states

    def static(inputs):
        outputs, fw, bw = bidirectional.static_bidirectional_rnn(
            LSTMCell(6),
            GRUCell(4),
            tf.unstack(inputs, axis=1),
            sequence_length=lengths,
            dtype=tf.float32,
        )
        return tf.stack(outputs, axis=1), (fw, bw)

    expected = _run(dynamic, prefix, write=True)
    assert expected[0].shape == (BATCH, TIME, 10)
    _assert_same(_run(static, prefix), expected)


@pytest.mark.parametrize("time_major", [False, True])
def test_the_bidirectional_stack_is_its_layers_one_by_one(time_major, tmp_path):
    prefix = str(tmp_path / "model")

    def stacked(inputs):
        outputs, fw, bw = bidirectional.stack_bidirectional_dynamic_rnn(
            [LSTMCell(6), GRUCell(3)],
            [LSTMCell(6), GRUCell(4)],
            tf.transpose(inputs, [1, 0, 2]) if time_major else inputs,
            sequence_length=LENGTHS,
            dtype=tf.float32,
            time_major=time_major,
        )
        return tf.transpose(outputs, [1, 0, 2]) if time_major else outputs, fw, bw

    def direction(cell, inputs, scope):
        return unroll.dynamic_rnn(cell, inputs, sequence_length=LENGTHS, dtype=tf.float32, scope=scope)

    def by_hand(outputs):
        states = [], []
        layers = [(LSTMCell(6), LSTMCell(6)), (GRUCell(3), GRUCell(4))]
        for layer, (fw, bw) in enumerate(layers):
            scope = f"stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn/"
            ahead, state_fw = direction(fw, outputs, scope + "fw")
            back, state_bw = direction(bw, tf.reverse_sequence(outputs, LENGTHS, 1), scope + "bw")
            outputs = tf.concat([ahead, tf.reverse_sequence(back, LENGTHS, 1)], axis=2)
            states[0].append(state_fw)
            states[1].append(state_bw)
        return outputs, tuple(states[0]), tuple(states[1])

    expected = _run(stacked, prefix, write=True)
    assert expected[0].shape == (BATCH, TIME, 7)
    _assert_same(_run(by_hand, prefix), expected)


def test_the_bidirectional_stack_takes_initial_states(tmp_path):
    def build(inputs):
        starts = [tf.fill([BATCH, 6], value) for value in (0.5, -0.5)]
        return bidirectional.stack_bidirectional_dynamic_rnn(
            [GRUCell(6)],
            [GRUCell(6)],
            inputs,
            initial_states_fw=[starts[0]],
            initial_states_bw=[starts[1]],
            sequence_length=[0] * BATCH,
            dtype=tf.float32,
        )

    _, (fw,), (bw,) = _run(build, str(tmp_path / "model"), write=True)
    assert (fw == 0.5).all()
    assert (bw == -0.5).all()


@pytest.mark.parametrize(
    ("fw", "bw", "options", "found"),
    [
        ([], [], {}, "0 forward cells, 0 backward cells"),
        ([4], [4, 4], {}, "1 forward cells, 2 backward cells"),
        ([4], [4], {"initial_states_fw": [None, None]}, "2 and 1 initial states"),
    ],
)
def test_the_bidirectional_stack_refuses_uneven_lists(fw, bw, options, found):
    with session.graph(), pytest.raises(ValueError, match=found):
        bidirectional.stack_bidirectional_dynamic_rnn(
            [GRUCell(n) for n in fw],
            [GRUCell(n) for n in bw],
            tf.constant(INPUTS),
            dtype=tf.float32,
            **options,
        )


def test_one_step_of_the_loop_is_one_call(tmp_path):
    prefix = str(tmp_path / "model")
    first = tf.nest.map_structure(
        lambda x: x,
        _run(lambda x: unroll.python_loop(GRUCell(6), x[:, :1]), prefix, write=True),
    )

    def call(inputs):
        cell = GRUCell(6)
        with tf.variable_scope("rnn"):
            output, state = cell(inputs[:, 0], cell.zero_state(BATCH, tf.float32))
        return [output], state

    _assert_same(_run(call, prefix), first)


def test_the_loop_starts_from_the_state_given(tmp_path):
    prefix = str(tmp_path / "model")
    outputs, _ = _run(lambda x: unroll.python_loop(GRUCell(6), x), prefix, write=True)

    def resumed(inputs):
        return unroll.python_loop(GRUCell(6), inputs[:, 2:], state=tf.constant(outputs[1]))

    _assert_same(_run(resumed, prefix)[0], outputs[2:])
