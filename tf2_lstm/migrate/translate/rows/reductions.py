"""Rows of operations along an axis: sums, means, the largest and its place, running sums."""

import numpy as np

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref
from tf2_lstm.migrate.translate.rows.registry import fold, row
from tf2_lstm.migrate.translate.writing.values import (
    Refusal,
    axis_of,
    constant_of,
    number_of,
    rank_of,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

#: TensorFlow's name -> name in `keras.ops`.
REDUCE = {
    "Sum": "sum",
    "Mean": "mean",
    "Max": "max",
    "Min": "min",
    "Prod": "prod",
    "All": "all",
    "Any": "any",
}

#: Functions of `keras.ops` whose result is no -0.0 that matters: a sum is -0.0 only where both terms are.
_NO_NEGATIVE_ZEROS = {
    f"keras.ops.{name}"
    for name in ("abs", "add", "exp", "log_softmax", "matmul", "sigmoid", "softmax", "softplus", "square")
}
_HANDS_ON = {f"keras.ops.{name}" for name in ("expand_dims", "reshape", "squeeze", "swapaxes", "transpose")}


@row(" ".join(REDUCE))
def reduce(writer, node, inputs):
    """Write a reduction over some axes."""
    x, axes = inputs
    if node.op == "Mean" and "int" in dtypes_of(node)[0]:
        raise Refusal("it is a mean of integers, rounded towards zero. Cast to float first")
    rank = rank_of(x)
    axes = sorted({axis_of(axis, rank) for axis in constant_of(axes, "its axis").ravel()})
    keep = attribute(node, "keep_dims").b
    if not axes:
        return x
    dims = [
        (1 if axis in axes else size) for axis, size in enumerate(sizes_of(x)) if keep or axis not in axes
    ]
    where = axes[0] if len(axes) == 1 else tuple(axes)
    options = {"axis": where} | ({"keepdims": True} if keep else {})
    return writer.op(node, REDUCE[node.op], writer.tensor(x), dims=tuple(dims), **options)


@row("ArgMax ArgMin")
def place(writer, node, inputs):
    """Write where the largest or smallest number is along an axis, the first of equal ones."""
    x, axis = inputs
    axis = axis_of(axis, rank_of(x))
    shape = sizes_of(x)
    dims = (*shape[:axis], *shape[axis + 1 :])
    symbol, dtype = node.op.lower(), dtypes_of(node)[0]
    given = writer.tensor(x)
    if "float" in x.dtype and _may_hold_negative_zeros(writer.program.lines, given):
        given = writer.step(node, "where", writer.step(node, "equal", given, 0), 0.0, given)
    if dtype == "int32":
        return writer.op(node, symbol, given, axis=axis, dims=dims)
    return writer.op(node, "cast", writer.step(node, symbol, given, axis=axis), dtype, dims=dims)


def _may_hold_negative_zeros(lines, ref):
    """Whether a tensor may hold -0.0, less than 0.0 for the argmax and argmin of Keras on TensorFlow."""
    made = {target: line.value for line in lines for target in line.targets}
    value = made.get(ref.name) if isinstance(ref, Ref) else None
    while isinstance(value, Item) or (isinstance(value, Apply) and value.what in _HANDS_ON):
        value = made.get((value.of if isinstance(value, Item) else value.arguments[0]).name)
    # The output of a layer is a sum with a bias, or the value of an activation.
    return not isinstance(value, Apply) or not (
        isinstance(value.what, Ref) or value.what in _NO_NEGATIVE_ZEROS
    )


@row("TopKV2")
def largest(writer, node, inputs):
    """Write the k largest numbers of the last axis, and their places."""
    x, count = inputs
    count = int(number_of(count, "its k"))
    ref, dims = writer.step(node, "top_k", writer.tensor(x), count), (*sizes_of(x)[:-1], count)
    return [writer.result(node, Item(ref, number), dims, number) for number in range(2)]


@row("Cumsum Cumprod")
def running(writer, node, inputs):
    """Write running sums or products along an axis."""
    x, axis = inputs
    axis = axis_of(axis, rank_of(x))
    exclusive, reverse = attribute(node, "exclusive").b, attribute(node, "reverse").b
    value = writer.tensor(x)
    flipped = writer.step(node, "flip", value, axis=axis) if reverse else value
    found = writer.step(node, node.op.lower(), flipped, axis=axis)
    if exclusive and node.op == "Cumprod":
        found = _without_last(writer, node, found, axis, rank_of(x))
    found = writer.step(node, "flip", found, axis=axis) if reverse else found
    if exclusive and node.op == "Cumsum":
        return writer.op(node, "subtract", found, value, dims=sizes_of(x))
    return writer.result(node, writer.program.lines.pop().value, sizes_of(x))


def _without_last(writer, node, products, axis, rank):
    """Write products that leave out the last factor: one, then the product at the place before."""
    first, before = (
        Item(products, tuple(part if one == axis else slice(None) for one in range(rank)))
        for part in (slice(None, 1), slice(None, -1))
    )
    ones = writer.step(node, "ones_like", writer.program.add("first", first))
    return writer.step(node, "concatenate", [ones, writer.program.add("before", before)], axis=axis)


@row("L2Loss")
def half_square_sum(writer, node, inputs):
    """Write half the sum of squares."""
    total = writer.step(node, "sum", writer.step(node, "square", inputs[0]))
    return writer.op(node, "multiply", total, 0.5, dims=())


@fold("Prod")
def _product(node, arrays):
    array, axes = arrays
    axes = tuple(int(axis) for axis in np.ravel(axes))
    return np.asarray(np.prod(array, axis=axes, keepdims=attribute(node, "keep_dims").b), object)
