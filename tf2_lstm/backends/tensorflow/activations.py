"""The activations that the fast unrolls know, each with its derivative written in terms of its value."""

import tensorflow as tf


def _inside(y, low, high):
    return tf.cast((y > low) & (y < high), y.dtype)


#: Name in a plan -> (function, derivative as a function of the function's value).
TABLE = {
    "tanh": (tf.tanh, lambda y: 1 - y * y),
    "sigmoid": (tf.sigmoid, lambda y: y * (1 - y)),
    "relu": (tf.nn.relu, lambda y: tf.cast(y > 0, y.dtype)),
    "hard_sigmoid": (lambda x: tf.nn.relu6(x + 3) / 6, lambda y: _inside(y, 0, 1) / 6),
    "linear": (tf.identity, tf.ones_like),
}
