"""The shapes of tensors in the lines of a source: each dimension is a `WrittenSize`, or None for an open one."""

from tf2_lstm.migrate.keras_code.written_size import WrittenSize, fix, product, same


class Tensor(tuple):
    """The shape of a tensor: a `WrittenSize` for each axis, None for an open one.

    Attributes:
        below: for a tensor of class numbers, the `WrittenSize` of the number of classes; None for any other tensor.
    """

    below = None


class NotFollowed(Exception):
    """The shapes of a call are not known: the sizes in its arguments are written as numbers."""


def shape_of(value):
    """Return the shape of a tensor, of a number, or of lists of numbers."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, (bool, int, float)):
        return Tensor()
    if isinstance(value, list) and value:
        inner = shape_of(value[0])
        fix(list(inner))
        # A constant does not grow with the sizes around it.
        return Tensor((fixed(len(value)), *inner))
    raise NotFollowed


def fixed(number):
    """Return a size that is written as this number, whatever the sizes around it are."""
    size = WrittenSize(number)
    fix(size)
    return size


def join(one, other):
    """Record that two tensors have the same shape, and return it."""
    one, other = shape_of(one), shape_of(other)
    if len(one) != len(other):
        raise NotFollowed
    for first, second in zip(one, other, strict=True):
        same(first, second)
    return Tensor(second if first is None else first for first, second in zip(one, other, strict=True))


def broadcast(*values):
    """Return the shape of an elementwise result."""
    shapes = [shape_of(value) for value in values]
    rank = max(map(len, shapes))
    padded = [(WrittenSize(1),) * (rank - len(shape)) + shape for shape in shapes]
    return Tensor(one_dimension(dimensions) for dimensions in zip(*padded, strict=True))


def one_dimension(dimensions):
    """Return the dimension of the result when several dimensions are broadcast."""
    wide = [one for one in dimensions if one is None or one != 1]
    known = [one for one in wide if one is not None]
    for one in known[1:]:
        same(known[0], one)
    return known[0] if known else None if wide else dimensions[0]


def reshape(x, target):
    """Return the shape of a reshaped tensor; equal axes at both ends stay, those between are joined or split."""
    x = [factor for size in shape_of(x) for factor in _factors(size)]
    target = [None if one is None or one == -1 else one for one in target]
    first, last = 0, 0
    while last < min(len(x), len(target)) and _is_one_axis(x[-1 - last], target[-1 - last]):
        same(x[-1 - last], target[-1 - last])
        last += 1
    while first + last < min(len(x), len(target)) and _is_one_axis(x[first], target[first]):
        same(x[first], target[first])
        first += 1
    _put_together(x[first : len(x) - last], target[first : len(target) - last])
    return Tensor(target)


def _factors(size):
    """List the dimensions whose product a dimension is; itself if it is none."""
    return size.root.operands if size is not None and size.root.operator == "*" else [size]


def _is_one_axis(one, other):
    return one is not None and other is not None and one == other


def _put_together(before, after):
    known, wanted = ([one for one in axes if one is not None] for axes in (before, after))
    are_open = len(before) - len(known), len(after) - len(wanted)
    if known and wanted and are_open in ((0, 0), (1, 1)) and 1 in (len(known), len(wanted)):
        same(product(known), product(wanted))
    else:
        fix([known, wanted])


def windows(axes, kernel, strides, padding, dilation):
    """Return the number of windows of a convolution or a pooling along each axis.

    Args:
        axes: the dimensions along which windows move.
        kernel: an int for all axes, or one for each.
        strides: likewise.
        padding: "same", "causal" or "valid".
        dilation: as `kernel`.
    """
    fix(list(axes))
    each = (_for_axes(one, len(axes)) for one in (kernel, strides, dilation))
    return [_windows_of(axis, padding, *one) for axis, *one in zip(axes, *each, strict=True)]


def _windows_of(axis, padding, kernel, stride, dilation):
    if axis is None:
        return None
    room = axis if padding in ("same", "causal") else axis - dilation * (kernel - 1)
    return fixed(-(-room // stride))


def _for_axes(value, count):
    return (value,) * count if isinstance(value, int) else value


def part_of(x, at):
    """Return the shape of `x[at]`."""
    left, at = list(shape_of(x)), at if isinstance(at, tuple) else (at,)
    if Ellipsis in at:
        place = at.index(Ellipsis)
        missing = len(left) - sum(one is not None for one in at) + 1
        at = at[:place] + (slice(None),) * missing + at[place + 1 :]
    found = [axis for one in at for axis in _axes_of_part(left, one)]
    return Tensor([*found, *left])


def _axes_of_part(left, at):
    """Return the axes that one of the indices between brackets gives, and remove its axis from those left."""
    if at is None:
        return [WrittenSize(1)]
    size = left.pop(0)
    if not isinstance(at, slice):
        return []
    if at == slice(None) or at == slice(None, None, -1):
        return [size]
    if size is None:
        return [None]
    fix(size)
    return [fixed(len(range(*at.indices(int(size)))))]
