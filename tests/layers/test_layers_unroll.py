"""The unrolls: reversal within the length, split states, masks, and the reasons not to use stock Keras."""

import keras
import numpy as np
import pytest
from keras import ops

from tf2_lstm import (
    RNN,
    BasicRNNCell,
    Bidirectional,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    SequenceMask,
    StackedRNNCells,
    python_loop,
    sequence_mask,
    stack_bidirectional,
)

BATCH, TIME, DEPTH = 3, 5, 4
X = np.random.default_rng(0).normal(size=(BATCH, TIME, DEPTH)).astype("float32")
LENGTHS = np.array([5, 2, 0])
MASK = np.arange(TIME) < LENGTHS[:, None]
FULL = {"return_sequences": True, "return_state": True}


def _reversed(x):
    """Each row reversed within its length, as tf.reverse_sequence does it."""
    return np.stack([np.concatenate([row[:n][::-1], row[n:]]) for row, n in zip(x, LENGTHS, strict=True)])


def _close(one, two):
    one, two = keras.tree.flatten(one), keras.tree.flatten(two)
    for a, b in zip(one, two, strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-6)


PAIRS = {
    "lstm": (lambda: LSTMCell(4), lambda: LSTMCell(4)),
    "sizes": (lambda: LSTMCell(2), lambda: LSTMCell(5, projection_units=3, use_peepholes=True)),
    "types": (lambda: LSTMCell(3), lambda: GRUCell(4)),
    "stacks": (lambda: [LSTMCell(2), GRUCell(3)], lambda: [BasicRNNCell(2)]),
    "residual": (lambda: ResidualWrapper(LSTMCell(4)), lambda: ResidualWrapper(GRUCell(4))),
}
every_pair = pytest.mark.parametrize(("forward", "backward"), PAIRS.values(), ids=PAIRS)


@every_pair
@pytest.mark.parametrize("unroll", [False, True])
def test_the_backward_direction_is_the_reversal_within_the_length(forward, backward, unroll):
    options = {**FULL, "unroll": unroll}
    layer = Bidirectional(
        RNN(forward(), **options), RNN(backward(), go_backwards=True, **options), merge_mode=None
    )
    fw, bw, *states = layer(X, mask=MASK)
    before, after = layer.split_states(states)
    _close((fw, *before), RNN(layer.forward_layer.cell, **FULL)(X, mask=MASK))
    outputs, *last = RNN(layer.backward_layer.cell, **FULL)(_reversed(X), mask=MASK)
    _close((_reversed(np.array(bw)), *after), (outputs, *last))


@every_pair
def test_the_initial_state_goes_to_its_direction(forward, backward):
    layer = Bidirectional(RNN(forward(), **FULL), RNN(backward(), go_backwards=True, **FULL))
    _, *states = layer(X)
    states = keras.tree.map_structure(lambda leaf: np.array(leaf) + 1, states)
    _, *kept = layer(X, initial_state=states, mask=np.zeros((BATCH, TIME), bool))
    _close(kept, states)
    with pytest.raises(ValueError, match=r"forward and . backward states in one list"):
        layer(X, initial_state=states[:-1])


MERGES = {
    "concat": lambda fw, bw: np.concatenate([fw, bw], axis=-1),
    "sum": np.add,
    "mul": np.multiply,
    "ave": lambda fw, bw: (fw + bw) / 2,
}


@pytest.mark.parametrize("sequences", [False, True])
@pytest.mark.parametrize("mode", MERGES)
def test_merge_modes(mode, sequences):
    forward, backward = LSTMCell(4), GRUCell(4)

    def layer(merge_mode):
        one = RNN(forward, return_sequences=sequences)
        two = RNN(backward, return_sequences=sequences, go_backwards=True)
        return Bidirectional(one, two, merge_mode=merge_mode)

    pair = layer(None)(X, mask=MASK)
    _close(layer(mode)(X, mask=MASK), MERGES[mode](*map(np.array, pair)))


def test_bidirectional_alone_copies_the_forward_layer_with_new_weights():
    layer = Bidirectional(RNN(LSTMCell(4), return_sequences=True))
    stock = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    layer.build(X.shape)
    stock.build(X.shape)
    assert len(layer.weights) == 6
    stock.set_weights(layer.get_weights())
    _close(layer(X, mask=MASK), stock(X, mask=MASK))


def test_the_same_cell_in_both_directions_is_one_set_of_weights():
    cell = StackedRNNCells([LSTMCell(3), GRUCell(4)])
    layer = Bidirectional(RNN(cell, **FULL), RNN(cell, go_backwards=True, **FULL))
    layer.build(X.shape)
    assert len(layer.weights) == 6
    again = Bidirectional.from_config(layer.get_config())
    assert again.forward_layer.cell is again.backward_layer.cell
    again.build(X.shape)
    again.set_weights(layer.get_weights())
    _close(layer(X), again(X))


def test_a_part_of_the_weights_shared_cannot_be_saved_and_says_so():
    cell = LSTMCell(4)
    layer = Bidirectional(RNN([cell, LSTMCell(4)]), RNN([cell, LSTMCell(4)], go_backwards=True))
    layer.build(X.shape)
    with pytest.raises(ValueError, match="share some weights"):
        layer.get_config()


def _rnn(units=4, **options):
    return RNN(LSTMCell(units), **options)


WRONG = {
    "merge_mode": (lambda: Bidirectional(_rnn(), merge_mode="max"), "merge_mode must be one of"),
    "both forwards": (lambda: Bidirectional(_rnn(), _rnn()), "go_backwards=False for forward_layer"),
    "swapped": (lambda: Bidirectional(_rnn(go_backwards=True), _rnn()), "go_backwards=False for"),
    "sequences": (
        lambda: Bidirectional(_rnn(return_sequences=True), _rnn(go_backwards=True)),
        "the same return_sequences",
    ),
    "widths": (
        lambda: Bidirectional(_rnn(), _rnn(3, go_backwards=True), merge_mode="sum"),
        "needs outputs of one width",
    ),
}


@pytest.mark.parametrize(("make", "says"), WRONG.values(), ids=WRONG)
def test_bidirectional_refuses(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def _layers():
    return [Bidirectional(_rnn(4, **FULL)), Bidirectional(RNN(GRUCell(3), **FULL))]


@pytest.mark.parametrize("masked", ["argument", "carried"])
def test_stack_bidirectional_is_layer_after_layer(masked):
    layers = _layers()
    x, mask = (SequenceMask()([X, LENGTHS]), None) if masked == "carried" else (X, MASK)
    outputs, forward, backward = stack_bidirectional(layers, x, mask=mask)
    below, *first = layers[0](X, mask=MASK)
    above, *second = layers[1](below, mask=MASK)
    _close(outputs, above)
    _close((forward, backward), ([first[:2], second[:1]], [first[2:], second[1:]]))
    states = [fw + bw for fw, bw in zip(forward, backward, strict=True)]
    again, *_ = stack_bidirectional(layers, x, mask=mask, initial_state=states)
    below, *_ = layers[0](X, mask=MASK, initial_state=first)
    _close(again, layers[1](below, mask=MASK, initial_state=second)[0])


def test_stack_bidirectional_is_functional():
    layers, x = _layers(), keras.Input((None, DEPTH))
    outputs, forward, backward = stack_bidirectional(layers, x)
    model = keras.Model(x, [outputs, forward, backward])
    _close(model(X), stack_bidirectional(layers, X))


def test_stack_bidirectional_refuses():
    with pytest.raises(ValueError, match="expected 2 initial states"):
        stack_bidirectional(_layers(), X, initial_state=[None])
    with pytest.raises(ValueError, match="every layer needs merge_mode='concat'"):
        stack_bidirectional([Bidirectional(_rnn())], X)


CELLS = {
    "lstm": lambda: LSTMCell(4, use_peepholes=True, projection_units=3),
    "gru": lambda: GRUCell(4),
    "rnn": lambda: BasicRNNCell(4),
    "stack": lambda: StackedRNNCells([LSTMCell(3), GRUCell(4)]),
    "residual": lambda: ResidualWrapper(LSTMCell(4)),
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_python_loop_is_rnn(cell):
    layer = RNN(cell(), **FULL)
    outputs, *states = layer(X)
    start = layer.cell.get_initial_state(BATCH)
    steps, last = python_loop(layer.cell, X, start)
    _close(ops.stack(steps, axis=1), outputs)
    _close(last, states)
    first, after_one = python_loop(layer.cell, X[:, :1], start)
    _close(first[0], outputs[:, 0])
    _close(python_loop(layer.cell, X[:, 1:], after_one), (steps[1:], last))


def test_python_loop_needs_a_known_number_of_steps():
    with pytest.raises(ValueError, match="the number of steps must be known"):
        python_loop(LSTMCell(3), keras.Input((None, DEPTH)), None)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_sequence_mask_is_what_it_says(dtype):
    lengths = np.array([0, 2, 9], dtype)
    expected = [[False] * 3, [True, True, False], [True] * 3]
    np.testing.assert_array_equal(sequence_mask(lengths, 3), expected)
    mask = SequenceMask()([X[:, :3], lengths])._keras_mask
    np.testing.assert_array_equal(mask, expected)
    assert keras.backend.standardize_dtype(mask.dtype) == "bool"


def test_sequence_mask_layer_returns_x_and_leaves_the_callers_tensor_alone():
    for x in (X, X.astype("float64"), (10 * X).astype("int32"), X[:, :, 0]):
        x = ops.convert_to_tensor(x)
        masked = SequenceMask()([x, LENGTHS])
        assert masked.dtype == x.dtype
        np.testing.assert_array_equal(masked, x)
        np.testing.assert_array_equal(masked._keras_mask, MASK)
        assert getattr(x, "_keras_mask", None) is None


def test_sequence_mask_layer_keeps_the_mask_that_x_carries():
    masked = SequenceMask()([SequenceMask()([X, np.array([3, 3, 3])]), LENGTHS])
    np.testing.assert_array_equal(masked._keras_mask, MASK & (np.arange(TIME) < 3))


def test_sequence_mask_reaches_layers_and_loss_with_nothing_known():
    x, lengths = keras.Input((None, DEPTH)), keras.Input((), dtype="int32")
    rnn = Bidirectional(_rnn(return_sequences=True))
    outputs = keras.layers.TimeDistributed(keras.layers.Dense(2))(rnn(SequenceMask()([x, lengths])))
    model = keras.Model([x, lengths], outputs)
    assert model.output_shape == (None, None, 2)
    model.compile("sgd", "mse")
    target = np.ones((BATCH, TIME, 2), "float32")
    wrong = np.where(MASK[:, :, None], target, 1e6).astype("float32")
    losses = [model.evaluate([X, LENGTHS], y, verbose=0) for y in (target, wrong)]
    assert losses[0] == pytest.approx(losses[1])
    _close(rnn(X, mask=MASK), keras.Model(model.inputs, rnn.output)([X, LENGTHS]))


def test_sequence_mask_refuses_lengths_of_rank_2():
    with pytest.raises(ValueError, match=r"must have the shape \[batch\]"):
        SequenceMask()([X, LENGTHS[:, None]])


def test_zero_output_for_mask_can_be_switched_off():
    cell = LSTMCell(4)
    outputs = RNN(cell, return_sequences=True, zero_output_for_mask=False)(X, mask=MASK)
    stock = keras.layers.RNN(cell, return_sequences=True)(X, mask=MASK)
    # Not bit for bit: a step's product has fewer rows when padding is left out.
    _close(outputs, stock)
    assert np.any(outputs[1, 2:])


def _stock(cell, **options):
    return keras.layers.RNN(cell, zero_output_for_mask=True, **options)


def _padded_initial_state(rnn):
    layer = rnn(LSTMCell(4), return_sequences=True)
    return layer(SequenceMask()([X, LENGTHS]), initial_state=[np.zeros((BATCH, 4), "float32")] * 2)[1, 2:]


REASONS = {
    "initial_state hides the mask": lambda rnn: not np.any(_padded_initial_state(rnn)),
    "unrolled backwards": lambda rnn: np.any(
        rnn(LSTMCell(4), return_sequences=True, go_backwards=True, unroll=True)(X, mask=MASK)[1]
    ),
    "last output of a padded row": lambda rnn: np.any(rnn(LSTMCell(4))(X, mask=MASK)[1]),
    "float64": lambda rnn: rnn(LSTMCell(4, dtype="float64"))(X).dtype.name == "float64",
    "state of a stack of one": lambda rnn: (
        len(rnn([LSTMCell(4)], return_state=True, unroll=True)(X[:, :1])) == 2
    ),
    "shared cells": lambda rnn: (
        len(
            {
                id(c)
                for c in rnn([LSTMCell(4)] * 2).from_config(rnn([LSTMCell(4)] * 2).get_config()).cell.cells
            }
        )
        == 1
    ),
}


@pytest.mark.parametrize("holds", REASONS.values(), ids=REASONS)
def test_the_reasons_for_our_rnn_still_stand(holds):
    """When stock Keras is right one day, this fails, and our RNN can lose the line."""
    assert holds(RNN)
    assert not holds(_stock)
