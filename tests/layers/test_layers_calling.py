"""Every layer of the table called: shapes, padding, directions, first states, carried states."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import ops
from layer_rows import (
    BATCH,
    DEPTH,
    FULL,
    LENGTHS,
    TIME,
    arrays,
    equal,
    every_rnn,
    every_row,
    inputs,
    model,
    pair,
    ready,
    same,
)

from tf2_lstm import SequenceMask, sequence_mask


@every_row
def test_functional_and_subclassed(row):
    layer = ready(row(**FULL))

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def call(self, x):
            return self.layer(x)

    functional = model(layer)
    functional.compile(jit_compile=False)
    equal(functional(inputs()), layer(inputs()))
    equal(Subclassed()(inputs()), layer(inputs()))
    predicted = arrays(functional.predict(inputs(), verbose=0))
    equal(predicted, layer(inputs()), atol=1e-6)


@every_row
@pytest.mark.parametrize("options", [{}, FULL, {"return_sequences": True}, {"return_state": True}])
def test_static_shapes_are_the_real_ones(row, options):
    layer = row(**options)
    symbolic = layer(keras.Input(batch_shape=(BATCH, TIME, DEPTH)))
    real = layer(inputs())
    shapes = partial(keras.tree.map_structure, lambda leaf: tuple(leaf.shape))
    assert shapes(symbolic) == shapes(real)
    assert isinstance(real, tuple) == ("return_state" in options)


@every_row
def test_padding_is_zero_and_the_states_are_those_of_the_short_row(row):
    layer = ready(row(**FULL))
    width = layer.compute_output_shape((BATCH, TIME, DEPTH))[0][-1]
    outputs, *states = layer(inputs(), mask=sequence_mask(LENGTHS, TIME))
    for number, length in enumerate(LENGTHS):
        assert not np.any(outputs[number, length:])
        if length:
            short, *short_states = layer(inputs()[number : number + 1, :length])
            equal(outputs[number : number + 1, :length], short, atol=1e-6)
            kept = [leaf[number : number + 1] for leaf in keras.tree.flatten(states)]
            equal(kept, short_states, atol=1e-6)
        else:
            assert not any(np.any(leaf[number]) for leaf in keras.tree.flatten(states))
    assert outputs.shape == (BATCH, TIME, width)


@every_row
@pytest.mark.parametrize("unroll", [False, True])
def test_without_sequences_the_output_is_the_last_valid_one(row, unroll):
    whole, last = pair(row, {"return_sequences": True, "unroll": unroll}, {"unroll": unroll})
    outputs = last(inputs(), mask=sequence_mask(LENGTHS, TIME))
    for number, length in enumerate(LENGTHS):
        if length:
            expected = last(inputs()[number : number + 1, :length])
            equal(outputs[number : number + 1], expected, atol=1e-6)
        else:
            assert not np.any(outputs[number])
    assert whole(inputs()).shape[-1] == outputs.shape[-1]


@every_row
@pytest.mark.parametrize("masked", [False, True])
def test_unrolled_is_looped(row, masked):
    mask = sequence_mask(LENGTHS, TIME) if masked else None
    loop, unrolled = pair(row, FULL, {**FULL, "unroll": True})
    equal(loop(inputs(), mask=mask), unrolled(inputs(), mask=mask), atol=1e-6)


@every_rnn
@pytest.mark.parametrize("unroll", [False, True])
def test_go_backwards_is_the_reversed_sequence(row, unroll):
    options = {**FULL, "unroll": unroll}
    forward, backward = pair(row, options, {**options, "go_backwards": True})
    mask = np.array(sequence_mask(LENGTHS, TIME))
    equal(forward(inputs()[:, ::-1]), backward(inputs()))
    equal(forward(inputs()[:, ::-1], mask=mask[:, ::-1]), backward(inputs(), mask=mask))


@every_row
def test_initial_state_and_the_mask_of_the_input_together(row):
    layer = ready(row(**FULL))
    states = keras.tree.map_structure(lambda leaf: leaf + 0.5, list(layer(inputs())[1:]))
    masked = SequenceMask()([inputs(), np.array(LENGTHS)])
    explicit = layer(inputs(), initial_state=states, mask=sequence_mask(LENGTHS, TIME))
    equal(layer(masked, initial_state=states), explicit)
    _, *last = explicit
    for given, kept in zip(arrays(states), arrays(last), strict=True):
        np.testing.assert_array_equal(given[LENGTHS.index(0)], kept[LENGTHS.index(0)])


@every_rnn
def test_stateful(row):
    stateful, plain = pair(row, {**FULL, "stateful": True}, FULL)
    x = inputs()
    first = stateful(x[:, :2])
    second = stateful(x[:, 2:])
    outputs, *states = plain(x)
    equal(ops.concatenate([first[0], second[0]], axis=1), outputs, atol=1e-6)
    equal(second[1:], states, atol=1e-6)
    stateful.reset_state()
    equal(stateful(x[:, :2]), first)


def test_stateful_bidirectional():
    layer = ready(same(**FULL, stateful=True))
    first, second = layer(inputs()), layer(inputs())
    assert np.any(np.array(first[0]) != np.array(second[0]))
    layer.reset_state()
    equal(layer(inputs()), first)
