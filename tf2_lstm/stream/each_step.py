"""The axes along which an operation mixes numbers: a table for all operations that may surround a recurrence.

A model streams if only its recurrences look along time. The table lists operations that are known to keep to their
step, not those that are known not to.
"""

import keras

from tf2_lstm.sizes import ReshapeTo
from tf2_lstm.unroll import SequenceMask

_layers = keras.layers
#: Layers that mix nothing, or only along the axis that they name.
_BY_AXIS = (
    _layers.Activation,
    _layers.ActivityRegularization,
    _layers.Add,
    _layers.AlphaDropout,
    _layers.Average,
    _layers.Concatenate,
    _layers.Dropout,
    _layers.ELU,
    _layers.Embedding,
    _layers.GaussianDropout,
    _layers.GaussianNoise,
    _layers.Identity,
    _layers.LayerNormalization,
    _layers.LeakyReLU,
    _layers.Masking,
    _layers.Maximum,
    _layers.Minimum,
    _layers.Multiply,
    _layers.PReLU,
    _layers.ReLU,
    SequenceMask,
    _layers.Softmax,
    _layers.SpatialDropout1D,
    _layers.Subtract,
)
#: Layers that take each row by itself: time may only be the axis that is their batch.
_OF_ROWS = (
    _layers.AveragePooling1D,
    _layers.AveragePooling2D,
    _layers.Conv1D,
    _layers.Conv2D,
    _layers.DepthwiseConv2D,
    _layers.GlobalAveragePooling1D,
    _layers.GlobalAveragePooling2D,
    _layers.GlobalMaxPooling1D,
    _layers.GlobalMaxPooling2D,
    _layers.MaxPooling1D,
    _layers.MaxPooling2D,
)
#: Layers and operations that return the same numbers in the same order, in another shape.
_IN_ORDER_LAYERS = (_layers.Flatten, _layers.Reshape, ReshapeTo)
_IN_ORDER = {"ExpandDims", "Reshape", "Squeeze"}
#: Operations of keras.ops that mix nothing.
# fmt: off
_POINTWISE = {
    "Abs", "Absolute", "Add", "Arctan", "Arctan2", "BroadcastTo", "Cast", "Ceil", "Clip", "Copy", "Cos", "Divide",
    "DivideNoNan", "Elu", "Equal", "Erf", "Exp", "Expm1", "Floor", "FloorDivide", "Gelu", "Greater", "GreaterEqual",
    "HardSigmoid", "Isfinite", "Isinf", "Isnan", "LeakyRelu", "Less", "LessEqual", "Log", "Log1p", "LogSigmoid",
    "LogicalAnd", "LogicalNot", "LogicalOr", "LogicalXor", "Maximum", "Minimum", "Mod", "Moveaxis", "Multiply",
    "Negative", "NotEqual", "OneHot", "OnesLike", "Pad", "Power", "Reciprocal", "Relu", "Relu6", "Round", "Rsqrt",
    "Selu", "Sigmoid", "Sign", "Silu", "Sin", "Softplus", "Softsign", "Sqrt", "Square", "Stack", "StopGradient",
    "Subtract", "Swapaxes", "Tanh", "Tile", "Transpose", "TrueDivide", "Where", "ZerosLike",
}
#: Operations that mix along the axis that they name, or along all axes.
_ALONG = {
    "All", "Any", "Argmax", "Argmin", "Concatenate", "LogSoftmax", "Logsumexp", "Max", "Mean", "Min", "Norm",
    "Normalize", "Prod", "Softmax", "Split", "Std", "Sum", "TakeAlongAxis", "Unstack", "Var",
}
# fmt: on


def keeps_order(operation):
    """Whether an operation returns the same numbers in the same order, in another shape."""
    if isinstance(operation, _layers.Layer):
        return type(operation) in _IN_ORDER_LAYERS
    return type(operation).__name__ in _IN_ORDER


def mixed_axes(operation, place, rank):
    """Return the axes along which an operation mixes the numbers of one of its tensors; None when that is not known.

    Args:
        operation: the Keras layer or operation.
        place: the number of the tensor among its inputs, from 0.
        rank: the rank of this tensor.

    Returns:
        A set of ints from 0.

    ```python
    import keras
    from tf2_lstm.stream.each_step import mixed_axes

    assert mixed_axes(keras.layers.Dense(3), 0, 3) == {2}
    assert mixed_axes(keras.layers.LSTM(3), 0, 3) is None
    ```
    """
    if isinstance(operation, _layers.Layer):
        return _of_layer(operation, rank)
    name = type(operation).__name__
    if name in _POINTWISE:
        return set()
    if name in _ALONG or (name == "Take" and place == 0):
        return _named(operation.axis, rank)
    if name == "Take":
        return set()
    if name == "TopK":
        return {rank - 1}
    if name == "Matmul":
        return {max(0, rank - 1 - place)}
    return None


def _of_layer(layer, rank):
    if type(layer) in (_layers.Dense, _layers.EinsumDense):
        return {rank - 1} if type(layer) is _layers.Dense else None
    if type(layer) is _layers.BatchNormalization:
        return set()
    if type(layer) in _OF_ROWS:
        return set(range(1, rank))
    if type(layer) in _BY_AXIS:
        return _named(getattr(layer, "axis", ()), rank)
    return None


def _named(axis, rank):
    if axis is None:
        return set(range(rank))
    return {one % rank for one in (axis if isinstance(axis, (list, tuple)) else [axis])}
