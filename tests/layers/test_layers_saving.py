"""Every layer of the table saved and loaded: by its configuration, in a fresh process, on another backend."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from layer_rows import (
    BATCH,
    DEPTH,
    FULL,
    LENGTHS,
    ROWS,
    TIME,
    equal,
    every_row,
    inputs,
    model,
    ready,
)

from tf2_lstm import sequence_mask

# TensorFlow's tensors still have the __array__ of NumPy 1, and Keras calls it when it saves.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

ROOT = Path(__file__).resolve().parents[2]


@every_row
def test_config_round_trip(row):
    layer = row(**FULL)
    again = type(layer).from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()
    again.build((BATCH, TIME, DEPTH))
    again.set_weights(ready(layer).get_weights())
    equal(layer(inputs()), again(inputs()))


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
    np.save(folder / "x.npy", inputs())
    layers = {name: ready(row(**FULL)) for name, row in ROWS.items()}
    for name, layer in layers.items():
        model(layer).save(folder / f"{name}.keras")
    return folder, layers, json.loads(_python(LOAD, str(folder), *layers))


@pytest.mark.parametrize("name", ROWS)
def test_save_and_load_in_a_fresh_process(loaded, name):
    folder, layers, weights = loaded
    assert weights[name] == len(layers[name].weights)
    outputs = np.load(folder / f"{name}.loaded.npz")
    equal(layers[name](inputs()), [outputs[key] for key in outputs.files])


OTHER_BACKEND = """
import importlib.util, sys
from types import ModuleType
sys.modules["tensorflow"] = None
# Keras's NumPy backend imports SciPy and JAX at once, for functions that no recurrent layer uses: their use ends it.
class Unused(ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Unused(f"{self.__name__}.{name}")

    def __call__(self, *arguments, **options):
        raise SystemExit(f"{self.__name__} was called, for which a stand-in was imported")
STANDINS = {
    "scipy": ("scipy", "scipy.linalg"),
    "jax": ("jax", "keras.src.backend.jax", "keras.src.backend.jax.math"),
}
for package, names in STANDINS.items():
    if importlib.util.find_spec(package) is None:
        sys.modules.update({name: Unused(name) for name in names})
import numpy as np
import keras, tf2_lstm
from tests.layers.layer_rows import FULL, ROWS, LENGTHS, TIME, arrays, inputs, ready
from tf2_lstm import sequence_mask
answer = []
for name, row in ROWS.items():
    for options in (FULL, {}, {"unroll": True}, {**FULL, "unroll": True}):
        layer = ready(row(**options))
        answer += arrays(layer(inputs(), mask=sequence_mask(LENGTHS, TIME)))
np.savez(sys.argv[1], *answer)
print(keras.backend.backend())
"""


def test_the_numpy_backend_gives_the_same_without_tensorflow(tmp_path):
    file = tmp_path / "numpy.npz"
    assert _python(OTHER_BACKEND, str(file), KERAS_BACKEND="numpy") == "numpy"
    mask = sequence_mask(LENGTHS, TIME)
    here = [
        ready(row(**options))(inputs(), mask=mask)
        for row in ROWS.values()
        for options in (FULL, {}, {"unroll": True}, {**FULL, "unroll": True})
    ]
    there = np.load(file)
    equal(here, [there[key] for key in there.files], atol=1e-6)
