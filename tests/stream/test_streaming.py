"""A streaming step gives what the whole sequence gives: every cell, stack and option, both paths."""

import keras
import numpy as np
import pytest
from streamed import B, D, OwnCell, T, built, check, inputs, stream, whole

from tf2_lstm import (
    RNN,
    BasicLSTMCell,
    BasicRNNCell,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    StackedRNNCells,
    accelerate,
    streaming,
)


def _options(**more):
    return {"use_peepholes": True, "cell_clip": 0.8, "projection_units": 4, "projection_clip": 0.4, **more}


def _half_sum(inputs, outputs):
    return (inputs + outputs) / 2


def _call_replaced(**options):
    """A cell that somebody changed: it has the class of one that NumPy has a kernel for."""
    cell = GRUCell(4, **options)
    call = cell.call
    cell.call = lambda inputs, states, training=False: call(inputs / 2, states, training=training)
    return cell


class _NoHash:
    """An activation that is an object."""

    __hash__ = None

    def __call__(self, x):
        return keras.ops.softsign(x)


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
    "a call replaced": (_call_replaced, False),
    "an activation without a hash": (lambda **o: GRUCell(5, activation=_NoHash(), **o), False),
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
    "accelerated": lambda: accelerate(keras.layers.LSTM(5, return_sequences=True)),
}


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


@pytest.mark.parametrize(("batch", "numpy"), [(1, True), (4096, False)])
def test_the_size_of_a_call_chooses_the_path(batch, numpy, monkeypatch):
    layer = keras.layers.LSTM(128)
    layer.build((None, None, 64))
    step = streaming(layer)
    ran = []
    for name in ("_run_numpy", "_single_layer_step"):
        monkeypatch.setattr(step, name, lambda *given: ran.append("numpy") or 1 / 0)
    monkeypatch.setattr(step, "_keras", lambda *given: ran.append("keras") or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        step(np.zeros((batch, 64), "float32"))
    assert ran == (["numpy"] if numpy else ["keras"])


def test_a_single_layer_takes_the_short_way_and_a_model_the_long_one(monkeypatch):
    layer = built(RNN(LSTMCell(5), return_sequences=True))
    x, step = inputs()[:, 0], streaming(layer)
    monkeypatch.setattr(step, "_run_numpy", lambda *given: 1 / 0)
    step(x, step.initial_state(B))
    with pytest.raises(ZeroDivisionError):
        step(x[:, None], step.initial_state(B))
    model = keras.Sequential([keras.Input((None, D)), keras.layers.LSTM(3)])
    assert streaming(model)._single_layer_step is None


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


def test_a_wrong_sequence_of_a_kernel_is_seen(monkeypatch):
    from tf2_lstm.stream import numpy_path

    def wrong(cell, right=numpy_path.kernel_of):
        kernel = right(cell)
        whole = kernel.sequence
        kernel.sequence = lambda x, states: (lambda y, new: (y[::-1], new))(*whole(x, states))
        return kernel

    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    check(stream(streaming(layer, "numpy"), x, [T])[0], layer(x))
    monkeypatch.setattr(numpy_path, "kernel_of", wrong)
    found, _ = stream(streaming(layer, "numpy"), x, [T])
    with pytest.raises(AssertionError):
        check(found, layer(x))
