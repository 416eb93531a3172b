"""Build layers without the random numbers that other weights will replace.

In a large model the random numbers cost more than all the rest: an orthogonal matrix is a QR decomposition. Writing
zeros costs a second copy of the weights.
"""

import collections
import contextlib
import math
import threading

import keras
import tensorflow as tf

from tf2_lstm.migrate.memory import LARGE

#: The public initialisers behind every default of a recurrent layer that draws.
DRAWING = (keras.initializers.VarianceScaling, keras.initializers.Orthogonal)


@contextlib.contextmanager
def skip_initializers():
    """Give zeros to the weights of layers that this thread builds in the block, in place of random numbers.

    A weight of more than `LARGE` bytes gets memory that nobody has written to, which the system hands out when it is
    first used: set every weight. The layers keep their initialisers: what is saved of them and what they are cloned
    from is as ever. Blocks may be nested, and blocks of several threads may overlap in any order; layers that other
    threads build are not touched.

    Example:
        ```python
        with skip_initializers():
            layer = keras.layers.LSTM(2)
            layer.build((None, None, 3))
        assert not keras.ops.any(layer.cell.recurrent_kernel)
        assert isinstance(layer.recurrent_initializer, keras.initializers.Orthogonal)
        ```
    """
    _enter(threading.get_ident())
    try:
        yield
    finally:
        _leave(threading.get_ident())


#: A class is changed for the whole process: the first block changes it, the last one puts it back.
_LOCK = threading.Lock()
_BUILDERS: collections.Counter = collections.Counter()
_DRAWN: dict = {}


def _enter(builder):
    with _LOCK:
        if not _BUILDERS:
            _DRAWN.update({kind: kind.__call__ for kind in DRAWING})
            for kind, call in _DRAWN.items():
                kind.__call__ = _zeros_or(call)
        _BUILDERS[builder] += 1


def _leave(builder):
    with _LOCK:
        _BUILDERS[builder] -= 1
        # Unary plus drops counts of zero.
        if not +_BUILDERS:
            _BUILDERS.clear()
            for kind, call in _DRAWN.items():
                kind.__call__ = call
            _DRAWN.clear()


def _zeros_or(drawn):
    """Return an initialiser's `__call__` that draws in every thread but those in a block."""

    def call(self, shape, dtype=None, **options):
        if not _BUILDERS[threading.get_ident()]:
            return drawn(self, shape, dtype=dtype, **options)
        return _zeros(shape, keras.backend.standardize_dtype(dtype))

    return call


def _zeros(shape, dtype):
    if math.prod(shape) * tf.as_dtype(dtype).size > LARGE:
        return tf.raw_ops.Empty(shape=shape, dtype=dtype)
    return keras.ops.zeros(shape, dtype=dtype)
