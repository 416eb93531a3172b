"""Rows of what takes tensors apart and puts them together."""

import numpy as np

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply, Item
from tf2_lstm.migrate.translate.rows import fold, row
from tf2_lstm.migrate.translate.values import Known, Refusal, Size, axis_of, constant_of, rank_of, sizes_of
from tf2_lstm.migrate.translate.writer import dtypes_of


@row("ConcatV2 Concat")
def concat(writer, node, inputs):
    """Tensors one behind the other along an axis."""
    *parts, axis = inputs if node.op == "ConcatV2" else (*inputs[1:], inputs[0])
    axis = axis_of(axis, rank_of(parts[0]))
    parts = [one for one in parts if 0 not in sizes_of(one)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    dims = [_first_known(sizes) for sizes in zip(*map(sizes_of, parts), strict=True)]
    along = [sizes_of(one)[axis] for one in parts]
    dims[axis] = sum(along) if not any(isinstance(one, Size) for one in along) else None
    return writer.op(node, "concatenate", [writer.tensor(one) for one in parts], axis=axis, dims=tuple(dims))


def _first_known(sizes):
    return next((one for one in sizes if not isinstance(one, Size)), sizes[0])


@row("Pack")
def pack(writer, node, inputs):
    """Tensors side by side along a new axis."""
    if len(set(map(rank_of, inputs))) > 1:
        raise Refusal("not all of its inputs have as many axes. Correct their shapes")
    axis = axis_of(attribute(node, "axis").i, rank_of(inputs[0]) + 1)
    sizes = [_first_known(sizes) for sizes in zip(*map(sizes_of, inputs), strict=True)]
    dims = (*sizes[:axis], len(inputs), *sizes[axis:])
    return writer.op(node, "stack", [writer.tensor(one) for one in inputs], axis=axis, dims=dims)


@row("Unpack")
def unpack(writer, node, inputs):
    """The slices along an axis, each alone."""
    [x] = inputs
    axis, count = axis_of(attribute(node, "axis").i, rank_of(x)), attribute(node, "num").i
    sizes = sizes_of(x)
    parts = writer.step(node, "unstack", writer.tensor(x), count, axis=axis)
    dims = (*sizes[:axis], *sizes[axis + 1 :])
    return [writer.result(node, Item(parts, number), dims, number) for number in range(count)]


@row("Split SplitV")
def split(writer, node, inputs):
    """Parts along an axis, as large as each other or as said."""
    if node.op == "Split":
        axis, x = inputs
        axis = axis_of(axis, rank_of(x))
        count = attribute(node, "num_split").i
        sizes, where = None, count
    else:
        x, sizes, axis = inputs
        axis = axis_of(axis, rank_of(x))
        sizes = _whole([int(one) for one in constant_of(sizes, "its sizes").ravel()], sizes_of(x)[axis])
        count, where = len(sizes), [int(one) for one in np.cumsum(sizes)[:-1]]
    known = list(sizes_of(x))
    if sizes is None:
        sizes = [known[axis] // count if not isinstance(known[axis], Size) else None] * count
    parts = writer.step(node, "split", writer.tensor(x), where, axis=axis)
    return [
        writer.result(node, Item(parts, number), (*known[:axis], sizes[number], *known[axis + 1 :]), number)
        for number in range(count)
    ]


def _whole(sizes, whole):
    """Sizes of which one may be what is left."""
    if -1 in sizes and isinstance(whole, Size):
        raise Refusal("one of its sizes is what is left of an open one. Give the size")
    return [whole - sum(one for one in sizes if one >= 0) if one < 0 else one for one in sizes]


@row("Slice")
def cut(writer, node, inputs):
    """A block: where it begins and how large it is along each axis."""
    x, begin, size = inputs
    begin, size = ([_number(one) for one in _sizes(value)] for value in (begin, size))
    index = tuple(
        slice(start or None, None if count == -1 else start + count)
        for start, count in zip(begin, size, strict=True)
    )
    if all(one == slice(None) for one in index):
        return x
    known = [(size if one == slice(None) else None) for size, one in zip(sizes_of(x), index, strict=True)]
    return writer.result(node, Item(writer.tensor(x), index), tuple(known))


def _sizes(value):
    if not isinstance(value, Known):
        raise Refusal("where it cuts is computed from what is fed. Use tf.gather, or numbers")
    return value.array.ravel()


def _number(size):
    if isinstance(size, Size):
        raise Refusal("where it cuts depends on an open size. Use numbers, or -1 for all that is left")
    return int(size)


@row("StridedSlice")
def strided_slice(writer, node, inputs):
    """x[...] with Python's indices."""
    x = inputs[0]
    index = _index(node, [_sizes(one) for one in inputs[1:]])
    if all(one == slice(None) for one in index):
        return x
    return writer.result(node, Item(writer.tensor(x), index), _kept(sizes_of(x), index))


def _index(node, given):
    """The index of a StridedSlice, a tuple of what stands between the brackets in Python."""
    masks = {
        name: attribute(node, f"{name}_mask").i
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    has = lambda name, at: bool(masks[name] >> at & 1)  # noqa: E731
    index = []
    for at, (begin, end, step) in enumerate(zip(*given, strict=True)):
        if has("ellipsis", at):
            index.append(Ellipsis)
        elif has("new_axis", at):
            index.append(None)
        elif has("shrink_axis", at):
            index.append(_number(begin))
        else:
            step = _number(step)
            start = None if has("begin", at) or (step == 1 and begin == 0) else _number(begin)
            stop = None if has("end", at) else _number(end)
            index.append(slice(start, stop, None if step == 1 else step))
    return tuple(index)


def _kept(sizes, index):
    """The sizes after indexing: those of axes that are taken whole, 1 of new ones, None of what is cut."""
    if Ellipsis in index:
        at, named = index.index(Ellipsis), sum(one is not None and one is not Ellipsis for one in index)
        index = (*index[:at], *[slice(None)] * (len(sizes) - named), *index[at + 1 :])
    found, left = [], list(sizes)
    for one in index:
        if one is None:
            found.append(1)
            continue
        size = left.pop(0)
        if isinstance(one, slice):
            cut_size = None if isinstance(size, Size) else len(range(*one.indices(size)))
            found.append(size if one in (slice(None), slice(None, None, -1)) else cut_size)
    return (*found, *left)


@row("Tile")
def tile(writer, node, inputs):
    """The same over and over."""
    x, times = inputs
    if any(isinstance(one, Size) for one in _sizes(times)):
        return _spread(writer, node, x, list(_sizes(times)))
    times = [_number(one) for one in _sizes(times)]
    if all(one == 1 for one in times):
        return x
    dims = tuple(
        None if isinstance(size, Size) and many != 1 else size * many
        for size, many in zip(sizes_of(x), times, strict=True)
    )
    return writer.op(node, "tile", writer.tensor(x), times, dims=dims)


def _spread(writer, node, x, times):
    """What has one element along an axis, as often as an open size says: times ones of that size."""
    if any(many != 1 and size != 1 for many, size in zip(times, sizes_of(x), strict=True)):
        raise Refusal("it repeats more than one element an open number of times. Use tf.broadcast_to")
    told, given = writer.sizes(times)
    options = {} if dtypes_of(node)[0] == "float32" else {"dtype": dtypes_of(node)[0]}
    ones = writer.program.add("ones", Apply("tf2_lstm.FullOf", (told, 1), options))
    dims = [many if many != 1 else size for many, size in zip(times, sizes_of(x), strict=True)]
    symbol = "logical_and" if "bool" in dtypes_of(node) else "multiply"
    return writer.op(
        node, symbol, writer.tensor(x), writer.program.add("ones", Apply(ones, given)), dims=tuple(dims)
    )


@row("Pad PadV2")
def pad(writer, node, inputs):
    """A margin of one number."""
    x, margins = inputs[:2]
    margins = [[int(one) for one in pair] for pair in constant_of(margins, "its margins")]
    options = {"constant_values": constant_of(inputs[2], "its value").item()} if len(inputs) > 2 else {}
    return writer.op(node, "pad", writer.tensor(x), margins, **options)


@row("MirrorPad")
def mirror_pad(writer, node, inputs):
    """A margin of what lies inside, mirrored."""
    x, margins = inputs
    margins = [[int(one) for one in pair] for pair in constant_of(margins, "its margins")]
    return writer.op(node, "pad", writer.tensor(x), margins, mode=attribute(node, "mode").s.decode().lower())


@row("ReverseV2")
def reverse(writer, node, inputs):
    """Some axes from back to front."""
    x, axes = inputs
    axes = [axis_of(axis, rank_of(x)) for axis in constant_of(axes, "its axis").ravel()]
    where = axes[0] if len(axes) == 1 else tuple(axes)
    return writer.op(node, "flip", writer.tensor(x), axis=where, dims=sizes_of(x)) if axes else x


@row("ReverseSequence")
def reverse_sequence(writer, node, inputs):
    """The first steps of each row from back to front, as many as its length says."""
    x, lengths = inputs
    steps, rows = attribute(node, "seq_dim").i, attribute(node, "batch_dim").i
    rank = rank_of(x)
    places = [1 if axis not in (steps, rows) else -1 for axis in range(rank)]
    told, given = writer.sizes([0, sizes_of(x)[steps], 1])
    layer = writer.program.add("numbers", Apply("tf2_lstm.RangeOf", (told,)))
    one = tuple(places[axis] if axis != rows else 1 for axis in range(rank))
    other = tuple(places[axis] if axis != steps else 1 for axis in range(rank))
    step = writer.step(node, "reshape", writer.program.add("step", Apply(layer, given)), one)
    count = writer.step(node, "cast", writer.tensor(lengths), "int32")
    count = writer.step(node, "reshape", count, other)
    back = writer.step(node, "subtract", writer.step(node, "subtract", count, 1), step)
    order = writer.step(node, "where", writer.step(node, "less", step, count), back, step)
    return writer.op(node, "take_along_axis", writer.tensor(x), order, axis=steps, dims=sizes_of(x))


@row("InvertPermutation")
def invert(writer, node, inputs):
    """The permutation that undoes one."""
    return Known(np.argsort(constant_of(inputs[0], "its permutation")).astype("int32"), "int32")


@fold("ConcatV2")
def _concat(node, arrays):
    return np.concatenate([one.astype(object) for one in arrays[:-1]], int(arrays[-1]))


@fold("Pack")
def _pack(node, arrays):
    return np.stack([one.astype(object) for one in arrays], attribute(node, "axis").i)


@fold("Unpack")
def _unpack(node, arrays):
    axis = attribute(node, "axis").i
    return [np.asarray(one, object) for one in np.moveaxis(arrays[0], axis, 0)]


@fold("StridedSlice")
def _strided_slice(node, arrays):
    return np.asarray(arrays[0][_index(node, arrays[1:])], object)


@fold("Slice")
def _slice(node, arrays):
    [array, [begin], [size]] = arrays
    return array[int(begin) : None if size == -1 else int(begin) + int(size)]
