"""Parts of tensors: columns, steps of a sequence, and the length of a sequence."""

from itertools import accumulate

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.graph.terms import array, scalar

#: The most outputs that an operation may claim to have: a graph with more is damaged.
MOST_OUTPUTS = 65_536


def split(terms, node, args):
    """Make the term of Split and SplitV: columns, where the width is known."""
    if node.op == "SplitV":
        return _split_sizes(terms, *args)
    axis, value = args
    count, width = attribute(node, "num_split").i, terms.width(value)
    if not 0 < count <= MOST_OUTPUTS:
        return None
    if scalar(axis) not in ((0, -1) if is_vector(value) else (1, -1)):
        return [terms.make("piece", args, (number, count)) for number in range(count)]
    if width is None or width % count:
        return [terms.make("split", (value,), (number, count)) for number in range(count)]
    size = width // count
    return [terms.column_slice(value, number * size, (number + 1) * size) for number in range(count)]


def is_vector(term):
    """Whether a term is a variable of one axis, or a row of one of two."""
    if term.op == "element" and term.attr == 0 and term.args[0].op == "var":
        return len(term.args[0].attr[1]) == 2
    return term.op == "var" and len(term.attr[1]) == 1


def _split_sizes(terms, value, sizes, axis):
    sizes = array(sizes)
    if sizes is None or scalar(axis) not in (1, -1) or min(sizes) < 0:
        return None
    return [
        terms.column_slice(value, end - size, end) for end, size in zip(accumulate(sizes), sizes, strict=True)
    ]


def slice_(terms, node, args):
    """Make the term of Slice: columns."""
    value, begin, size = args
    begin, size = array(begin), array(size)
    if begin is None or size is None or len(begin) != 2 or begin[0] != 0 or size[0] != -1:
        return terms.make("Slice", args)
    stop = begin[1] + size[1] if size[1] >= 0 else terms.width(value)
    return terms.make("Slice", args) if stop is None else terms.column_slice(value, begin[1], stop)


def strided_slice(terms, node, args):
    """Make the term of StridedSlice: columns, a step of a sequence, or one size of a shape."""
    value, *bounds = args
    masks = {
        name: attribute(node, name + "_mask").i
        for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
    }
    if not masks["ellipsis"] and not masks["new_axis"]:
        begin, end, strides = (array(bound) for bound in bounds)
        if None not in (begin, end, strides):
            found = _piece(terms, value, begin, end, strides, masks)
            if found is not None:
                return found
        if array(bounds[2]) == [1] and masks["shrink_axis"] == 1 and bounds[0].op == "Pack":
            return element(terms, value, bounds[0].args[0], 0)
        if bounds[0].op == "Pack" and masks["shrink_axis"] == 2 and masks["begin"] & 1 and masks["end"] & 1:
            return element(terms, value, bounds[0].args[1], 1)
    return terms.make("StridedSlice", args, tuple(masks.values()))


def _piece(terms, value, begin, end, strides, masks):
    shrink = masks["shrink_axis"]
    if value.op == "Shape" and shrink == 1 and strides == [1]:
        return size(terms, value.args[0], begin[0])
    if array(value) is not None and shrink == 1:
        return terms.number(array(value)[begin[0]])
    if any(stride != 1 for stride in strides):
        return None
    whole = [axis for axis in range(len(begin)) if masks["begin"] & masks["end"] & (1 << axis)]
    if shrink in (1, 2) and len(whole) == len(begin) - 1 and len(begin) <= 3:
        axis = shrink - 1
        return None if axis in whole else element(terms, value, terms.number(begin[axis]), axis)
    first_whole = 0 in whole
    if len(begin) == 1 and is_vector(value) and not shrink:
        stop = terms.width(value) if masks["end"] & 1 else end[0]
        return terms.column_slice(value, 0 if masks["begin"] & 1 else begin[0], stop)
    if len(begin) == 2 and first_whole and not shrink:
        start = 0 if masks["begin"] & 2 else begin[1]
        stop = terms.width(value) if masks["end"] & 2 else end[1]
        return terms.column_slice(value, start, stop) if stop is not None and 0 <= start < stop else None
    return None


def size(terms, value, axis):
    """Return the term of an axis's size; through a transpose it is that of the other axis."""
    while (value.op == "swap" and axis in (0, 1)) or value.op in ("reverse", "ReverseSequence", "Cast"):
        value, axis = value.args[0], 1 - axis if value.op == "swap" else axis
    return terms.make("size", (value,), axis)


def fixed_size(terms, value, axis):
    """Return the size of an axis that the graph fixes, for a tensor or for one that it is made from; else None."""
    while (found := _said_size(terms, value, axis)) is None:
        swaps = value.op == "swap" and axis in (0, 1)
        beside = value.op == "concat" and axis in (0, 1) and value.attr in (2, -1)
        stacks = value.op == "stack" and axis == 0
        if not (swaps or beside or stacks or value.op in ("reverse", "ReverseSequence", "Cast")):
            return None
        value, axis = value.args[0], 1 - axis if swaps else axis
    return found


def _said_size(terms, value, axis):
    """Return the size of an axis that the graph fixes for this tensor, or for its transpose."""
    swapped = terms.find("swap", (value,))
    other = (swapped.number, 1 - axis) if swapped is not None else None
    return terms.sizes.get((value.number, axis), terms.sizes.get(other))


def element(terms, value, index, axis):
    """Return a step of a sequence, taken on an axis."""
    return terms.make("element", (value, index), axis)


def stacked(term):
    """Return the part that a step of a Pack is, also of a Pack of Packs; None for a term that is no such step."""
    taken = []
    while term.op == "element":
        taken.append(term)
        term = term.args[0]
    for step in taken[::-1]:
        at = scalar(step.args[1])
        inside = isinstance(at, int) and term.op == "Pack" and 0 <= at < len(term.args)
        if not inside or term.attr != step.attr:
            return None
        term = term.args[at]
    return term if taken else None


def unpack(terms, node, args):
    """Make the terms of Unpack: the steps of a sequence."""
    axis, count = attribute(node, "axis").i, attribute(node, "num").i
    if not 0 <= count <= MOST_OUTPUTS:
        return None
    return [element(terms, args[0], terms.number(at), axis) for at in range(count)]


def gather(terms, node, args):
    """Make the term of Gather: a step of a sequence."""
    axis = scalar(args[2]) if len(args) == 3 else 0
    return element(terms, args[0], args[1], axis) if axis in (0, 1) and args[0].op != "var" else None
