"""Rows of operations on the parts of a sparse tensor: another shape, no empty rows, a product with a matrix."""

import math
from dataclasses import replace

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply, Item
from tf2_lstm.migrate.translate.rows.registry import row
from tf2_lstm.migrate.translate.rows.shapes import rest_of
from tf2_lstm.migrate.translate.rows.sparse import as_int32
from tf2_lstm.migrate.translate.writing.values import (
    Size,
    Untranslated,
    known,
    number_of,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.vectors import elements_of
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("SparseFillEmptyRows")
def fill_empty_rows(writer, node, inputs):
    """Write a sparse tensor with an element in each row that has none, and which rows had none."""
    indices, values, shape, default = inputs
    rows = _sizes(writer, node, shape)[0]
    layer = writer.layer_for(
        "fill_empty_rows", "tf2_lstm.SparseFillEmptyRows", number_of(default, "its default")
    )
    given = (writer.tensor(indices), writer.tensor(values), writer.tensor(known(rows)))
    found = _parts(writer, Apply(layer, given), ("filled_indices", "filled_values", "empty"))
    for number, ref in enumerate(found):
        writer.tensors[ref.name] = f"{node.name}:{number}"
    places = writer.live(node, found[0], (None, sizes_of(indices)[1]))
    return [
        replace(places, rows=rows),
        writer.live(node, found[1], places.shape[:1], 1),
        writer.live(node, found[2], (rows,), 2),
        Untranslated(
            f"{node.op} ({node.name}): which element went where only gradients read. Leave them out"
        ),
    ]


def _parts(writer, call, names):
    """Assign what a call gives to names, in one line where no loop holds it; return their `Ref`s."""
    program = writer.program
    if not writer.inside:
        return program.unpack([program.reserve(name) for name in names], call)
    whole = program.add("filled", call)
    return [program.add(name, Item(whole, number)) for number, name in enumerate(names)]


@row("SparseReshape")
def reshape_indices(writer, node, inputs):
    """Write the indices of a sparse tensor in another shape; return that shape too."""
    indices, before, after = inputs
    before, after = _sizes(writer, node, before), _sizes(writer, node, after)
    if -1 in after:
        at = after.index(-1)
        after[at] = _rest(writer, before, after[:at] + after[at + 1 :])
    if before != after:
        indices = _reshaped(writer, node, indices, before, after)
    return [indices, known(after, "int64")]


def _rest(writer, sizes, others):
    """Return the rest of a product of sizes without some of them, which is a line where nothing simpler says it."""
    found = rest_of(sizes, others)
    if found is not None:
        return found
    whole, part = (writer.size(math.prod(given, start=Size(()))) for given in (sizes, others))
    return Size(((writer.program.op("rest", "floor_divide", whole, part).name, None),))


def _reshaped(writer, node, indices, before, after):
    """Write the layer, which needs no size of a first axis."""
    before, after = ([-1, *sizes[1:]] for sizes in (before, after))
    told, given = writer.sizes([*before, *after])
    layer = writer.layer_for(
        "reshape_indices", "tf2_lstm.SparseReshape", told[: len(before)], told[len(before) :]
    )
    return writer.result(
        node, Apply(layer, (writer.tensor(indices), *given)), (sizes_of(indices)[0], len(after))
    )


@row("SparseTensorDenseMatMul")
def product(writer, node, inputs):
    """Write the product of a sparse matrix with a matrix: its rows, times the elements, summed by their rows."""
    indices, values, shape, matrix = inputs
    sizes, ref = _sizes(writer, node, shape), writer.tensor(matrix)
    if attribute(node, "adjoint_b").b:
        ref = writer.step(node, "transpose", ref)
    at, of = (1, 0) if attribute(node, "adjoint_a").b else (0, 1)
    columns = writer.program.add("columns", Item(writer.tensor(indices), (slice(None), of)))
    places = writer.program.add("rows", Item(writer.tensor(indices), (slice(None), slice(at, at + 1))))
    each = writer.step(node, "take", ref, columns, axis=0)
    each = writer.step(node, "multiply", each, writer.step(node, "expand_dims", writer.tensor(values), -1))
    width = sizes_of(matrix)[0 if attribute(node, "adjoint_b").b else 1]
    zeros = writer.filled((sizes[at], width), 0, dtypes_of(node)[0])
    return writer.op(node, "scatter_update", zeros, places, each, reduction="add", dims=(sizes[at], width))


def _sizes(writer, node, shape):
    """Return the sizes that a tensor of int64 holds, ints and `Size`s."""
    return list(elements_of(writer, as_int32(writer, node, shape), "its shape"))
