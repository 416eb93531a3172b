"""The fast unrolls run where they are meant to run, and nowhere else."""

import logging.handlers
from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf
from unrolled import BATCH, CELLS, DEPTH, MASKS, TIME, layer_of

from tf2_lstm import RNN, Bidirectional, DropoutWrapper, LSTMCell, ResidualWrapper, StackedRNNCells, backends
from tf2_lstm.backends.tensorflow import layout, one_recurrence, run_plan, unroll


@pytest.fixture
def ran(monkeypatch):
    """Which programs, layouts and loops are traced or run, in a set that fills itself."""
    seen = set()

    def spied(module, name, label):
        function = getattr(module, name)

        def spy(*arguments, **options):
            seen.add(label)
            return function(*arguments, **options)

        monkeypatch.setattr(module, name, spy)

    for label, (module, name) in {
        "plain": (RNN, "_plain_loop"),
        "layers": (run_plan, "_by_layers"),
        "one loop": (run_plan, "_in_one_loop"),
        "whole": (layout, "whole"),
        "masked": (layout, "masked"),
        "packed": (layout, "packed"),
        "sorted": (run_plan, "sorted_rows"),
        "compiled": (one_recurrence, "compiled"),
    }.items():
        spied(module, name, label)
    unroll._function.cache_clear()
    unroll._sizes.cache_clear()
    return seen


def _eager(layer, x, **options):
    return layer(x, **options)


def _taped(layer, x, **options):
    with tf.GradientTape():
        return layer(x, **options)


def _graph(call, jit_compile=None):
    def run(layer, x, **options):
        return tf.function(lambda x: call(layer, x, **options), jit_compile=jit_compile, autograph=False)(x)

    return run


MASKED = {"mask": MASKS["lengths"]}
LONG = run_plan.LONG
LONG_MASKED = {"mask": np.arange(LONG) < np.array([[LONG], [3], [0], [9], [LONG]])}


class Subclass(LSTMCell):
    """A cell of someone's own."""


def _replaced():
    cell = LSTMCell(4)
    cell.call = partial(LSTMCell.call, cell)
    return cell


def _other_dtype():
    return [LSTMCell(4), LSTMCell(4, dtype="float64")]


PATHS = {
    "eager": (CELLS["basic_lstm"], {}, _eager, {}, TIME, {"one loop", "whole"}),
    "eager, mask": (CELLS["stack"], {}, _eager, MASKED, TIME, {"one loop", "packed"}),
    "eager, tape": (CELLS["gru"], {}, _taped, {}, TIME, {"layers", "whole"}),
    "eager, tape and mask": (CELLS["rnn"], {}, _taped, MASKED, TIME, {"layers", "packed"}),
    "eager, long": (CELLS["stack"], {}, _eager, {}, LONG, {"layers", "whole", "compiled"}),
    "eager, long, tape": (CELLS["stack"], {}, _taped, {}, LONG, {"layers", "whole", "compiled"}),
    "graph": (CELLS["lstm_options"], {}, _graph(_eager), {}, TIME, {"one loop", "whole"}),
    "graph, mask": (CELLS["lstm_relu"], {}, _graph(_eager), MASKED, TIME, {"one loop", "packed"}),
    "graph, tape": (CELLS["residual"], {}, _graph(_taped), {}, TIME, {"layers", "whole"}),
    "graph, long, tape": (CELLS["gru"], {}, _graph(_taped), {}, LONG, {"layers", "whole", "compiled"}),
    "graph, long, mask": (
        CELLS["rnn"],
        {},
        _graph(_eager),
        LONG_MASKED,
        LONG,
        {"layers", "sorted", "compiled"},
    ),
    "graph, long, tape and mask": (
        CELLS["rnn"],
        {},
        _graph(_taped),
        LONG_MASKED,
        LONG,
        {"layers", "sorted", "compiled"},
    ),
    "graph, long, mask, repeated": (
        CELLS["rnn"],
        {"zero_output_for_mask": False},
        _graph(_taped),
        LONG_MASKED,
        LONG,
        {"layers", "packed"},
    ),
    "xla": (CELLS["basic_lstm"], {}, _graph(_eager, True), {}, LONG, {"one loop", "whole"}),
    "xla, mask": (CELLS["basic_lstm"], {}, _graph(_eager, True), MASKED, TIME, {"one loop", "masked"}),
    "xla, tape, mask": (CELLS["gru"], {}, _graph(_taped, True), MASKED, TIME, {"layers", "masked"}),
    "unroll": (CELLS["basic_lstm"], {"unroll": True}, _eager, {}, TIME, {"one loop", "whole"}),
    "backwards": (CELLS["basic_lstm"], {"go_backwards": True}, _eager, MASKED, TIME, {"one loop", "packed"}),
    "repeated": (
        CELLS["residual"],
        {"zero_output_for_mask": False},
        _eager,
        MASKED,
        TIME,
        {"one loop", "packed"},
    ),
    "repeated, xla": (
        CELLS["residual"],
        {"zero_output_for_mask": False},
        _graph(_eager, True),
        MASKED,
        TIME,
        {"plain"},
    ),
    "dropout, not training": (CELLS["dropout"], {}, _eager, {}, TIME, {"one loop", "whole"}),
    "dropout, training": (CELLS["dropout"], {}, _eager, {"training": True}, TIME, {"plain"}),
    "no rate, training": (
        lambda: DropoutWrapper(LSTMCell(4)),
        {},
        _taped,
        {"training": True},
        TIME,
        {"layers", "whole"},
    ),
    "dropout of Keras": (lambda: LSTMCell(4, dropout=0.1), {}, _taped, {"training": True}, TIME, {"plain"}),
    "residual_fn": (
        lambda: ResidualWrapper(LSTMCell(4), residual_fn=lambda x, y: x + y),
        {},
        _eager,
        {},
        TIME,
        {"plain"},
    ),
    "another activation": (lambda: LSTMCell(4, activation="elu"), {}, _eager, {}, TIME, {"plain"}),
    "an activation without a name": (
        lambda: LSTMCell(4, activation=lambda x: x),
        {},
        _eager,
        {},
        TIME,
        {"plain"},
    ),
    "a subclass": (lambda: Subclass(4), {}, _eager, {}, TIME, {"plain"}),
    "a call replaced": (_replaced, {}, _eager, {}, TIME, {"plain"}),
    "a mask for all rows": (CELLS["gru"], {}, _eager, {"mask": MASKS["lengths"][:1]}, TIME, {"plain"}),
    "two dtypes": (_other_dtype, {}, _eager, {}, TIME, {"plain"}),
}


@pytest.mark.parametrize(("cell", "options", "call", "given", "time", "expected"), PATHS.values(), ids=PATHS)
def test_the_intended_path_runs(ran, cell, options, call, given, time, expected):
    layer = RNN(cell(), return_sequences=True, **options)
    # A function in which a layer makes its weights is traced twice.
    layer.build((BATCH, time, DEPTH))
    call(layer, tf.ones((BATCH, time, DEPTH)), **given)
    assert ran == expected


@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_float16", "mixed_bfloat16"])
def test_every_dtype_is_fast(ran, dtype):
    layer = layer_of(CELLS["stack"], dtype, return_sequences=True)
    _taped(layer, tf.ones((BATCH, TIME, DEPTH)), mask=MASKS["lengths"])
    assert ran == {"layers", "packed"}


def test_stateful_is_fast(ran):
    layer = RNN(LSTMCell(4), stateful=True, return_sequences=True)
    first, second = (layer(tf.ones((BATCH, TIME, DEPTH))) for _ in range(2))
    assert ran == {"one loop", "whole"}
    assert np.any(first != second)


@pytest.mark.parametrize("masked", [False, True])
def test_a_model_of_keras_is_fast_and_knows_no_size(ran, masked):
    x = keras.Input((None, DEPTH))
    sequence = keras.layers.Masking()(x) if masked else x
    model = keras.Model(x, Bidirectional(RNN([LSTMCell(4)], return_sequences=True))(sequence))
    ran.clear()
    # XLA compiles every size by itself: one size of it is enough.
    for jit_compile, sizes in ((False, [(2, 3), (4, 5)]), (True, [(4, 5)])):
        model.compile("sgd", "mse", jit_compile=jit_compile)
        for batch, time in sizes:
            data = np.ones((batch, time, DEPTH), "float32")
            assert model.predict(data, verbose=0).shape == (batch, time, 8)
            model.fit(data, np.ones((batch, time, 8)), verbose=0)
    layouts = {"packed", "masked"} if masked else {"whole"}
    assert ran == {"one loop", "layers"} | layouts


def test_other_sizes_trace_nothing_again(monkeypatch):
    traces, run = [], unroll.run
    monkeypatch.setattr(unroll, "run", lambda *a, **o: traces.append(a[0]) or run(*a, **o))
    unroll._function.cache_clear()
    # Two layers alike share what is traced, as weights are arguments.
    for layer in (RNN(LSTMCell(4)), RNN(LSTMCell(4))):
        for batch, time in ((1, 2), (2, 2), (3, 5)):
            layer(tf.ones((batch, time, DEPTH)))
    assert len(traces) == 1


def test_a_storm_of_sizes_compiles_a_few(ran):
    request = run_plan.Request(unroll.plan_of(LSTMCell(4)), True, False, True)
    answers = [
        unroll.pays_to_compile(request, False, tf.TensorShape([1, LONG + n, DEPTH]), False)
        for n in [*range(unroll.SIZES + 2), 0]
    ]
    assert answers == [True] * unroll.SIZES + [False, False, True]


SIZED = {
    "small": (128, (1, 50), True, False, True),
    "too short": (128, (1, run_plan.LONG - 1), True, False, False),
    "a batch of any size": (128, (None, 50), True, False, False),
    "rows": (128, (256, 50), True, False, False),
    "units": (512, (1, 50), False, False, False),
    "masked, needs_gradient": (128, (64, 50), True, True, True),
    "masked, more rows": (128, (128, 50), True, True, False),
    "masked, does not train": (128, (64, 50), False, True, True),
    "masked, does not train, more rows": (128, (128, 50), False, True, False),
}


@pytest.mark.parametrize(("units", "size", "needs_gradient", "masked", "expected"), SIZED.values(), ids=SIZED)
def test_what_is_compiled(ran, units, size, needs_gradient, masked, expected):
    request = run_plan.Request(unroll.plan_of(LSTMCell(units)), True, False, True)
    assert unroll.pays_to_compile(request, needs_gradient, tf.TensorShape([*size, DEPTH]), masked) is expected


IN_CHUNKS = {
    "two layers": (2, (32, 50), True, None, True),
    "one layer": (1, (32, 50), True, None, False),
    "one layer, masked": (1, (32, 50), True, "mask", True),
    "few numbers": (2, (31, 50), True, None, False),
    "few numbers, no training": (2, (1, 50), False, None, True),
    "short": (2, (32, run_plan.LONG - 1), True, None, False),
    "a batch of any size": (2, (tf.constant(32), 50), True, None, False),
}


@pytest.mark.parametrize(
    ("layers", "size", "needs_gradient", "valid", "expected"), IN_CHUNKS.values(), ids=IN_CHUNKS
)
def test_what_is_cut_into_chunks(layers, size, needs_gradient, valid, expected):
    batch, steps = size
    plan = unroll.plan_of(StackedRNNCells([LSTMCell(128) for _ in range(layers)]))
    request = run_plan.Request(plan, True, False, True)
    found = run_plan._pays_in_chunks(request, layout.Whole(steps, batch, valid), needs_gradient)
    assert found is expected


def test_plain_is_plain_and_ends(ran):
    layer = RNN(LSTMCell(4))
    with backends.plain():
        layer(tf.ones((BATCH, TIME, DEPTH)))
    assert ran == {"plain"}
    layer(tf.ones((BATCH, TIME, DEPTH)))
    assert ran == {"plain", "one loop", "whole"}


def _second_order(layer, x):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            loss = tf.reduce_sum(layer(x) ** 2)
        gradient = inner.gradient(loss, x)
    return outer.gradient(gradient, x)


@pytest.mark.parametrize("wrap", [lambda f: f, partial(tf.function, autograph=False)], ids=["eager", "graph"])
def test_a_gradient_of_a_gradient_is_refused_and_plain_has_it(wrap):
    layer, x = RNN(LSTMCell(4)), tf.ones((2, 3, DEPTH))
    layer.build(x.shape)
    with pytest.raises(NotImplementedError, match=r"tf2_lstm\.backends\.plain"):
        wrap(partial(_second_order, layer))(x)
    with backends.plain():
        assert np.any(wrap(partial(_second_order, layer))(x))


def test_tensorflow_does_not_warn_of_layers_that_differ():
    said = logging.handlers.BufferingHandler(1000)
    tf.get_logger().addHandler(said)
    try:
        for units in range(1, 9):
            RNN(LSTMCell(units))(np.ones((2, 3, units), "float32"))
    finally:
        tf.get_logger().removeHandler(said)
    assert not [record.getMessage() for record in said.buffer]
