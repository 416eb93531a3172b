"""The fast unrolls give what Keras's own loop gives, and run where they are meant to run."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm import (
    RNN,
    BasicLSTMCell,
    BasicRNNCell,
    Bidirectional,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    ResidualWrapper,
    StackedRNNCells,
    backends,
)
from tf2_lstm.backends.tensorflow import lstm, program, schedule, unroll

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
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
#: Every equation, a stack and a wrapper, for what compiles and takes its time.
FEW = ("lstm_options", "gru_reset_after", "residual")
few_cells = pytest.mark.parametrize("cell", [CELLS[name] for name in FEW], ids=FEW)


def _lengths(*lengths):
    return np.arange(TIME) < np.array(lengths)[:, None]


MASKS = {
    "none": None,
    "lengths": _lengths(7, 3, 0, 5, 6),
    "short": _lengths(2, 3, 0, 1, 3),
    "left": _lengths(7, 3, 0, 5, 6)[:, ::-1],
    "holes": np.array(
        [[1, 0, 1, 1, 0, 1, 0], [0] * 7, [0, 0, 1, 0, 0, 0, 1], [1] * 7, [0, 1, 1, 0, 0, 0, 0]], bool
    ),
    "nothing": np.zeros((BATCH, TIME), bool),
}


def _layer(cell, dtype="float64", **options):
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


def _inputs(layer, batch=BATCH, time=TIME, dtype="float64"):
    rng = np.random.default_rng(4)
    states = layer.get_initial_state(batch)
    return (
        tf.constant(rng.normal(size=(batch, time, DEPTH)), dtype),
        keras.tree.map_structure(lambda s: tf.constant(rng.normal(size=s.shape), dtype), states),
    )


def _everything(layer, x, states, mask):
    """Outputs, states, and the gradients to inputs, first states and weights: one flat list."""
    with tf.GradientTape() as tape:
        tape.watch([x, states])
        found = keras.tree.flatten(layer(x, initial_state=states, mask=mask))
        # Every number counts differently.
        loss = sum(tf.reduce_sum(tf.sin(3 * leaf + place)) for place, leaf in enumerate(found))
    sources = [x, *keras.tree.flatten(states), *(weight.value for weight in layer.trainable_weights)]
    return found + tape.gradient(loss, sources, unconnected_gradients="zero")


def _assert_equal(layer, x, states, mask, compute=_everything, atol=1e-12):
    with backends.plain():
        expected = _everything(layer, x, states, mask)
    found = compute(layer, x, states, mask)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        # Sums of many terms: relative to the largest.
        scale = max(1.0, np.abs(other).max(initial=0))
        np.testing.assert_allclose(one, other, rtol=0, atol=atol * scale)


def _in_function(jit_compile):
    def compute(layer, x, states, mask):
        run = lambda x, states: _everything(layer, x, states, mask)  # noqa: E731
        return tf.function(run, jit_compile=jit_compile, autograph=False)(x, states)

    return compute


# --- the same numbers -----------------------------------------------------------------------------------


@every_cell
def test_eagerly_it_is_the_plain_loop(cell):
    layer = _layer(cell, return_sequences=True)
    for mask in MASKS.values():
        _assert_equal(layer, *_inputs(layer), mask)


@few_cells
def test_the_last_output_is_that_of_the_plain_loop(cell):
    layer = _layer(cell)
    for mask in MASKS.values():
        _assert_equal(layer, *_inputs(layer), mask)


@few_cells
def test_repeated_outputs_and_backwards(cell):
    options = {"return_sequences": True, "go_backwards": True, "zero_output_for_mask": False}
    layer = _layer(cell, **options)
    for mask in ("none", "lengths", "holes"):
        _assert_equal(layer, *_inputs(layer), MASKS[mask])


@pytest.mark.slow
@every_cell
@pytest.mark.parametrize("jit_compile", [None, True], ids=["graph", "xla"])
def test_in_a_function_it_is_the_plain_loop(cell, jit_compile):
    layer = _layer(cell, return_sequences=True)
    for mask in ("none", "holes"):
        _assert_equal(layer, *_inputs(layer), MASKS[mask], _in_function(jit_compile))


@pytest.mark.slow
def test_the_last_output_under_xla():
    layer = _layer(CELLS["residual"])
    for mask in ("lengths", "holes"):
        _assert_equal(layer, *_inputs(layer), MASKS[mask], _in_function(True))


@few_cells
def test_gradients_flow_through_a_function_traced_without_a_tape(cell):
    layer = _layer(cell, return_sequences=True)
    for mask in ("none", "lengths"):
        x, states = _inputs(layer)
        with backends.plain():
            expected = _everything(layer, x, states, MASKS[mask])
        call = tf.function(
            lambda x, s, mask=MASKS[mask]: layer(x, initial_state=s, mask=mask), autograph=False
        )
        with tf.GradientTape() as tape:
            tape.watch([x, states])
            found = keras.tree.flatten(call(x, states))
            loss = sum(tf.reduce_sum(tf.sin(3 * leaf + place)) for place, leaf in enumerate(found))
        sources = [x, *keras.tree.flatten(states), *(weight.value for weight in layer.trainable_weights)]
        found += tape.gradient(loss, sources, unconnected_gradients="zero")
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-12 * max(1.0, np.abs(other).max()))


@few_cells
@pytest.mark.parametrize(("batch", "time"), [(1, 1), (1, 6), (4, 1)])
def test_one_row_and_one_step(cell, batch, time):
    layer = _layer(cell, return_sequences=True)
    _assert_equal(layer, *_inputs(layer, batch, time), None)
    _assert_equal(layer, *_inputs(layer, batch, time), np.arange(batch * time).reshape(batch, time) % 2 == 0)


@pytest.mark.parametrize("seed", range(4))
def test_any_mask(seed):
    rng = np.random.default_rng(seed)
    layer = _layer(CELLS["stack"], return_sequences=True)
    for _ in range(3):
        batch, time = rng.integers(1, 9, size=2)
        x, states = _inputs(layer, int(batch), int(time))
        _assert_equal(layer, x, states, rng.random((batch, time)) < rng.random())


@pytest.mark.parametrize("masked", [False, True])
def test_an_empty_batch_of_unknown_size(masked):
    layer = _layer(CELLS["stack"], return_sequences=True)
    specs = [tf.TensorSpec((None, None, DEPTH), "float64"), tf.TensorSpec((None, None), "bool")]
    call = tf.function(lambda x, mask: layer(x, mask=mask if masked else None), specs, autograph=False)
    found = keras.tree.flatten(call(tf.zeros((0, 3, DEPTH), "float64"), tf.zeros((0, 3), "bool")))
    assert [leaf.shape[0] for leaf in found] == [0] * len(found)
    assert found[0].shape == (0, 3, 5)


def test_a_mask_of_numbers_is_a_mask():
    layer = _layer(CELLS["gru"], return_sequences=True)
    found = layer(_inputs(layer)[0], mask=MASKS["holes"].astype("int32"))
    for one, other in zip(found, layer(_inputs(layer)[0], mask=MASKS["holes"]), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
def test_compiled_it_is_the_plain_loop():
    layer = _layer(CELLS["stack"], return_sequences=True)
    x, states = _inputs(layer, 2, unroll.LEAST_STEPS)
    for mask in (None, np.arange(unroll.LEAST_STEPS) < np.array([[unroll.LEAST_STEPS], [3]])):
        _assert_equal(layer, x, states, mask)
        _assert_equal(layer, x, states, mask, _in_function(None))


def test_a_clip_passes_the_gradient_on_the_limit_itself():
    layer = _layer(lambda: LSTMCell(2, cell_clip=0.5, projection_units=2, projection_clip=0.25))
    for weight in layer.weights:
        weight.assign(np.zeros(weight.shape))
    layer.cell.projection_kernel.assign(np.eye(2))
    layer.cell.bias.assign([0, 0, 100, 100, 0, 0, 100, 100])
    x = tf.zeros((1, 1, DEPTH), "float64")
    states = [tf.zeros((1, 2), "float64"), tf.constant([[0.5, 0.5000001]], "float64")]
    _assert_equal(layer, x, states, None)
    with tf.GradientTape() as tape:
        tape.watch(states)
        _, _, c = layer(x, initial_state=states)
    np.testing.assert_array_equal(tape.gradient(c, states[1]), [[1, 0]])


def test_training_is_that_of_the_plain_loop():
    def losses():
        keras.utils.set_random_seed(1)
        x = keras.Input((None, DEPTH))
        bidirectional = Bidirectional(RNN([LSTMCell(4, **OPTIONS), GRUCell(3)], return_sequences=True))
        model = keras.Model(x, keras.layers.Dense(2)(bidirectional(keras.layers.Masking()(x))))
        model.compile(keras.optimizers.SGD(0.1), "mse")
        data = (
            np.random.default_rng(1).normal(size=(7, TIME, DEPTH))
            * MASKS["lengths"][[0, 1, 3, 4, 0, 1, 3], :, None]
        )
        return model.fit(data, np.tanh(data[:, :, :2]), batch_size=3, epochs=3, verbose=0).history["loss"]

    with backends.plain():
        expected = losses()
    np.testing.assert_allclose(losses(), expected, rtol=1e-5)


# --- the path that runs ---------------------------------------------------------------------------------


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
        "training": (program, "_training"),
        "inference": (program, "_inference"),
        "whole": (schedule, "whole"),
        "masked": (schedule, "masked"),
        "packed": (schedule, "packed"),
    }.items():
        spied(module, name, label)
    function = unroll._function
    function.cache_clear()

    def made(*arguments):
        if arguments[-1]:
            seen.add("compiled")
        return function(*arguments)

    monkeypatch.setattr(unroll, "_function", made)
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
LONG = unroll.LEAST_STEPS


class Subclass(LSTMCell):
    """A cell of someone's own."""


def _replaced():
    cell = LSTMCell(4)
    cell.call = partial(LSTMCell.call, cell)
    return cell


def _other_dtype():
    return [LSTMCell(4), LSTMCell(4, dtype="float64")]


PATHS = {
    "eager": (CELLS["basic_lstm"], {}, _eager, {}, TIME, {"inference", "whole"}),
    "eager, mask": (CELLS["stack"], {}, _eager, MASKED, TIME, {"inference", "packed"}),
    "eager, tape": (CELLS["gru"], {}, _taped, {}, TIME, {"training", "whole"}),
    "eager, tape and mask": (CELLS["rnn"], {}, _taped, MASKED, TIME, {"training", "packed"}),
    "eager, long": (CELLS["stack"], {}, _eager, {}, LONG, {"inference", "whole", "compiled"}),
    "eager, long, tape": (CELLS["stack"], {}, _taped, {}, LONG, {"training", "whole", "compiled"}),
    "graph": (CELLS["lstm_options"], {}, _graph(_eager), {}, TIME, {"inference", "whole"}),
    "graph, mask": (CELLS["lstm_relu"], {}, _graph(_eager), MASKED, TIME, {"inference", "packed"}),
    "graph, tape": (CELLS["residual"], {}, _graph(_taped), {}, TIME, {"training", "whole"}),
    "graph, long, tape": (CELLS["gru"], {}, _graph(_taped), {}, LONG, {"training", "whole", "compiled"}),
    "xla": (CELLS["basic_lstm"], {}, _graph(_eager, True), {}, LONG, {"inference", "whole"}),
    "xla, mask": (CELLS["basic_lstm"], {}, _graph(_eager, True), MASKED, TIME, {"inference", "masked"}),
    "xla, tape, mask": (CELLS["gru"], {}, _graph(_taped, True), MASKED, TIME, {"training", "masked"}),
    "unroll": (CELLS["basic_lstm"], {"unroll": True}, _eager, {}, TIME, {"inference", "whole"}),
    "backwards": (CELLS["basic_lstm"], {"go_backwards": True}, _eager, MASKED, TIME, {"inference", "packed"}),
    "repeated": (
        CELLS["residual"],
        {"zero_output_for_mask": False},
        _eager,
        MASKED,
        TIME,
        {"inference", "packed"},
    ),
    "repeated, xla": (
        CELLS["residual"],
        {"zero_output_for_mask": False},
        _graph(_eager, True),
        MASKED,
        TIME,
        {"plain"},
    ),
    "dropout, not training": (CELLS["dropout"], {}, _eager, {}, TIME, {"inference", "whole"}),
    "dropout, training": (CELLS["dropout"], {}, _eager, {"training": True}, TIME, {"plain"}),
    "no rate, training": (
        lambda: DropoutWrapper(LSTMCell(4)),
        {},
        _taped,
        {"training": True},
        TIME,
        {"training", "whole"},
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
    call(layer, tf.ones((BATCH, time, DEPTH)), **given)
    assert ran == expected


@pytest.mark.parametrize("dtype", ["float32", "float64", "mixed_float16", "mixed_bfloat16"])
def test_every_dtype_is_fast(ran, dtype):
    layer = _layer(CELLS["stack"], dtype, return_sequences=True)
    _taped(layer, tf.ones((BATCH, TIME, DEPTH)), mask=MASKS["lengths"])
    assert ran == {"training", "packed"}


def test_stateful_is_fast(ran):
    layer = RNN(LSTMCell(4), stateful=True, return_sequences=True)
    first, second = (layer(tf.ones((BATCH, TIME, DEPTH))) for _ in range(2))
    assert ran == {"inference", "whole"}
    assert np.any(first != second)


@pytest.mark.parametrize("masked", [False, True])
def test_a_model_of_keras_is_fast_and_knows_no_size(ran, masked):
    x = keras.Input((None, DEPTH))
    sequence = keras.layers.Masking()(x) if masked else x
    model = keras.Model(x, Bidirectional(RNN([LSTMCell(4)], return_sequences=True))(sequence))
    ran.clear()
    for jit_compile in (False, True):
        model.compile("sgd", "mse", jit_compile=jit_compile)
        for batch, time in ((2, 3), (4, 5)):
            data = np.ones((batch, time, DEPTH), "float32")
            assert model.predict(data, verbose=0).shape == (batch, time, 8)
            model.fit(data, np.ones((batch, time, 8)), verbose=0)
    layouts = {"packed", "masked"} if masked else {"whole"}
    assert ran == {"inference", "training"} | layouts


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
    request = program.Request(unroll.plan_of(LSTMCell(4)), True, False, True)
    answers = [
        unroll.pays_to_compile(request, False, tf.TensorShape([1, LONG + n, DEPTH]), False)
        for n in [*range(unroll.SIZES + 2), 0]
    ]
    assert answers == [True] * unroll.SIZES + [False, False, True]


def test_plain_is_plain_and_ends(ran):
    layer = RNN(LSTMCell(4))
    with backends.plain():
        layer(tf.ones((BATCH, TIME, DEPTH)))
    assert ran == {"plain"}
    layer(tf.ones((BATCH, TIME, DEPTH)))
    assert ran == {"plain", "inference", "whole"}


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


# --- what is wrong is seen ------------------------------------------------------------------------------


def _factor(name, change):
    def factors(cell, weights, saved, before, right=lstm.factors):
        found = right(cell, weights, saved, before)
        return {**found, name: change(found[name])}

    return lstm, "factors", factors


def _gradient(name):
    def gradients(*arguments, right=lstm.gradients):
        dx, found = right(*arguments)
        return dx, {**found, name: found[name] * (1 + 1e-9)}

    return lstm, "gradients", gradients


def _inside_only(x, limit):
    return tf.cast(tf.abs(x) < 0.9 * limit, x.dtype)


SABOTAGES = {
    "dc": _factor("to_c", lambda factor: factor * (1 + 1e-9)),
    "gates": _factor("to_gates", lambda factor: tf.roll(factor, 1, axis=-1)),
    "c of the step before": _factor("to_old", tf.ones_like),
    **{name: _gradient(name) for name in ("kernel", "recurrent_kernel", "bias", "projection_kernel")},
    **{f"{gate}_peephole": _gradient(f"{gate}_peephole") for gate in ("input", "forget", "output")},
    "clip": (lstm, "_inside", _inside_only),
    "first states' order": (schedule.Packed, "sort", lambda self, states: list(states)),
    "last states' order": (schedule.Packed, "unsort", lambda self, states: list(states)),
    "last states' gradient": (
        schedule.Packed,
        "end_back",
        lambda self, s, final: schedule.Packed.sort(self, final),
    ),
}


@pytest.mark.parametrize(("where", "name", "wrong"), SABOTAGES.values(), ids=SABOTAGES)
def test_a_sabotage_is_seen(monkeypatch, where, name, wrong):
    layer = _layer(CELLS["lstm_options"], return_sequences=True)
    arguments = (layer, *_inputs(layer), MASKS["lengths"])
    unroll._function.cache_clear()
    _assert_equal(*arguments)
    monkeypatch.setattr(where, name, wrong)
    unroll._function.cache_clear()
    with pytest.raises(AssertionError):
        _assert_equal(*arguments)
    monkeypatch.undo()
    unroll._function.cache_clear()
