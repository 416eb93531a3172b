"""What the tests of streaming share: layers with wide weights, models, a stream held against the whole."""

import keras
import numpy as np
from keras import ops

from tf2_lstm import RNN, LSTMCell
from tf2_lstm.migrate.equivalence.tolerance import tolerance_for

B, T, D = 3, 7, 4
#: What two ways to one number may differ by, whatever the tolerance table says; seven steps of numbers of order 1.
BOUNDS = {"float32": 2e-6, "float64": 4e-15}


@keras.saving.register_keras_serializable(package="tests_stream")
class OwnCell(keras.layers.Layer):
    """A cell that nobody knows, whose state does not start at zero."""

    state_size = 4

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 4), initializer="glorot_uniform")

    def get_initial_state(self, batch_size=None):
        return [ops.ones((batch_size, 4), dtype=self.compute_dtype) / 2]

    def call(self, inputs, states, training=False):
        h = ops.softplus(ops.matmul(inputs, self.kernel)) - states[0] / 3
        return h, [h]


def wide(layer, seed=0):
    """Draw every weight wide and non-zero, the rates of dropout excepted."""
    rng = np.random.default_rng(seed)
    for weight in layer.trainable_weights:
        weight.assign(rng.uniform(-0.9, 0.9, weight.shape))
    return layer


def built(layer, dtype="float32"):
    layer.build((B, T, D))
    return wide(layer)


def inputs(dtype="float32", batch=B, time=T):
    return np.random.default_rng(1).uniform(-1, 1, (batch, time, D)).astype(dtype)


def whole(layer, x):
    """The outputs of the whole sequence and the states after it, by the layer's own call."""
    kept = layer.return_state, layer.stateful
    layer.return_state, layer.stateful = True, False
    outputs, *states = layer(x)
    layer.return_state, layer.stateful = kept
    return ops.convert_to_numpy(outputs), states


def check(found, expected, dtype="float32"):
    flat_found, flat_expected = keras.tree.flatten(found), keras.tree.flatten(expected)
    assert len(flat_found) == len(flat_expected) > 0
    for one, other in zip(flat_found, flat_expected, strict=True):
        one, other = ops.convert_to_numpy(one), ops.convert_to_numpy(other)
        assert one.shape == other.shape
        assert one.dtype == other.dtype
        assert abs(other).max() > 0
        allowed = tolerance_for(dtype, "outputs").allowed(abs(other).max())
        assert abs(one - other).max() <= min(allowed, BOUNDS[dtype])


def stream(step, x, cuts):
    """Steps (a cut of 1) and chunks, one after another; the outputs along time, and the last state."""
    state, outputs, start = None, [], 0
    for size in cuts:
        given = x[:, start] if size == 1 else x[:, start : start + size]
        y, state = step(given, state)
        outputs.append(y[:, None] if size == 1 else y)
        start += size
    return np.concatenate(outputs, axis=1), state


def char_model():
    return wide(
        keras.Sequential(
            [
                keras.Input((None,), dtype="int32"),
                keras.layers.Embedding(11, 4),
                RNN([LSTMCell(5), LSTMCell(6)], return_sequences=True),
                keras.layers.Dropout(0.5),
                keras.layers.GRU(4, return_sequences=True),
                keras.layers.TimeDistributed(keras.layers.Dense(8, activation="relu")),
                keras.layers.Dense(11, activation="softmax"),
            ]
        )
    )


def converted_model(flat=False):
    """As a converted model is: everything by name, the states inputs and outputs of its own."""
    x = keras.Input((None, D), name="inputs")
    layer = RNN([LSTMCell(5), LSTMCell(6)], return_sequences=True, return_state=True)
    if flat:
        start = keras.Input((22,), name="initial_state")
        c0, h0, c1, h1 = ops.split(start, [5, 10, 16], axis=1)
        given = {"initial_state": start}
    else:
        names, widths = ("0_c", "0_h", "1_c", "1_h"), (5, 5, 6, 6)
        given = {
            f"initial_state_{name}": keras.Input((width,), name=f"initial_state_{name}")
            for name, width in zip(names, widths, strict=True)
        }
        c0, h0, c1, h1 = given.values()
    y, (hn0, cn0), (hn1, cn1) = layer(x, initial_state=[[h0, c0], [h1, c1]])
    if flat:
        states = {"state": ops.concatenate([cn0, hn0, cn1, hn1], axis=1)}
    else:
        states = {"state_0_c": cn0, "state_0_h": hn0, "state_1_c": cn1, "state_1_h": hn1}
    return wide(keras.Model({"inputs": x, **given}, {"outputs": y, **states}))


def converted_model_with_lengths():
    """Time-major, the mask counted from sequence_length by operations of its own."""
    inputs, lengths = (
        keras.Input((None, D), name="inputs"),
        keras.Input((), dtype="int32", name="sequence_length"),
    )
    start = keras.Input((5,), name="initial_state")
    x = ops.swapaxes(inputs, 0, 1)
    steps = ops.cumsum(ops.ones_like(ops.take(x, 0, axis=2), dtype="int32"), axis=1)
    mask = ops.less_equal(steps, ops.expand_dims(lengths, 1))
    layer = keras.layers.GRU(5, return_sequences=True, return_state=True, zero_output_for_mask=True)
    y, state = layer(x, mask=mask, initial_state=[start])
    given = {"inputs": inputs, "sequence_length": lengths, "initial_state": start}
    return wide(keras.Model(given, {"outputs": ops.swapaxes(y, 0, 1), "state": state}))
