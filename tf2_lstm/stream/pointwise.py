"""The layers and operations around the recurrent layers of a model, in NumPy, each step by itself."""

import keras
import numpy as np

from tf2_lstm.cell_plan import name_of
from tf2_lstm.stream.kernels import TABLE, array


def function_of(operation, node):
    """Return a NumPy function of the node's tensors for a Keras layer or operation, or None.

    Args:
        operation: the layer or the operation of keras.ops.
        node: its arguments; those that are no tensors, such as the key of a slice, are taken from them.

    ```python
    import keras
    import numpy as np
    from tf2_lstm.stream.pointwise import function_of

    dense = keras.layers.Dense(2)
    dense.build((None, 3))
    print(function_of(dense, None)(np.ones((1, 5, 3), "float32")).shape)
    ```
    """
    if isinstance(operation, keras.layers.Layer):
        make = _LAYERS.get(type(operation))
        return make(operation) if make and operation.compute_dtype in ("float32", "float64") else None
    make = _OPS.get(type(operation).__name__)
    return make(operation, node) if make else None


def _dense(layer):
    activation = _activation(layer)
    if activation is None or layer.quantization_mode or getattr(layer, "lora_enabled", False):
        return None
    kernel = array(layer.kernel)
    if layer.bias is None:
        return lambda x: activation(_cast(x, kernel) @ kernel)
    bias = array(layer.bias)
    return lambda x: activation(_cast(x, kernel) @ kernel + bias)


def _cast(x, like):
    return x if x.dtype == like.dtype else x.astype(like.dtype)


def _embedding(layer):
    if layer.mask_zero or layer.quantization_mode or getattr(layer, "lora_enabled", False):
        return None
    table = array(layer.embeddings).astype(layer.compute_dtype)

    def look_up(tokens):
        tokens = np.asarray(tokens, dtype=np.intp)
        if tokens.size and not 0 <= tokens.min() <= tokens.max() < len(table):
            raise ValueError(
                f"streaming: {layer.name!r} has the tokens 0 to {len(table) - 1}; received {tokens.min()} to "
                f"{tokens.max()}."
            )
        return table[tokens]

    return look_up


def _activation(layer):
    if layer.activation is keras.activations.softmax:
        return _softmax
    return TABLE.get(name_of(layer.activation))


def _softmax(x):
    x = np.exp(x - x.max(axis=-1, keepdims=True))
    return x / x.sum(axis=-1, keepdims=True)


def _same(layer):
    return lambda x: x


def _sum(layer):
    return lambda *tensors: sum(tensors[1:], tensors[0])


def _concatenate(layer):
    return lambda *tensors: np.concatenate(tensors, axis=layer.axis)


#: Layers that do nothing at inference.
_SAME = (
    keras.layers.ActivityRegularization,
    keras.layers.AlphaDropout,
    keras.layers.Dropout,
    keras.layers.GaussianDropout,
    keras.layers.GaussianNoise,
    keras.layers.Identity,
    keras.layers.SpatialDropout1D,
)
_LAYERS = {
    **dict.fromkeys(_SAME, _same),
    keras.layers.Activation: _activation,
    keras.layers.Add: _sum,
    keras.layers.Concatenate: _concatenate,
    keras.layers.Dense: _dense,
    keras.layers.Embedding: _embedding,
}


def _get_item(operation, node):
    key = node.args[1] if len(node.args) > 1 else node.kwargs["key"]
    key = tuple(key) if isinstance(key, list) else key
    return lambda x: x[key]


_OPS = {
    "Add": lambda op, node: np.add if len(node.keras_tensors) == 2 else None,
    "Concatenate": lambda op, node: lambda *tensors: np.concatenate(tensors, axis=op.axis),
    "ExpandDims": lambda op, node: lambda x: np.expand_dims(x, op.axis),
    "GetItem": _get_item,
    "Reshape": lambda op, node: None if None in op.newshape else lambda x: x.reshape(op.newshape),
    "Softmax": lambda op, node: _softmax if op.axis == -1 else None,
    "Stack": lambda op, node: lambda *tensors: np.stack(tensors, axis=op.axis),
    "Swapaxes": lambda op, node: lambda x: np.swapaxes(x, op.axis1, op.axis2),
    "Transpose": lambda op, node: lambda x: np.transpose(x, op.axes),
}
