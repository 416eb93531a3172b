"""Rows of convolutions, pooling and batch normalisation, channels last."""

import numpy as np

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.recovered import layers
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.writing.naming import line_name
from tf2_lstm.migrate.translate.writing.values import Held, Live, Refusal, Size, sizes_of
from tf2_lstm.migrate.translate.writing.vectors import elements_of
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


def _window(node, name):
    """Return the two middle numbers of an attribute of four."""
    _check_layout(node)
    numbers = list(attribute(node, name).list.i)
    if (numbers[0], numbers[3]) != (1, 1):
        raise Refusal(f"its {name} takes rows or channels together. Reshape first")
    return numbers[1], numbers[2]


def _check_layout(node):
    if attribute(node, "data_format").s not in (b"", b"NHWC"):
        raise Refusal("its channels come first (NCHW). Export the model with data_format='NHWC'")


def _padding(node):
    padding = attribute(node, "padding").s.decode().lower()
    if padding not in ("same", "valid"):
        raise Refusal("its padding is given as numbers. Use tf.pad and padding='VALID'")
    return padding


@row("Conv2D")
def convolution(writer, node, inputs):
    """Write a convolution over two axes."""
    strides, dilations = _window(node, "strides"), list(attribute(node, "dilations").list.i)[1:3]
    options = {"strides": strides, "padding": _padding(node)}
    options |= {"dilation_rate": tuple(dilations)} if dilations not in ([], [1, 1]) else {}
    (x, along), (kernel, across) = (getattr(one, "widened", None) or (None, None) for one in inputs)
    if (along, across) == (1, 0) and isinstance(kernel, Held):
        of_steps = options | {
            name: options[name][1:] for name in ("strides", "dilation_rate") if name in options
        }
        made = layers.convolution_of_steps(writer, node, x, kernel, of_steps)
    else:
        made = layers.convolution(writer, node, *inputs, options)
    if made is not None:
        return made
    return layers.convolved(writer, node, *inputs, options)


@row("Conv2DBackpropInput")
def transposed(writer, node, inputs):
    """Write a transposed convolution, as tf.layers.conv2d_transpose makes it: with more rows and columns."""
    wanted, kernel, x = inputs
    strides, padding = _window(node, "strides"), _padding(node)
    if list(attribute(node, "dilations").list.i) not in ([], [1, 1, 1, 1]):
        raise Refusal("it is dilated. Use strides alone")
    _check_transposed(
        elements_of(writer, wanted, "its output's shape"), sizes_of(x), sizes_of(kernel), strides, padding
    )
    options = {"strides": strides, "padding": padding}
    made = layers.transposed_convolution(writer, node, x, kernel, options)
    if made is None:
        raise Refusal("its kernel is no variable of its own. Use tf.layers.conv2d_transpose")
    return made


def _check_transposed(wanted, given, kernel, strides, padding):
    """Refuse an output size that the strides alone do not give: Keras makes another one."""
    for axis in (1, 2):
        if isinstance(wanted[axis], int) and isinstance(given[axis], int):
            more = max(kernel[axis - 1] - strides[axis - 1], 0) if padding == "valid" else 0
            if wanted[axis] != given[axis] * strides[axis - 1] + more:
                raise Refusal(
                    "its output has another size than its strides make. Use tf.layers.conv2d_transpose"
                )


@row("DepthwiseConv2dNative")
def depthwise(writer, node, inputs):
    """Write a convolution of each channel alone."""
    strides = _window(node, "strides")
    if strides[0] != strides[1] or set(attribute(node, "dilations").list.i) - {1}:
        raise Refusal("its strides along rows and columns differ, or it is dilated. Convolve in two steps")
    options = {"strides": strides[0], "padding": _padding(node), "data_format": "channels_last"}
    x, kernel = inputs
    channels, times = sizes_of(kernel)[-2:]
    dims = (sizes_of(x)[0], None, None, channels * times)
    return writer.op(node, "depthwise_conv", writer.tensor(x), writer.tensor(kernel), dims=dims, **options)


#: TensorFlow's pooling -> (the layer without its axes, the function).
_POOLS = {"MaxPool": ("MaxPooling", "max_pool"), "AvgPool": ("AveragePooling", "average_pool")}


@row("MaxPool AvgPool")
def pool(writer, node, inputs):
    """Write the maximum, or the mean, of each window."""
    size, strides = _window(node, "ksize"), _window(node, "strides")
    options = {"strides": strides, "padding": _padding(node)}
    x, axis = getattr(inputs[0], "widened", None) or (None, None)
    if isinstance(x, Live) and axis in (1, 2) and (size[axis - 1], strides[axis - 1]) == (1, 1):
        options |= {"strides": strides[2 - axis]}
        return _of_steps(writer, node, x, axis, _pooled(writer, node, 1, x, size[2 - axis], options))
    batch, _, _, channels = sizes_of(inputs[0])
    return writer.result(
        node, _pooled(writer, node, 2, inputs[0], size, options), (batch, None, None, channels)
    )


def _pooled(writer, node, axes, x, size, options):
    """Return the expression of a pooling over one or two axes: a layer, or in a loop, which holds none, a function."""
    layer, function = _POOLS[node.op]
    if writer.inside:
        options = {**options, "data_format": "channels_last"}
        return Apply(f"keras.ops.{function}", (writer.tensor(x), size), options)
    dtype = dtypes_of(node)[0]
    options = options if dtype == "float32" else {**options, "dtype": dtype}
    made = writer.program.add(function, Apply(f"keras.layers.{layer}{axes}D", (size,), options))
    return Apply(made, (writer.tensor(x),))


def _of_steps(writer, node, x, axis, pooled):
    """Write a pooling over one axis, which TensorFlow computes as one over two."""
    ref = writer.program.add(line_name(node), pooled)
    inferred = list(writer.shapes.get(f"{node.name}:0") or (None,) * 4)
    del inferred[axis]
    sizes = (inferred[0] or x.shape[0], inferred[1] or Size(((ref.name, 1),)), x.shape[2])
    wide = Apply("keras.ops.expand_dims", (ref, axis))
    dims = (*sizes[:axis], 1, *sizes[axis:])
    return writer.result(node, wide, dims, widened=(Live(ref, sizes, x.dtype), axis))


@row("FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3")
def batch_norm(writer, node, inputs):
    """Write batch normalisation by the moving mean and variance, as at inference."""
    _check_layout(node)
    if attribute(node, "is_training").b:
        raise Refusal("it normalises by the batch itself (is_training=True). Export the graph of inference")
    epsilon = round(attribute(node, "epsilon").f, 9)
    made = layers.normalised(writer, node, inputs[0], inputs[1:], epsilon)
    if made is not None:
        return [made]
    x, scale, offset, mean, variance = (writer.tensor(one) for one in inputs)
    # TensorFlow gives no gradient of the moving mean and variance.
    mean, variance = (writer.step(node, "stop_gradient", one) for one in (mean, variance))
    options = {"offset": offset, "scale": scale, "epsilon": epsilon}
    dims = sizes_of(inputs[0])
    return [writer.op(node, "batch_normalization", x, mean, variance, -1, dims=dims, **options)]


@row("ResizeNearestNeighbor")
def resized(writer, node, inputs):
    """Write an image with other numbers of rows and columns, taken from the nearest ones."""
    x, wanted = inputs
    found, shape = writer.tensor(x), list(sizes_of(x))
    for axis, size in enumerate(elements_of(writer, wanted, "its size"), 1):
        if isinstance(size, Size) or isinstance(shape[axis], Size):
            raise Refusal("rows or columns of the image are open. Give the placeholder its sizes")
        places = _nearest(node, shape[axis], size)
        found, shape[axis] = Apply("keras.ops.take", (found, places), {"axis": axis}), size
        found = writer.program.add(line_name(node), found) if axis == 1 else found
    return writer.result(node, found, tuple(shape))


def _nearest(node, old, new):
    """Return the rows that are nearest to the new ones, computed in float32 as TensorFlow does."""
    aligned, centred = (attribute(node, name).b for name in ("align_corners", "half_pixel_centers"))
    scale = np.float32((old - 1) / (new - 1) if aligned and new > 1 else old / new)
    at = (np.arange(new, dtype="float32") + np.float32(0.5 if centred else 0)) * scale
    rows = np.floor(at + np.float32(0.5)) if aligned else np.floor(at)
    return [int(one) for one in np.clip(rows, 0, old - 1)]
