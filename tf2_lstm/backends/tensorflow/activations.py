"""The activations that the fast unrolls know, each with its derivative written in its own value."""

import keras
import tensorflow as tf


def _inside(y, low, high):
    return tf.cast((y > low) & (y < high), y.dtype)


#: Name -> (function, derivative as a function of the function's value).
TABLE = {
    "tanh": (tf.tanh, lambda y: 1 - y * y),
    "sigmoid": (tf.sigmoid, lambda y: y * (1 - y)),
    "relu": (tf.nn.relu, lambda y: tf.cast(y > 0, y.dtype)),
    "hard_sigmoid": (lambda x: tf.nn.relu6(x + 3) / 6, lambda y: _inside(y, 0, 1) / 6),
    "linear": (tf.identity, tf.ones_like),
}
_KERAS = {getattr(keras.activations, name): name for name in TABLE}


def name_of(function):
    """Return the name in TABLE of a Keras activation; None if it is not there.

    ```python
    import keras

    from tf2_lstm.backends.tensorflow.activations import name_of

    print(name_of(keras.activations.tanh), name_of(keras.activations.elu))
    ```
    """
    try:
        return _KERAS.get(function)
    except TypeError:  # A callable object without a hash.
        return None
