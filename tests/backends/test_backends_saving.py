"""What the fast unrolls leave in a SavedModel runs in a process that knows nothing of this package."""

import json

import keras
import numpy as np
import pytest
import warm

from tf2_lstm import RNN, Bidirectional, GRUCell, LSTMCell
from tf2_lstm.backends.tensorflow.run_plan import LONG

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
DEPTH = 3
#: Sizes known to the exported model: none, so that any run; or all, so that XLA compiles the unroll.
SIZES = {"any": (None, None, DEPTH), "fixed": (1, LONG, DEPTH)}

SERVE = """
import json, sys
import numpy as np, tensorflow as tf
for folder in sys.argv[1:]:
    served = tf.saved_model.load(folder + "/model")
    data = np.load(folder + "/data.npz")
    np.savez(folder + "/served.npz", *[served.serve(data[name]).numpy() for name in data.files])
print(json.dumps([name for name in sys.modules if name.startswith("tf2_lstm")]))
"""


def _model(shape):
    x = keras.Input(batch_shape=shape)
    both = Bidirectional(RNN([LSTMCell(4), GRUCell(3)], return_sequences=True))
    return keras.Model(x, both(keras.layers.Masking()(x)))


def _batches(shape):
    rng = np.random.default_rng(5)
    sizes = [(1, LONG)] if shape[0] else [(2, 3), (5, 1), (1, LONG)]
    batches = [rng.normal(size=(*size, DEPTH)).astype("float32") for size in sizes]
    for batch in batches:
        batch[:, 2:4] = 0
    return batches


def test_exported_models_run_in_a_fresh_process(tmp_path):
    models = {name: _model(shape) for name, shape in SIZES.items()}
    for name, model in models.items():
        model.export(str(tmp_path / name / "model"), verbose=False)
        np.savez(tmp_path / name / "data.npz", *_batches(SIZES[name]))
    done = warm.python("-c", SERVE, *(tmp_path / name for name in models))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []
    for name, model in models.items():
        served = np.load(tmp_path / name / "served.npz")
        for place, batch in zip(served.files, _batches(SIZES[name]), strict=True):
            np.testing.assert_allclose(served[place], model(batch), rtol=0, atol=1e-6)
            assert np.any(served[place])
