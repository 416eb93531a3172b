"""The seeded inputs and weights of a case, equal for every reference and in any NumPy since 1.11."""

import zlib
from collections import OrderedDict

import numpy as np

from tf2_lstm.migrate.pairs.tree import name_leaves, state_sizes

#: The learning rate of the training steps; exact in binary, so that float32 and float64 use the same one.
LEARNING_RATE = 0.125


def draws(seed, name):
    """Return the random generator for one named thing, `numpy.random.RandomState`, frozen by NumPy's policy."""
    return np.random.RandomState((zlib.crc32(name.encode()) + seed) % 2**32)


def wide(generator, shape, scale):
    """Draw from [-scale, scale], but never nearer to zero than a tenth of scale: every weight has an effect.

    Returns:
        A float64 array whose values are exact in float32.
    """
    values = generator.uniform(0.1 * scale, scale, shape) * generator.choice([-1.0, 1.0], shape)
    return values.astype("float32").astype("float64")


def case_inputs(case, seed):
    """Draw the inputs of a case.

    Args:
        case: the `Case`.
        seed: an int; 0 is the golden records' seed.

    Returns:
        An OrderedDict of float64 arrays (exact in float32): "inputs" [batch, time, input_size] and, when the case
        feeds an initial state, "initial_state..." for each leaf, [batch, width].
    """
    shape = (case.batch, case.time, case.input_size)
    drawn = OrderedDict(inputs=wide(draws(seed, case.name + ":inputs"), shape, 1.5))
    if case.initial_state:
        for name, width in name_leaves(state_sizes(case.call), "initial_state").items():
            drawn[name] = wide(draws(seed, case.name + ":" + name), (case.batch, width), 1.0)
    return drawn


def case_weights(case, shapes, seed):
    """Draw a case's weights wide, biases and peepholes too.

    Args:
        case: the `Case`.
        shapes: a dict from TF1 variable name to shape.
        seed: an int.

    Returns:
        An OrderedDict from name to float64 array (exact in float32).
    """
    return OrderedDict(
        (name, wide(draws(seed, case.name + ":" + name), shape, case.scale))
        for name, shape in sorted(shapes.items())
    )


def target(name, shape, seed):
    """Return the constant that the loss pulls a result towards, float64 of the result's shape."""
    return wide(draws(seed, "target:" + name), shape, 1.0)


class Noise:
    """Uniform noise in [0, 1) for dropout, handed out in the order in which both sides ask for it."""

    def __init__(self, case, seed):
        """Start at the first draw of the case."""
        self._generator = draws(seed, case.name + ":noise")

    def __call__(self, shape):
        """Draw the next array of noise, float64 of the given shape."""
        return self._generator.random_sample(shape)
