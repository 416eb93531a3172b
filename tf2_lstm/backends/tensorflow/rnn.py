"""The simple RNN's equations for the fast unrolls: h' = act(x @ kernel + h @ recurrent_kernel + bias)."""

import tensorflow as tf

from tf2_lstm.backends.tensorflow.activations import TABLE
from tf2_lstm.backends.tensorflow.lstm import named

__all__ = ["factors", "gradient_values", "gradients", "named", "project", "saves", "step", "step_back"]


def project(cell, weights, x):
    """Return the inputs' part of the pre-activation, [N, D] -> [N, U]."""
    z = tf.matmul(x, weights["kernel"])
    return tf.nn.bias_add(z, weights["bias"]) if "bias" in weights else z


def saves(cell, weights):
    """Return no names: the state itself is enough for the gradient."""
    return {}


def gradient_values(cell, transposed):
    """Return the names and widths of the values that a step of the gradient keeps for the weights' gradients."""
    return {"z": cell.units}


def step(cell, weights, z, states):
    """Compute one step: the new (h,), and the values that the gradient needs."""
    h = TABLE[cell.activation][0](z + tf.matmul(states[0], weights["recurrent_kernel"]))
    return (h,), {}


def factors(cell, weights, saved, before):
    """Compute the activation's derivative, for all steps at once."""
    return {"to_z": TABLE[cell.activation][1](saved["h"])}


def step_back(cell, transposed, factors, dh):
    """Compute one step of the gradient."""
    dz = dh * factors["to_z"]
    return (tf.matmul(dz, transposed["recurrent_kernel"]),), {"z": dz}


def gradients(cell, weights, transposed, x, before, saved, found):
    """Compute the gradients of x and of every weight, from all steps [N, ...] at once."""
    dz = found["z"]
    result = {
        "kernel": tf.matmul(x, dz, transpose_a=True),
        "recurrent_kernel": tf.matmul(before[0], dz, transpose_a=True),
    }
    if "bias" in weights:
        result["bias"] = tf.reduce_sum(dz, axis=0)
    return tf.matmul(dz, transposed["kernel"]), result
