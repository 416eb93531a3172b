"""Accelerated stock layers give stock Keras's numbers, by the fast unrolls where those compute the same."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tf2_lstm import LSTMCell, ResidualWrapper, accelerate, backends

BATCH, TIME, DEPTH = 4, 5, 3
HOLES = np.array([[1, 0, 1, 1, 0], [0] * 5, [0, 0, 1, 0, 1], [1] * 5], bool)
#: Of the largest number; bfloat16 has 8 bits, and a gradient is a sum of many.
ATOL = {"float64": 1e-12, "float32": 3e-6, "mixed_bfloat16": 0.04}


def _lstm(**options):
    return layers.LSTM(4, **options)


def _projected(**options):
    return layers.RNN(LSTMCell(4, use_peepholes=True, cell_clip=0.8, projection_units=3), **options)


def _stack(**options):
    cells = [layers.LSTMCell(3), layers.GRUCell(4), layers.SimpleRNNCell(5)]
    return layers.RNN([layers.StackedRNNCells(cells[:2]), cells[2]], **options)


def _others(**options):
    names = {"activation": "relu", "recurrent_activation": "hard_sigmoid", "use_bias": False}
    return layers.LSTM(4, **names, **options)


LAYERS = {
    "lstm": _lstm,
    "lstm, other activations": _others,
    "gru": lambda **options: layers.GRU(4, **options),
    "gru, reset before": lambda **options: layers.GRU(4, reset_after=False, **options),
    "simple rnn": lambda **options: layers.SimpleRNN(4, **options),
    "stack": _stack,
    "ours in stock": _projected,
    "ours around stock": lambda **o: layers.RNN(ResidualWrapper(layers.GRUCell(DEPTH)), **o),
    "no plan": lambda **options: layers.LSTM(4, activation="elu", **options),
}
#: A class with a loop of its own, and all cells in one; for all options, fewer.
FEW = ("lstm", "stack")
FOR_OPTIONS = {
    "lstm": _lstm,
    "stack": lambda **o: layers.RNN([layers.LSTMCell(3), layers.SimpleRNNCell(4)], **o),
}
SEQUENCES = {"return_sequences": True}
OPTIONS = {
    "last": {},
    "sequences": SEQUENCES,
    "backwards": {**SEQUENCES, "go_backwards": True},
    "backwards, last": {"go_backwards": True},
    "unrolled": {**SEQUENCES, "unroll": True},
    "unrolled backwards": {**SEQUENCES, "unroll": True, "go_backwards": True},
    "zero": {**SEQUENCES, "zero_output_for_mask": True},
    "zero, last": {"zero_output_for_mask": True},
    "zero, backwards": {**SEQUENCES, "zero_output_for_mask": True, "go_backwards": True},
    "zero, unrolled": {**SEQUENCES, "zero_output_for_mask": True, "unroll": True},
    "zero, unrolled backwards": {
        **SEQUENCES,
        "zero_output_for_mask": True,
        "unroll": True,
        "go_backwards": True,
    },
}
#: Where stock Keras has a result of its own if there is a mask.
OWN = ("zero, last", "zero, unrolled backwards")
X = np.random.default_rng(4).normal(size=(BATCH, TIME, DEPTH))


def _built(make, dtype="float64", **options):
    keras.config.set_dtype_policy(dtype)
    try:
        layer = make(**options)
    finally:
        keras.config.set_dtype_policy("float32")
    layer.build((BATCH if options.get("stateful") else None, TIME, DEPTH))
    return layer


def _twins(make, dtype="float64", **options):
    """A stock layer and an accelerated one with the same weights."""
    stock, fast = (_built(make, dtype, **options) for _ in range(2))
    rng = np.random.default_rng(3)
    for one, other in zip(stock.trainable_weights, fast.trainable_weights, strict=True):
        one.assign(rng.uniform(-1, 1, one.shape))
        other.assign(one)
    return stock, accelerate(fast)


def _state(layer):
    rng = np.random.default_rng(5)
    return keras.tree.map_structure(
        lambda zeros: tf.constant(rng.normal(size=zeros.shape), zeros.dtype), layer.get_initial_state(BATCH)
    )


def _everything(layer, mask=None):
    """The outputs, the states, and the gradients to the inputs, the first states and the weights."""
    x, states = tf.constant(X, layer.compute_dtype), _state(layer)
    with tf.GradientTape() as tape:
        tape.watch([x, states])
        found = layer(x, initial_state=states, mask=mask)
        flat = keras.tree.flatten(found)
        loss = sum(tf.reduce_sum(tf.sin(3 * leaf + place)) for place, leaf in enumerate(flat))
    sources = [x, states, [weight.value for weight in layer.trainable_weights]]
    return found, tape.gradient(loss, sources, unconnected_gradients="zero")


def _same(found, expected, atol):
    """Hold nests of numbers against each other: the structure, the dtypes, the static shapes, the numbers."""
    keras.tree.assert_same_structure(found, expected)
    for one, other in zip(keras.tree.flatten(found), keras.tree.flatten(expected), strict=True):
        assert (one.dtype, one.shape) == (other.dtype, other.shape)
        one, other = (np.asarray(tf.cast(leaf, "float64")) for leaf in (one, other))
        np.testing.assert_allclose(one, other, rtol=0, atol=atol * max(1.0, np.abs(other).max()))


# --- the numbers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("make", FOR_OPTIONS.values(), ids=FOR_OPTIONS)
def test_every_option_gives_the_numbers_of_stock(unrolled, make, options, masked):
    mask = HOLES if masked else None
    stock, fast = _twins(make, return_state=True, **OPTIONS[options])
    expected = _everything(stock, mask)
    assert not unrolled
    _same(_everything(fast, mask), expected, ATOL["float64"])
    assert bool(unrolled) != (masked and options in OWN)
    # Without a tape another program runs.
    _same(fast(X, mask=mask), stock(X, mask=mask), ATOL["float64"])


@pytest.mark.parametrize(
    ("name", "dtype"),
    [(name, dtype) for name in LAYERS for dtype in ATOL if dtype == "float64" or name in FEW],
)
def test_every_layer_gives_the_numbers_of_stock(unrolled, name, dtype):
    for mask in (None, HOLES):
        stock, fast = _twins(LAYERS[name], dtype, return_sequences=True)
        _same(_everything(fast, mask), _everything(stock, mask), ATOL[dtype])
    assert len(unrolled) == (0 if name == "no plan" else 2)


@pytest.mark.parametrize("jit_compile", [None, True], ids=["graph", "xla"])
@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
def test_in_a_function_it_gives_the_numbers_of_stock(unrolled, masked, jit_compile):
    zero = {"zero_output_for_mask": True, "go_backwards": True}
    stock, fast = _twins(_stack, return_sequences=True, return_state=True, **zero)
    mask = HOLES if masked else None
    compiled = tf.function(lambda: _everything(fast, mask), jit_compile=jit_compile, autograph=False)
    _same(compiled(), _everything(stock, mask), ATOL["float64"])
    assert unrolled


@pytest.mark.parametrize("sizes", [(None, None), (None, TIME), (BATCH, TIME)])
def test_a_function_knows_the_shapes_that_it_knows_of_stock(sizes):
    layers_ = _twins(_lstm, return_sequences=True, return_state=True)
    specs = [tf.TensorSpec((*sizes, DEPTH), "float64"), tf.TensorSpec(sizes, "bool")]
    known = []
    for layer in layers_:
        traced = tf.function(lambda x, mask, layer=layer: layer(x, mask=mask), specs, autograph=False)
        known.append([str(one.shape) for one in traced.get_concrete_function().structured_outputs])
    assert known[0] == known[1]


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
def test_a_stateful_layer_carries_the_same_state(unrolled, masked):
    stock, fast = _twins(_lstm, stateful=True)
    for _ in range(2):
        _same(fast(X, mask=HOLES if masked else None), stock(X, mask=HOLES if masked else None), 1e-12)
        _same([s.value for s in fast.states], [s.value for s in stock.states], 1e-12)
    fast.reset_state()
    assert not np.any(fast.states[0])
    assert len(unrolled) == 2


def test_a_mask_in_a_list_is_its_first():
    stock, fast = _twins(_lstm)
    _same(fast(X, mask=[HOLES]), stock(X, mask=HOLES), 1e-12)


def test_one_mask_for_a_batch_of_unknown_size():
    stock, fast = _twins(_lstm, return_sequences=True)
    call = partial(tf.function, input_signature=[tf.TensorSpec((None, None, DEPTH), "float64")])
    found, expected = (call(lambda x, one=one: one(x, mask=HOLES[:1]))(X) for one in (fast, stock))
    _same(found, expected, 1e-12)


@pytest.mark.parametrize("training", [False, True])
def test_dropout_draws_what_stock_draws(unrolled, training):
    stock, fast = _twins(partial(_lstm, dropout=0.5, recurrent_dropout=0.25, seed=7))
    for _ in range(2):
        _same(fast(X, training=training), stock(X, training=training), 1e-12)
    assert len(unrolled) == (0 if training else 2)


# --- what is left to stock ------------------------------------------------------------------------------


class Subclass(layers.LSTM):
    """A layer of someone's own."""


class SubclassedCell(layers.LSTMCell):
    """A cell of someone's own."""


def _with(name, value):
    def make(**options):
        layer = layers.LSTM(4, **options)
        setattr(layer, name, partial(value, layer) if callable(value) else value)
        return layer

    return make


LEFT = {
    "a subclass": lambda **o: Subclass(4, **o),
    "a call replaced": _with("call", layers.LSTM.call),
    "a loop replaced": _with("inner_loop", layers.LSTM.inner_loop),
    "cuDNN": _with("supports_jit", False),
    "a subclassed cell": lambda **o: layers.RNN(SubclassedCell(4), **o),
    "a loss of every step": lambda **o: layers.RNN(layers.LSTMCell(4, activity_regularizer="l2"), **o),
    "a stack of one": lambda **o: layers.RNN([layers.LSTMCell(4)], **o),
    "two dtypes": lambda **o: layers.RNN(layers.LSTMCell(4, dtype="float32"), **o),
}


@pytest.mark.parametrize("make", LEFT.values(), ids=LEFT)
def test_what_is_not_known_to_be_equal_is_left_to_stock(unrolled, make):
    stock, fast = _twins(make, return_sequences=True)
    _same(fast(X), stock(X), 0)
    assert not unrolled
    assert len(fast.losses) == len(stock.losses)


def test_a_class_whose_loop_was_replaced_is_left_alone(monkeypatch):
    monkeypatch.setattr(layers.LSTM, "inner_loop", lambda *arguments, **options: None)
    assert "inner_loop" not in vars(accelerate(layers.LSTM(4)))
    assert "inner_loop" in vars(accelerate(layers.GRU(4)))


def test_a_refusal_of_stock_is_still_one():
    layer = accelerate(_built(partial(_lstm, use_cudnn=True)))
    with pytest.raises(ValueError, match="cuDNN is not supported"):
        layer(X)


def test_the_plain_loop_has_gradients_of_gradients(unrolled):
    layer, x = accelerate(_built(_lstm)), tf.constant(X)

    def second():
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                loss = tf.reduce_sum(layer(x) ** 2)
            gradient = inner.gradient(loss, x)
        return outer.gradient(gradient, x)

    with pytest.raises(NotImplementedError, match=r"tf2_lstm\.backends\.plain"):
        second()
    with backends.plain():
        assert np.any(second())
    assert len(unrolled) == 1


# --- a mistake is seen ----------------------------------------------------------------------------------


def _last_of_all(found):
    last, outputs, states = found
    return last + 1e-9, outputs, states


def _states_swapped(found):
    last, outputs, (h, c) = found
    return last, outputs, [c, h]


def _another_nest(found):
    last, outputs, states = found
    return last, outputs, [states]


@pytest.mark.parametrize("wrong", [_last_of_all, _states_swapped, _another_nest])
def test_a_sabotage_is_seen(monkeypatch, wrong):
    stock, fast = _twins(_lstm, return_state=True)
    _same(_everything(fast), _everything(stock), 1e-12)
    room = backends.unrolls()
    right = room.unroll
    monkeypatch.setattr(room, "unroll", lambda *arguments: wrong(right(*arguments)))
    with pytest.raises((AssertionError, ValueError)):
        _same(_everything(fast), _everything(stock), 1e-12)
