"""Every layer of the table in every dtype, trained, and compiled by XLA."""

import keras
import numpy as np
import pytest
from keras import ops
from layer_rows import (
    BATCH,
    DEPTH,
    FULL,
    LENGTHS,
    ROWS,
    TIME,
    arrays,
    equal,
    every_row,
    every_whole,
    inputs,
    ready,
)

from tf2_lstm import SequenceMask, sequence_mask


@every_row
def test_float64(row):
    single = ready(row(**FULL))
    keras.config.set_dtype_policy("float64")
    try:
        double = ready(row(**FULL))
    finally:
        keras.config.set_dtype_policy("float32")
    assert {weight.dtype for weight in double.weights} == {"float64"}
    exact = double(inputs("float64"), mask=sequence_mask(LENGTHS, TIME), training=False)
    assert {leaf.dtype for leaf in arrays(exact)} == {np.dtype("float64")}
    rounded = single(inputs(), mask=sequence_mask(LENGTHS, TIME))
    equal([leaf.astype("float32") for leaf in arrays(exact)], rounded, atol=2e-6)
    double(inputs("float64"), training=True)


@every_whole
@pytest.mark.parametrize(("policy", "atol"), [("mixed_float16", 1e-2), ("mixed_bfloat16", 8e-2)])
def test_mixed_precision(row, policy, atol):
    exact = ready(row(**FULL))(inputs(), mask=sequence_mask(LENGTHS, TIME))
    keras.config.set_dtype_policy(policy)
    try:
        layer = ready(row(**FULL))
    finally:
        keras.config.set_dtype_policy("float32")
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    outputs = layer(inputs(), mask=sequence_mask(LENGTHS, TIME))
    assert {keras.backend.standardize_dtype(leaf.dtype) for leaf in keras.tree.flatten(outputs)} == {
        policy.removeprefix("mixed_")
    }
    equal([ops.cast(leaf, "float32") for leaf in keras.tree.flatten(outputs)], exact, atol=atol)
    assert all(np.all(np.isfinite(leaf.astype("float32"))) for leaf in arrays(layer(inputs(), training=True)))


def _trained(row, jit_compile):
    """The losses of a few epochs on padded sequences."""
    keras.utils.set_random_seed(1)
    x, lengths = keras.Input((TIME, DEPTH)), keras.Input((), dtype="int32")
    outputs = keras.layers.Dense(2)(row(return_sequences=True)(SequenceMask()([x, lengths])))
    model = keras.Model([x, lengths], outputs)
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=jit_compile)
    # Else fit traces its step twice: once with the optimizer's variables made in it, then without.
    model.optimizer.build(model.trainable_variables)
    x, lengths = np.tile(inputs(), (25, 1, 1)), np.tile(LENGTHS, 25)
    fitted = model.fit([x, lengths], np.tanh(x[:, :, :2]), batch_size=BATCH, epochs=2, verbose=0)
    return fitted.history["loss"]


@every_whole
def test_fit_lowers_the_loss(row):
    losses = _trained(row, jit_compile=False)
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("name", ["lstm_options", "dropout"])
def test_fit_lowers_the_loss_under_xla(name):
    losses = _trained(ROWS[name], jit_compile=True)
    assert losses[-1] < 0.9 * losses[0]


@every_whole
def test_jit_compile(row):
    layer = ready(row(**FULL))
    x, mask = keras.Input((TIME, DEPTH)), keras.Input((TIME,), dtype="bool")
    model = keras.Model([x, mask], layer(x, mask=mask))
    model.compile(jit_compile=True)
    data = [inputs(), np.array(sequence_mask(LENGTHS, TIME))]
    equal(model.predict_on_batch(data), layer(data[0], mask=data[1]), atol=1e-6)
