"""Gradients by TensorFlow."""

import tensorflow as tf


def gradients(loss, variables, tensors):
    """Return the loss, and its gradients; see `tf2_lstm.backends.gradients`."""
    values = [variable.value for variable in variables]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        found = loss(tensors)
    by_all = tape.gradient(found, values + tensors, unconnected_gradients="zero")
    return found, by_all[: len(values)], by_all[len(values) :]
