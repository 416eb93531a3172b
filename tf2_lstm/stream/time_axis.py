"""Which axis of which tensor of a model is time, and that no operation looks along it."""

import keras

from tf2_lstm.unroll import SequenceMask

#: Layers that act on every step by itself.
_EACH_STEP = (
    keras.layers.Activation,
    keras.layers.ActivityRegularization,
    keras.layers.Add,
    keras.layers.AlphaDropout,
    keras.layers.Average,
    keras.layers.Concatenate,
    keras.layers.Dense,
    keras.layers.Dropout,
    keras.layers.ELU,
    keras.layers.Embedding,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.Identity,
    keras.layers.LayerNormalization,
    keras.layers.LeakyReLU,
    keras.layers.Masking,
    keras.layers.Maximum,
    keras.layers.Minimum,
    keras.layers.Multiply,
    keras.layers.ReLU,
    SequenceMask,
    keras.layers.Softmax,
    keras.layers.SpatialDropout1D,
    keras.layers.Subtract,
)
#: Operations of keras.ops that do, or that only move the axes.
# fmt: off
_EACH_STEP_OPS = {
    "Abs", "Absolute", "Add", "Cast", "Clip", "Concatenate", "Copy", "Divide", "Exp", "ExpandDims",
    "Gelu", "Log", "Maximum", "Minimum", "Moveaxis", "Multiply", "Negative", "Relu", "Sigmoid",
    "Silu", "Softmax", "Sqrt", "Square", "Squeeze", "Subtract", "Swapaxes", "Tanh", "Transpose",
    "TrueDivide",
}
# fmt: on
_LAST_STEP = (slice(None, None, None), -1)
#: A length that no axis of a model has.
_MARK = 99_991


def time_axes(operations, inputs, outputs, error):
    """Return {id of a symbolic tensor: its time axis or None}.

    Inputs [B, T, ...] are tried first, then time-major ones [T, B, ...].

    Args:
        operations: the `Operation`s of a plan, in order.
        inputs: the symbolic tensors that are no states.
        outputs: all symbolic tensors that the model gives.
        error: the exception to raise.
    """
    refused, for_masks = None, _for_masks(operations, outputs)
    for axis in (1, 0):
        axes = {id(tensor): axis if len(tensor.shape) >= 2 else None for tensor in inputs}
        try:
            for operation in operations:
                if id(operation) not in for_masks:
                    _follow(operation, axes, error)
        except error as reason:
            refused = refused or reason
        else:
            return axes
    raise refused


def _for_masks(operations, outputs):
    """The operations that only make masks: they may count along time, from the first step of a call."""
    needed, found = {id(tensor) for tensor in outputs}, set()
    for operation in reversed(operations):
        if operation.layer is None and needed.isdisjoint(operation.outputs):
            found.add(id(operation))
            continue
        mask = operation.arguments.kwargs.get("mask") if operation.layer is not None else None
        needed |= {id(tensor) for tensor in operation.arguments.keras_tensors if tensor is not mask}
    return found


def _follow(operation, axes, error):
    tensors = operation.arguments.keras_tensors
    found = [axes.get(id(tensor)) for tensor in tensors]
    if operation.layer is not None:
        _follow_recurrent(operation, found[0], axes, error)
    elif all(axis is None for axis in found) or _takes_last(operation):
        axes.update(dict.fromkeys(operation.outputs))
    else:
        _check_each_step(operation.operation, error)
        first = next(axis for axis in found if axis is not None)
        axis = _moved(operation, tensors, first, error)
        axes.update(dict.fromkeys(operation.outputs, axis))


def _follow_recurrent(operation, axis, axes, error):
    if axis != 1:
        raise error(
            f"streaming: {operation.layer.name!r} is given no sequence of the model's input, but "
            "something else (a last output, separate steps). Only the steps that come in can be streamed."
        )
    first, *rest = operation.outputs
    axes[first] = 1 if operation.layer.return_sequences else None
    axes.update(dict.fromkeys(rest))


def _takes_last(operation):
    return type(operation.operation).__name__ == "GetItem" and _key(operation) == _LAST_STEP


def _key(operation):
    args = operation.arguments.args
    key = args[1] if len(args) > 1 else operation.arguments.kwargs.get("key")
    return tuple(key) if isinstance(key, (list, tuple)) else key


def _check_each_step(operation, error):
    layer = isinstance(operation, keras.layers.Layer)
    name = type(operation).__name__
    axis = getattr(operation, "axis", -1)
    along_features = axis in (-1, [-1], (-1,), 2, [2]) or not (layer or name in ("Concatenate", "Softmax"))
    known = type(operation) in _EACH_STEP if layer else name in _EACH_STEP_OPS
    if known and along_features:
        return
    raise error(
        f"streaming: {name} {operation.name!r} is not known to treat every step by itself"
        f"{'' if along_features else f' (axis={axis!r})'}. Stream the recurrent layers alone, and apply it "
        "to what they give."
    )


def _moved(operation, tensors, axis, error):
    """Where the time axis is after an operation: that of a marked length."""
    if isinstance(operation.operation, keras.layers.Layer):
        return axis
    given = {
        id(tensor): keras.KerasTensor(_marked(tensor.shape, axis), dtype=tensor.dtype) for tensor in tensors
    }
    args, kwargs = operation.arguments.fill_in(given)
    output = keras.tree.flatten(operation.operation.compute_output_spec(*args, **kwargs))[0]
    if output.shape.count(_MARK) != 1:
        raise error(f"streaming: what {operation.operation.name!r} does to the time axis is not known.")
    return output.shape.index(_MARK)


def _marked(shape, axis):
    return tuple(_MARK if n == axis else size for n, size in enumerate(shape))
