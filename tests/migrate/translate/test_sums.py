"""Which sums keras.ops.add computes: on TensorFlow it takes some second tensors for a bias, and adds them elsewhere."""

import itertools

import keras
import numpy as np

from tf2_lstm.migrate.translate.rows.arithmetic import adds_rightly

SHAPES = [sizes for rank in range(4) for sizes in itertools.product((1, 2, 3), repeat=rank)]


def outcomes():
    """(Shapes of both tensors, whether Keras gives NumPy's sum), of all that can be broadcast."""
    for one, other in itertools.product(SHAPES, SHAPES):
        x, y = (np.arange(np.prod(sizes)).reshape(sizes).astype("float32") for sizes in (one, other))
        try:
            wanted = x + 10 * y
        except ValueError:
            continue
        found = np.asarray(keras.ops.add(x, 10 * y))
        yield one, other, found.shape == wanted.shape and np.array_equal(found, wanted)


def test_what_is_said_to_be_added_rightly_is():
    seen = list(outcomes())
    assert [(one, other) for one, other, right in seen if adds_rightly(one, other) and not right] == []
    assert ((2, 2), (2, 1), False) in seen
    # It is no rule if it refuses everything.
    assert sum(adds_rightly(one, other) for one, other, _ in seen) > len(seen) / 2
