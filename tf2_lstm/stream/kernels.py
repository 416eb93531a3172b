"""One step of each cell in plain NumPy, for steps too small to pay a framework's call.

`kernel_of(cell)` takes a snapshot of the cell's weights and returns a function of one step,
(x [B, D], [states]) -> (output [B, P], [states]), the states flat in Keras's order. It keeps nothing
between calls, so any number of threads may call it. A cell that it does not know gives None, and so
does a dtype that BLAS does not have. A step that is cheaper over many steps at once has a function
`sequence` of (x [B, T, D], [states]) -> (a list of T outputs, [states]).

The gates' sigmoid is s(x) = (tanh(x / 2) + 1) / 2, the halving done once in the weights, where it is
exact: one tanh over all gates.
"""

import keras
import numpy as np

from tf2_lstm.cells.lstm import LSTMCell
from tf2_lstm.stack import StackedRNNCells
from tf2_lstm.wrappers import DropoutWrapper, ResidualWrapper


def sigmoid(x):
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.tanh(x * x.dtype.type(0.5)) * x.dtype.type(0.5) + x.dtype.type(0.5)


#: Keras activation -> the same in NumPy, on arrays of any shape.
ACTIVATIONS = {
    keras.activations.tanh: np.tanh,
    keras.activations.sigmoid: sigmoid,
    keras.activations.relu: lambda x: np.maximum(x, x.dtype.type(0)),
    keras.activations.linear: lambda x: x,
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
    make = _KERNELS.get(type(cell))
    if make is None or cell.compute_dtype not in ("float32", "float64"):
        return None
    return make(cell)


def array(weight):
    """Return a weight as a contiguous array of its own, which later training does not change."""
    return np.array(keras.ops.convert_to_numpy(weight), order="C")


def _lstm(cell):
    gates = (cell.activation, cell.recurrent_activation)
    if gates != (keras.activations.tanh, keras.activations.sigmoid):
        return None
    kernel, bias, half = _lstm_weights(cell)
    units, finish = cell.units, _lstm_finish(cell)
    if finish is not None:
        return finish(kernel, bias, half)

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


def _lstm_weights(cell):
    """The weights of x and h one above the other, columns i, f, o halved, then j."""
    kernel = np.concatenate([array(cell.kernel), array(cell.recurrent_kernel)])
    half = kernel.dtype.type(0.5)
    bias = array(cell.bias) if cell.use_bias else np.zeros(4 * cell.units, kernel.dtype)
    kernel, bias = (_gates_first(weights, half) for weights in (kernel, bias))
    return kernel, bias, half


def _gates_first(weights, half):
    i, f, j, o = np.split(weights, 4, axis=-1)
    return np.ascontiguousarray(np.concatenate([i * half, f * half, o * half, j], axis=-1))


def _lstm_finish(cell):
    """What makes the step of an LSTM with options from its weights, or None without an option."""
    if not isinstance(cell, LSTMCell):
        return None
    if not cell.use_peepholes and cell.cell_clip is None and cell.projection_units is None:
        return None
    units, clip, projected_clip = cell.units, cell.cell_clip, cell.projection_clip
    names = ("input_peephole", "forget_peephole", "output_peephole")
    peepholes = [array(getattr(cell, name)) for name in names] if cell.use_peepholes else None
    projection = array(cell.projection_kernel) if cell.projection_units is not None else None

    def finish(kernel, bias, half):
        see_i, see_f, see_o = [peephole * half for peephole in peepholes or ()] or [0, 0, 0]

        def step(x, states):
            h, c = states
            z = np.concatenate((x, h), axis=1) @ kernel
            z += bias
            i, f, o, j = (z[:, n * units : (n + 1) * units] for n in range(4))
            i = np.tanh(i + see_i * c) * half + half
            f = np.tanh(f + see_f * c) * half + half
            c = _clipped(f * c + i * np.tanh(j), clip)
            h = (np.tanh(o + see_o * c) * half + half) * np.tanh(c)
            if projection is not None:
                h = _clipped(h @ projection, projected_clip)
            return h, [h, c]

        return step

    return finish


def _clipped(x, limit):
    return x if limit is None else np.clip(x, -limit, limit)


def _gru(cell):
    activation = ACTIVATIONS.get(cell.activation)
    if activation is None or cell.recurrent_activation is not keras.activations.sigmoid:
        return None
    kernel, recurrent, units = array(cell.kernel), array(cell.recurrent_kernel), cell.units
    bias = array(cell.bias) if cell.use_bias else np.zeros((2, 3 * units), kernel.dtype)
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


def _simple(cell):
    activation = ACTIVATIONS.get(cell.activation)
    if activation is None:
        return None
    kernel = np.concatenate([array(cell.kernel), array(cell.recurrent_kernel)])
    bias = array(cell.bias) if cell.use_bias else np.zeros(cell.units, kernel.dtype)

    def step(x, states):
        z = np.concatenate((x, states[0]), axis=1) @ kernel
        z += bias
        h = activation(z)
        return h, [h]

    return step


def _stack(stack):
    kernels = [kernel_of(cell) for cell in stack.cells]
    if None in kernels:
        return None
    counts = [len(keras.tree.flatten(cell.state_size)) for cell in stack.cells]

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


def _residual(wrapper):
    kernel = kernel_of(wrapper.cell)
    if kernel is None or wrapper.residual_fn is not None:
        return None

    def step(x, states):
        output, states = kernel(x, states)
        return x + output, states

    return step


#: By exact type: a subclass may compute something else.
_KERNELS = {
    keras.layers.LSTMCell: _lstm,
    LSTMCell: _lstm,
    keras.layers.GRUCell: _gru,
    keras.layers.SimpleRNNCell: _simple,
    keras.layers.StackedRNNCells: _stack,
    StackedRNNCells: _stack,
    ResidualWrapper: _residual,
    DropoutWrapper: lambda wrapper: kernel_of(wrapper.cell),
}
