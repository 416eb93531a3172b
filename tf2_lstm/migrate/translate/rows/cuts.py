"""Rows of operations that cut a tensor: by Python's indices, or by begin and size; places may be computed."""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply, Item
from tf2_lstm.migrate.translate.rows.registry import fold, row
from tf2_lstm.migrate.translate.writing.naming import line_name
from tf2_lstm.migrate.translate.writing.values import Refusal, Size, sizes_of
from tf2_lstm.migrate.translate.writing.vectors import elements_of, is_computed


@row("Slice")
def cut(writer, node, inputs):
    """Write a block of a tensor, given where it begins and its size along each axis."""
    x, *given = inputs
    sizes = sizes_of(x)
    index, late = [], {}
    for axis, (begin, count) in enumerate(zip(*_vectors(writer, given), strict=True)):
        if (begin, count) == (0, sizes[axis]):
            count = -1
        if isinstance(begin, Size) or isinstance(count, Size):
            late[axis] = _block(writer, node, begin, count, sizes[axis])
            index.append(slice(None))
        else:
            index.append(slice(int(begin) or None, None if count == -1 else int(begin + count)))
    return _taken(writer, node, x, tuple(index), late)


def _vectors(writer, given):
    return [elements_of(writer, one, "where it cuts") for one in given]


def _block(writer, node, begin, count, size):
    """Return (the indices of a block along an axis, their number)."""
    if not isinstance(count, Size) and count != -1:
        numbers = writer.step(node, "arange", int(count), dtype="int32")
        return writer.step(node, "add", numbers, writer.size(begin)), int(count)
    first, length = writer.size(begin), writer.size(size)
    end = length if count == -1 else writer.step(node, "add", first, writer.size(count))
    if is_computed(count):
        end = writer.step(node, "where", writer.step(node, "less", writer.size(count), 0), length, end)
    return _places(writer, first, end), None


def _places(writer, begin, end):
    """Write the numbers from `begin` up to `end`."""
    told, given = [], []
    for one in (begin, end):
        told.append(one if isinstance(one, int) else None)
        given += [] if isinstance(one, int) else [one]
    layer = writer.program.add("numbers", Apply("tf2_lstm.RangeOf", ([*told, 1],)))
    return writer.program.add("numbers", Apply(layer, tuple(given)))


@row("StridedSlice")
def strided_slice(writer, node, inputs):
    """Write x[...] with Python's indices."""
    x, *given = inputs
    index, computed = _index(node, _vectors(writer, given))
    sizes, late = _kept(sizes_of(x), index), {}
    for at, (begin, end) in computed.items():
        axis = _axis(index, at, len(sizes))
        if end is None:
            late[axis] = _place(writer, node, begin, sizes[axis]), ()
        elif (begin, end) != (0, sizes[axis]):
            ends = [_bound(writer, node, one, sizes[axis]) for one in (begin, end)]
            ends[1] = ends[1] if ends[0] == 0 else writer.step(node, "maximum", *ends[::-1])
            late[axis] = _places(writer, *ends), None
    found = _taken(writer, node, x, index, late)
    rows = getattr(x, "rows", None) if index == (slice(None), 0) and not late else None
    return found if rows is None else replace(found, rows=rows)


def _index(node, given):
    """Return (the index in Python, number of an entry -> (begin, end) of each computed entry).

    The end is None for a single place, and -1 for the end of the axis.
    """
    masks = {
        name: attribute(node, f"{name}_mask").i
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    has = lambda name, at: bool(masks[name] >> at & 1)  # noqa: E731
    index, computed = [], {}
    for at, (begin, end, step) in enumerate(zip(*given, strict=True)):
        if has("ellipsis", at):
            index.append(Ellipsis)
        elif has("new_axis", at):
            index.append(None)
        elif has("shrink_axis", at):
            if isinstance(begin, Size):
                computed[at] = begin, None
            index.append(slice(None) if at in computed else int(begin))
        else:
            begin = None if has("begin", at) else begin
            end = None if has("end", at) else end
            if isinstance(begin, Size) or isinstance(end, Size):
                if step != 1:
                    raise Refusal("it cuts at a place that is computed, in steps. Cut first, and step then")
                computed[at] = begin or 0, _ALL if end is None else end
                index.append(slice(None))
            else:
                start = None if begin is None or (step == 1 and begin == 0) else int(begin)
                index.append(
                    slice(start, None if end is None else int(end), None if step == 1 else int(step))
                )
    return tuple(index), computed


#: An end that is the end of the axis.
_ALL = 2**31 - 1


def _axis(index, at, rank):
    """Return the axis of the indexed tensor that an entry of the index leads to."""
    left = [number for number, one in enumerate(index) if not isinstance(one, int)]
    where = left.index(at)
    return rank - (len(left) - where) if Ellipsis in index[:at] else where


def _place(writer, node, place, size):
    """Return a place along an axis; in a branch that is not taken it may be beyond the end, and is limited."""
    found = writer.size(place)
    if not writer.selects:
        return found
    last = size - 1 if isinstance(size, int) else writer.step(node, "subtract", writer.size(size), 1)
    return writer.step(node, "minimum", found, last)


def _bound(writer, node, place, size):
    """Return a bound as Python reads it: from the end where it is negative, and within the axis."""
    if isinstance(place, int) and isinstance(size, int):
        return min(max(place + size if place < 0 else place, 0), size)
    if place in (0, _ALL):
        return 0 if place == 0 else writer.size(size)
    found, length = writer.size(place), writer.size(size)
    if is_computed(place) or (isinstance(place, int) and place < 0):
        from_start = writer.step(node, "add", found, length)
        if not isinstance(place, int):
            from_start = writer.step(node, "where", writer.step(node, "less", found, 0), from_start, found)
        found = writer.step(node, "maximum", from_start, 0)
    return writer.step(node, "minimum", found, length)


def _taken(writer, node, x, index, late):
    """Write an indexed tensor, with computed places taken: axis -> (places, their number; () for a single one)."""
    dims = list(_kept(sizes_of(x), index))
    found = writer.tensor(x)
    if any(one not in (slice(None), Ellipsis) for one in index):
        found = Item(found, index)
    elif not late:
        return x
    for axis, (places, count) in sorted(late.items(), reverse=True):
        if isinstance(found, (Item, Apply)):
            found = writer.program.add(line_name(node), found)
        found = Apply("keras.ops.take", (found, places), {"axis": axis})
        dims[axis : axis + 1] = [] if count == () else [count]
    return writer.result(node, found, tuple(dims))


def _kept(sizes, index):
    """Return the sizes after indexing: of axes that stay whole, 1 for new ones, None for cut ones of open size."""
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


@fold("StridedSlice")
def _strided_slice(node, arrays):
    index, computed = _index(node, [one.ravel().tolist() for one in arrays[1:]])
    if computed:
        raise Refusal("it cuts a list of sizes at a place that is computed. Cut at a number")
    return np.asarray(arrays[0][index], object)


@fold("Slice")
def _slice(node, arrays):
    [array, [begin], [size]] = arrays
    return array[int(begin) : None if size == -1 else int(begin) + int(size)]
