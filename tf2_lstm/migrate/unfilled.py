"""Layers without the random numbers that others will replace.

Of a large model the random numbers cost more than all the rest: an orthogonal matrix is a QR decomposition. Zeros that
are written cost a second copy of the weights.
"""

import contextlib
import math
import threading

import keras
import tensorflow as tf

from tf2_lstm.migrate.memory import LARGE

#: The public initialisers behind every default of a recurrent layer that draws.
DRAWING = (keras.initializers.VarianceScaling, keras.initializers.Orthogonal)


@contextlib.contextmanager
def unfilled():
    """Give zeros to the weights of layers that this thread builds in the block, in place of random numbers.

    A weight of more than `LARGE` bytes gets memory that nobody has written to, which the system hands out when it is
    first used: set every weight. The layers keep their initialisers: what is saved of them and what they are cloned
    from is as ever.

    Example:
        ```python
        with unfilled():
            layer = keras.layers.LSTM(2)
            layer.build((None, None, 3))
        assert not keras.ops.any(layer.cell.recurrent_kernel)
        assert isinstance(layer.recurrent_initializer, keras.initializers.Orthogonal)
        ```
    """
    builder = threading.get_ident()
    drawn = {kind: kind.__call__ for kind in DRAWING}

    def zeros_for(kind):
        def call(self, shape, dtype=None, **options):
            if threading.get_ident() != builder:
                return drawn[kind](self, shape, dtype=dtype, **options)
            return _zeros(shape, keras.backend.standardize_dtype(dtype))

        return call

    for kind in DRAWING:
        kind.__call__ = zeros_for(kind)
    try:
        yield
    finally:
        for kind, call in drawn.items():
            kind.__call__ = call


def _zeros(shape, dtype):
    if math.prod(shape) * tf.as_dtype(dtype).size > LARGE:
        return tf.raw_ops.Empty(shape=shape, dtype=dtype)
    return keras.ops.zeros(shape, dtype=dtype)
