"""The LSTM's equations for the fast unrolls: one step, and its gradient over many steps.

The equations are those of `tf2_lstm/cells/lstm.py`. The gradient, with dh and dc as they arrive at
a step, m = o * act(c), and all that depends on neither of them in a factor:

    dm = dh                                 (dh * inside) @ projection^T with a projection
    dc = dc + dm * to_c                     to_c = o * act'(c) + to_gates.o * w_o
    dz = [dc, dc, dc, dm] * to_gates        to_gates = i' j, f' c_old, j' i, o' act(c)
    dc_old = dc * to_old                    to_old = f + to_gates.i * w_i + to_gates.f * w_f
    dh_old = dz @ recurrent_kernel^T

The factors are computed for all steps at once, before the loop; the weights' gradients are one
product over all steps, after it. A clip passes its gradient inside and on the limits, as TensorFlow
has it.
"""

import math

import tensorflow as tf

from tf2_lstm.backends.tensorflow.activations import TABLE
from tf2_lstm.backends.tensorflow.xla import under_xla


def named(cell, tensors):
    """Return the weights by name."""
    return dict(zip(cell.weights, tensors, strict=True))


def saves(cell, weights):
    """Return the names and widths of the values that a step keeps for the gradient."""
    widths = dict.fromkeys("ifjo", cell.units)
    if cell.cell_clip < math.inf:
        widths["raw_c"] = cell.units
    if cell.projection_clip < math.inf:
        widths["raw_h"] = weights["projection_kernel"].shape[-1]
    return widths


def gradient_values(cell, transposed):
    """Return the names and widths of the values that a step of the gradient keeps for the weights' gradients."""
    widths = {"z": 4 * cell.units}
    if "projection_kernel" in transposed:
        widths["raw_h"] = transposed["projection_kernel"].shape[0]
    return widths


def project(cell, weights, x):
    """Return the inputs' part of the pre-activations, [N, D] -> [N, 4U]."""
    return tf.matmul(x, weights["kernel"])


def step(cell, weights, z, states):
    """Compute one step: the new (h, c), and the values that the gradient needs."""
    h, c = states
    act, gate = TABLE[cell.activation][0], TABLE[cell.gate_activation][0]
    z = z + tf.matmul(h, weights["recurrent_kernel"])
    # The bias is added last, as in Keras: one step rounds as Keras's does.
    z = tf.nn.bias_add(z, weights["bias"]) if "bias" in weights else z
    i, f, j, o = tf.split(z, 4, axis=-1)
    if "input_peephole" in weights:
        i, f = gate(i + weights["input_peephole"] * c), gate(f + weights["forget_peephole"] * c)
    elif under_xla():
        i, f, _, o = tf.split(gate(z), 4, axis=-1)
    else:
        i, f, o = gate(i), gate(f), gate(o)
    j = act(j)
    raw = f * c + i * j
    c = _clip(raw, cell.cell_clip)
    if "output_peephole" in weights:
        o = gate(o + weights["output_peephole"] * c)
    saved = {"i": i, "f": f, "j": j, "o": o, "raw_c": raw}
    h = o * act(c)
    if "projection_kernel" in weights:
        saved["raw_h"] = tf.matmul(h, weights["projection_kernel"])
        h = _clip(saved["raw_h"], cell.projection_clip)
    return (h, c), saved


def factors(cell, weights, saved, before):
    """Compute the factors of the gradient's steps, for all steps at once."""
    (act, of_act), of_gate = TABLE[cell.activation], TABLE[cell.gate_activation][1]
    i, f, j, o = (saved[name] for name in "ifjo")
    value = act(_clipped(cell, saved))
    to_i, to_f, to_j = of_gate(i) * j, of_gate(f) * before[1], of_act(j) * i
    to_o = of_gate(o) * value
    to_c, to_old = o * of_act(value), f
    if "input_peephole" in weights:
        to_c += to_o * weights["output_peephole"]
        to_old += to_i * weights["input_peephole"] + to_f * weights["forget_peephole"]
    if cell.cell_clip < math.inf:
        inside = _inside(saved["raw_c"], cell.cell_clip)
        to_i, to_f, to_j, to_old = (factor * inside for factor in (to_i, to_f, to_j, to_old))
    found = {"to_gates": tf.concat([to_i, to_f, to_j, to_o], axis=-1), "to_c": to_c, "to_old": to_old}
    if cell.projection_clip < math.inf:
        found["inside"] = _inside(saved["raw_h"], cell.projection_clip)
    return found


def step_back(cell, transposed, factors, dh, dc):
    """Compute one step of the gradient: of (h, c) before it, and the values that all steps need together."""
    found = {}
    if "projection_kernel" in transposed:
        found["raw_h"] = dh * factors["inside"] if "inside" in factors else dh
        dh = tf.matmul(found["raw_h"], transposed["projection_kernel"])
    dc = dc + dh * factors["to_c"]
    dz = tf.concat([dc, dc, dc, dh], axis=-1) * factors["to_gates"]
    before = tf.matmul(dz, transposed["recurrent_kernel"]), dc * factors["to_old"]
    return before, {"z": dz, **found}


def gradients(cell, weights, transposed, x, before, saved, found):
    """Compute the gradients of x and of every weight, from all steps [N, ...] at once."""
    dz = found["z"]
    old_h, old_c = before
    result = {
        "kernel": tf.matmul(x, dz, transpose_a=True),
        "recurrent_kernel": tf.matmul(old_h, dz, transpose_a=True),
    }
    if "bias" in weights:
        result["bias"] = tf.reduce_sum(dz, axis=0)
    c = _clipped(cell, saved)
    if "input_peephole" in weights:
        di, df, _, do = tf.split(dz, 4, axis=-1)
        result["input_peephole"] = tf.reduce_sum(di * old_c, axis=0)
        result["forget_peephole"] = tf.reduce_sum(df * old_c, axis=0)
        result["output_peephole"] = tf.reduce_sum(do * c, axis=0)
    if "projection_kernel" in weights:
        m = saved["o"] * TABLE[cell.activation][0](c)
        result["projection_kernel"] = tf.matmul(m, found["raw_h"], transpose_a=True)
    return tf.matmul(dz, transposed["kernel"]), result


def _clipped(cell, saved):
    """Return c after each step, as the output gate reads it; without a clip it is the state itself."""
    return _clip(saved["raw_c"], cell.cell_clip) if "raw_c" in saved else saved["c"]


def _clip(x, limit):
    return tf.clip_by_value(x, -limit, limit) if limit < math.inf else x


def _inside(x, limit):
    return tf.cast(tf.abs(x) <= limit, x.dtype)
