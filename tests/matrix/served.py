"""The tagger of the tutorial, converted, on the Keras backend of the environment.

KERAS_BACKEND=jax python -m tests.matrix.served MODEL.keras
"""

import sys
from pathlib import Path

import keras
import numpy as np

import tf2_lstm

RECORDED = Path(__file__).resolve().parents[2] / "examples" / "tagger" / "recorded" / "tagger.npz"


def off(path):
    """Return how far its probabilities are off those that TensorFlow 1.15.5 recorded, the largest difference.

    Args:
        path: the `model.keras` that `tf2-lstm convert` wrote.
    """
    model = tf2_lstm.load_model(path)
    with np.load(RECORDED) as recorded:
        found = model({one.name: recorded[f"{one.name}:0"] for one in model.inputs})["probabilities"]
        found = keras.ops.convert_to_numpy(found)
        assert found.shape == recorded["probabilities:0"].shape
        return float(np.abs(found - recorded["probabilities:0"]).max())


if __name__ == "__main__":
    print(off(sys.argv[1]))
