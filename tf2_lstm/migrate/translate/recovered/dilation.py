"""Dilated convolutions, which TensorFlow 1 computes in blocks: SpaceToBatchND, a convolution, BatchToSpaceND."""

from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of
from tf2_lstm.migrate.translate.recovered import layers
from tf2_lstm.migrate.translate.writing.values import Held, Known, Live, Refusal, sizes_of


def dilated(writer, nodes, node, value):
    """Write a dilated convolution of one or two axes as one layer.

    Args:
        writer: the `Writer`.
        nodes: name -> NodeDef.
        node: the NodeDef of the BatchToSpaceND after it.
        value: a function from a reference to its value.

    Returns:
        The `Live`.

    Raises:
        Refusal: the blocks are for something else, or pad in another way than a convolution does.
    """
    conv = _behind(nodes, node, "Conv2D")
    space = conv and _behind(nodes, conv, "SpaceToBatchND")
    rates = space and _rates(value(node.input[1]), value(space.input[1]))
    if not rates or set(attribute(conv, "strides").list.i) != {1} or attribute(conv, "padding").s != b"VALID":
        raise Refusal("its blocks are no dilated convolution. Use tf.nn.convolution with a dilation_rate")
    x, kernel = value(space.input[0]), _kernel(value(conv.input[1]), len(rates))
    more = [(size - 1) * rate for size, rate in zip(sizes_of(kernel), rates, strict=False)]
    paddings = _paddings(nodes, node, space, value)
    same = any(more) and paddings == [[one // 2, one - one // 2] for one in more]
    if not same and paddings != [[0, 0]] * len(rates):
        raise Refusal("its padding is neither SAME nor VALID. Use tf.pad and padding='VALID'")
    options = {"strides": (1,) * len(rates), "padding": "same" if same else "valid", "dilation_rate": rates}
    made = layers.convolution(writer, node, x, kernel, options) if isinstance(kernel, Held) else None
    return layers.convolved(writer, node, x, kernel, options) if made is None else made


def _behind(nodes, node, wanted):
    """Return the node that is another's first input, past axes of size 1, where it is of an operation; else None."""
    found = nodes[node_of(data_inputs(node)[0])]
    while found.op in ("ExpandDims", "Squeeze", "Identity"):
        found = nodes[node_of(data_inputs(found)[0])]
    return found if found.op == wanted else None


def _rates(*blocks):
    """Return the sizes of the blocks where they are the same in front and behind; () where they are not."""
    if not all(isinstance(one, Known) and not one.open for one in blocks):
        return ()
    before, behind = (tuple(one.array.ravel().tolist()) for one in blocks)
    return before if before == behind and len(before) < 3 else ()


def _kernel(value, axes):
    """Return the kernel of a convolution; over one axis, without the axis of size 1 in front."""
    inner, at = getattr(value, "widened", None) or (None, None)
    if axes == 2:
        return value
    if isinstance(value, Known) and value.array.shape[0] == 1:
        return Known(value.array[0], value.dtype)
    if at != 0 or not isinstance(inner, (Held, Live)):
        raise Refusal("its kernel is for two axes, its blocks for one. Use tf.layers.conv1d")
    return inner


def _paddings(nodes, node, space, value):
    """Return (begin, end) of each axis, without the filling of the last block that is cut off again."""
    given, cut = value(space.input[2]), value(node.input[2])
    if all(isinstance(one, Known) and not one.open for one in (given, cut)):
        return (given.array - cut.array).tolist()
    found = []
    for pads, crops in zip(_rows(nodes, space.input[2]), _rows(nodes, node.input[2]), strict=True):
        fills = _source(nodes, crops.input[1])
        total = nodes[node_of(_source(nodes, pads.input[1]))]
        own = [one for one in data_inputs(total) if _source(nodes, one) != fills]
        if nodes[node_of(fills)].op != "FloorMod" or total.op not in ("Add", "AddV2") or len(own) != 1:
            raise Refusal("how much it pads is computed. Use tf.nn.convolution with a dilation_rate")
        begin, end = value(pads.input[0]), value(own[0])
        if not all(isinstance(one, Known) and not one.open for one in (begin, end)):
            raise Refusal("how much it pads is computed. Use tf.nn.convolution with a dilation_rate")
        found.append([int(begin.array), int(end.array.ravel()[len(found)])])
    return found


def _rows(nodes, reference):
    """Return the nodes that put the two numbers of each axis together."""
    node = nodes[_source(nodes, reference)]
    rows = [nodes[node_of(one)] for one in data_inputs(node)] if node.op == "Pack" else []
    if not rows or any(one.op != "Pack" for one in rows):
        raise Refusal("how much it pads is computed. Use tf.nn.convolution with a dilation_rate")
    return rows


def _source(nodes, reference):
    """Return the name of the node that a tensor is a part or a copy of."""
    node = nodes[node_of(reference)]
    while node.op in ("StridedSlice", "Identity"):
        node = nodes[node_of(data_inputs(node)[0])]
    return node.name
