"""The fast unrolls give what Keras's own loop gives."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from unrolled import (
    BATCH,
    CELLS,
    DEPTH,
    MASKS,
    OPTIONS,
    TIME,
    assert_equal,
    everything,
    in_function,
    inputs,
    layer_of,
    without_tape,
)

from tf2_lstm import RNN, Bidirectional, GRUCell, LSTMCell, backends
from tf2_lstm.backends.tensorflow import run_plan, unroll

every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
#: Every equation, a stack and a wrapper, for what compiles and takes its time.
FEW = ("lstm_options", "gru_reset_after", "residual")
#: Every equation and every way it may be written; the others differ in nothing that XLA sees.
UNDER_XLA = ("lstm_options", "lstm_relu", "gru", "gru_reset_after", "rnn", "residual")
few_cells = pytest.mark.parametrize("cell", [CELLS[name] for name in FEW], ids=FEW)


@pytest.fixture
def in_chunks(monkeypatch):
    """Every long sequence is cut, into no more chunks than tell the first, one between and the last apart."""
    monkeypatch.setattr(run_plan, "MANY", 0)
    monkeypatch.setattr(run_plan, "CHUNKS", 3)
    unroll._function.cache_clear()
    yield
    unroll._function.cache_clear()


@every_cell
def test_eagerly_it_is_the_plain_loop(cell):
    layer = layer_of(cell, return_sequences=True)
    for mask in MASKS.values():
        assert_equal(layer, *inputs(layer), mask)


@few_cells
def test_the_last_output_is_that_of_the_plain_loop(cell):
    layer = layer_of(cell)
    for mask in MASKS.values():
        assert_equal(layer, *inputs(layer), mask)


@few_cells
def test_repeated_outputs_and_backwards(cell):
    options = {"return_sequences": True, "go_backwards": True, "zero_output_for_mask": False}
    layer = layer_of(cell, **options)
    for mask in ("none", "lengths", "holes"):
        assert_equal(layer, *inputs(layer), MASKS[mask])


@every_cell
def test_in_a_function_it_is_the_plain_loop(cell):
    """A few steps without a mask are written one after the other, three as all others."""
    layer = layer_of(cell, return_sequences=True)
    assert_equal(layer, *inputs(layer, BATCH, 3), None, in_function())
    assert_equal(layer, *inputs(layer), MASKS["holes"], in_function())


@pytest.mark.parametrize("cell", [CELLS[name] for name in UNDER_XLA], ids=UNDER_XLA)
def test_under_xla_it_is_the_plain_loop(cell):
    layer = layer_of(cell, return_sequences=True)
    assert_equal(layer, *inputs(layer), MASKS["holes"], in_function(True))


@pytest.mark.parametrize(("mask", "sequences"), [("none", True), ("lengths", False), ("holes", False)])
def test_the_mask_and_the_last_output_under_xla(mask, sequences):
    layer = layer_of(CELLS["residual"], return_sequences=sequences)
    assert_equal(layer, *inputs(layer), MASKS[mask], in_function(True))


@few_cells
def test_gradients_flow_through_a_function_traced_without_a_tape(cell):
    layer = layer_of(cell, return_sequences=True)
    for mask in ("none", "lengths"):
        assert_equal(layer, *inputs(layer), MASKS[mask], without_tape)


@few_cells
@pytest.mark.parametrize(("batch", "time"), [(1, 1), (1, 6), (4, 1)])
def test_one_row_and_one_step(cell, batch, time):
    layer = layer_of(cell, return_sequences=True)
    assert_equal(layer, *inputs(layer, batch, time), None)
    assert_equal(layer, *inputs(layer, batch, time), np.arange(batch * time).reshape(batch, time) % 2 == 0)


@pytest.mark.parametrize("seed", range(4))
def test_any_mask(seed):
    rng = np.random.default_rng(seed)
    layer = layer_of(CELLS["stack"], return_sequences=True)
    for _ in range(3):
        batch, time = rng.integers(1, 9, size=2)
        x, states = inputs(layer, int(batch), int(time))
        assert_equal(layer, x, states, rng.random((batch, time)) < rng.random())


@pytest.mark.parametrize("masked", [False, True])
def test_an_empty_batch_of_unknown_size(masked):
    layer = layer_of(CELLS["stack"], return_sequences=True)
    specs = [tf.TensorSpec((None, None, DEPTH), "float64"), tf.TensorSpec((None, None), "bool")]
    call = tf.function(lambda x, mask: layer(x, mask=mask if masked else None), specs, autograph=False)
    found = keras.tree.flatten(call(tf.zeros((0, 3, DEPTH), "float64"), tf.zeros((0, 3), "bool")))
    assert [leaf.shape[0] for leaf in found] == [0] * len(found)
    assert found[0].shape == (0, 3, 5)


def test_a_mask_of_numbers_is_a_mask():
    layer = layer_of(CELLS["gru"], return_sequences=True)
    found = layer(inputs(layer)[0], mask=MASKS["holes"].astype("int32"))
    for one, other in zip(found, layer(inputs(layer)[0], mask=MASKS["holes"]), strict=True):
        np.testing.assert_array_equal(one, other)


def _long_masks(time):
    """No mask; rows that end in several chunks, with holes; no valid step at all."""
    rng = np.random.default_rng(5)
    ends = np.arange(time) < np.array([time, 0, 2, time // 2, time - 3])[:, None]
    return [None, ends & (rng.random((BATCH, time)) < 0.6), np.zeros_like(ends)]


#: Cell, masks by their numbers in `_long_masks`: every cell ends in its own rows, one has all masks.
COMPILED = [("lstm_options", [1]), ("gru_reset_after", [1]), ("residual", [0, 1, 2])]
compiled_cells = pytest.mark.parametrize(("cell", "masks"), COMPILED, ids=[name for name, _ in COMPILED])


@compiled_cells
def test_compiled_in_chunks_it_is_the_plain_loop(in_chunks, cell, masks):
    layer, time = layer_of(CELLS[cell], return_sequences=True), run_plan.LONG + 5
    for mask in masks:
        assert_equal(layer, *inputs(layer, BATCH, time), _long_masks(time)[mask], in_function())


def test_compiled_eagerly_it_is_the_plain_loop():
    layer, time = layer_of(CELLS["residual"], return_sequences=True), run_plan.LONG
    for mask in _long_masks(time)[:2]:
        assert_equal(layer, *inputs(layer, BATCH, time), mask)


def test_compiled_in_a_function_and_eagerly_after_it():
    layer, time = layer_of(CELLS["gru"], return_sequences=True), run_plan.LONG
    for compute in (in_function(), everything):
        assert_equal(layer, *inputs(layer, BATCH, time), None, compute)


@compiled_cells
def test_compiled_inference_is_the_plain_loop(in_chunks, cell, masks):
    layer, time = layer_of(CELLS[cell], return_sequences=True), run_plan.LONG
    for mask in masks[:2]:
        assert_equal(layer, *inputs(layer, BATCH, time), _long_masks(time)[mask], without_tape)


def test_in_chunks_without_xla_it_is_the_plain_loop(monkeypatch, in_chunks):
    monkeypatch.setattr(unroll, "pays_to_compile", lambda *_: False)
    layer = layer_of(CELLS["stack"], return_sequences=True)
    assert_equal(layer, *inputs(layer, BATCH, run_plan.LONG + 5), None, in_function())


def test_rows_that_end_one_step_after_a_piece_begins_are_in_it(in_chunks):
    """Three rows, so that rounding up to a quarter of eight is no help to them."""
    layer, time = layer_of(CELLS["gru"], return_sequences=True), run_plan.LONG
    chunk = -(-time // run_plan.CHUNKS)
    ends = np.array([3 * chunk + 1] * 3 + [2 * chunk + 1, chunk + 1, 1, 1, 0])
    mask = np.arange(time) < ends[:, None]
    assert_equal(layer, *inputs(layer, len(ends), time), mask, in_function())


def test_one_row_of_a_mask_is_for_all_rows_of_a_batch_of_unknown_size():
    layer = layer_of(CELLS["gru"], return_sequences=True)
    x, mask = inputs(layer)[0], np.arange(TIME)[None] < 4
    call = tf.function(
        lambda x: layer(x, mask=tf.constant(mask)),
        [tf.TensorSpec((None, TIME, DEPTH), "float64")],
        autograph=False,
    )
    with backends.plain():
        expected = layer(x, mask=np.repeat(mask, BATCH, axis=0))
    for one, other in zip(call(x), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-12)


@few_cells
def test_long_outputs_are_repeated_at_padded_steps(cell):
    layer = layer_of(cell, return_sequences=True, zero_output_for_mask=False)
    for mask in _long_masks(run_plan.LONG):
        assert_equal(layer, *inputs(layer, BATCH, run_plan.LONG), mask)


def test_a_clip_passes_the_gradient_on_the_limit_itself():
    layer = layer_of(lambda: LSTMCell(2, cell_clip=0.5, projection_units=2, projection_clip=0.25))
    for weight in layer.weights:
        weight.assign(np.zeros(weight.shape))
    layer.cell.projection_kernel.assign(np.eye(2))
    layer.cell.bias.assign([0, 0, 100, 100, 0, 0, 100, 100])
    x = tf.zeros((1, 1, DEPTH), "float64")
    states = [tf.zeros((1, 2), "float64"), tf.constant([[0.5, 0.5000001]], "float64")]
    assert_equal(layer, x, states, None)
    with tf.GradientTape() as tape:
        tape.watch(states)
        _, _, c = layer(x, initial_state=states)
    np.testing.assert_array_equal(tape.gradient(c, states[1]), [[1, 0]])


def test_training_is_that_of_the_plain_loop():
    def losses():
        keras.utils.set_random_seed(1)
        x = keras.Input((None, DEPTH))
        bidirectional = Bidirectional(RNN([LSTMCell(4, **OPTIONS), GRUCell(3)], return_sequences=True))
        model = keras.Model(x, keras.layers.Dense(2)(bidirectional(keras.layers.Masking()(x))))
        model.compile(keras.optimizers.SGD(0.1), "mse")
        data = (
            np.random.default_rng(1).normal(size=(7, TIME, DEPTH))
            * MASKS["lengths"][[0, 1, 3, 4, 0, 1, 3], :, None]
        )
        return model.fit(data, np.tanh(data[:, :, :2]), batch_size=3, epochs=3, verbose=0).history["loss"]

    with backends.plain():
        expected = losses()
    np.testing.assert_allclose(losses(), expected, rtol=1e-5)
