"""A streaming step gives what the whole sequence gives: every cell, stack and option, both paths."""

import threading

import keras
import numpy as np
import pytest
from keras import ops

from tf2_lstm import (
    RNN,
    BasicLSTMCell,
    BasicRNNCell,
    Bidirectional,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    SequenceMask,
    StackedRNNCells,
    sequence_mask,
    streaming,
)
from tf2_lstm.migrate.equivalence.tolerance import tolerance_for

B, T, D = 3, 7, 4


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


def _options(**more):
    return {"use_peepholes": True, "cell_clip": 0.8, "projection_units": 4, "projection_clip": 0.4, **more}


def _half_sum(inputs, outputs):
    return (inputs + outputs) / 2


#: Name -> (a function of the dtype that makes the cell, whether NumPy has a kernel for it).
CELLS = {
    "basic_rnn": (lambda **o: BasicRNNCell(5, **o), True),
    "basic_rnn_relu_no_bias": (lambda **o: BasicRNNCell(5, activation="relu", use_bias=False, **o), True),
    "basic_lstm": (lambda **o: BasicLSTMCell(5, **o), True),
    "lstm": (lambda **o: LSTMCell(5, **o), True),
    "lstm_no_bias": (lambda **o: LSTMCell(5, use_bias=False, **o), True),
    "lstm_relu": (lambda **o: LSTMCell(5, activation="relu", **o), False),
    "lstm_hard": (lambda **o: LSTMCell(5, recurrent_activation="hard_sigmoid", **o), False),
    "lstm_peepholes": (lambda **o: LSTMCell(5, use_peepholes=True, **o), True),
    "lstm_clip": (lambda **o: LSTMCell(5, cell_clip=0.3, **o), True),
    "lstm_projection": (lambda **o: LSTMCell(5, projection_units=3, **o), True),
    "lstm_options": (lambda **o: LSTMCell(5, **_options(**o)), True),
    "gru": (lambda **o: GRUCell(5, **o), True),
    "gru_relu_no_bias": (lambda **o: GRUCell(5, activation="relu", use_bias=False, **o), True),
    "gru_reset_after": (lambda **o: keras.layers.GRUCell(5, reset_after=True, **o), True),
    "gru_reset_after_no_bias": (lambda **o: keras.layers.GRUCell(5, use_bias=False, **o), True),
    "gru_elu": (lambda **o: GRUCell(5, activation="elu", **o), False),
    "stack": (lambda **o: StackedRNNCells([LSTMCell(5, **o), GRUCell(4, **o), BasicRNNCell(3, **o)]), True),
    "stock_stack": (
        lambda **o: keras.layers.StackedRNNCells(
            [keras.layers.LSTMCell(5, **o), keras.layers.LSTMCell(4, **o)], dtype=o["dtype"]
        ),
        True,
    ),
    "stack_of_one": (lambda **o: StackedRNNCells([LSTMCell(5, **o)]), True),
    "stack_in_stack": (
        lambda **o: StackedRNNCells([StackedRNNCells([LSTMCell(5, **o)]), GRUCell(4, **o)]),
        True,
    ),
    "shared": (lambda **o: StackedRNNCells([LSTMCell(4, **o)] * 3), True),
    "dropout": (lambda **o: DropoutWrapper(LSTMCell(5, dropout=0.4, **o), 0.2, 0.2, 0.2), True),
    "residual": (lambda **o: ResidualWrapper(GRUCell(4, **o)), True),
    "residual_fn": (lambda **o: ResidualWrapper(GRUCell(4, **o), residual_fn=_half_sum), False),
    "own": (lambda **o: OwnCell(**o), False),
}
LAYERS = {
    "keras.RNN": lambda: keras.layers.RNN(keras.layers.LSTMCell(5), return_sequences=True),
    "keras.LSTM": lambda: keras.layers.LSTM(5, return_sequences=True),
    "keras.GRU": lambda: keras.layers.GRU(5, return_sequences=True),
    "keras.GRU before": lambda: keras.layers.GRU(5, return_sequences=True, reset_after=False),
    "keras.SimpleRNN": lambda: keras.layers.SimpleRNN(5, return_sequences=True),
    "list of cells": lambda: RNN([LSTMCell(5), GRUCell(4)], return_sequences=True),
    "stateful": lambda: RNN(GRUCell(5), return_sequences=True, stateful=True),
    "unrolled": lambda: RNN(LSTMCell(5), return_sequences=True, unroll=True),
    "with state": lambda: RNN(LSTMCell(5), return_sequences=True, return_state=True),
}


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
        assert abs(one - other).max() <= allowed


def stream(step, x, cuts):
    """Steps (a cut of 1) and chunks, one after another; the outputs along time, and the last state."""
    state, outputs, start = None, [], 0
    for size in cuts:
        given = x[:, start] if size == 1 else x[:, start : start + size]
        y, state = step(given, state)
        outputs.append(y[:, None] if size == 1 else y)
        start += size
    return np.concatenate(outputs, axis=1), state


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", CELLS)
def test_steps_and_chunks_give_what_the_whole_sequence_gives(name, dtype):
    make, has_kernel = CELLS[name]
    layer = built(RNN(make(dtype=dtype), return_sequences=True))
    x = inputs(dtype)
    outputs, states = whole(layer, x)
    for path in ("numpy", "keras") if has_kernel else ("auto",):
        step = streaming(layer, path)
        for cuts in ([1] * T, [2, 1, 4]):
            found, state = stream(step, x, cuts)
            check(found, outputs, dtype)
            check(state, states, dtype)


@pytest.mark.parametrize("name", [name for name, (_, has_kernel) in CELLS.items() if not has_kernel])
def test_numpy_is_refused_where_there_is_no_kernel(name):
    layer = built(RNN(CELLS[name][0](dtype="float32")))
    with pytest.raises(ValueError, match="without a NumPy kernel"):
        streaming(layer, "numpy")


@pytest.mark.parametrize("path", ["numpy", "keras"])
@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_that_is_accepted(name, path):
    layer = built(LAYERS[name]())
    x = inputs()
    outputs, states = whole(layer, x)
    found, state = stream(streaming(layer, path), x, [1, 3, 1, 2])
    check(found, outputs)
    check(state, states)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_the_mixed_policies_run_in_keras(policy):
    layer = built(RNN(LSTMCell(5, dtype=policy), return_sequences=True))
    x = inputs()
    outputs, _ = whole(layer, x)
    found, _ = stream(streaming(layer), x, [1] * T)
    assert found.dtype == outputs.dtype
    largest = abs(found.astype("float32") - outputs.astype("float32")).max()
    assert largest <= (1e-3 if policy == "mixed_float16" else 8e-3)
    with pytest.raises(ValueError, match="without a NumPy kernel"):
        streaming(layer, "numpy")


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


def _mask_as_output():
    model = converted_model_with_lengths()
    x = model.input["inputs"]
    counted = ops.cumsum(x, axis=0)
    return keras.Model(model.input, {**model.output, "counted": counted})


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


def _bidirectional():
    return built(Bidirectional(RNN(LSTMCell(3), return_sequences=True)))


def _in_model(*layers):
    return keras.Sequential([keras.Input((None, D)), *layers])


def _inner_state():
    x = keras.Input((None, D))
    start = keras.layers.Dense(3)(keras.layers.LSTM(2)(x))
    return keras.Model(x, keras.layers.GRU(3, return_sequences=True)(x, initial_state=start))


def _one_state_missing():
    x, start = keras.Input((None, D), name="inputs"), keras.Input((3,), name="initial_state")
    y = keras.layers.GRU(3, return_sequences=True)(x, initial_state=start)
    return keras.Model({"inputs": x, "initial_state": start}, {"outputs": y})


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


def _called_twice():
    x, layer = keras.Input((None, D)), keras.layers.GRU(D, return_sequences=True)
    return keras.Model(x, layer(layer(x)))


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
        "Conv1D .* is not known to treat every step by itself",
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
    "called twice": (_called_twice, "is called twice"),
    "own initial state": (_inner_state, "is computed inside the model"),
    "no final state": (_one_state_missing, "takes initial_state and does not return state"),
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
    with pytest.raises(ValueError, match="expected the states"):
        streaming(converted_model(), path)(x, {"state_0_c": x})


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_tensors_in_tensors_out(path):
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    step = streaming(layer, path)
    y, state = step(ops.convert_to_tensor(x[:, 0]))
    assert all(map(ops.is_tensor, [y, *state]))
    y, state = step(ops.convert_to_tensor(x[:, 1:]), state)
    check(y, layer(x)[:, 1:])
    y, state = step(x[:, 0], state)
    assert not any(map(ops.is_tensor, [y, *state]))


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_rows_are_streams_of_their_own(path):
    layer, x = built(RNN([LSTMCell(5), GRUCell(4)], return_sequences=True)), inputs()
    held = streaming(layer, path).hold(B)
    for time in range(3):
        held(x[:, time])
    before = held.state
    held.reset(rows=[1])
    after = keras.tree.flatten(held.state)
    for leaf, old in zip(after, keras.tree.flatten(before), strict=True):
        assert np.array_equal(leaf[[0, 2]], old[[0, 2]])
        assert not leaf[1].any()
        assert old[1].any()
    y = held(x[:, 3:])
    check(y[[0, 2]], ops.convert_to_numpy(layer(x))[[0, 2], 3:])
    check(y[1], ops.convert_to_numpy(layer(x[1:2, 3:]))[0])


def test_a_held_state_can_be_read_set_and_reset():
    layer, x = built(RNN(OwnCell(), return_sequences=True)), inputs()
    held = streaming(layer).hold(B)
    assert held.state[0].min() == 0.5
    first = held(x[:, 0])
    kept = held.state
    second = held(x[:, 1])
    held.state = kept
    assert np.array_equal(held(x[:, 1]), second)
    held.reset(rows=np.array([True, False, False]))
    assert np.array_equal(held.state[0][0], [0.5] * 4)
    held.reset()
    assert np.array_equal(held(x[:, 0]), first)
    with pytest.raises(ValueError, match="expected the state"):
        held.state = [np.zeros((B, 9), "float32")]


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_a_step_changes_nothing_that_it_is_given(path):
    step = streaming(built(RNN(LSTMCell(5), return_sequences=True)), path)
    x = inputs()
    _, state = step(x[:, 0])
    copies = [leaf.copy() for leaf in state]
    one, _ = step(x[:, 1], state)
    two, _ = step(x[:, 1], state)
    assert np.array_equal(one, two)
    assert all(np.array_equal(leaf, copy) for leaf, copy in zip(state, copies, strict=True))


def test_an_output_is_not_the_state_and_may_be_written_into():
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    step = streaming(layer, "numpy")
    for given in (x[:, 0], x[:, :1], x[:, :3]):
        y, state = step(given)
        kept = [leaf.copy() for leaf in state]
        y += 1
        y, again = step(given, state)
        y += 1
        assert all(np.array_equal(leaf, copy) for leaf, copy in zip(state, kept, strict=True))
        assert np.array_equal(step(given, state)[1][0], again[0])


def test_other_dtypes_are_cast_as_keras_casts_them():
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs("float64")
    step = streaming(layer, "numpy")
    y, state = step(x[:, 0], [leaf.astype("float64") for leaf in step.initial_state(B)])
    assert {y.dtype.name, *(leaf.dtype.name for leaf in state)} == {"float32"}
    check(y, layer(x)[:, 0])


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_weights_are_those_of_the_last_refresh(path):
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    step = streaming(layer, path)
    old, _ = step(x)
    wide(layer, seed=5)
    step.refresh()
    new, _ = step(x)
    check(new, layer(x))
    assert abs(new - old).max() > 1e-2


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_threads_share_a_step(path):
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs(batch=8, time=40)
    expected = ops.convert_to_numpy(layer(x))
    step, found = streaming(layer, path), {}

    def run(row):
        found[row] = stream(step, x[row : row + 1], [1] * 40)[0]

    threads = [threading.Thread(target=run, args=(row,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(np.concatenate([found[row] for row in range(8)]), expected)


def test_threads_share_a_held_stream_one_after_another():
    layer = built(RNN(BasicRNNCell(5, activation="relu"), return_sequences=True))
    x = inputs(time=1)[:, 0]
    held, alone = streaming(layer).hold(B), streaming(layer).hold(B)
    threads = [threading.Thread(target=lambda: [held(x) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(200):
        alone(x)
    assert np.array_equal(held.state[0], alone.state[0])


def test_nothing_is_traced_again():
    traced = []

    @keras.saving.register_keras_serializable(package="tests_stream")
    class Counting(OwnCell):
        def call(self, inputs, states, training=False):
            traced.append(1)
            return super().call(inputs, states, training=training)

    layer = built(RNN(Counting(), return_sequences=True))
    step = streaming(layer)
    step(inputs()[:, 0])
    count = len(traced)
    for batch, time in ((1, 1), (2, 5), (7, 3), (1, 6)):
        step(inputs(batch=batch, time=time))
    assert len(traced) == count


def test_the_layer_is_left_as_it_was():
    layer = built(RNN(LSTMCell(5), return_sequences=True, stateful=True))
    x = inputs()
    before = ops.convert_to_numpy(layer(x))
    layer.reset_state()
    streaming(layer)(x)
    assert np.array_equal(ops.convert_to_numpy(layer(x)), before)
    model = char_model()
    streaming(model, "keras")(np.zeros((1, 2), "int32"))
    assert model.layers[0].output is not None


@pytest.mark.parametrize(("batch", "numpy"), [(1, True), (4096, False)])
def test_the_size_of_a_call_chooses_the_path(batch, numpy, monkeypatch):
    layer = keras.layers.LSTM(128)
    layer.build((None, None, 64))
    step = streaming(layer)
    ran = []
    for name in ("_run_numpy", "_lone_step"):
        monkeypatch.setattr(step, name, lambda *given: ran.append("numpy") or 1 / 0)
    monkeypatch.setattr(step, "_keras", lambda *given: ran.append("keras") or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        step(np.zeros((batch, 64), "float32"))
    assert ran == (["numpy"] if numpy else ["keras"])


def test_a_lone_layer_takes_the_short_way_and_a_model_the_long_one(monkeypatch):
    layer = built(RNN(LSTMCell(5), return_sequences=True))
    x, step = inputs()[:, 0], streaming(layer)
    monkeypatch.setattr(step, "_run_numpy", lambda *given: 1 / 0)
    step(x, step.initial_state(B))
    with pytest.raises(ZeroDivisionError):
        step(x[:, None], step.initial_state(B))
    assert streaming(_in_model(keras.layers.LSTM(3)))._lone_step is None


SABOTAGE = {
    "the state is forgotten": lambda kernel: lambda x, s: kernel(x, [np.zeros_like(leaf) for leaf in s]),
    "h and c change places": lambda kernel: lambda x, s: (lambda y, n: (y, n[::-1]))(*kernel(x, s)),
    "the output is c": lambda kernel: lambda x, s: (lambda y, n: (n[1], n))(*kernel(x, s)),
}


@pytest.mark.parametrize("wrong", SABOTAGE.values(), ids=list(SABOTAGE))
def test_a_wrong_kernel_is_seen(wrong, monkeypatch):
    from tf2_lstm.stream import numpy_path

    right = numpy_path.kernel_of
    monkeypatch.setattr(numpy_path, "kernel_of", lambda cell: wrong(right(cell)))
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    found, _ = stream(streaming(layer, "numpy"), x, [1] * T)
    with pytest.raises(AssertionError):
        check(found, layer(x))
