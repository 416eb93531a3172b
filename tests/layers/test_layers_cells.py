"""The cells against their equations in NumPy, and against the stock cells they extend."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from tf2_lstm import RNN, BasicLSTMCell, BasicRNNCell, GRUCell, LSTMCell

BATCH, DEPTH, UNITS = 3, 4, 5


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


def _clip(x, limit):
    return x if limit is None else np.clip(x, -limit, limit)


def _step(weights, x, h, c, cell_clip=None, projection_clip=None):
    """TF 1.15's LSTMCell in NumPy; forget_bias is in the bias already."""
    z = x @ weights["kernel"] + h @ weights["recurrent_kernel"] + weights.get("bias", 0)
    i, f, j, o = np.split(z, 4, axis=1)
    f = _sigmoid(f + weights.get("forget_peephole", 0) * c)
    i = _sigmoid(i + weights.get("input_peephole", 0) * c)
    c = _clip(f * c + i * np.tanh(j), cell_clip)
    o = _sigmoid(o + weights.get("output_peephole", 0) * c)
    m = o * np.tanh(c)
    if "projection_kernel" in weights:
        m = _clip(m @ weights["projection_kernel"], projection_clip)
    return m, c


def _ready(cell, dtype="float64"):
    cell.build((BATCH, DEPTH))
    rng = np.random.default_rng(3)
    for weight in cell.weights:
        weight.assign(rng.uniform(-1, 1, weight.shape))
    return {weight.name: np.array(weight.numpy(), dtype) for weight in cell.weights}


CHOICES = {
    "use_peepholes": (False, True),
    "cell_clip": (None, 0.3),
    "projection": ({}, {"projection_units": 3}, {"projection_units": 7, "projection_clip": 0.2}),
    "implementation": (1, 2),
    "use_bias": (False, True),
}


@pytest.mark.parametrize("choice", list(itertools.product(*CHOICES.values())), ids=str)
def test_lstm_is_its_equations(choice):
    options = dict(zip(CHOICES, choice, strict=True))
    options.update(options.pop("projection"))
    cell = LSTMCell(UNITS, dtype="float64", **options)
    weights = _ready(cell)
    rng = np.random.default_rng(4)
    h, c = rng.normal(size=(BATCH, cell.output_size)), rng.normal(size=(BATCH, UNITS))
    states = [h, c]
    for x in rng.normal(size=(6, BATCH, DEPTH)):
        output, states = cell(x, states)
        h, c = _step(weights, x, h, c, cell.cell_clip, cell.projection_clip)
        for mine, theirs in zip((output, *states), (h, h, c), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-12)


def test_lstm_weights_have_the_documented_order_and_shapes():
    cell = LSTMCell(5, use_peepholes=True, projection_units=3)
    assert cell.state_size == [3, 5]
    assert cell.output_size == 3
    cell.build((BATCH, 4))
    assert [(weight.name, tuple(weight.shape)) for weight in cell.weights] == [
        ("kernel", (4, 20)),
        ("recurrent_kernel", (3, 20)),
        ("bias", (20,)),
        ("input_peephole", (5,)),
        ("forget_peephole", (5,)),
        ("output_peephole", (5,)),
        ("projection_kernel", (5, 3)),
    ]
    assert np.all(np.array(cell.bias[5:10]) == 1)
    for weight in cell.weights:
        assert np.any(weight.numpy())


STOCK = {
    "default": {},
    "no_bias": {"use_bias": False},
    "masks": {"dropout": 0.3},
    "masks_a_gate": {"dropout": 0.3, "recurrent_dropout": 0.4},
    "implementation_1": {"implementation": 1},
}


@pytest.mark.parametrize("options", STOCK.values(), ids=STOCK)
@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_float16", "mixed_bfloat16"])
def test_lstm_without_options_is_the_stock_cell_bit_for_bit(options, dtype):
    options = {**options, "seed": 7, "dtype": dtype}
    for name in ("kernel", "recurrent"):
        options[f"{name}_initializer"] = keras.initializers.Orthogonal(seed=5)
    x = np.random.default_rng(1).normal(size=(BATCH, 6, DEPTH))
    results = [
        keras.layers.RNN(cell, return_sequences=True, return_state=True, dtype=dtype)(x, training=True)
        for cell in (keras.layers.LSTMCell(UNITS, **options), LSTMCell(UNITS, **options))
    ]
    for stock, ours in zip(*results, strict=True):
        np.testing.assert_array_equal(ops.cast(stock, "float64"), ops.cast(ours, "float64"))


@pytest.mark.parametrize("options", STOCK.values(), ids=STOCK)
def test_keras_dropout_acts_on_a_cell_with_options_too(options):
    x = np.random.default_rng(1).normal(size=(BATCH, 6, DEPTH))
    layers = [
        RNN(cls(UNITS, seed=7, **options, **more), return_sequences=True)
        for cls, more in ((LSTMCell, {}), (LSTMCell, {"use_peepholes": True, "cell_clip": 1e6}))
    ]
    for layer in layers:
        layer.build(x.shape)
    layers[1].set_weights([*layers[0].get_weights(), *[np.zeros(UNITS, "float32")] * 3])
    plain, extended = (np.array(layer(x, training=True)) for layer in layers)
    np.testing.assert_allclose(plain, extended, rtol=0, atol=1e-6)


def test_stock_arguments_reach_the_stock_cell():
    cell = LSTMCell(
        UNITS,
        projection_units=3,
        activation="relu",
        kernel_regularizer="l2",
        recurrent_constraint="non_neg",
        unit_forget_bias=False,
        bias_initializer="ones",
    )
    cell.build((BATCH, DEPTH))
    assert len(cell.losses) == 1
    assert cell.recurrent_kernel.constraint is not None
    assert np.all(cell.bias.numpy() == 1)
    assert cell.activation is keras.activations.relu


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"projection_clip": 0.1}, "no effect without projection_units"),
        ({"cell_clip": -1.0}, "cell_clip must be None or a number from 0"),
        ({"projection_units": 2, "projection_clip": -1.0}, "projection_clip must be None or a number"),
        ({"projection_units": 0}, "projection_units must be None or a positive integer"),
    ],
)
def test_lstm_refuses(options, says):
    with pytest.raises(ValueError, match=says):
        LSTMCell(UNITS, **options)


def test_the_exact_cells_are_the_stock_cells():
    assert BasicRNNCell is keras.layers.SimpleRNNCell
    assert BasicLSTMCell is keras.layers.LSTMCell
    assert type(GRUCell(3)) is keras.layers.GRUCell
    assert not GRUCell(3, reset_after=False, activation="relu").reset_after
    with pytest.raises(ValueError, match="reset_after must be False"):
        GRUCell(3, reset_after=True)
