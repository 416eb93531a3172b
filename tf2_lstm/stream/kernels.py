"""One step of each cell in plain NumPy, for steps too small to pay a framework's call.

`kernel_of(cell)` takes a snapshot of the cell's weights and returns a function of one step,
(x [B, D], [states]) -> (output [B, P], [states]), the states flat in Keras's order. It keeps nothing
between calls, so any number of threads may call it. A cell that it does not know gives None, and so
does a dtype that BLAS does not have. A step that is cheaper over many steps at once has a function
`sequence` of (x [B, T, D], [states]) -> (a list of T outputs, [states]).

The gates' sigmoid is s(x) = (tanh(x / 2) + 1) / 2, the halving done once in the weights, where it is
exact: one tanh over all gates.
"""

import math

import keras
import numpy as np

from tf2_lstm.cell_plan import Residual, Stack, parts_of, plan_of, recurrences, weights_of


def sigmoid(x):
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.tanh(x * x.dtype.type(0.5)) * x.dtype.type(0.5) + x.dtype.type(0.5)


#: Name in a plan -> the activation in NumPy, on arrays of any shape.
TABLE = {
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, x.dtype.type(0)),
    "linear": lambda x: x,
}


def kernel_of(cell):
    """Return the step of a Keras cell, wrapper or stack as a NumPy function, or None.

    ```python
    import keras
    import numpy as np
    from tf2_lstm.stream.kernels import kernel_of

    cell = keras.layers.GRUCell(4)
    cell.build((None, 3))
    output, [h] = kernel_of(cell)(np.ones((2, 3), "float32"), [np.zeros((2, 4), "float32")])
    ```
    """
    plan = plan_of(cell)
    if plan is None or {part.compute_dtype for part in parts_of(cell)} - {"float32", "float64"}:
        return None
    return _kernel(plan, iter(weights_of(cell)))


def _kernel(plan, weights):
    """Return the kernel of a plan, which takes its weights from an iterator, or None."""
    if isinstance(plan, Stack):
        return _stack(plan, weights)
    if isinstance(plan, Residual):
        return _residual(plan, weights)
    return KERNELS[plan.kind](plan, {name: array(next(weights)) for name in plan.weights})


def array(weight):
    """Return a weight as a contiguous array of its own, which later training does not change."""
    return np.array(keras.ops.convert_to_numpy(weight), order="C")


def _lstm(cell, weights):
    if (cell.activation, cell.gate_activation) != ("tanh", "sigmoid"):
        return None
    kernel, bias, half = _lstm_weights(cell, weights)
    units = cell.units
    if _has_options(cell):
        return _lstm_with_options(cell, weights, kernel, bias, half)

    def advance(z, c):
        np.tanh(z, out=z)
        gate = z[:, : 3 * units]
        gate *= half
        gate += half
        c = z[:, units : 2 * units] * c
        c += z[:, :units] * z[:, 3 * units :]
        h = np.tanh(c)
        h *= z[:, 2 * units : 3 * units]
        return h, c

    def step(x, states):
        z = np.concatenate((x, states[0]), axis=1) @ kernel
        z += bias
        h, c = advance(z, states[1])
        return h, [h, c]

    def sequence(x, states):
        batch, time, depth = x.shape
        # One product for the inputs of all steps, the time axis first.
        of_inputs = x.swapaxes(0, 1).reshape(-1, depth) @ kernel[:depth]
        of_inputs += bias
        h, c = states
        outputs = []
        for z in of_inputs.reshape(time, batch, -1):
            z += h @ kernel[depth:]
            h, c = advance(z, c)
            outputs.append(h)
        return outputs, [h, c]

    step.sequence = sequence
    return step


def _lstm_weights(cell, weights):
    """Return the weights of x and h one above the other, columns i, f, o halved, then j."""
    kernel = np.concatenate([weights["kernel"], weights["recurrent_kernel"]])
    half = kernel.dtype.type(0.5)
    bias = weights.get("bias", np.zeros(4 * cell.units, kernel.dtype))
    return _gates_first(kernel, half), _gates_first(bias, half), half


def _gates_first(weights, half):
    i, f, j, o = np.split(weights, 4, axis=-1)
    return np.ascontiguousarray(np.concatenate([i * half, f * half, o * half, j], axis=-1))


def _has_options(cell):
    limits = (cell.cell_clip, cell.projection_clip)
    return min(limits) < math.inf or not {"output_peephole", "projection_kernel"}.isdisjoint(cell.weights)


def _lstm_with_options(cell, weights, kernel, bias, half):
    """Return the step of an LSTM with peepholes, a clip or a projection."""
    units, projection = cell.units, weights.get("projection_kernel")
    see_i, see_f, see_o = (
        weights.get(gate + "_peephole", 0) * half for gate in ("input", "forget", "output")
    )

    def step(x, states):
        h, c = states
        z = np.concatenate((x, h), axis=1) @ kernel
        z += bias
        i, f, o, j = (z[:, n * units : (n + 1) * units] for n in range(4))
        i = np.tanh(i + see_i * c) * half + half
        f = np.tanh(f + see_f * c) * half + half
        c = _clipped(f * c + i * np.tanh(j), cell.cell_clip)
        h = (np.tanh(o + see_o * c) * half + half) * np.tanh(c)
        if projection is not None:
            h = _clipped(h @ projection, cell.projection_clip)
        return h, [h, c]

    return step


def _clipped(x, limit):
    return np.clip(x, -limit, limit) if limit < math.inf else x


def _gru(cell, weights):
    activation = TABLE.get(cell.activation)
    if activation is None or cell.gate_activation != "sigmoid":
        return None
    kernel, recurrent, units = weights["kernel"], weights["recurrent_kernel"], cell.units
    bias = weights.get("bias", np.zeros((2, 3 * units), kernel.dtype))
    if cell.reset_after:
        return _gru_after(kernel, recurrent, bias[0], bias[1], units, activation)
    return _gru_before(kernel, recurrent, bias.reshape(-1)[: 3 * units], units, activation)


def _gru_before(kernel, recurrent, bias, units, activation):
    gates = np.ascontiguousarray(recurrent[:, : 2 * units])
    candidate = np.ascontiguousarray(recurrent[:, 2 * units :])

    def step(x, states):
        [h] = states
        z = x @ kernel
        z += bias
        gate = sigmoid(z[:, : 2 * units] + h @ gates)
        update = gate[:, :units]
        new = activation(z[:, 2 * units :] + (gate[:, units:] * h) @ candidate)
        h = update * (h - new) + new
        return h, [h]

    return step


def _gru_after(kernel, recurrent, bias, recurrent_bias, units, activation):
    def step(x, states):
        [h] = states
        z = x @ kernel
        z += bias
        inner = h @ recurrent
        inner += recurrent_bias
        gate = sigmoid(z[:, : 2 * units] + inner[:, : 2 * units])
        update = gate[:, :units]
        new = activation(z[:, 2 * units :] + gate[:, units:] * inner[:, 2 * units :])
        h = update * (h - new) + new
        return h, [h]

    return step


def _rnn(cell, weights):
    activation = TABLE.get(cell.activation)
    if activation is None:
        return None
    kernel = np.concatenate([weights["kernel"], weights["recurrent_kernel"]])
    bias = weights.get("bias", np.zeros(cell.units, kernel.dtype))

    def step(x, states):
        z = np.concatenate((x, states[0]), axis=1) @ kernel
        z += bias
        h = activation(z)
        return h, [h]

    return step


def _stack(plan, weights):
    kernels = [_kernel(part, weights) for part in plan.parts]
    if None in kernels:
        return None
    counts = [sum(cell.states for cell in recurrences(part)) for part in plan.parts]

    def step(x, states):
        new, start = [], 0
        for kernel, count in zip(kernels, counts, strict=True):
            x, own = kernel(x, states[start : start + count])
            new += own
            start += count
        return x, new

    def sequence(x, states):
        new, start = [], 0
        for kernel, count in zip(kernels, counts, strict=True):
            outputs, own = kernel.sequence(x, states[start : start + count])
            x = np.stack(outputs, axis=1)
            new += own
            start += count
        return outputs, new

    if all(hasattr(kernel, "sequence") for kernel in kernels):
        step.sequence = sequence
    return step


def _residual(plan, weights):
    kernel = _kernel(plan.part, weights)
    if kernel is None:
        return None

    def step(x, states):
        output, states = kernel(x, states)
        return x + output, states

    return step


#: Kind in a plan -> a function from its weights, by name, to the step.
KERNELS = {"lstm": _lstm, "gru": _gru, "rnn": _rnn}
