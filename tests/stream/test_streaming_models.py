"""Whole models a step at a time: token models, functional and nested ones, converted ones, masks."""

import keras
import numpy as np
import pytest
from keras import ops
from streamed import (
    B,
    D,
    T,
    built,
    char_model,
    check,
    converted_model,
    converted_model_with_lengths,
    inputs,
    stream,
    wide,
)

from tf2_lstm import RNN, LSTMCell, SequenceMask, sequence_mask, streaming


def functional_model():
    x = keras.Input((None, D))
    first = keras.layers.LSTM(4, return_sequences=True)(x)
    both = keras.layers.Concatenate()([x, keras.layers.Add()([x, first])])
    second, _, _ = RNN(LSTMCell(5), return_sequences=True, return_state=True)(both)
    return wide(keras.Model(x, {"steps": keras.layers.Dense(2)(second), "tanh": ops.tanh(first)}))


def nested_model():
    inner = keras.Sequential([keras.Input((None, D)), keras.layers.LSTM(5, return_sequences=True)])
    return wide(
        keras.Sequential([keras.Input((None, D)), keras.layers.Dense(D), inner, keras.layers.Dense(3)])
    )


def time_major_model():
    x = keras.Input(batch_shape=(None, None, D))
    y = RNN(LSTMCell(5), return_sequences=True)(ops.swapaxes(x, 0, 1))
    return wide(keras.Model(x, ops.transpose(y, (1, 0, 2))))


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_a_char_model_a_token_at_a_time(path):
    model = char_model()
    tokens = np.random.default_rng(0).integers(0, 11, (B, T))
    expected = ops.convert_to_numpy(model(tokens))
    found, state = stream(streaming(model, path), tokens, [1, 1, 3, 1, 1])
    check(found, expected)
    assert list(state) == [layer.name for layer in model.layers if isinstance(layer, keras.layers.RNN)]


def test_a_token_that_there_is_not_is_refused_in_numpy():
    with pytest.raises(ValueError, match="has the tokens 0 to 10; received 0 to 11"):
        streaming(char_model(), "numpy")(np.array([11, 0]))


@pytest.mark.parametrize("path", ["auto", "keras"])
def test_a_functional_model_with_two_layers_and_two_outputs(path):
    model, x = functional_model(), inputs()
    expected = model(x)
    step, state = streaming(model, path), None
    for time in range(T):
        outputs, state = step(x[:, time], state)
        check(outputs, {name: value[:, time] for name, value in expected.items()})


@pytest.mark.parametrize("path", ["numpy", "keras"])
@pytest.mark.parametrize("make", [nested_model])
def test_a_model_in_a_model(make, path):
    model, x = make(), inputs()
    found, _ = stream(streaming(model, path), x, [1, 2, 4])
    check(found, model(x))


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_time_major(path):
    model, x = time_major_model(), np.swapaxes(inputs(), 0, 1)
    step = streaming(model, path)
    first, state = step(x[0])
    rest, _ = step(x[1:], state)
    check(np.concatenate([first[None], rest]), model(x))


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_the_last_output_alone(path):
    x = inputs()
    layer = built(RNN(LSTMCell(5)))
    outer = keras.Input((None, D))
    y = RNN(LSTMCell(5), return_sequences=True)(outer)
    sliced = wide(keras.Model(outer, keras.layers.Dense(2)(y[:, -1])))
    for whole_model in (layer, sliced):
        step = streaming(whole_model, path)
        y, state = step(x[:, :3])
        check(y, whole_model(x[:, :3]))
        y, state = step(x[:, 3], state)
        check(y, whole_model(x[:, :4]))


@pytest.mark.parametrize("path", ["numpy", "keras", "auto"])
@pytest.mark.parametrize("flat", [False, True], ids=["leaves", "state_is_tuple=False"])
def test_a_converted_model(flat, path):
    if flat and path == "numpy":
        path = "auto"
    model, x = converted_model(flat), inputs()
    zeros = {
        name: np.zeros((B, *one.shape[1:]), "float32")
        for name, one in model.input.items()
        if name != "inputs"
    }
    expected = model({"inputs": x, **zeros})
    step = streaming(model, path)
    outputs, state = step({"inputs": x[:, 0]})
    assert outputs.keys() == {"outputs"}
    rest, state = step(x[:, 1:], state)
    check(np.concatenate([outputs["outputs"][:, None], rest["outputs"]], axis=1), expected["outputs"])
    check(state, {name: expected[name] for name in state})
    assert set(state) == set(expected) - {"outputs"}


def test_a_converted_model_with_lengths():
    model, x, lengths = (
        converted_model_with_lengths(),
        np.swapaxes(inputs(), 0, 1),
        np.array([7, 2, 0], "int32"),
    )
    expected = model({"inputs": x, "sequence_length": lengths, "initial_state": np.zeros((B, 5), "float32")})
    step, state = streaming(model), None
    for time in range(T):
        y, state = step({"inputs": x[time], "sequence_length": (lengths > time).astype("int32")}, state)
        assert np.array_equal(y["outputs"].any(axis=1), lengths > time)
        check(y["outputs"] + 1, expected["outputs"][time] + 1)
    check(state["state"], expected["state"])


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_the_state_that_the_model_returns_matters(path):
    model, x = converted_model(), inputs()
    step = streaming(model, path)
    _, state = step(x[:, 0])
    one, _ = step(x[:, 1], state)
    swapped = {**state, "state_0_c": state["state_0_h"], "state_0_h": state["state_0_c"]}
    other, _ = step(x[:, 1], swapped)
    assert abs(one["outputs"] - other["outputs"]).max() > 1e-3


def test_masked_steps_of_a_model_with_lengths():
    x, lengths = keras.Input((None, D)), keras.Input((), dtype="int32")
    model = wide(
        keras.Model([x, lengths], RNN(LSTMCell(5), return_sequences=True)(SequenceMask()([x, lengths])))
    )
    values = inputs()
    step = streaming(model)
    first, state = step([values[:, :4], np.array([4, 2, 0], "int32")])
    last, _ = step([values[:, 4], np.array([1, 0, 1], "int32")], state)
    layer = model.layers[-1]
    mask = np.array(ops.convert_to_numpy(sequence_mask([4, 2, 0], 4)))
    check(first, layer(values[:, :4], mask=mask))
    mask = np.concatenate([mask, [[True], [False], [True]]], axis=1)
    check(last, layer(values[:, :5], mask=mask)[:, 4])


def test_masking_that_remembers_an_output_is_refused():
    table = keras.layers.Embedding(5, D, mask_zero=True)
    for layer in (keras.layers.LSTM(3, return_sequences=True), RNN(LSTMCell(3))):
        model = keras.Sequential([keras.Input((None,)), table, layer])
        with pytest.raises(ValueError, match="repeats its last output at masked steps"):
            streaming(model)
    model = wide(keras.Sequential([keras.Input((None,)), table, RNN(LSTMCell(3), return_sequences=True)]))
    tokens = np.array([[1, 0, 2, 3], [0, 4, 0, 0]])
    found, _ = stream(streaming(model), tokens, [1, 1, 2])
    check(found, model(tokens))


@pytest.mark.filterwarnings("ignore:Layer .* was passed an input with a mask")
def test_a_mask_goes_into_a_nested_model():
    """Keras writes the mask among the arguments of the inner model; it is no input of that."""
    inner = keras.Sequential([keras.Input((None, D)), RNN(LSTMCell(3), return_sequences=True)])
    table = keras.layers.Embedding(5, D, mask_zero=True)
    model, tokens = wide(keras.Sequential([keras.Input((None,)), table, inner])), np.array([[1, 0, 2, 3]])
    found, _ = stream(streaming(model), tokens, [1, 1, 2])
    check(found, model(tokens))
