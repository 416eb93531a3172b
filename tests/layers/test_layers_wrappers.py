"""DropoutWrapper and ResidualWrapper: what is dropped, when, and by which numbers."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from tf2_lstm import (
    RNN,
    BasicRNNCell,
    Bidirectional,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    StackedRNNCells,
    backends,
    python_loop,
)

BATCH, TIME, DEPTH, UNITS = 6, 7, 4, 5
X = np.random.default_rng(0).normal(size=(BATCH, TIME, DEPTH)).astype("float32")
ALL = {"input_dropout": 0.2, "state_dropout": 0.3, "output_dropout": 0.4}
FULL = {"return_sequences": True, "return_state": True}


class Identity(keras.layers.Layer):
    """A cell whose output and state are its input: what a wrapper drops is in plain sight."""

    state_size = output_size = DEPTH

    def call(self, inputs, states):
        return inputs, [inputs] if isinstance(states, (list, tuple)) else inputs


class Remember(keras.layers.LSTMCell):
    """An LSTM cell whose h and c are both ones."""

    def call(self, inputs, states, training=False):
        ones = [ops.ones_like(state) for state in states]
        return ones[0], ones


def _recorded(wrapper):
    """Keep every draw of a wrapper."""
    draws, draw = [], wrapper.draw_noise

    def draw_noise(shape, dtype):
        draws.append(np.asarray(draw(shape, dtype)))
        return draws[-1]

    wrapper.draw_noise = draw_noise
    return draws


def _dropped(x, noise, rate):
    return np.where(noise >= rate, np.asarray(x) / (1 - rate), 0)


def test_one_step_is_its_definition():
    wrapper = DropoutWrapper(LSTMCell(UNITS), **ALL)
    states = [np.full((BATCH, UNITS), 0.1, "float32")] * 2
    wrapper(X[:, 0], states)
    draws = _recorded(wrapper)
    output, (h, c) = wrapper(X[:, 0], states, training=True)
    x_noise, h_noise, output_noise = draws
    whole, (whole_h, whole_c) = wrapper.cell(_dropped(X[:, 0], x_noise, 0.2), states)
    np.testing.assert_allclose(h, _dropped(whole_h, h_noise, 0.3), rtol=0, atol=1e-6)
    np.testing.assert_allclose(c, whole_c, rtol=0, atol=1e-6)
    np.testing.assert_allclose(output, _dropped(whole, output_noise, 0.4), rtol=0, atol=1e-6)
    assert np.any(h_noise != output_noise)


def test_the_recurrence_goes_on_with_the_whole_h():
    wrapper = DropoutWrapper(LSTMCell(UNITS), output_dropout=0.5)
    outputs, h, c = RNN(wrapper, **FULL)(X, training=True)
    whole, whole_h, whole_c = RNN(wrapper.cell, **FULL)(X)
    np.testing.assert_array_equal(h, whole_h)
    np.testing.assert_array_equal(c, whole_c)
    kept = np.array(outputs) != 0
    np.testing.assert_allclose(np.array(outputs)[kept], 2 * np.array(whole)[kept], rtol=1e-6)
    assert 0 < kept.sum() < kept.size


def by_hand(cell):
    """The outputs and the last states of a cell that is called step by step."""
    outputs, states = python_loop(cell, X, cell.get_initial_state(BATCH))
    return [ops.stack(outputs, axis=1), *states]


def in_keras_s_loop(cell):
    with backends.plain():
        return RNN(cell, **FULL)(X)


#: By the fast unroll, which does not call the cell, and by its own call.
every_way = pytest.mark.parametrize(
    "run", [lambda cell: RNN(cell, **FULL)(X), in_keras_s_loop, by_hand], ids=["fast", "loop", "by hand"]
)


@every_way
def test_nothing_is_dropped_at_inference(run):
    wrapper = DropoutWrapper(LSTMCell(UNITS), **ALL)
    draws = _recorded(wrapper)
    for mine, plain in zip(run(wrapper), run(wrapper.cell), strict=True):
        np.testing.assert_array_equal(mine, plain)
    assert draws == []


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.9])
def test_the_kept_share_and_the_scale(rate):
    layer = RNN(DropoutWrapper(Identity(), input_dropout=rate, seed=1), return_sequences=True)
    x = np.ones((200, 50, DEPTH), "float32")
    outputs = np.array(layer(x, training=True))
    kept = outputs != 0
    assert abs(kept.mean() - (1 - rate)) <= 4 * np.sqrt(rate * (1 - rate) / outputs.size)
    np.testing.assert_allclose(outputs[kept], 1 / (1 - rate), rtol=1e-5)


def test_a_rate_of_one_drops_everything_and_its_gradient_is_finite():
    layer = RNN(DropoutWrapper(LSTMCell(UNITS), output_dropout=1.0), return_sequences=True)
    model = keras.Sequential([layer])
    model.compile("sgd", "mse", jit_compile=False)
    assert not np.any(layer(X, training=True))
    model.train_on_batch(X, np.ones((BATCH, TIME, UNITS), "float32"))
    assert all(np.all(np.isfinite(weight.numpy())) for weight in model.weights)


LAYOUTS = {
    "lstm": (lambda: Remember(3), [True, False]),
    "gru": (lambda: Identity(), [True]),
    "wrapped": (lambda: ResidualWrapper(Remember(DEPTH)), [True, False]),
    "stack": (lambda: StackedRNNCells([Remember(3), BasicRNNCell(3)]), [True, False, True]),
}


@pytest.mark.parametrize(("cell", "dropped"), LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("variational", [False, True])
def test_c_is_never_dropped(cell, dropped, variational):
    wrapper = DropoutWrapper(cell(), state_dropout=1.0, variational=variational)
    _, *states = RNN(wrapper, return_state=True)(X, training=True)
    for leaf, drop in zip(keras.tree.flatten(states), dropped, strict=True):
        assert np.all(np.array(leaf) == 0) == drop


MODES = {"eager": None, "graph": False, "xla": True}


def _masks(layer, jit_compile, x, calls=1):
    """Where the layer's outputs are not zero, at each of several calls in training; compiled once for all of them."""
    if jit_compile is None:
        return [np.array(layer(x, training=True)) != 0 for _ in range(calls)]

    class Training(keras.Model):
        def call(self, inputs):
            return layer(inputs, training=True)

    model = Training()
    model.compile(jit_compile=jit_compile)
    return [model.predict_on_batch(x) != 0 for _ in range(calls)]


@pytest.mark.parametrize("jit_compile", MODES.values(), ids=MODES)
@pytest.mark.parametrize("unroll", [False, True])
def test_masks_are_fresh_at_every_step_and_row(jit_compile, unroll):
    cell = DropoutWrapper(Identity(), output_dropout=0.5)
    layer = RNN(cell, return_sequences=True, unroll=unroll)
    [masks] = _masks(layer, jit_compile, np.ones((8, TIME, DEPTH)))
    flat = masks.transpose(1, 0, 2).reshape(TIME, -1)
    assert all(np.any(one != two) for one, two in itertools.combinations(flat, 2))
    assert np.any(masks[0] != masks[1])


@pytest.mark.parametrize("jit_compile", MODES.values(), ids=MODES)
@pytest.mark.parametrize("unroll", [False, True])
def test_variational_masks_are_the_same_at_every_step_and_row(jit_compile, unroll):
    cell = DropoutWrapper(Identity(), output_dropout=0.5, variational=True, seed=3)
    layer = RNN(cell, return_sequences=True, unroll=unroll)
    masks = _masks(layer, jit_compile, np.ones((8, TIME, DEPTH)), calls=6)
    for mask in masks:
        assert np.all(mask == mask[:1, :1])
    assert len({mask[0, 0].tobytes() for mask in masks}) > 1
    assert cell._noise is None


def test_variational_draws_and_their_order():
    stack = StackedRNNCells([LSTMCell(3), GRUCell(4)])
    wrapper = DropoutWrapper(stack, **ALL, variational=True)
    draws = _recorded(wrapper)
    RNN(wrapper)(X, training=True)
    assert [draw.shape for draw in draws] == [(1, DEPTH), (1, 3), (1, 4), (1, 4)]


@pytest.mark.parametrize("variational", [False, True])
def test_replayed_noise_gives_the_same_outputs(variational):
    layer = RNN(DropoutWrapper(LSTMCell(UNITS), **ALL, variational=variational), **FULL, unroll=True)
    draws = _recorded(layer.cell)
    first = layer(X, training=True)
    assert len(draws) == (3 if variational else 3 * TIME)
    replay = iter(draws)
    layer.cell.draw_noise = lambda shape, dtype: next(replay)
    for one, two in zip(first, layer(X, training=True), strict=True):
        np.testing.assert_array_equal(one, two)
    assert next(replay, None) is None


@pytest.mark.parametrize(
    "loop",
    [
        lambda c, x, s: RNN(c, return_sequences=True, unroll=True)(x, training=True),
        lambda c, x, s: python_loop(c, x, s, training=True),
    ],
    ids=["rnn", "loop"],
)
def test_a_stack_draws_layer_by_layer_step_by_step(loop):
    calls = []
    cells = [DropoutWrapper(LSTMCell(4), 0.1, None, 0.1), DropoutWrapper(LSTMCell(4), 0.1, 0.1, None)]
    for number, cell in enumerate(cells):
        draw = cell.draw_noise
        cell.draw_noise = lambda shape, dtype, n=number, d=draw: calls.append(n) or d(shape, dtype)
    stack = StackedRNNCells(cells)
    loop(stack, X, stack.get_initial_state(BATCH))
    assert calls == [0, 0, 1, 1] * TIME


def test_the_same_seed_gives_the_same_masks_and_each_call_other_ones():
    one, two = (RNN(DropoutWrapper(Identity(), output_dropout=0.5, seed=5)) for _ in range(2))
    first, second = np.array(one(X, training=True)), np.array(one(X, training=True))
    np.testing.assert_array_equal(first, two(X, training=True))
    assert np.any(first != second)


def test_a_rate_that_is_none_has_no_weight_and_draws_nothing():
    wrapper = DropoutWrapper(LSTMCell(UNITS))
    draws = _recorded(wrapper)
    np.testing.assert_array_equal(RNN(wrapper)(X, training=True), RNN(wrapper.cell)(X))
    assert draws == []
    assert [weight.name for weight in wrapper.weights] == ["kernel", "recurrent_kernel", "bias"]
    assert wrapper.output_dropout is None


@pytest.mark.parametrize("jit_compile", [False, True])
def test_a_rate_can_be_assigned_between_steps_of_a_compiled_model(jit_compile):
    wrapper = DropoutWrapper(Identity(), output_dropout=0.0)
    traces = _traced(wrapper)
    same = keras.layers.Dense(DEPTH, kernel_initializer="identity")
    model = keras.Sequential([RNN(wrapper, return_sequences=True), same])
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=jit_compile)
    x = np.ones((20, TIME, DEPTH), "float32")
    assert model.train_on_batch(x, x) == 0
    before = len(traces)
    wrapper.output_dropout.assign(0.5)
    # Ones become zeros and twos: every element is wrong by one.
    assert model.train_on_batch(x, x) == pytest.approx(1)
    assert len(traces) == before
    assert not any(weight is wrapper.output_dropout for weight in model.trainable_variables)
    assert wrapper.get_config()["output_dropout"] == 0.0


def _traced(wrapper):
    calls, draw = [], wrapper.draw_noise
    wrapper.draw_noise = lambda shape, dtype: calls.append(shape) or draw(shape, dtype)
    return calls


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float16", "float64"])
def test_rates_keep_the_precision_of_variables(policy):
    wrapper = DropoutWrapper(Identity(dtype=policy), output_dropout=0.3)
    draws = _recorded(wrapper)
    output, _ = wrapper(np.ones((2000, DEPTH)), np.ones((2000, DEPTH)), training=True)
    variable = {"mixed_float16": "float32", "mixed_bfloat16": "float32"}.get(policy, policy)
    assert wrapper.output_dropout.dtype == draws[0].dtype.name == variable
    assert keras.backend.standardize_dtype(output.dtype) == policy.removeprefix("mixed_")
    kept = np.array(ops.cast(output, "float32")) != 0
    assert abs(kept.mean() - 0.7) < 4 * np.sqrt(0.21 / kept.size)


@pytest.mark.parametrize("rate", [-0.1, 1.5])
def test_a_rate_outside_0_to_1_is_refused(rate):
    with pytest.raises(ValueError, match=r"input_dropout must be None or from 0 to 1"):
        DropoutWrapper(LSTMCell(3), input_dropout=rate)


VARIATIONAL = {"output_dropout": 0.5, "variational": True}


@pytest.mark.parametrize(
    "call",
    [
        lambda cell: keras.layers.RNN(cell)(X, training=True),
        lambda cell: cell(X[:, 0], cell.get_initial_state(BATCH), training=True),
    ],
    ids=["stock RNN", "alone"],
)
def test_variational_without_a_sequence_is_an_error(call):
    with pytest.raises(RuntimeError, match="Call the cell through"):
        call(DropoutWrapper(LSTMCell(UNITS), **VARIATIONAL))


class Failing(keras.layers.LSTMCell):
    """A cell that fails, and sees what noise the wrapper beside it has then."""

    seen = ()

    def call(self, inputs, states, training=False):
        Failing.seen = [wrapper._noise for wrapper in WATCHED]
        raise RuntimeError("the second layer is broken")


WATCHED = []


def test_noise_is_forgotten_after_a_failing_call():
    cell = DropoutWrapper(LSTMCell(UNITS), **VARIATIONAL)
    WATCHED[:] = [cell]
    layer = RNN([cell, Failing(UNITS)], unroll=True)
    with pytest.raises(RuntimeError, match="the second layer is broken"):
        layer(X, training=True)
    assert Failing.seen[0] is not None
    assert cell._noise is None


def test_wrappers_anywhere_get_their_noise():
    inner = DropoutWrapper(LSTMCell(UNITS), **VARIATIONAL)
    deep = StackedRNNCells([LSTMCell(UNITS), ResidualWrapper(inner)])
    layer = Bidirectional(RNN(StackedRNNCells([deep, DropoutWrapper(GRUCell(3), **VARIATIONAL)])))
    dropped = np.array(layer(X, training=True))
    assert np.any(dropped != np.array(layer(X)))
    outputs, _ = python_loop(deep, X, deep.get_initial_state(BATCH), training=True)
    whole, _ = python_loop(deep, X, deep.get_initial_state(BATCH))
    assert np.any(np.array(outputs) != np.array(whole))
    assert inner._noise is None


def test_keras_dropout_masks_of_a_wrapped_cell_last_for_the_sequence():
    cell = LSTMCell(UNITS, dropout=0.5, recurrent_dropout=0.5, seed=4)
    stock = keras.layers.RNN(keras.layers.LSTMCell(UNITS, dropout=0.5, recurrent_dropout=0.5, seed=4))
    layer = RNN(DropoutWrapper(cell, input_dropout=0.0))
    layer.build(X.shape)
    stock.build(X.shape)
    layer.cell.cell.set_weights(stock.get_weights())
    np.testing.assert_allclose(layer(X, training=True), stock(X, training=True), rtol=0, atol=1e-6)


@every_way
def test_residual_adds_the_input_to_the_output_alone(run):
    cell = ResidualWrapper(LSTMCell(DEPTH))
    outputs, h, c = run(cell)
    whole, whole_h, whole_c = run(cell.cell)
    np.testing.assert_allclose(outputs, whole + X, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(h, whole_h)
    np.testing.assert_array_equal(c, whole_c)


def test_residual_function():
    cell = ResidualWrapper(LSTMCell(UNITS), residual_fn=lambda inputs, outputs: outputs - inputs[:, :1])
    outputs = RNN(cell, return_sequences=True)(X)
    whole = RNN(cell.cell, return_sequences=True)(X)
    np.testing.assert_allclose(outputs, whole - X[:, :, :1], rtol=0, atol=1e-6)


def test_residual_refuses_widths_that_do_not_add():
    with pytest.raises(ValueError, match=r"inputs \[batch, 4\] cannot be added to outputs \[batch, 5\]"):
        RNN(ResidualWrapper(LSTMCell(UNITS)))(X)
