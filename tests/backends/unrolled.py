"""The cells, masks and inputs that the tests of the fast unrolls share, and Keras's own loop to compare with."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf

from tf2_lstm import (
    RNN,
    BasicLSTMCell,
    BasicRNNCell,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    StackedRNNCells,
    backends,
)

BATCH, TIME, DEPTH = 5, 7, 4
OPTIONS = {"use_peepholes": True, "cell_clip": 0.8, "projection_units": 3, "projection_clip": 0.4}


def _residual():
    return ResidualWrapper(StackedRNNCells([LSTMCell(4), ResidualWrapper(GRUCell(4))]))


def _no_bias():
    cells = (LSTMCell, BasicRNNCell, GRUCell, partial(keras.layers.GRUCell, reset_after=True))
    return [cell(4, use_bias=False) for cell in cells]


def _dropout(**options):
    return DropoutWrapper(LSTMCell(4), output_dropout=0.5, **options)


CELLS = {
    "basic_lstm": lambda: BasicLSTMCell(4),
    "lstm_options": lambda: LSTMCell(5, **OPTIONS),
    "lstm_relu": lambda: LSTMCell(4, activation="relu", recurrent_activation="hard_sigmoid"),
    "gru": lambda: GRUCell(4),
    "gru_reset_after": lambda: keras.layers.GRUCell(4, reset_after=True),
    "rnn": lambda: BasicRNNCell(4, activation="linear"),
    "stack": lambda: [LSTMCell(3, **OPTIONS), GRUCell(4), BasicRNNCell(5)],
    "stack_shared": lambda: [LSTMCell(4)] * 3,
    "stack_no_bias": _no_bias,
    "residual": _residual,
    "dropout": _dropout,
}


def lengths(*lengths):
    return np.arange(TIME) < np.array(lengths)[:, None]


MASKS = {
    "none": None,
    "lengths": lengths(7, 3, 0, 5, 6),
    "short": lengths(2, 3, 0, 1, 3),
    "left": lengths(7, 3, 0, 5, 6)[:, ::-1],
    "holes": np.array(
        [[1, 0, 1, 1, 0, 1, 0], [0] * 7, [0, 0, 1, 0, 0, 0, 1], [1] * 7, [0, 1, 1, 0, 0, 0, 0]], bool
    ),
    "nothing": np.zeros((BATCH, TIME), bool),
}


def layer_of(cell, dtype="float64", **options):
    keras.config.set_dtype_policy(dtype)
    try:
        layer = RNN(cell(), return_state=True, **options)
    finally:
        keras.config.set_dtype_policy("float32")
    layer.build((None, None, DEPTH))
    rng = np.random.default_rng(3)
    for weight in layer.weights:
        if not weight.name.endswith("_dropout"):
            weight.assign(rng.uniform(-1, 1, weight.shape))
    return layer


def inputs(layer, batch=BATCH, time=TIME, dtype="float64"):
    rng = np.random.default_rng(4)
    states = layer.get_initial_state(batch)
    return (
        tf.constant(rng.normal(size=(batch, time, DEPTH)), dtype),
        keras.tree.map_structure(lambda s: tf.constant(rng.normal(size=s.shape), dtype), states),
    )


def everything(layer, x, states, mask, call=None):
    """Outputs, states, and the gradients to inputs, first states and weights: one flat list."""
    call = call or (lambda x, states: layer(x, initial_state=states, mask=mask))
    with tf.GradientTape() as tape:
        tape.watch([x, states])
        found = keras.tree.flatten(call(x, states))
        # Every number counts differently.
        loss = sum(tf.reduce_sum(tf.sin(3 * leaf + place)) for place, leaf in enumerate(found))
    sources = [x, *keras.tree.flatten(states), *(weight.value for weight in layer.trainable_weights)]
    return found + tape.gradient(loss, sources, unconnected_gradients="zero")


def without_tape(layer, x, states, mask):
    """The same by TensorFlow's own gradient, of a function that was traced while no tape was there."""
    call = tf.function(lambda x, states: layer(x, initial_state=states, mask=mask), autograph=False)
    call(x, states)
    return everything(layer, x, states, mask, call)


def in_function(jit_compile=None):
    """`everything` inside a function."""

    def compute(layer, x, states, mask):
        run = lambda x, states: everything(layer, x, states, mask)  # noqa: E731
        return tf.function(run, jit_compile=jit_compile, autograph=False)(x, states)

    return compute


def assert_equal(layer, x, states, mask, compute=everything, atol=1e-12):
    """Compare with Keras's own loop, called eagerly."""
    with backends.plain():
        expected = everything(layer, x, states, mask)
    found = compute(layer, x, states, mask)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        # Sums of many terms: relative to the largest.
        scale = max(1.0, np.abs(other).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=0, atol=atol * scale)
