"""The table of `keras.ops` that move, take, join and sum up numbers."""

import keras
import numpy as np


def _first(writer, call, dtype=None):
    return writer.name(call.args[0], dtype)


def _rank(call):
    return len(call.args[0].shape)


def _axis(axis, rank):
    return axis + rank if axis < 0 else axis


def _axes(axis, rank):
    """Return axes as a list of numbers from 0 up; all axes for None."""
    if axis is None:
        return list(range(rank))
    return [_axis(one, rank) for one in (axis if isinstance(axis, (list, tuple)) else [axis])]


def _transposed(writer, call, order):
    return writer.graph.add("Transpose", [_first(writer, call)], perm=order)


def _transpose(writer, call):
    order = call.operation.axes or range(_rank(call))[::-1]
    return _transposed(writer, call, _axes(list(order), _rank(call)))


def _swapaxes(writer, call):
    order = list(range(_rank(call)))
    one, two = _axes([call.operation.axis1, call.operation.axis2], _rank(call))
    order[one], order[two] = order[two], order[one]
    return _transposed(writer, call, order)


def _moveaxis(writer, call):
    sources, targets = (
        _axes(ends, _rank(call)) for ends in (call.operation.source, call.operation.destination)
    )
    order = [axis for axis in range(_rank(call)) if axis not in sources]
    for target, source in sorted(zip(targets, sources, strict=True)):
        order.insert(target, source)
    return _transposed(writer, call, order)


def _expand_dims(writer, call):
    return writer.graph.unsqueeze(
        _first(writer, call), *_axes(call.operation.axis, len(call.outputs[0].shape))
    )


def _squeeze(writer, call):
    axis, shape = call.operation.axis, call.args[0].shape
    axes = [one for one, size in enumerate(shape) if size == 1] if axis is None else _axes(axis, len(shape))
    return writer.graph.squeeze(_first(writer, call), *axes)


def _reshape(writer, call):
    return reshaped(writer, _first(writer, call), call.args[0].shape, call.outputs[0].shape)


def reshaped(writer, name, before, after):
    """Return a value in another shape; an open size is that of the same axis before, or the rest.

    Args:
        writer: the `Writer`.
        name: the value's name.
        before, after: its shapes, with None for sizes that are not known.
    """
    unknown = [axis for axis, size in enumerate(after) if size is None]
    same = [axis for axis in unknown if axis < len(before) and before[axis] is None and len(unknown) > 1]
    sizes = [0 if axis in same else -1 if size is None else size for axis, size in enumerate(after)]
    if sizes.count(-1) > 1:
        raise writer.refused(
            f"a shape {after} has more than one size that is not known", "Give sizes to Reshape."
        )
    return writer.graph.add("Reshape", [name, writer.graph.integers(*sizes)])


def _concatenate(writer, call):
    dtype = call.outputs[0].dtype
    axis = _axis(call.operation.axis, len(call.outputs[0].shape))
    return writer.graph.add("Concat", [writer.name(value, dtype) for value in call.args[0]], axis=axis)


def _stack(writer, call):
    dtype, axis = call.outputs[0].dtype, _axis(call.operation.axis, len(call.outputs[0].shape))
    parts = [writer.graph.unsqueeze(writer.name(value, dtype), axis) for value in call.args[0]]
    return writer.graph.add("Concat", parts, axis=axis)


def _split(writer, call):
    axis = _axis(call.operation.axis, _rank(call))
    sizes = [output.shape[axis] for output in call.outputs]
    if len(sizes) == 1:
        return [_first(writer, call)]
    known = [] if None in sizes else [writer.graph.integers(*sizes)]
    return writer.graph.add("Split", [_first(writer, call), *known], len(sizes), axis=axis)


def _unstack(writer, call):
    axis = _axis(call.operation.axis, _rank(call))
    pick = lambda number: writer.graph.constant(np.array(number, "int64"))  # noqa: E731
    x = _first(writer, call)
    return [writer.graph.add("Gather", [x, pick(number)], axis=axis) for number in range(len(call.outputs))]


def _take(writer, call):
    x, places, axis = _first(writer, call), call.args[1], call.operation.axis
    if axis is None:
        x, axis = writer.graph.add("Reshape", [x, writer.graph.integers(-1)]), 0
    else:
        axis = _axis(axis, _rank(call))
    name = (
        writer.name(places)
        if isinstance(places, keras.KerasTensor)
        else writer.name(np.array(places, "int64"))
    )
    size = call.args[0].shape[axis] if call.operation.axis is not None else None
    return writer.graph.add("Gather", [x, limited(writer, name, size)], axis=axis)


def limited(writer, name, size):
    """Record that a value is an index below a size, also for the value before any cast; return its name."""
    given = name
    while name in writer.casts:
        name = writer.casts[name]
    if size is not None:
        writer.limits[name] = min(size, writer.limits.get(name, size))
    return given


def _get_item(writer, call):
    """Write indexing by numbers, slices, None and ..., one axis after the other."""
    key = call.args[1] if len(call.args) > 1 else call.kwargs["key"]
    # In a loaded model it is a list.
    key = list(key) if isinstance(key, (list, tuple)) else [key]
    taken = sum(one is not None and one is not Ellipsis for one in key)
    if Ellipsis in key:
        at = key.index(Ellipsis)
        key[at : at + 1] = [slice(None)] * (_rank(call) - taken)
    name, axis, gone, new = _first(writer, call), 0, [], []
    for place, one in enumerate(key):
        if one is None:
            new.append(place - len(gone))
            continue
        name = _sliced(writer, name, one, axis)
        if not isinstance(one, slice):
            gone.append(axis)
        axis += 1
    name = writer.graph.squeeze(name, *gone) if gone else name
    return writer.graph.unsqueeze(name, *new) if new else name


def _sliced(writer, name, one, axis):
    if isinstance(one, keras.KerasTensor):
        raise writer.refused("a place that is computed stands in brackets", "Use keras.ops.take.")
    if not isinstance(one, slice):
        # The end after -1 is the end of the axis.
        one = slice(one, one + 1 if one != -1 else None)
    if one == slice(None):
        return name
    step = 1 if one.step is None else one.step
    start = one.start if one.start is not None else 0 if step > 0 else -1
    furthest = np.iinfo("int64").max if step > 0 else np.iinfo("int64").min
    ends = [start, furthest if one.stop is None else one.stop, axis, step]
    return writer.graph.add("Slice", [name, *map(writer.graph.integers, ends)])


def _repeat(writer, call):
    axis = _axis(call.operation.axis, _rank(call)) if call.operation.axis is not None else None
    size = call.args[0].shape[axis] if axis is not None else None
    if size is None:
        raise writer.refused("keras.ops.repeat is of an axis whose size is not known", "Use keras.ops.tile.")
    places = np.repeat(np.arange(size), call.operation.repeats)
    return writer.graph.add("Gather", [_first(writer, call), writer.graph.integers(*places)], axis=axis)


def _tile(writer, call):
    repeats = np.atleast_1d(call.operation.repeats)
    return writer.graph.add("Tile", [_first(writer, call), writer.graph.integers(*repeats)])


def _broadcast_to(writer, call):
    sizes = [1 if size is None else size for size in call.operation.shape]
    return writer.graph.add("Expand", [_first(writer, call), writer.graph.integers(*sizes)])


def _flip(writer, call):
    name = _first(writer, call)
    for axis in _axes(call.operation.axis, _rank(call)):
        name = writer.graph.flipped(name, axis)
    return name


def _like(value):
    def row(writer, call):
        sizes = writer.graph.add("Shape", [_first(writer, call)])
        found = writer.graph.zeros(sizes, call.outputs[0].dtype, value)
        return writer.know(found, "ones") if value else found

    return row


def _cumsum(writer, call):
    axis = _axis(call.operation.axis, _rank(call))
    x = _first(writer, call, call.outputs[0].dtype)
    found = writer.graph.add("CumSum", [x, writer.graph.constant(np.array(axis, "int64"))])
    ones = axis == 1 and writer.knows(_first(writer, call), "ones")
    return writer.know(found, "steps") if ones else found


def _cast(writer, call):
    name = _first(writer, call)
    if call.args[0].dtype == call.outputs[0].dtype:
        return name
    found = writer.graph.cast(name, call.outputs[0].dtype)
    writer.know(found, *writer.facts.get(name, ()))
    writer.casts[found] = name
    return found


def _one_hot(writer, call):
    operation, dtype, name = call.operation, call.outputs[0].dtype, _first(writer, call)
    axis = _axis(operation.axis, len(call.outputs[0].shape))
    sizes = [operation.num_classes if one == axis else 1 for one in range(len(call.outputs[0].shape))]
    limited(writer, name, operation.num_classes)
    places = writer.graph.constant(np.arange(operation.num_classes).reshape(sizes), call.args[0].dtype)
    equal = writer.graph.add("Equal", [writer.graph.unsqueeze(name, axis), places])
    return writer.graph.cast(equal, dtype)


def _nonzero(writer, call):
    found = writer.graph.add("NonZero", [_first(writer, call)])
    rows = [
        writer.graph.add("Gather", [found, writer.graph.constant(np.array(axis, "int64"))], axis=0)
        for axis in range(len(call.outputs))
    ]
    return [writer.graph.cast(row, output.dtype) for row, output in zip(rows, call.outputs, strict=True)]


def _reduced(operator, through=None):
    """Return a row for a reduction along axes; bools go through another dtype."""

    def row(writer, call):
        dtype = through or call.outputs[0].dtype
        axes, keep = _axes(call.operation.axis, _rank(call)), int(call.operation.keepdims)
        x = _first(writer, call, dtype)
        if not axes:
            found = x
        elif operator == "ReduceSum":
            found = writer.graph.add(operator, [x, writer.graph.integers(*axes)], keepdims=keep)
        else:
            found = writer.graph.add(operator, [x], axes=axes, keepdims=keep)
        return writer.graph.cast(found, call.outputs[0].dtype) if through else found

    return row


def _best(operator):
    """Return a row for the place of the largest or smallest number along an axis, or of all numbers."""

    def row(writer, call):
        name, axis, keep = _first(writer, call), call.operation.axis, int(call.operation.keepdims)
        if axis is None:
            flat = writer.graph.add("Reshape", [name, writer.graph.integers(-1)])
            found = writer.graph.add(operator, [flat], axis=0, keepdims=0)
            sizes = writer.graph.integers(*[1] * len(call.outputs[0].shape))
            found = writer.graph.add("Reshape", [found, sizes]) if keep else found
        else:
            found = writer.graph.add(operator, [name], axis=_axis(axis, _rank(call)), keepdims=keep)
        return writer.graph.cast(found, call.outputs[0].dtype)

    return row


def _soft(operator):
    def row(writer, call):
        axes = call.operation.axis
        if isinstance(axes, (list, tuple)) and len(axes) > 1:
            raise writer.refused("a softmax goes along several axes", "Reshape them into one.")
        axis = axes[0] if isinstance(axes, (list, tuple)) else axes
        return writer.graph.add(operator, [_first(writer, call, call.outputs[0].dtype)], axis=axis)

    return row


def _einsum(writer, call):
    names = [writer.name(value, call.outputs[0].dtype) for value in keras.tree.flatten(call.args)]
    return writer.graph.add("Einsum", names, equation=call.operation.subscripts)


def _top_k(writer, call):
    k = writer.graph.integers(call.operation.k)
    values, places = writer.graph.add("TopK", [_first(writer, call), k], 2, axis=-1)
    return [values, writer.graph.cast(places, call.outputs[1].dtype)]


def _same(writer, call):
    return _first(writer, call, call.outputs[0].dtype)


def _layer_norm(writer, call):
    """Write mean 0 and variance 1 along axes, then gamma and beta."""
    operation, dtype, add = call.operation, call.outputs[0].dtype, writer.graph.add
    if getattr(operation, "rms_scaling", False):
        raise writer.refused("rms_scaling is for older files alone", "Use keras.layers.RMSNormalization.")
    axes = _axes(operation.axis, _rank(call))
    x = _first(writer, call, dtype)
    centred = add("Sub", [x, add("ReduceMean", [x], axes=axes)])
    variance = add("ReduceMean", [add("Mul", [centred, centred])], axes=axes)
    epsilon = keras.backend.epsilon() if operation.epsilon is None else operation.epsilon
    scale = add("Sqrt", [add("Add", [variance, writer.graph.constant(epsilon, dtype)])])
    found = add("Div", [centred, scale])
    gamma, beta = [
        *call.args[1:],
        *(call.kwargs.get(key) for key in ("gamma", "beta") if key in call.kwargs),
    ][:2]
    for operator, weight in (("Mul", gamma), ("Add", beta)):
        found = found if weight is None else add(operator, [found, writer.name(weight, dtype)])
    return found


def _batch_norm(writer, call):
    dtype, add, rank = call.outputs[0].dtype, writer.graph.add, _rank(call)
    sizes = [-1 if axis == _axis(call.operation.axis, rank) else 1 for axis in range(rank)]
    names = ("x", "mean", "variance", "offset", "scale")
    given = {**dict(zip(names, call.args, strict=False)), **call.kwargs}

    def wide(value):
        return add("Reshape", [writer.name(value, dtype), writer.graph.integers(*sizes)])

    found = add("Sub", [_first(writer, call, dtype), wide(given["mean"])])
    floor = add("Add", [wide(given["variance"]), writer.graph.constant(call.operation.epsilon, dtype)])
    found = add("Div", [found, add("Sqrt", [floor])])
    for operator, key in (("Mul", "scale"), ("Add", "offset")):
        found = found if given.get(key) is None else add(operator, [found, wide(given[key])])
    return found


#: Name of the class in Keras -> row.
ROWS = {
    "All": _reduced("ReduceMin", "int32"),
    "Amax": _reduced("ReduceMax"),
    "Amin": _reduced("ReduceMin"),
    "Any": _reduced("ReduceMax", "int32"),
    "Argmax": _best("ArgMax"),
    "Argmin": _best("ArgMin"),
    "BatchNorm": _batch_norm,
    "BroadcastTo": _broadcast_to,
    "Cast": _cast,
    "Concatenate": _concatenate,
    "ConvertToTensor": _same,
    "Cumsum": _cumsum,
    "Einsum": _einsum,
    "ExpandDims": _expand_dims,
    "Flip": _flip,
    "GetItem": _get_item,
    "LayerNorm": _layer_norm,
    "LogSoftmax": _soft("LogSoftmax"),
    "Logsumexp": _reduced("ReduceLogSumExp"),
    "Max": _reduced("ReduceMax"),
    "Mean": _reduced("ReduceMean"),
    "Min": _reduced("ReduceMin"),
    "Moveaxis": _moveaxis,
    "Nonzero": _nonzero,
    "OneHot": _one_hot,
    "OnesLike": _like(1),
    "Prod": _reduced("ReduceProd"),
    "Repeat": _repeat,
    "Reshape": _reshape,
    "Softmax": _soft("Softmax"),
    "Split": _split,
    "Squeeze": _squeeze,
    "Stack": _stack,
    "Sum": _reduced("ReduceSum"),
    "Swapaxes": _swapaxes,
    "Take": _take,
    "Tile": _tile,
    "TopK": _top_k,
    "Transpose": _transpose,
    "Unstack": _unstack,
    "ZerosLike": _like(0),
}
