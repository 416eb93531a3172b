"""The GRU's equations for the fast unrolls, Keras's order u ("z" there), r, candidate.

With reset_after=False, as TF1 has it (`tf2_lstm/cells/gru.py`):

    c = act(x_c + (r * h) @ R_c)            h' = u * h + (1 - u) * c

With reset_after=True, as Keras and cuDNN have it, [a_u, a_r, a_c] = h @ R + second bias:

    c = act(x_c + r * a_c)                  h' = u * h + (1 - u) * c

The gradient, with all that does not depend on dh in factors, computed for all steps at once:

    du = dh * (h - c) u'    dc = dh * (1 - u) c'
    before: dp = dc @ R_c^T,  dr = dp * h r',    dh_old = dh * u + dp * r + [du, dr] @ R_ur^T
    after:  da = dc * r,      dr = dc * a_c r',  dh_old = dh * u + [du, dr, da] @ R^T
"""

import tensorflow as tf

from tf2_lstm.backends.tensorflow.activations import TABLE


def named(cell, tensors):
    """Return the weights by name; the recurrent kernel's two parts are cut once, before any loop."""
    weights = dict(zip(cell.weights, tensors, strict=True))
    sizes = [2 * cell.units, cell.units]
    weights["gates"], weights["candidate"] = tf.split(weights["recurrent_kernel"], sizes, axis=-1)
    return weights


def saves(cell, weights):
    """Return the names and widths of the values that a step keeps for the gradient."""
    return dict.fromkeys(["u", "r", "c"] + ["a_c"] * cell.reset_after, cell.units)


def gradient_values(cell, transposed):
    """Return the names and widths of the values that a step of the gradient keeps for the weights' gradients."""
    return dict.fromkeys(["z"] + ["inner"] * cell.reset_after, 3 * cell.units)


def project(cell, weights, x):
    """Return the inputs' part of the pre-activations, [N, D] -> [N, 3U]."""
    z = tf.matmul(x, weights["kernel"])
    if "bias" not in weights:
        return z
    return tf.nn.bias_add(z, weights["bias"][0] if cell.reset_after else weights["bias"])


def step(cell, weights, z, states):
    """Compute one step: the new (h,), and the values that the gradient needs."""
    (h,), size = states, 2 * cell.units
    act, gate = TABLE[cell.activation][0], TABLE[cell.gate_activation][0]
    gates, candidate = z[:, :size], z[:, size:]
    saved = {}
    inner = tf.matmul(h, weights["recurrent_kernel" if cell.reset_after else "gates"])
    if cell.reset_after and "bias" in weights:
        inner = tf.nn.bias_add(inner, weights["bias"][1])
    u, r = tf.split(gate(gates + inner[:, :size]), 2, axis=-1)
    if cell.reset_after:
        saved["a_c"] = inner[:, size:]
        candidate = candidate + r * saved["a_c"]
    else:
        candidate = candidate + tf.matmul(r * h, weights["candidate"])
    c = act(candidate)
    return (u * h + (1 - u) * c,), {"u": u, "r": r, "c": c, **saved}


def factors(cell, weights, saved, before):
    """Compute the factors of the gradient's steps, for all steps at once."""
    of_act, of_gate = TABLE[cell.activation][1], TABLE[cell.gate_activation][1]
    u, r, c = (saved[name] for name in "urc")
    inner = saved["a_c"] if cell.reset_after else before[0]
    return {
        "u": u,
        "r": r,
        "to_u": (before[0] - c) * of_gate(u),
        "to_c": (1 - u) * of_act(c),
        "to_r": inner * of_gate(r),
    }


def step_back(cell, transposed, factors, dh):
    """Compute one step of the gradient."""
    du, dc, old = dh * factors["to_u"], dh * factors["to_c"], dh * factors["u"]
    if cell.reset_after:
        dr = dc * factors["to_r"]
        inner = tf.concat([du, dr, dc * factors["r"]], axis=-1)
        old += tf.matmul(inner, transposed["recurrent_kernel"])
        return (old,), {"z": tf.concat([du, dr, dc], axis=-1), "inner": inner}
    product = tf.matmul(dc, transposed["candidate"])
    gates = tf.concat([du, product * factors["to_r"]], axis=-1)
    old += product * factors["r"] + tf.matmul(gates, transposed["gates"])
    return (old,), {"z": tf.concat([gates, dc], axis=-1)}


def gradients(cell, weights, transposed, x, before, saved, found):
    """Compute the gradients of x and of every weight, from all steps [N, ...] at once."""
    (h,), dz, size = before, found["z"], 2 * cell.units
    result = {"kernel": tf.matmul(x, dz, transpose_a=True)}
    if cell.reset_after:
        result["recurrent_kernel"] = tf.matmul(h, found["inner"], transpose_a=True)
    else:
        gates = tf.matmul(h, dz[:, :size], transpose_a=True)
        candidate = tf.matmul(saved["r"] * h, dz[:, size:], transpose_a=True)
        result["recurrent_kernel"] = tf.concat([gates, candidate], axis=-1)
    if "bias" in weights:
        bias = [tf.reduce_sum(dz, axis=0)]
        bias += [tf.reduce_sum(found["inner"], axis=0)] if cell.reset_after else []
        result["bias"] = tf.stack(bias) if cell.reset_after else bias[0]
    return tf.matmul(dz, transposed["kernel"]), result
