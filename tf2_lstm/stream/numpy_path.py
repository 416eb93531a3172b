"""Run a plan as a list of NumPy functions over a snapshot of the weights."""

import keras
import numpy as np

from tf2_lstm.stream.kernels import kernel_of
from tf2_lstm.stream.pointwise import function_of


def compile_numpy(plan):
    """Return the plan as a NumPy function, or None when one of its operations has no kernel.

    The function takes the values of the inputs and {name: flat list of states}, all with their time
    axis, and returns the values of the outputs and the new states. It keeps the present weights.
    """
    lines = []
    for operation in plan.operations:
        line = _recurrent(operation) if operation.recurrent else _plain(operation)
        if line is None:
            return None
        lines.append(line)
    inputs = [id(tensor) for tensor in keras.tree.flatten(plan.inputs)]
    fed = [(id(tensor), name) for name, tensor in plan.state_inputs.items()]
    outputs = [id(tensor) for tensor in keras.tree.flatten(plan.outputs)]
    returned = [(id(tensor), name) for name, tensor in plan.state_outputs.items()]

    def run(arrays, states):
        values = dict(zip(inputs, arrays, strict=True))
        values.update((place, states[name][0]) for place, name in fed)
        new = {}
        for line in lines:
            line(values, states, new)
        new.update((name, [values[place]]) for place, name in returned)
        return [values[place] for place in outputs], new

    return run


def _plain(operation):
    function = function_of(operation.operation, operation.arguments)
    needed = [id(tensor) for tensor in operation.arguments.keras_tensors]
    if function is None or len(operation.outputs) != 1:
        return None
    [place] = operation.outputs

    def line(values, states, new):
        values[place] = function(*[values[one] for one in needed])

    return line


def _recurrent(operation):
    layer, kernel = operation.layer, kernel_of(getattr(operation.layer, "cell", operation.layer))
    if kernel is None or operation.arguments.kwargs.get("mask") is not None:
        return None
    source, *fed = [id(tensor) for tensor in operation.arguments.keras_tensors]
    dtype, name, cell = np.dtype(layer.compute_dtype), operation.state, operation.is_cell

    def line(values, states, new):
        before = [values[one] for one in fed] if fed else states[name]
        before = [leaf if leaf.dtype == dtype else leaf.astype(dtype) for leaf in before]
        x = values[source].astype(dtype, copy=False)
        if cell:
            output, after = kernel(x, before)
        else:
            output, after = _sequence(kernel, x, before, layer.return_sequences)
        # A layer that does not return its state has one output in the model.
        values.update(zip(operation.outputs, [output, *after], strict=False))
        if name:
            new[name] = after

    return line


def _sequence(kernel, x, states, whole):
    """Run a kernel over [B, T, D]; return [B, T, P], or [B, P] of the last step, and the states."""
    if x.shape[1] > 1 and hasattr(kernel, "sequence"):
        outputs, states = kernel.sequence(x, states)
    else:
        outputs = []
        for time in range(x.shape[1]):
            output, states = kernel(x[:, time], states)
            outputs.append(output)
    # Copied: an output is often a state too, and the caller may write into it.
    return np.stack(outputs, axis=1) if whole else outputs[-1].copy(), states


def single_layer_step(plan):
    """Return a function of (x [B, D], [states]) for a plan that is one layer, or None for any other plan.

    It skips work that a model needs and one layer does not: half of the time of a small step. It returns
    None for inputs that it does not handle (a chunk, another dtype or shape, tensors); the general way
    handles these, or says what is wrong with them.
    """
    operation, *more = plan.operations
    if more or not operation.recurrent or operation.is_cell or operation.start or plan.state_inputs:
        return None
    kernel, layer = kernel_of(operation.layer.cell), operation.layer
    if kernel is None:
        return None
    dtype, depth = np.dtype(layer.compute_dtype), plan.model.inputs[0].shape[-1]
    widths = [(width,) for width in keras.tree.flatten(layer.cell.state_size)]

    def fits(array, shape):
        return type(array) is np.ndarray and array.shape == shape and array.dtype == dtype

    def step(x, states):
        batch = x.shape[:1]
        if not fits(x, (*batch, depth)) or type(states) is not list or len(states) != len(widths):
            return None
        for state, width in zip(states, widths, strict=True):
            if not fits(state, batch + width):
                return None
        output, new = kernel(x, states)
        return output.copy(), new

    return step
