"""Rows of lookups: rows of a table by ids, an embedding where the table is a variable."""

import numpy as np

from tf2_lstm.migrate.graph.nodes import attribute, normal
from tf2_lstm.migrate.keras_code.expression import Apply, Item
from tf2_lstm.migrate.translate.recovered import layers
from tf2_lstm.migrate.translate.rows.registry import fold, row
from tf2_lstm.migrate.translate.writing.naming import line_name
from tf2_lstm.migrate.translate.writing.values import (
    NOT_ALONE,
    Distinct,
    Refusal,
    Size,
    axis_of,
    number_of,
    rank_of,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.vectors import elements_of
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("Gather GatherV2 ResourceGather")
def gather(writer, node, inputs):
    """Write the parts of a tensor at some indices along an axis."""
    table, ids, *axis = inputs
    if attribute(node, "batch_dims").i:
        raise Refusal("its batch_dims is not 0. Use tf.gather with batch_dims=0, or tf.gather_nd")
    axis = number_of(axis[0], "its axis") if axis else 0
    if isinstance(table, Distinct) or isinstance(ids, Distinct):
        return _of_distinct(writer, node, table, ids, axis)
    if axis == 0:
        found = layers.embedded(writer, node, table, ids)
        if found is not None:
            return found
    rank = rank_of(table)
    shape = sizes_of(table)
    axis = axis_of(int(axis), rank)
    dims = (*shape[:axis], *sizes_of(ids), *shape[axis + 1 :])
    if getattr(ids, "before_cast", None) is None:
        return writer.op(node, "take", writer.tensor(table), ids, axis=axis, dims=dims)
    # The same places of the same tensor are taken for the ids and for their weights.
    places, table = writer.integers(ids), writer.tensor(table)
    call = Apply("keras.ops.take", (table, places), {"axis": axis})
    ref = writer.once(("take", str(table), places.name, axis), line_name(node), call)
    writer.tensors.setdefault(ref.name, normal(node.name))
    return writer.live(node, ref, dims)


def _of_distinct(writer, node, table, ids, axis):
    """Write the rows at all numbers of a vector for those at its distinct ones; or return them, at the places."""
    if isinstance(table, Distinct) and not axis:
        return table.at(ids)
    if isinstance(table, Distinct) or axis or ids.part != "numbers":
        raise Refusal(NOT_ALONE)
    return Distinct(gather(writer, node, [table, ids.value]), ids.node, "rows")


@row("GatherNd")
def gather_nd(writer, node, inputs):
    """Write elements or parts of a tensor by indices along its first axes: one number for each axis."""
    table, places = inputs
    depth, sizes = sizes_of(places)[-1], sizes_of(table)
    if isinstance(depth, int) and depth > len(sizes):
        raise Refusal(
            f"it looks up by {depth:,} numbers each, expected one an axis of {len(sizes)}. Correct the indices"
        )
    # As many as the table has axes where the number is not known: single elements.
    depth = depth if isinstance(depth, int) else len(sizes)
    rest = sizes[depth:]
    if not all(isinstance(one, int) for one in rest):
        raise Refusal("how much it takes of each row is open. Give the sizes as numbers, or use tf.gather")
    index = writer.tensor(places)
    # One number for the place along all axes of the index.
    ids = writer.program.add("ids", Item(index, (Ellipsis, 0)))
    for axis in range(1, depth):
        ids = writer.step(node, "multiply", ids, writer.size(sizes[axis]))
        ids = writer.step(node, "add", ids, writer.program.add("ids", Item(index, (Ellipsis, axis))))
    flat = (
        writer.step(node, "reshape", writer.tensor(table), (-1, *rest)) if depth > 1 else writer.tensor(table)
    )
    return writer.op(node, "take", flat, ids, axis=0, dims=(*sizes_of(places)[:-1], *rest))


@row("GatherTree")
def gather_tree(writer, node, inputs):
    """Write the beams of a search, each from its last step back to its first."""
    layer = writer.program.add("gather_tree", Apply("tf2_lstm.GatherTree", ()))
    *given, end = map(writer.operand, inputs)
    return writer.result(node, Apply(layer, tuple(given), {"end": end}), dims=sizes_of(inputs[0]))


@row("ScatterNd")
def scatter_nd(writer, node, inputs):
    """Write zeros to which numbers or parts are added at places: one number for each axis."""
    places, values, shape = inputs
    sizes, depth = elements_of(writer, shape, "its shape"), sizes_of(places)[-1]
    if not isinstance(depth, int) or any(isinstance(one, Size) for one in sizes[depth:]):
        raise Refusal("how much it adds at each place is open. Give the sizes as numbers")
    rest = tuple(sizes[depth:])
    index = writer.step(node, "reshape", writer.tensor(places), (-1, depth))
    added = writer.step(node, "reshape", writer.tensor(values), (-1, *rest))
    if not any(isinstance(one, Size) for one in sizes):
        sizes = tuple(map(int, sizes))
        return writer.op(node, "scatter", index, added, sizes, dims=sizes)
    zeros = writer.program.add("zeros", writer.full(sizes, 0, dtypes_of(node)[0]))
    return writer.op(node, "scatter_update", zeros, index, added, reduction="add", dims=tuple(sizes))


@row("OneHot")
def one_hot(writer, node, inputs):
    """Write a vector for each number, with one element on."""
    ids, depth, on, off = inputs
    values = [number_of(one, f"its {name}") for one, name in ((on, "on_value"), (off, "off_value"))]
    axis, dtype = attribute(node, "axis").i, dtypes_of(node)[0]
    [depth] = elements_of(writer, depth, "its depth")
    if isinstance(depth, Size):
        return _one_hot_of(writer, node, ids, depth, (on, off))
    dims = list(sizes_of(ids))
    dims.insert(axis_of(axis, len(dims) + 1), depth)
    if [float(one) for one in values] == [1.0, 0.0]:
        return writer.op(node, "one_hot", writer.tensor(ids), depth, dims=dims, axis=axis, dtype=dtype)
    hot = writer.step(node, "one_hot", writer.tensor(ids), depth, axis=axis, dtype="bool")
    on, off = writer.tensor(on), writer.tensor(off)
    return writer.op(node, "where", hot, on, off, dims=dims)


def _one_hot_of(writer, node, ids, depth, values):
    """Write one_hot where the length of the vectors depends on an input."""
    sizes = list(sizes_of(ids))
    axis = axis_of(attribute(node, "axis").i, len(sizes) + 1)
    numbers = writer.step(node, "cast", writer.numbers(depth), ids.dtype)
    numbers = writer.step(node, "reshape", numbers, (-1, *[1] * (len(sizes) - axis)))
    hot = writer.step(node, "equal", writer.step(node, "expand_dims", writer.tensor(ids), axis), numbers)
    on, off = (writer.tensor(one) for one in values)
    sizes.insert(axis, depth)
    return writer.op(node, "where", hot, on, off, dims=tuple(sizes))


@fold("Gather GatherV2")
def _gather(node, arrays):
    axis = int(arrays[2]) if len(arrays) > 2 else 0
    return None if attribute(node, "batch_dims").i else np.take(arrays[0], arrays[1].astype(int), axis)
