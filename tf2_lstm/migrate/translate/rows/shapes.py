"""Rows of operations on shapes: those that return sizes, and those that change a tensor's sizes."""

import math
from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.nodes import attribute, normal
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref
from tf2_lstm.migrate.translate.rows.arithmetic import broadcast_sizes
from tf2_lstm.migrate.translate.rows.registry import fold, row
from tf2_lstm.migrate.translate.writing.naming import line_name
from tf2_lstm.migrate.translate.writing.values import (
    Known,
    Live,
    Refusal,
    Size,
    axis_of,
    check_size,
    constant_of,
    known,
    rank_of,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.vectors import elements_of, put_together
from tf2_lstm.migrate.translate.writing.writer import dtypes_of


@row("Shape")
def shape(writer, node, inputs):
    """Return the sizes of a tensor; an open one stays open."""
    return known(list(sizes_of(inputs[0])), dtypes_of(node)[0])


@row("ShapeN")
def shapes(writer, node, inputs):
    """Return the sizes of several tensors."""
    return [known(list(sizes_of(one)), dtypes_of(node)[0]) for one in inputs]


@row("Size")
def size(writer, node, inputs):
    """Return the number of elements of a tensor."""
    total = 1
    for one in sizes_of(inputs[0]):
        total = one * total
    return known(total, dtypes_of(node)[0])


@row("Rank")
def rank(writer, node, inputs):
    """Return the number of axes of a tensor."""
    return known(rank_of(inputs[0]), "int32")


@row("Reshape")
def reshape(writer, node, inputs):
    """Write a tensor of other sizes; one that is flattened to matrices remembers the tensor before, to undo it."""
    x, wanted = inputs
    wanted = elements_of(writer, wanted, "its shape")
    target = _filled(writer, node, x, wanted)
    if sizes_of(x) == tuple(target):
        return x
    inner, _ = getattr(x, "widened", None) or (None, None)
    if isinstance(inner, Live) and inner.shape == tuple(target):
        writer.tensors.setdefault(inner.ref.name, normal(node.name))
        return inner
    whole = getattr(x, "whole", None)
    if whole is not None and whole.shape == tuple(target):
        writer.tensors.setdefault(whole.ref.name, normal(node.name))
        return whole
    value = _reshaped(writer, node, x, target, wanted.index(-1) if -1 in wanted else None)
    if isinstance(x, Live) and len(target) == 2 and rank_of(x) > 2 and target[1] == x.shape[-1]:
        return Live(value.ref, value.shape, value.dtype, x.product, x)
    return value


def _filled(writer, node, x, wanted):
    """Return the target sizes, with -1 replaced by the inferred size or the rest."""
    if -1 not in wanted:
        return wanted
    at = wanted.index(-1)
    inferred = writer.shapes.get(f"{node.name}:0")
    if inferred is not None and inferred[at] is not None:
        return [*wanted[:at], inferred[at], *wanted[at + 1 :]]
    return [*wanted[:at], rest_of(sizes_of(x), [*wanted[:at], *wanted[at + 1 :]]), *wanted[at + 1 :]]


def rest_of(sizes, others):
    """Return the rest of a product of sizes without some of them; None where there is none.

    Example:
        ```python
        batch, steps = Size((("x", 0),)), Size((("x", 1),))
        assert rest_of([batch, steps, 6], [batch, 3]) == 2 * steps
        ```
    """
    whole, part = Size(()), Size(())
    for one in sizes:
        whole = whole * one
    for one in others:
        part = part * one
    if 0 in (whole, part) or whole.times % part.times:
        return None
    factors = list(whole.factors)
    for factor in part.factors:
        if factor not in factors:
            return None
        factors.remove(factor)
    return Size(tuple(factors), whole.times // part.times) if factors else whole.times // part.times


def _reshaped(writer, node, x, target, rest=None):
    """Write the reshape: one open size becomes -1, several need a layer; the axis `rest` has what the others leave."""
    open_sizes = [one for one in target if not isinstance(one, (int, np.integer))]
    value = writer.tensor(x)
    if len(open_sizes) <= 1:
        target = [one if isinstance(one, (int, np.integer)) else None for one in target]
        plain = tuple(-1 if one is None else int(one) for one in target)
        return writer.op(node, "reshape", value, plain, dims=tuple(open_sizes_in(target, open_sizes)))
    if open_sizes.count(None) > 1:
        raise Refusal("more than one of its sizes is -1. Give the sizes by tf.shape")
    told = [
        -1 if one is None or (axis == rest and one in open_sizes) else one for axis, one in enumerate(target)
    ]
    told, given = writer.sizes(told)
    layer = writer.program.add("reshape", Apply("tf2_lstm.ReshapeTo", (told,)))
    return writer.result(node, Apply(layer, (value, *given)), tuple(target))


def open_sizes_in(target, open_sizes):
    """Return a shape with its one open size in place of None."""
    return [open_sizes[0] if one is None else int(one) for one in target]


@row("ExpandDims")
def expand_dims(writer, node, inputs):
    """Write a tensor with one more axis, of size 1."""
    x, axis = inputs
    sizes = list(sizes_of(x))
    axis = axis_of(axis, len(sizes) + 1)
    found = writer.op(node, "expand_dims", writer.tensor(x), axis, dims=(*sizes[:axis], 1, *sizes[axis:]))
    return replace(put_together(found, [x]), widened=(x, axis))


@row("Squeeze")
def squeeze(writer, node, inputs):
    """Write a tensor without axes of size 1."""
    [x] = inputs
    sizes = sizes_of(x)
    axes = sorted({axis_of(axis, len(sizes)) for axis in attribute(node, "squeeze_dims").list.i})
    axes = axes or [axis for axis, size in enumerate(sizes) if size == 1]
    if not attribute(node, "squeeze_dims").list.i and any(isinstance(size, Size) for size in sizes):
        raise Refusal("which axes it leaves out depends on what is fed. Give its axis")
    dims = [size for axis, size in enumerate(sizes) if axis not in axes]
    if not axes:
        return x
    inner, axis = getattr(x, "widened", None) or (None, None)
    if isinstance(inner, Live) and axes == [axis]:
        writer.tensors.setdefault(inner.ref.name, normal(f"{node.name}:0"))
        return inner
    if any(isinstance(size, Size) for size in sizes):
        # Keras may not know that the size is 1: the first element of the axis is the only one.
        index = tuple(0 if axis in axes else slice(None) for axis in range(len(sizes)))
        return writer.result(node, Item(writer.tensor(x), index), tuple(dims))
    where = axes[0] if len(axes) == 1 else tuple(axes)
    return writer.op(node, "squeeze", writer.tensor(x), axis=where, dims=tuple(dims))


@row("Transpose")
def transpose(writer, node, inputs):
    """Write a tensor with its axes in another order."""
    x, order = inputs
    order = [axis_of(axis, rank_of(x)) for axis in constant_of(order, "its order of axes").ravel()]
    if order == sorted(order):
        return x
    dims = tuple(sizes_of(x)[axis] for axis in order)
    if order == [1, 0, *range(2, len(order))]:
        ref = writer.swapped(writer.tensor(x), line_name(node))
        writer.tensors.setdefault(ref.name, normal(node.name))
        return writer.live(node, ref, dims)
    return writer.op(node, "transpose", writer.tensor(x), order, dims=dims)


@row("Fill")
def fill(writer, node, inputs):
    """Return or write a tensor full of one number."""
    wanted, value = known(elements_of(writer, inputs[0], "its shape")), inputs[1]
    if isinstance(value, Live) or (isinstance(value, Known) and value.open):
        return _full_of(writer, node, wanted, value)
    number = constant_of(value, "its value")
    if not wanted.open:
        check_size(wanted.array)
        return Known(np.full(wanted.array.tolist(), number, dtypes_of(node)[0]), dtypes_of(node)[0])
    full = writer.full(wanted.array, number.item(), str(number.dtype))
    return replace(writer.result(node, full, tuple(wanted.array)), fills=number.item())


def _full_of(writer, node, wanted, value):
    """Write a tensor full of a computed number: ones times the number."""
    dtype = dtypes_of(node)[0]
    if wanted.open:
        ones = writer.program.add("ones", writer.full(wanted.array, 1, dtype))
    else:
        ones = writer.tensor(Known(np.ones([int(one) for one in wanted.array], dtype), dtype))
    symbol = "logical_and" if dtype == "bool" else "multiply"
    return writer.op(node, symbol, ones, writer.tensor(value), dims=tuple(wanted.array.tolist()))


@row("Range")
def numbers(writer, node, inputs):
    """Return or write the numbers from a start to a limit."""
    if not all(isinstance(one, Known) for one in inputs):
        given = [writer.operand(one) for one in inputs]
        told = [None if isinstance(one, Ref) else one for one in given]
        given = tuple(one for one in given if isinstance(one, Ref))
    elif any(one.open for one in inputs):
        told, given = writer.sizes([one.array.item() for one in inputs])
    else:
        start, limit, delta = (one.array.item() for one in inputs)
        check_size([math.ceil((limit - start) / delta)])
        return Known(np.arange(start, limit, delta, dtypes_of(node)[0]), dtypes_of(node)[0])
    options = {} if dtypes_of(node)[0] == "int32" else {"dtype": dtypes_of(node)[0]}
    layer = writer.program.add("numbers", Apply("tf2_lstm.RangeOf", (told,), options))
    limit = inputs[1]
    whole = isinstance(limit, Known) and told[0] == 0 and told[2] == 1
    value = writer.result(node, Apply(layer, given), (limit.array.item(),) if whole else (None,))
    return replace(value, counts=(told[0], told[2]) == (0, 1))


@row("BroadcastTo")
def broadcast_to(writer, node, inputs):
    """Write a tensor broadcast to sizes: times ones where one of them is open."""
    x, wanted = inputs
    wanted = known(elements_of(writer, wanted, "its shape"))
    if wanted.open:
        return _full_of(writer, node, wanted, x)
    target = [int(one) for one in wanted.array]
    return writer.op(node, "broadcast_to", writer.tensor(x), target, dims=target)


@row("BroadcastArgs")
def broadcast_args(writer, node, inputs):
    """Return the sizes of two tensors broadcast."""
    found = broadcast_sizes(*(elements_of(writer, one, "its sizes") for one in inputs))
    if None in found:
        raise Refusal("two sizes are open that may not be equal. Make one of them a number")
    return known(list(found), dtypes_of(node)[0])


@fold("Reshape")
def _reshape(node, arrays):
    return arrays[0].reshape([int(one) for one in arrays[1].ravel()])


@fold("ExpandDims")
def _expand_dims(node, arrays):
    return np.expand_dims(arrays[0], int(arrays[1].item()))


@fold("Squeeze")
def _squeeze(node, arrays):
    axes = tuple(attribute(node, "squeeze_dims").list.i)
    return np.squeeze(arrays[0], axes or None)
