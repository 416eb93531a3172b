"""Rules for the functions of `keras.ops` in the lines of a source, to follow the sizes in them.

A rule takes the arguments of a call, tensors as `Tensor`s, and returns the call's result. It records with `same` which
dimensions must be equal, and raises `NotFollowed` for a call that it cannot follow.
"""

from itertools import pairwise

from tf2_lstm.migrate.keras_code.expression import LENGTH_MASK
from tf2_lstm.migrate.keras_code.tensor_shapes import (
    NotFollowed,
    Tensor,
    broadcast,
    fixed,
    join,
    one_dimension,
    reshape,
    shape_of,
    windows,
)
from tf2_lstm.migrate.keras_code.written_size import WrittenSize, fix, less, product, same, total


def _like(x, *_, **__):
    return shape_of(x)


def _reduced(x, axis=None, keepdims=False, initial=None):
    x = shape_of(x)
    axes = range(len(x)) if axis is None else [axis] if isinstance(axis, int) else axis
    axes = {int(one) % len(x) for one in axes}
    kept = [(WrittenSize(1) if place in axes else one) for place, one in enumerate(x)]
    return Tensor(one for place, one in enumerate(kept) if keepdims or place not in axes)


def _number_of_largest(x, axis=None, keepdims=False):
    found = _reduced(x, axis, keepdims)
    found.below = None if axis is None else x[int(axis)]
    return found


def _matmul(one, other):
    one, other = shape_of(one), shape_of(other)
    if min(len(one), len(other)) < 2:
        raise NotFollowed
    same(one[-1], other[-2])
    return Tensor((*broadcast(Tensor(one[:-2]), Tensor(other[:-2])), one[-2], other[-1]))


def _expand_dims(x, axis):
    x, axes = list(shape_of(x)), [axis] if isinstance(axis, int) else axis
    for place in sorted(int(one) % (len(x) + len(axes)) for one in axes):
        x.insert(place, WrittenSize(1))
    return Tensor(x)


def _squeeze(x, axis):
    x = shape_of(x)
    axes = {int(one) % len(x) for one in ([axis] if isinstance(axis, int) else axis)}
    return Tensor(one for place, one in enumerate(x) if place not in axes)


def _swapaxes(x, one, other):
    x = list(shape_of(x))
    x[one], x[other] = x[other], x[one]
    return Tensor(x)


def _transpose(x, axes):
    x = shape_of(x)
    return Tensor(x[int(axis)] for axis in axes)


def _concatenate(values, axis):
    shapes = [shape_of(value) for value in values]
    place = int(axis) % len(shapes[0])
    if len({len(shape) for shape in shapes}) > 1:
        raise NotFollowed
    whole = [
        total([shape[number] for shape in shapes])
        if number == place
        else one_dimension([shape[number] for shape in shapes])
        for number in range(len(shapes[0]))
    ]
    return Tensor(whole)


def _stack(values, axis=0):
    whole = list(broadcast(*values))
    whole.insert(int(axis) % (len(whole) + 1), fixed(len(values)))
    return Tensor(whole)


def _unstack(x, num, axis=0):
    x = list(shape_of(x))
    fix(x.pop(int(axis)))
    return [Tensor(x)] * int(num)


def _split(x, parts, axis):
    x = shape_of(x)
    place = int(axis) % len(x)
    sizes = [_part(x[place], int(parts))] * int(parts) if isinstance(parts, int) else _parts(x[place], parts)
    return [Tensor((*x[:place], size, *x[place + 1 :])) for size in sizes]


def _parts(size, ends):
    """Return the sizes of the parts of a split axis, given the ends of all parts but the last."""
    if size is None:
        raise NotFollowed
    parts = [WrittenSize(last - first) for first, last in pairwise([0, *ends, size])]
    for number, end in enumerate([*ends, size], 1):
        same(end, parts[0] if number == 1 else total(parts[:number]))
    return parts


def _part(size, count):
    """Return the size of one of `count` equal parts."""
    if size is None:
        return None
    operator, operands = size.root.operator, size.root.operands
    if operator == "+" and len(operands) == count and len({id(one.root) for one in operands}) == 1:
        return operands[0]
    if operator == "*" and count in operands:
        place = operands.index(count)
        fix(operands[place])
        return product([*operands[:place], *operands[place + 1 :]])
    if operator:
        return WrittenSize(int(size) // count, "//", (size, fixed(count)))
    part = WrittenSize(int(size) // count)
    same(size, total([part] * count))
    return part


def _convolved(x, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    x, kernel = shape_of(x), shape_of(kernel)
    if data_format not in (None, "channels_last"):
        raise NotFollowed
    same(x[-1], kernel[-2])
    fix(list(kernel[:-2]))
    return Tensor((x[0], *windows(x[1:-1], kernel[:-2], strides, padding, dilation_rate), kernel[-1]))


def _padded(x, widths, *_, **__):
    return Tensor(
        size if first == last == 0 else None if size is None else _wider(size, first + last)
        for size, (first, last) in zip(shape_of(x), widths, strict=True)
    )


def _wider(size, more):
    return total([size, fixed(more)])


def _tiled(x, repeats):
    return Tensor(
        size if count == 1 else count if size == 1 else product([size, count])
        for size, count in zip(shape_of(x), repeats, strict=True)
    )


def _largest(x, count, sorted=True):
    return [Tensor((*shape_of(x)[:-1], count))] * 2


def _updated(x, indices, updates, reduction=None):
    x, indices, updates = map(shape_of, (x, indices, updates))
    # Each update is a part of x, along the axes that the indices do not choose from.
    whole = len(updates) - len(indices) + 1
    join(Tensor(x[len(x) - whole :]), Tensor(updates[len(updates) - whole :]))
    return x


def _take_along_axis(x, indices, axis):
    x, indices = list(shape_of(x)), list(shape_of(indices))
    if len(x) != len(indices):
        raise NotFollowed
    place = int(axis) % len(x)
    x[place] = indices[place]
    return join(Tensor(x), Tensor(indices))


def _take(x, indices, axis):
    x, indices = shape_of(x), shape_of(indices)
    place = int(axis) % len(x)
    same(indices.below, x[place])
    return Tensor((*x[:place], *indices, *x[place + 1 :]))


def _one_hot(indices, count, axis=-1, dtype=None):
    indices = shape_of(indices)
    if axis != -1:
        raise NotFollowed
    same(indices.below, count)
    return Tensor((*indices, count))


def _decoded(logits, lengths, strategy, mask_index, top_paths=1, **_):
    batch, steps, classes = shape_of(logits)
    # The blank is the last class.
    same(mask_index, less(classes, 1))
    return [Tensor((fixed(top_paths), batch, steps)), Tensor((batch, fixed(top_paths)))]


def _nonzero(x):
    return [Tensor((None,))] * len(shape_of(x))


def _length_mask(sequences, lengths):
    return Tensor(shape_of(sequences)[:2])


def _constant(value, dtype=None):
    return shape_of(value)


def _range(count, dtype=None):
    return Tensor((count,))


def _filled(shape, dtype=None):
    return Tensor(shape)


def _broadcast_to(x, shape):
    broadcast(x, Tensor(shape))
    return Tensor(shape)


def _scattered(indices, values, shape):
    return Tensor(shape)


def _read_element(x, place):
    return Tensor(shape_of(x)[1:])


def _write_element(x, place, element):
    x = shape_of(x)
    return Tensor((x[0], *join(Tensor(x[1:]), element)))


#: What gives a tensor of the shape that it is given.
ALIKE = (
    "abs arccos arccosh arcsin arcsinh arctan arctanh argsort cast ceil copy cos cosh cumprod cumsum elu erf exp expm1 "
    "flip floor isfinite isinf isnan leaky_relu log log1p log_softmax logical_not negative ones_like reciprocal relu "
    "relu6 round rsqrt selu sigmoid sign sin sinh softmax softplus softsign sqrt square stop_gradient tan tanh "
    "zeros_like"
)
#: What computes number by number.
BY_NUMBER = (
    "add arctan2 divide divide_no_nan equal floor_divide greater greater_equal less less_equal logical_and logical_or "
    "maximum minimum mod multiply not_equal power subtract where"
)
#: What takes axes away.
REDUCES = "all any max mean min prod sum"

#: Symbol -> rule.
RULES = {
    **{f"keras.ops.{name}": _like for name in ALIKE.split()},
    **{f"keras.ops.{name}": broadcast for name in BY_NUMBER.split()},
    **{f"keras.ops.{name}": _reduced for name in REDUCES.split()},
    "keras.ops.arange": _range,
    "keras.ops.argmax": _number_of_largest,
    "keras.ops.argmin": _number_of_largest,
    "keras.ops.broadcast_to": _broadcast_to,
    "keras.ops.concatenate": _concatenate,
    "keras.ops.conv": _convolved,
    "keras.ops.convert_to_tensor": _constant,
    "keras.ops.ctc_decode": _decoded,
    "keras.ops.nonzero": _nonzero,
    "keras.ops.pad": _padded,
    "keras.ops.scatter": _scattered,
    "keras.ops.scatter_update": _updated,
    "keras.ops.take_along_axis": _take_along_axis,
    "keras.ops.tile": _tiled,
    "keras.ops.top_k": _largest,
    "keras.ops.expand_dims": _expand_dims,
    "keras.ops.matmul": _matmul,
    "keras.ops.one_hot": _one_hot,
    "keras.ops.reshape": reshape,
    "keras.ops.split": _split,
    "keras.ops.squeeze": _squeeze,
    "keras.ops.stack": _stack,
    "keras.ops.swapaxes": _swapaxes,
    "keras.ops.take": _take,
    "keras.ops.transpose": _transpose,
    "keras.ops.unstack": _unstack,
    "keras.ops.zeros": _filled,
    LENGTH_MASK: _length_mask,
    "tf2_lstm.read_element": _read_element,
    "tf2_lstm.write_element": _write_element,
}
