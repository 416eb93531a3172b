"""Every layer of the Keras column is a good Keras citizen: a table of layers, a table of checks.

Adding a layer is adding a row to `ROWS`; each row builds an RNN or a Bidirectional layer with
options.
"""

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

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
)

# TensorFlow's tensors still have the __array__ of NumPy 1, and Keras calls it when it saves.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROOT = Path(__file__).resolve().parents[1]
BATCH, TIME, DEPTH = 3, 5, 4
LENGTHS = [5, 2, 0]


@keras.saving.register_keras_serializable(package="tests")
def half_sum(inputs, outputs):
    return (inputs + outputs) / 2


def _options():
    return {"use_peepholes": True, "cell_clip": 0.8, "projection_units": 4, "projection_clip": 0.4}


def _shared_lstm():
    return [LSTMCell(4)] * 3


def _dropout(**options):
    rates = {"input_dropout": 0.1, "state_dropout": 0.1, "output_dropout": 0.2}
    return DropoutWrapper(LSTMCell(4, recurrent_dropout=0.1), **rates, **options)


def _mixed():
    return [LSTMCell(3, **_options()), GRUCell(4), BasicRNNCell(5)]


def _nested():
    return [StackedRNNCells([LSTMCell(2), GRUCell(4)]), ResidualWrapper(_dropout(variational=True))]


def _both(forward, backward, **options):
    return Bidirectional(RNN(forward(), **options), RNN(backward(), go_backwards=True, **options))


def _same(**options):
    cell = LSTMCell(4)
    return Bidirectional(RNN(cell, **options), RNN(cell, go_backwards=True, **options))


CELLS = {
    "basic_rnn": lambda: BasicRNNCell(4),
    "basic_lstm": lambda: BasicLSTMCell(4),
    "lstm": lambda: LSTMCell(4, dropout=0.1, implementation=1),
    "lstm_options": lambda: LSTMCell(5, **_options()),
    "gru": lambda: GRUCell(4),
    "stack": _mixed,
    "stack_of_one": lambda: [LSTMCell(4)],
    "stack_shared": _shared_lstm,
    "stack_nested": _nested,
    "dropout": _dropout,
    "dropout_gru": lambda: DropoutWrapper(GRUCell(4), state_dropout=0.2),
    "dropout_variational": partial(_dropout, variational=True),
    "dropout_around_stack": lambda: DropoutWrapper(StackedRNNCells(_mixed()), state_dropout=0.1),
    "residual": lambda: ResidualWrapper(LSTMCell(4)),
    "residual_fn": lambda: ResidualWrapper(GRUCell(4), residual_fn=half_sum),
}
RNN_ROWS = {name: (lambda cell=cell, **options: RNN(cell(), **options)) for name, cell in CELLS.items()}
ROWS = {
    **RNN_ROWS,
    "bidirectional": partial(_both, CELLS["basic_lstm"], CELLS["basic_lstm"]),
    "bidirectional_mixed": partial(_both, CELLS["lstm_options"], _mixed),
    "bidirectional_same_cell": _same,
}
every_row = pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
every_rnn = pytest.mark.parametrize("row", RNN_ROWS.values(), ids=RNN_ROWS)


def _inputs(dtype="float32", batch=BATCH, time=TIME):
    return np.random.default_rng(1).normal(size=(batch, time, DEPTH)).astype(dtype)


def _ready(layer):
    """Build a layer and give it wide weights; the dropout rates stay."""
    if not layer.built:
        layer.build((BATCH, TIME, DEPTH))
    rng = np.random.default_rng(2)
    for weight in layer.weights:
        if not weight.name.endswith("_dropout"):
            weight.assign(rng.uniform(-1, 1, weight.shape))
    return layer


def _pair(row, first, second):
    """The same layer with two sets of options."""
    one, two = _ready(row(**first)), _ready(row(**second))
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    return one, two


def _arrays(nest):
    return [ops.convert_to_numpy(leaf) for leaf in keras.tree.flatten(nest)]


def _equal(one, two, atol=0.0):
    one, two = _arrays(one), _arrays(two)
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=0, atol=atol)


FULL = {"return_sequences": True, "return_state": True}


def _model(layer, **inputs):
    x = keras.Input((TIME, DEPTH), **inputs)
    return keras.Model(x, layer(x))


# --- saving ---------------------------------------------------------------------------------------------


@every_row
def test_config_round_trip(row):
    layer = row(**FULL)
    again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()
    again.build((BATCH, TIME, DEPTH))
    again.set_weights(_ready(layer).get_weights())
    _equal(layer(_inputs()), again(_inputs()))


LOAD = """
import json, sys
import keras, numpy as np
from tf2_lstm import RNN

@keras.saving.register_keras_serializable(package="tests")
def half_sum(inputs, outputs):
    return (inputs + outputs) / 2

folder, x = sys.argv[1], np.load(sys.argv[1] + "/x.npy")
answer = {}
for name in sys.argv[2:]:
    model = keras.models.load_model(f"{folder}/{name}.keras")
    outputs = [keras.ops.convert_to_numpy(leaf) for leaf in keras.tree.flatten(model(x))]
    np.savez(f"{folder}/{name}.loaded.npz", *outputs)
    answer[name] = len(model.weights)
print(json.dumps(answer))
"""


def _python(script, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Every row saved here and loaded by one fresh process: folder, layers, numbers of weights."""
    folder = tmp_path_factory.mktemp("keras")
    np.save(folder / "x.npy", _inputs())
    layers = {name: _ready(row(**FULL)) for name, row in ROWS.items()}
    for name, layer in layers.items():
        _model(layer).save(folder / f"{name}.keras")
    return folder, layers, json.loads(_python(LOAD, str(folder), *layers))


@pytest.mark.parametrize("name", ROWS)
def test_save_and_load_in_a_fresh_process(loaded, name):
    folder, layers, weights = loaded
    assert weights[name] == len(layers[name].weights)
    outputs = np.load(folder / f"{name}.loaded.npz")
    _equal(layers[name](_inputs()), [outputs[key] for key in outputs.files])


OTHER_BACKEND = """
import importlib.util, sys
from unittest.mock import MagicMock
sys.modules["tensorflow"] = None
# Keras's NumPy backend imports SciPy and JAX at once, for functions that no recurrent layer uses.
STANDINS = {
    "scipy": ("scipy", "scipy.linalg"),
    "jax": ("jax", "keras.src.backend.jax", "keras.src.backend.jax.math"),
}
for package, names in STANDINS.items():
    if importlib.util.find_spec(package) is None:
        sys.modules.update({name: MagicMock(name=name) for name in names})
import numpy as np
import keras, tf2_lstm
from tests.test_layers import FULL, ROWS, LENGTHS, TIME, _arrays, _inputs, _ready, sequence_mask
answer = []
for name, row in ROWS.items():
    for options in (FULL, {}, {**FULL, "unroll": True}):
        layer = _ready(row(**options))
        answer += _arrays(layer(_inputs(), mask=sequence_mask(LENGTHS, TIME)))
np.savez(sys.argv[1], *answer)
print(keras.backend.backend())
"""


def test_the_numpy_backend_gives_the_same_without_tensorflow(tmp_path):
    file = tmp_path / "numpy.npz"
    assert _python(OTHER_BACKEND, str(file), KERAS_BACKEND="numpy") == "numpy"
    mask = sequence_mask(LENGTHS, TIME)
    here = [
        _ready(row(**options))(_inputs(), mask=mask)
        for row in ROWS.values()
        for options in (FULL, {}, {**FULL, "unroll": True})
    ]
    there = np.load(file)
    _equal(here, [there[key] for key in there.files], atol=1e-6)


# --- calling --------------------------------------------------------------------------------------------


@every_row
def test_functional_and_subclassed(row):
    layer = _ready(row(**FULL))

    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.layer = layer

        def call(self, x):
            return self.layer(x)

    functional = _model(layer)
    functional.compile(jit_compile=False)
    _equal(functional(_inputs()), layer(_inputs()))
    _equal(Subclassed()(_inputs()), layer(_inputs()))
    predicted = _arrays(functional.predict(_inputs(), verbose=0))
    _equal(predicted, layer(_inputs()), atol=1e-6)


@every_row
@pytest.mark.parametrize("options", [{}, FULL, {"return_sequences": True}, {"return_state": True}])
def test_static_shapes_are_the_real_ones(row, options):
    layer = row(**options)
    symbolic = layer(keras.Input(batch_shape=(BATCH, TIME, DEPTH)))
    real = layer(_inputs())
    shapes = partial(keras.tree.map_structure, lambda leaf: tuple(leaf.shape))
    assert shapes(symbolic) == shapes(real)
    assert isinstance(real, tuple) == ("return_state" in options)


@every_row
def test_padding_is_zero_and_the_states_are_those_of_the_short_row(row):
    layer = _ready(row(**FULL))
    width = layer.compute_output_shape((BATCH, TIME, DEPTH))[0][-1]
    outputs, *states = layer(_inputs(), mask=sequence_mask(LENGTHS, TIME))
    for number, length in enumerate(LENGTHS):
        assert not np.any(outputs[number, length:])
        if length:
            short, *short_states = layer(_inputs()[number : number + 1, :length])
            _equal(outputs[number : number + 1, :length], short, atol=1e-6)
            kept = [leaf[number : number + 1] for leaf in keras.tree.flatten(states)]
            _equal(kept, short_states, atol=1e-6)
        else:
            assert not any(np.any(leaf[number]) for leaf in keras.tree.flatten(states))
    assert outputs.shape == (BATCH, TIME, width)


@every_row
@pytest.mark.parametrize("unroll", [False, True])
def test_without_sequences_the_output_is_the_last_valid_one(row, unroll):
    whole, last = _pair(row, {"return_sequences": True, "unroll": unroll}, {"unroll": unroll})
    outputs = last(_inputs(), mask=sequence_mask(LENGTHS, TIME))
    for number, length in enumerate(LENGTHS):
        if length:
            expected = last(_inputs()[number : number + 1, :length])
            _equal(outputs[number : number + 1], expected, atol=1e-6)
        else:
            assert not np.any(outputs[number])
    assert whole(_inputs()).shape[-1] == outputs.shape[-1]


@every_row
@pytest.mark.parametrize("masked", [False, True])
def test_unrolled_is_looped(row, masked):
    mask = sequence_mask(LENGTHS, TIME) if masked else None
    loop, unrolled = _pair(row, FULL, {**FULL, "unroll": True})
    _equal(loop(_inputs(), mask=mask), unrolled(_inputs(), mask=mask), atol=1e-6)


@every_rnn
@pytest.mark.parametrize("unroll", [False, True])
def test_go_backwards_is_the_reversed_sequence(row, unroll):
    options = {**FULL, "unroll": unroll}
    forward, backward = _pair(row, options, {**options, "go_backwards": True})
    mask = np.array(sequence_mask(LENGTHS, TIME))
    _equal(forward(_inputs()[:, ::-1]), backward(_inputs()))
    _equal(forward(_inputs()[:, ::-1], mask=mask[:, ::-1]), backward(_inputs(), mask=mask))


@every_row
def test_initial_state_and_the_mask_of_the_input_together(row):
    layer = _ready(row(**FULL))
    states = keras.tree.map_structure(lambda leaf: leaf + 0.5, list(layer(_inputs())[1:]))
    masked = SequenceMask()([_inputs(), np.array(LENGTHS)])
    explicit = layer(_inputs(), initial_state=states, mask=sequence_mask(LENGTHS, TIME))
    _equal(layer(masked, initial_state=states), explicit)
    _, *last = explicit
    for given, kept in zip(_arrays(states), _arrays(last), strict=True):
        np.testing.assert_array_equal(given[LENGTHS.index(0)], kept[LENGTHS.index(0)])


@every_rnn
def test_stateful(row):
    stateful, plain = _pair(row, {**FULL, "stateful": True}, FULL)
    x = _inputs()
    first = stateful(x[:, :2])
    second = stateful(x[:, 2:])
    outputs, *states = plain(x)
    _equal(ops.concatenate([first[0], second[0]], axis=1), outputs, atol=1e-6)
    _equal(second[1:], states, atol=1e-6)
    stateful.reset_state()
    _equal(stateful(x[:, :2]), first)


def test_stateful_bidirectional():
    layer = _ready(_same(**FULL, stateful=True))
    first, second = layer(_inputs()), layer(_inputs())
    assert np.any(np.array(first[0]) != np.array(second[0]))
    layer.reset_state()
    _equal(layer(_inputs()), first)


# --- dtypes, compiling, training ------------------------------------------------------------------------


@every_row
def test_float64(row):
    single = _ready(row(**FULL))
    keras.config.set_dtype_policy("float64")
    try:
        double = _ready(row(**FULL))
    finally:
        keras.config.set_dtype_policy("float32")
    assert {weight.dtype for weight in double.weights} == {"float64"}
    exact = double(_inputs("float64"), mask=sequence_mask(LENGTHS, TIME), training=False)
    assert {leaf.dtype for leaf in _arrays(exact)} == {np.dtype("float64")}
    rounded = single(_inputs(), mask=sequence_mask(LENGTHS, TIME))
    _equal([leaf.astype("float32") for leaf in _arrays(exact)], rounded, atol=2e-6)
    double(_inputs("float64"), training=True)


@every_row
@pytest.mark.parametrize(("policy", "atol"), [("mixed_float16", 1e-2), ("mixed_bfloat16", 8e-2)])
def test_mixed_precision(row, policy, atol):
    exact = _ready(row(**FULL))(_inputs(), mask=sequence_mask(LENGTHS, TIME))
    keras.config.set_dtype_policy(policy)
    try:
        layer = _ready(row(**FULL))
    finally:
        keras.config.set_dtype_policy("float32")
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    outputs = layer(_inputs(), mask=sequence_mask(LENGTHS, TIME))
    assert {keras.backend.standardize_dtype(leaf.dtype) for leaf in keras.tree.flatten(outputs)} == {
        policy.removeprefix("mixed_")
    }
    _equal([ops.cast(leaf, "float32") for leaf in keras.tree.flatten(outputs)], exact, atol=atol)
    assert all(
        np.all(np.isfinite(leaf.astype("float32"))) for leaf in _arrays(layer(_inputs(), training=True))
    )


def _trained(row, jit_compile):
    """The losses of a few epochs on padded sequences."""
    keras.utils.set_random_seed(1)
    x, lengths = keras.Input((TIME, DEPTH)), keras.Input((), dtype="int32")
    outputs = keras.layers.Dense(2)(row(return_sequences=True)(SequenceMask()([x, lengths])))
    model = keras.Model([x, lengths], outputs)
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=jit_compile)
    x, lengths = np.tile(_inputs(), (25, 1, 1)), np.tile(LENGTHS, 25)
    fitted = model.fit([x, lengths], np.tanh(x[:, :, :2]), batch_size=BATCH, epochs=2, verbose=0)
    return fitted.history["loss"]


@every_row
def test_fit_lowers_the_loss(row):
    losses = _trained(row, jit_compile=False)
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("name", ["lstm_options", "dropout"])
def test_fit_lowers_the_loss_under_xla(name):
    losses = _trained(ROWS[name], jit_compile=True)
    assert losses[-1] < 0.9 * losses[0]


@every_row
def test_jit_compile(row):
    layer = _ready(row(**FULL))
    x, mask = keras.Input((TIME, DEPTH)), keras.Input((TIME,), dtype="bool")
    model = keras.Model([x, mask], layer(x, mask=mask))
    model.compile(jit_compile=True)
    data = [_inputs(), np.array(sequence_mask(LENGTHS, TIME))]
    _equal(model.predict_on_batch(data), layer(data[0], mask=data[1]), atol=1e-6)
