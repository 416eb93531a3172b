"""The table of `keras.ops` that find places, or take numbers from places or put them there."""

import numpy as np


def _scatter_update(writer, call):
    array, places, updates = call.args
    dtype, reduction = call.outputs[0].dtype, call.operation.reduction
    if reduction not in (None, "add", "mul"):
        raise writer.refused(f"elements are put together by {reduction}", "Take --format savedmodel.")
    names = [writer.name(array, dtype), writer.name(places, "int64"), writer.name(updates, dtype)]
    return writer.graph.add("ScatterND", names, reduction=reduction)


def _scatter(writer, call):
    """Write numbers added into zeros."""
    places, updates = call.args
    dtype = call.outputs[0].dtype
    zeros = writer.graph.zeros(writer.graph.integers(*call.operation.shape), dtype)
    names = [zeros, writer.name(places, "int64"), writer.name(updates, dtype)]
    return writer.graph.add("ScatterND", names, reduction="add")


def _take_along_axis(writer, call):
    x, places = call.args
    axis, names = call.operation.axis, [writer.name(x), writer.name(places, "int64")]
    if axis is None:
        names, axis = [writer.graph.add("Reshape", [name, writer.graph.integers(-1)]) for name in names], 0
    elif len(x.shape) > 1:
        names = _broadcast(writer.graph, names, axis % len(x.shape), len(x.shape))
    return writer.graph.add("GatherElements", names, axis=axis % max(len(x.shape), 1))


def _broadcast(graph, names, axis, rank):
    """Broadcast two values but for one axis: ONNX's take along an axis does not broadcast."""
    sizes = [graph.add("Shape", [name]) for name in names]
    one = graph.add("Equal", [sizes[0], graph.integers(1)])
    both = graph.add("Where", [one, sizes[1], sizes[0]])
    own = graph.constant(np.arange(rank) == axis)
    return [
        graph.add("Expand", [name, graph.add("Where", [own, size, both])])
        for name, size in zip(names, sizes, strict=True)
    ]


def _argsort(writer, call):
    graph, [x], axis = writer.graph, call.args, call.operation.axis
    name = writer.name(x, "int32" if x.dtype == "bool" else None)
    if axis is None:
        name, axis = graph.add("Reshape", [name, graph.integers(-1)]), 0
    axis = axis % max(len(x.shape), 1)
    _, order = graph.add("TopK", [name, graph.size(name, axis)], 2, axis=axis, largest=0)
    return graph.cast(order, call.outputs[0].dtype)


def _diagonal(writer, call):
    """Write a diagonal: the two axes become one, on which every (columns + 1)-th number is on the diagonal."""
    graph, said, [x] = writer.graph, call.operation, call.args
    rank = len(x.shape)
    rest = [axis for axis in range(rank) if axis not in (said.axis1 % rank, said.axis2 % rank)]
    order = [*rest, said.axis1 % rank, said.axis2 % rank]
    name = graph.add("Transpose", [writer.name(x)], perm=order)
    rows, columns = (graph.size(name, axis) for axis in (rank - 2, rank - 1))
    skipped = [graph.integers(max(offset, 0)) for offset in (-said.offset, said.offset)]
    left = [graph.add("Sub", [size, skip]) for size, skip in zip((rows, columns), skipped, strict=True)]
    step = graph.add("Add", [columns, graph.integers(1)])
    first = graph.add("Add", [graph.add("Mul", [skipped[0], columns]), skipped[1]])
    scalars = [graph.constant(number) for number in (np.array(0, "int64"), np.array(1, "int64"))]
    number = graph.add("Range", [scalars[0], graph.squeeze(graph.add("Min", left), 0), scalars[1]])
    places = graph.add("Add", [graph.add("Mul", [number, step]), first])
    flat = graph.add("Reshape", [name, graph.integers(*[0] * len(rest), -1)])
    return graph.add("Gather", [flat, places], axis=len(rest))


#: Name of the class in Keras -> row.
ROWS = {
    "Argsort": _argsort,
    "Diagonal": _diagonal,
    "Scatter": _scatter,
    "ScatterUpdate": _scatter_update,
    "TakeAlongAxis": _take_along_axis,
}
