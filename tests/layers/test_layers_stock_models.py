"""Whole models of stock layers, accelerated: wherever the layers sit, through fit and predict, saved and copied."""

import copy
import json
import pickle
import zipfile

import keras
import numpy as np
import pytest
import warm
from keras import layers

import tf2_lstm
from tf2_lstm import RNN, LSTMCell, accelerate

DEPTH = 3
X = np.random.default_rng(0).normal(size=(4, 6, DEPTH)).astype("float32")
X[1, 3:] = X[2] = 0


@keras.saving.register_keras_serializable(package="test")
class Holder(layers.Layer):
    """A layer of someone's own that has a recurrent one inside."""

    def __init__(self, **options):
        super().__init__(**options)
        self.inside = layers.GRU(3, name="held")

    def build(self, shape):
        self.inside.build(shape)

    def call(self, x):
        return self.inside(x)


def _sequential(*parts):
    return keras.Sequential([keras.Input((None, DEPTH)), *parts])


def _nested():
    return _sequential(_sequential(layers.LSTM(3, return_sequences=True, name="inner")), layers.Dense(2))


def _distributed():
    x = keras.Input((2, 3, DEPTH))
    model = keras.Model(x, layers.TimeDistributed(layers.LSTM(4, name="distributed"))(x))
    return model, X.reshape(4, 2, 3, DEPTH)


def _bidirectional(**options):
    return layers.Bidirectional(layers.LSTM(3, name="both", **options))


def _masked_with_first_states():
    """Stock Keras does not see the mask of an input when it is given the initial state."""
    x = keras.Input((None, DEPTH))
    masked = layers.Masking()(x)
    _, *states = layers.LSTM(3, return_state=True, name="encoder")(masked)
    outputs = layers.LSTM(3, return_sequences=True, name="decoder")(masked, initial_state=states)
    return keras.Model(x, outputs), X


MODELS = {
    "in a row": (lambda: (_sequential(layers.GRU(4, name="gru"), layers.Dense(2)), X), ["gru"]),
    "both directions": (
        lambda: (_sequential(layers.Masking(), _bidirectional(return_sequences=True)), X),
        ["forward_both", "backward_both"],
    ),
    "both directions, last": (
        lambda: (_sequential(layers.Masking(), _bidirectional()), X),
        ["forward_both", "backward_both"],
    ),
    "nested": (lambda: (_nested(), X), ["inner"]),
    "held": (lambda: (_sequential(Holder()), X), ["held"]),
    "distributed": (_distributed, ["distributed"] * 2),
    "first states": (_masked_with_first_states, ["encoder", "decoder"]),
}
every_model = pytest.mark.parametrize(("make", "names"), MODELS.values(), ids=MODELS)


def _close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


@every_model
def test_a_layer_is_found_wherever_it_is(unrolled, make, names):
    model, x = make()
    expected = model(x)
    assert not unrolled
    assert accelerate(model) is model
    assert accelerate(accelerate(model)) is model
    _close(model(x), expected)
    assert unrolled == names


@every_model
def test_training_goes_the_same_way(make, names, unrolled):
    def losses(change):
        keras.utils.set_random_seed(2)
        model, x = make()
        model = change(model)
        model.compile(keras.optimizers.SGD(0.1), "mse")
        y = np.ones(model(x).shape)
        return model.fit(x, y, batch_size=2, epochs=3, verbose=0).history["loss"]

    expected = losses(lambda model: model)
    assert not unrolled
    np.testing.assert_allclose(losses(accelerate), expected, rtol=1e-5)
    assert set(unrolled) == set(names)


@pytest.mark.parametrize("jit_compile", [False, True])
def test_what_was_traced_before_is_traced_anew(unrolled, jit_compile):
    model, y = _sequential(layers.LSTM(4, name="lstm"), layers.Dense(1)), np.ones((4, 1))
    # A rate of 0, so that training changes nothing and its loss stays.
    model.compile(keras.optimizers.SGD(0.0), "mse", jit_compile=jit_compile)
    calls = {
        "predict": lambda: model.predict(X, verbose=0),
        "evaluate": lambda: model.evaluate(X, y, verbose=0),
        "fit": lambda: model.fit(X, y, verbose=0).history["loss"],
    }
    expected = {name: call() for name, call in calls.items()}
    assert not unrolled
    accelerate(model)
    for name, call in calls.items():
        _close(call(), expected[name])
        assert set(unrolled) == {"lstm"}, name
        unrolled.clear()


# --- it stays a stock model -----------------------------------------------------------------------------

LOAD = """
import sys
import keras, numpy as np
model = keras.models.load_model(sys.argv[1] + "/model.keras")
np.save(sys.argv[1] + "/outputs.npy", model(np.load(sys.argv[1] + "/x.npy")))
assert not [name for name in sys.modules if name.startswith("tf2_lstm")]
"""


def _classes(config):
    """Every class that a configuration names, with its module and registered name."""
    if isinstance(config, dict):
        here = [(config["module"], config["registered_name"])] if "registered_name" in config else []
        return here + [found for value in config.values() for found in _classes(value)]
    return [found for value in config for found in _classes(value)] if isinstance(config, list) else []


def _both_kinds():
    return _sequential(_bidirectional(return_sequences=True), layers.GRU(4, name="gru"))


def test_what_is_saved_needs_only_keras(tmp_path):
    model = accelerate(_both_kinds())
    outputs = model(X)
    model.save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        config = json.loads(archive.read("config.json"))
    found = _classes(config)
    assert ("keras.layers", None) in found
    assert all(module.split(".")[0] == "keras" for module, _ in found)
    assert "tf2_lstm" not in json.dumps(config)
    np.save(tmp_path / "x.npy", X)
    warm.python("-c", LOAD, tmp_path).check_returncode()
    _close(np.load(tmp_path / "outputs.npy"), outputs)
    _close(accelerate(model)(X), outputs)


def test_the_configuration_the_weights_and_their_names_are_as_before():
    model = _both_kinds()
    said = model.to_json(), [weight.path for weight in model.weights], list(map(id, model.weights))
    accelerate(model)
    assert said == (model.to_json(), [weight.path for weight in model.weights], list(map(id, model.weights)))


COPIES = {
    "clone_model": keras.models.clone_model,
    "from_config": lambda model: type(model).from_config(model.get_config()),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
}


@pytest.mark.parametrize("make_copy", COPIES.values(), ids=COPIES)
def test_a_copy_is_plain_stock_and_the_model_stays_fast(unrolled, make_copy):
    model = accelerate(_both_kinds())
    other = make_copy(model)
    other.set_weights(model.get_weights())
    expected = other(X)
    assert not unrolled
    _close(model(X), expected)
    assert unrolled == ["forward_both", "backward_both", "gru"]
    assert not [layer for layer in other._flatten_layers() if "inner_loop" in vars(layer)]


# --- load_model -----------------------------------------------------------------------------------------

FRESH = """
import sys
import tf2_lstm
model = tf2_lstm.load_model(sys.argv[1])
import numpy as np
print(*[type(layer).__module__.partition(".")[0] for layer in model.layers], model(np.ones((2, 3, 3))).shape)
"""


def test_load_model_loads_both_kinds_of_layers_and_accelerates_stock(tmp_path, unrolled):
    path = str(tmp_path / "model.keras")
    model = _sequential(layers.LSTM(4, return_sequences=True, name="stock"), RNN(LSTMCell(3), name="ours"))
    model.save(path)
    expected = model(X)
    unrolled.clear()
    loaded = tf2_lstm.load_model(path)
    _close(loaded(X), expected)
    assert unrolled == ["stock", "ours"]
    done = warm.python("-c", FRESH, path)
    assert done.stdout.split("\n")[0] == "keras tf2_lstm (2, 3)"


def test_load_model_is_as_safe_as_that_of_keras(tmp_path):
    path = str(tmp_path / "model.keras")
    _sequential(layers.LSTM(4), layers.Lambda(lambda x: 2 * x)).save(path)
    with pytest.raises(ValueError, match="safe_mode"):
        tf2_lstm.load_model(path)
    assert tf2_lstm.load_model(path, safe_mode=False)(X).shape == (4, 4)


@pytest.mark.parametrize("wrong", ["model.keras", None, LSTMCell])
def test_what_is_no_model_is_refused(wrong):
    with pytest.raises(TypeError, match=r"expected a Keras model or layer.*tf2_lstm\.load_model"):
        accelerate(wrong)
