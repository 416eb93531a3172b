"""What cannot be streamed, and what a step cannot be given, is refused with its reason."""

import keras
import numpy as np
import pytest
from keras import ops
from streamed import B, D, T, built, converted_model, converted_model_with_lengths, inputs

from tf2_lstm import RNN, Bidirectional, LSTMCell, LSTMStateTuple, streaming


def _mask_as_output():
    model = converted_model_with_lengths()
    x = model.input["inputs"]
    counted = ops.cumsum(x, axis=0)
    return keras.Model(model.input, {**model.output, "counted": counted})


def _bidirectional():
    return built(Bidirectional(RNN(LSTMCell(3), return_sequences=True)))


def _in_model(*layers):
    return keras.Sequential([keras.Input((None, D)), *layers])


def _inner_state():
    x = keras.Input((None, D))
    start = keras.layers.Dense(3)(keras.layers.LSTM(2)(x))
    return keras.Model(x, keras.layers.GRU(3, return_sequences=True)(x, initial_state=start))


def _subclassed():
    class Own(keras.Model):
        pass

    return Own()


def _reversed():
    x = keras.Input((None, D))
    return keras.Model(x, keras.layers.GRU(3, return_sequences=True)(ops.flip(x, axis=1)))


def _second_reads_the_last():
    x = keras.Input((None, D))
    last = keras.layers.RepeatVector(4)(keras.layers.GRU(3)(x))
    return keras.Model(x, keras.layers.GRU(3, return_sequences=True)(last))


def _constant_state():
    x, start = keras.Input((None, D)), keras.Input(batch_shape=(2, 3))
    inner = keras.Model([x, start], keras.layers.GRU(3, return_sequences=True)(x, initial_state=start))
    return keras.Model(x, inner([x, ops.zeros((2, 3))]))


REFUSED = {
    "bidirectional": (_bidirectional, "also reads from the last step to the first"),
    "bidirectional inside": (
        lambda: _in_model(keras.layers.Bidirectional(keras.layers.LSTM(3))),
        "also reads from the last step to the first",
    ),
    "backwards": (lambda: built(RNN(LSTMCell(3), go_backwards=True)), "go_backwards=True"),
    "not built": (lambda: RNN(LSTMCell(3)), "is not built"),
    "model not built": (lambda: keras.Sequential([keras.layers.LSTM(3)]), "is not built"),
    "subclassed": (_subclassed, "expected a recurrent layer, a Sequential or a functional model"),
    "no layer": (lambda: 3, "expected a recurrent layer, a Sequential or a functional model"),
    "dense alone": (lambda: keras.layers.Dense(3), "expected a recurrent layer"),
    "nothing recurrent": (lambda: _in_model(keras.layers.Dense(3)), "has no recurrent layer"),
    "convolution": (
        lambda: _in_model(keras.layers.Conv1D(3, 2), keras.layers.LSTM(3)),
        "Conv1D .* looks along time",
    ),
    "pooling": (
        lambda: _in_model(keras.layers.LSTM(3, return_sequences=True), keras.layers.GlobalMaxPooling1D()),
        "GlobalMaxPooling1D",
    ),
    "normalised along time": (
        lambda: keras.Sequential(
            [keras.Input((T, D)), keras.layers.LayerNormalization(axis=1), keras.layers.LSTM(3)]
        ),
        r"\(axis=.*1.*\)",
    ),
    "softmax along time": (
        lambda: _in_model(keras.layers.LSTM(3, return_sequences=True), keras.layers.Softmax(axis=1)),
        r"axis=1",
    ),
    "counted along time": (_mask_as_output, "Cumsum"),
    "flipped": (_reversed, "Flip"),
    "last output": (_second_reads_the_last, "is given no sequence"),
    "own initial state": (_inner_state, "is computed inside the model"),
    "a constant initial state of two rows": (
        _constant_state,
        r"has \(2,\) row\(s\), and its sequence another",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_streamed_is_refused_with_its_reason(name):
    make, reason = REFUSED[name]
    with pytest.raises(ValueError, match=reason):
        streaming(make())


def test_another_path_is_refused():
    with pytest.raises(ValueError, match="path must be one of auto, numpy, keras; received 'blas'"):
        streaming(built(RNN(LSTMCell(3))), "blas")


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_wrong_inputs_and_states_are_refused(path):
    step = streaming(built(RNN(LSTMCell(5, projection_units=3), return_sequences=True)), path)
    x, state = inputs()[:, 0], step.initial_state(B)
    with pytest.raises(ValueError, match=r"takes a chunk \[batch, time, 4\] or a step \[batch, 4\]"):
        step(x[:, :3])
    with pytest.raises(ValueError, match="takes a chunk"):
        step(x[:, None, None])
    with pytest.raises(ValueError, match="takes a chunk"):
        step(np.zeros((B, 0, D), "float32"))
    with pytest.raises(ValueError, match=r"\[\(3, 3\), \(3, 5\)\].*received \[\(3, 5\), \(3, 3\)\]"):
        step(x, state[::-1])
    with pytest.raises(ValueError, match="expected the state"):
        step(x[:2], state)
    with pytest.raises(ValueError, match="expected the state"):
        step(x, state[:1])
    with pytest.raises(ValueError, match="expected inputs of real numbers; received complex64"):
        step(x.astype("complex64"))
    with pytest.raises(ValueError, match="expected a state of real numbers; received complex64"):
        step(x, [leaf.astype("complex64") for leaf in state])
    with pytest.raises(ValueError, match="expected the states"):
        streaming(converted_model(), path)(x, {"state_0_c": x})


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_a_state_in_tf1_s_order_is_refused(path):
    """With equal widths c and h would be swapped without a word."""
    step = streaming(built(RNN(LSTMCell(3), return_sequences=True)), path)
    h, c = step.initial_state(B)
    with pytest.raises(ValueError, match=r"Keras's \[h, c\] for an LSTM; received .*, of TF1 \(c, h\)"):
        step(inputs()[:, 0], LSTMStateTuple(c=c, h=h))
