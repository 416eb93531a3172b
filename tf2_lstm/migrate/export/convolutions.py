"""The table of `keras.ops` with windows: convolutions, pooling and padding.

ONNX has the channels before the spatial axes, Keras after them unless a layer says otherwise.
"""

import keras


def _spatial(call):
    return len(call.args[0].shape) - 2


def _is_last(call):
    return (call.operation.data_format or keras.config.image_data_format()) == "channels_last"


def _each(value, count):
    return [value] * count if isinstance(value, int) else list(value)


def _in_front(writer, call):
    """Return the inputs with their channels in front."""
    name, count = writer.name(call.args[0], call.outputs[0].dtype), _spatial(call)
    if not _is_last(call):
        return name
    return writer.graph.add("Transpose", [name], perm=[0, count + 1, *range(1, count + 1)])


def _back(writer, call, name):
    """Return a result with its channels where Keras has them."""
    if not _is_last(call):
        return name
    return writer.graph.add("Transpose", [name], perm=[0, *range(2, _spatial(call) + 2), 1])


def _edges(padding, sizes, strides, dilations):
    """Return the attributes for padding beyond the edges of an image."""
    if padding == "valid":
        return {}
    if any(stride != 1 for stride in strides):
        # The padding depends on the size of the image, which is open; Keras takes no dilation there.
        return {"auto_pad": "SAME_UPPER"}
    beyond = [(size - 1) * dilation for size, dilation in zip(sizes, dilations, strict=True)]
    return {"pads": [*(one // 2 for one in beyond), *(one - one // 2 for one in beyond)]}


def _convolved(writer, call, kernel, sizes, groups=1):
    count, said = _spatial(call), call.operation
    strides, dilations = _each(said.strides, count), _each(said.dilation_rate, count)
    found = writer.graph.add(
        "Conv",
        [_in_front(writer, call), kernel],
        strides=strides,
        dilations=dilations,
        group=groups,
        **_edges(said.padding, sizes, strides, dilations),
    )
    return _back(writer, call, found)


def _conv(writer, call):
    kernel, count = call.args[1], _spatial(call)
    name = writer.name(kernel, call.outputs[0].dtype)
    transposed = writer.graph.add("Transpose", [name], perm=[count + 1, count, *range(count)])
    return _convolved(writer, call, transposed, kernel.shape[:-2])


def _depthwise(writer, call):
    """Write a convolution of each channel with kernels of its own: as many groups as channels."""
    kernel, count = call.args[1], _spatial(call)
    channels, sizes = kernel.shape[-2], kernel.shape[:-2]
    name = writer.name(kernel, call.outputs[0].dtype)
    transposed = writer.graph.add("Transpose", [name], perm=[count, count + 1, *range(count)])
    transposed = writer.graph.add(
        "Reshape", [transposed, writer.graph.integers(channels * kernel.shape[-1], 1, *sizes)]
    )
    return _convolved(writer, call, transposed, sizes, channels)


def _pool(operator):
    def row(writer, call):
        said, count = call.operation, _spatial(call)
        sizes = _each(said.pool_size, count)
        strides = sizes if said.strides is None else _each(said.strides, count)
        edges = _edges(said.padding, sizes, strides, [1] * count)
        found = writer.graph.add(
            operator, [_in_front(writer, call)], kernel_shape=sizes, strides=strides, **edges
        )
        return _back(writer, call, found)

    return row


def _pad(writer, call):
    said, dtype, rank = call.operation, call.outputs[0].dtype, len(call.args[0].shape)
    if said.mode not in ("constant", "reflect"):
        raise writer.refused(f"keras.ops.pad has mode={said.mode!r}", "Use mode='reflect' or 'constant'.")
    widths = list(said.pad_width) * (rank if len(said.pad_width) == 1 else 1)
    value = call.args[1] if len(call.args) > 1 else call.kwargs.get("constant_values")
    names = [
        writer.name(call.args[0], dtype),
        writer.graph.integers(*(end for side in (0, 1) for end in _side(widths, side))),
    ]
    if value is not None:
        names.append(writer.name(value, dtype))
    return writer.graph.add("Pad", names, mode=said.mode)


def _side(widths, side):
    return [int(width[side]) for width in widths]


#: Name of the class in Keras -> row.
ROWS = {
    "AveragePool": _pool("AveragePool"),
    "Conv": _conv,
    "DepthwiseConv": _depthwise,
    "MaxPool": _pool("MaxPool"),
    "Pad": _pad,
}
