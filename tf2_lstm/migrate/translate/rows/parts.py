"""Rows of operations that take tensors apart and put them together."""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply, Item
from tf2_lstm.migrate.translate.rows.registry import fold, row
from tf2_lstm.migrate.translate.writing.values import (
    Known,
    Live,
    Refusal,
    Size,
    axis_of,
    constant_of,
    rank_of,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.vectors import elements_of, put_together
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("ConcatV2 Concat")
def concat(writer, node, inputs):
    """Write the concatenation of tensors along an axis."""
    *parts, axis = inputs if node.op == "ConcatV2" else (*inputs[1:], inputs[0])
    axis = axis_of(axis, rank_of(parts[0]))
    parts = [one for one in parts if 0 not in sizes_of(one)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    dims = [_first_known(sizes) for sizes in zip(*map(sizes_of, parts), strict=True)]
    along = [sizes_of(one)[axis] for one in parts]
    dims[axis] = sum(along) if not any(isinstance(one, Size) for one in along) else None
    found = writer.op(node, "concatenate", [writer.tensor(one) for one in parts], axis=axis, dims=tuple(dims))
    return put_together(found, parts)


def _first_known(sizes):
    return next((one for one in sizes if not isinstance(one, Size)), sizes[0])


@row("Pack")
def pack(writer, node, inputs):
    """Write tensors stacked along a new axis."""
    if len(set(map(rank_of, inputs))) > 1:
        raise Refusal("not all of its inputs have as many axes. Correct their shapes")
    axis = axis_of(attribute(node, "axis").i, rank_of(inputs[0]) + 1)
    sizes = [_first_known(sizes) for sizes in zip(*map(sizes_of, inputs), strict=True)]
    dims = (*sizes[:axis], len(inputs), *sizes[axis:])
    found = writer.op(node, "stack", [writer.tensor(one) for one in inputs], axis=axis, dims=dims)
    return put_together(found, inputs)


@row("Unpack")
def unpack(writer, node, inputs):
    """Write the parts of a tensor at each index of an axis."""
    [x] = inputs
    axis, count = axis_of(attribute(node, "axis").i, rank_of(x)), attribute(node, "num").i
    sizes = sizes_of(x)
    parts = writer.step(node, "unstack", writer.tensor(x), count, axis=axis)
    dims = (*sizes[:axis], *sizes[axis + 1 :])
    return [writer.result(node, Item(parts, number), dims, number) for number in range(count)]


@row("Split SplitV")
def split(writer, node, inputs):
    """Write the parts of a tensor along an axis, of equal or of given sizes."""
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
    """Return sizes in which a -1 is replaced by the rest of the whole."""
    if -1 in sizes and isinstance(whole, Size):
        raise Refusal("one of its sizes is what is left of an open one. Give the size")
    return [whole - sum(one for one in sizes if one >= 0) if one < 0 else one for one in sizes]


@row("Tile")
def tile(writer, node, inputs):
    """Write a tensor repeated along its axes."""
    x, times = inputs
    times = elements_of(writer, times, "how often it repeats")
    if any(isinstance(one, Size) for one in times):
        return _spread(writer, node, x, times)
    times = [int(one) for one in times]
    if all(one == 1 for one in times):
        return x
    dims = tuple(
        None if isinstance(size, Size) and many != 1 else size * many
        for size, many in zip(sizes_of(x), times, strict=True)
    )
    found = writer.op(node, "tile", writer.tensor(x), times, dims=dims)
    spreads = all(many == 1 or size == 1 for many, size in zip(times, sizes_of(x), strict=True))
    return replace(found, spread=x) if spreads and isinstance(x, Live) else found


def _spread(writer, node, x, times):
    """Write the repetition of an axis of size 1 an open number of times: times ones of that size."""
    if any(many != 1 and size != 1 for many, size in zip(times, sizes_of(x), strict=True)):
        return _repeated(writer, node, x, times)
    dims = [many if many != 1 else size for many, size in zip(times, sizes_of(x), strict=True)]
    symbol, ones = _ones(writer, node, times)
    return writer.op(node, symbol, writer.tensor(x), ones, dims=tuple(dims))


def _ones(writer, node, sizes):
    """Return (the function that combines a tensor with ones, a tensor of ones of open sizes)."""
    dtype = dtypes_of(node)[0]
    ones = writer.program.add("ones", writer.full(sizes, 1, dtype, name="ones"))
    return "logical_and" if dtype == "bool" else "multiply", ones


def _repeated(writer, node, x, times):
    """Write the repetition of an axis an open number of times: along a new axis in front, then both as one."""
    sizes, [axis, *more] = sizes_of(x), [axis for axis, many in enumerate(times) if many != 1]
    if more:
        raise Refusal("it repeats several axes an open number of times. Repeat one after the other")
    symbol, ones = _ones(writer, node, [*[1] * axis, times[axis], *[1] * (len(sizes) - axis)])
    spread = writer.step(node, symbol, writer.step(node, "expand_dims", writer.tensor(x), axis), ones)
    told, given = writer.sizes([*sizes[:axis], -1, *sizes[axis + 1 :]])
    layer = writer.program.add("reshape", Apply("tf2_lstm.ReshapeTo", (told,)))
    dims = (*sizes[:axis], sizes[axis] * times[axis], *sizes[axis + 1 :])
    return writer.result(node, Apply(layer, (spread, *given)), dims)


@row("Pad PadV2")
def pad(writer, node, inputs):
    """Write a tensor with a margin of one number."""
    x, margins = inputs[:2]
    margins = [[int(one) for one in pair] for pair in constant_of(margins, "its margins")]
    options = {"constant_values": constant_of(inputs[2], "its value").item()} if len(inputs) > 2 else {}
    return writer.op(node, "pad", writer.tensor(x), margins, dims=_with_margins(x, margins), **options)


@row("MirrorPad")
def mirror_pad(writer, node, inputs):
    """Write a tensor with a margin that mirrors its inside."""
    x, margins = inputs
    margins = [[int(one) for one in pair] for pair in constant_of(margins, "its margins")]
    options = {"mode": attribute(node, "mode").s.decode().lower(), "dims": _with_margins(x, margins)}
    return writer.op(node, "pad", writer.tensor(x), margins, **options)


def _with_margins(x, margins):
    """Return the sizes of a tensor with margins: None for an open axis that has one."""
    return tuple(
        size + sum(pair) if isinstance(size, int) else None if any(pair) else size
        for size, pair in zip(sizes_of(x), margins, strict=True)
    )


@row("ReverseV2")
def reverse(writer, node, inputs):
    """Write a tensor with some axes reversed."""
    x, axes = inputs
    axes = [axis_of(axis, rank_of(x)) for axis in constant_of(axes, "its axis").ravel()]
    where = axes[0] if len(axes) == 1 else tuple(axes)
    return writer.op(node, "flip", writer.tensor(x), axis=where, dims=sizes_of(x)) if axes else x


@row("ReverseSequence")
def reverse_sequence(writer, node, inputs):
    """Write each row with its first steps, as many as its length, reversed."""
    x, lengths = inputs
    steps, rows = attribute(node, "seq_dim").i, attribute(node, "batch_dim").i
    rank = rank_of(x)
    places = [1 if axis not in (steps, rows) else -1 for axis in range(rank)]
    one = tuple(places[axis] if axis != rows else 1 for axis in range(rank))
    other = tuple(places[axis] if axis != steps else 1 for axis in range(rank))
    step = writer.step(node, "reshape", writer.numbers(sizes_of(x)[steps]), one)
    count = writer.step(node, "cast", writer.tensor(lengths), "int32")
    count = writer.step(node, "reshape", count, other)
    back = writer.step(node, "subtract", writer.step(node, "subtract", count, 1), step)
    order = writer.step(node, "where", writer.step(node, "less", step, count), back, step)
    return writer.op(node, "take_along_axis", writer.tensor(x), order, axis=steps, dims=sizes_of(x))


@row("InvertPermutation")
def invert(writer, node, inputs):
    """Write the inverse of a permutation."""
    if not isinstance(inputs[0], Known):
        return writer.op(
            node,
            "cast",
            writer.step(node, "argsort", inputs[0]),
            dtypes_of(node)[0],
            dims=sizes_of(inputs[0]),
        )
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
