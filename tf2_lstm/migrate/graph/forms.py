"""The terms of TF1 operations; an operation that is not here is a term of its own and matches nothing."""

import numpy as np

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.indexing import element, gather, slice_, split, strided_slice, unpack
from tf2_lstm.migrate.graph.nodes import attribute, shape_of
from tf2_lstm.migrate.graph.operations import Trait, operation
from tf2_lstm.migrate.graph.terms import array, constant, scalar


def operate(terms, node, args):
    """Return the output of a node: a term, or a list of terms for several outputs.

    Args:
        terms: the table of terms.
        node: the NodeDef.
        args: the terms of its inputs.
    """
    row = operation(node.op)
    if Trait.HANDS_ON in row.traits and args:
        return args[0]
    form = FORMS.get(row.form)
    found = form(terms, node, args) if form else None
    return stand_alone(terms, node, args) if found is None else found


def stand_alone(terms, node, args):
    """Return the term of an operation without a form: its inputs, its attributes, its name if it is random."""
    attributes = tuple(
        sorted(
            (name, _plain(value))
            for name, value in node.attr.items()
            if not name.startswith("_") and name != "parallel_iterations"
        )
    )
    traits = operation(node.op).traits
    bare = Trait.BARE in traits
    own = node.name if not bare and (not args or Trait.FRESH in traits or "Random" in node.op) else ""
    return terms.make(node.op, args, None if bare else (own, attributes))


def _plain(value):
    """Return an attribute as a hashable value; a float keeps its 32 bits."""
    kind = value.WhichOneof("value")
    if kind == "f":
        return np.float32(value.f)
    return getattr(value, kind) if kind in ("i", "b", "s", "type") else value.SerializeToString()


def _const(terms, node, args):
    values = array_of(attribute(node, "value").tensor)
    if values is None:
        return terms.make("const", (), ("s", node.name, (), ""))
    return terms.const(values, node.name if values.dtype.kind == "f" and values.ndim > 1 else "")


def _identity_cast(terms, node, args):
    whole = {3, 9}
    if args[0].op == "var" or (
        attribute(node, "SrcT").type in whole and attribute(node, "DstT").type in whole
    ):
        return args[0]
    return terms.make("Cast", args, attribute(node, "DstT").type)


def _neg(terms, node, args):
    return terms.mul(terms.number(-1), args[0])


def _matmul(terms, node, args):
    if attribute(node, "transpose_a").b:
        return None
    left, right = args
    return terms.make("matmul", (left, _swapped(terms, right) if attribute(node, "transpose_b").b else right))


def _swapped(terms, term):
    """Return the transposed tensor; a matrix of weights keeps its width."""
    made = terms.make("swap", (term,))
    if is_matrix(term):
        terms.widths[made.number] = term.attr[1][0]
    return made


def is_matrix(term):
    """Whether a term is a whole variable of two axes."""
    return term.op == "var" and term.attr[2] is None and len(term.attr[1]) == 2


def _concat(terms, node, args):
    *parts, axis = args if node.op == "ConcatV2" else (*args[1:], args[0])
    axis = scalar(axis)
    if axis is None:
        return None
    if axis == 0 and all(array(part) is not None for part in parts):
        return _vector(terms, [value for part in parts for value in array(part)])
    whole = _joined(parts, axis)
    return whole_variable(terms, whole) if whole else terms.concat(parts, axis)


def _joined(parts, axis):
    """Return (name, shape) of the variable that partitions along an axis are, in order and without a gap; or None."""
    if any(part.op != "var" or part.attr[2] is None for part in parts):
        return None
    name, shape, _ = parts[0].attr
    at, axis = 0, axis % len(shape)
    for part in parts:
        whole = [(0, size) for size in shape]
        whole[axis] = (at, part.attr[2][axis][1])
        if part.attr[0] != name or part.attr[2] != tuple(whole):
            return None
        at = part.attr[2][axis][1]
    return (name, shape) if at == shape[axis] else None


def whole_variable(terms, whole):
    """Return the term of a variable, given its (name, shape)."""
    term = terms.make("var", (), (*whole, None))
    terms.widths[term.number] = whole[1][-1] if whole[1] else None
    return term


def _vector(terms, values):
    return terms.make("const", (), ("i", (len(values),), tuple(values), ""))


def _pack(terms, node, args):
    if all(isinstance(scalar(arg), int) for arg in args) and not attribute(node, "axis").i:
        return _vector(terms, [scalar(arg) for arg in args])
    return terms.make("Pack", args, attribute(node, "axis").i)


def _range(terms, node, args):
    values = [scalar(arg) for arg in args]
    # No program has a list of a million axes.
    if not all(isinstance(value, int) for value in values) or not values[2] or len(range(*values)) > 4096:
        return terms.make("Range", args)
    return _vector(terms, list(range(*values)))


def _transpose(terms, node, args):
    order = array(args[1])
    if order is None and args[1].op == "concat":
        first, rest = args[1].args[0], args[1].args[1:]
        order = (
            array(first)
            if len(rest) == 1 and rest[0].op == "Range" and scalar(rest[0].args[0]) == 2
            else None
        )
    if order is not None and order[:2] == [1, 0] and order[2:] == list(range(2, len(order))):
        return _swapped(terms, args[0])
    return None


def _scatter(terms, node, args):
    indices = array(args[1])
    if indices is not None and indices == list(range(len(indices))):
        terms.sizes[args[2].number, 0] = len(indices)
    made = terms.make("steps", (args[2],))
    terms.handles[made.number] = args[0]
    return made


def _list_of(terms, node, args):
    return terms.make("steps", args[:1])


def _read(terms, node, args):
    flow, index = (args[2], args[1]) if node.op == "TensorArrayReadV3" else args[:2]
    known = terms.handles.get(flow.number)
    if flow.op == "steps" and (known is None or known is args[0]):
        return element(terms, flow.args[0], index, 0)
    return terms.make("read", (flow, index))


def _write(terms, node, args):
    flow, index, value = (args[3], args[1], args[2]) if node.op == "TensorArrayWriteV3" else args[:3]
    return terms.make("write", (flow, index, value))


def _stack(terms, node, args):
    return terms.make("stack", args[:1] if node.op == "TensorListStack" else args[2:])


def _bounded(op):
    def make(terms, node, args):
        value, bound = args if scalar(args[1]) is not None else args[::-1]
        return terms.clip(op, value, bound)

    return make


def _clip(terms, node, args):
    low, high = scalar(args[1]), scalar(args[2])
    return None if low is None or high is None else terms.make("clip", args[:1], (low, high))


def _compare(op, swapped):
    return lambda terms, node, args: terms.make(op, args[::-1] if swapped else args)


def _fill(terms, node, args):
    made = terms.make("Fill", args, node.name)
    shape = array(args[0]) or (array(args[0].args[-1]) if args[0].op == "concat" else None)
    if shape is None and args[0].op == "Pack":
        shape = [scalar(args[0].args[-1])]
    terms.widths[made.number] = shape[-1] if shape else None
    return made


def _zeros_like(terms, node, args):
    made = terms.make("Fill", (terms.make("Shape", args), terms.number(0.0)))
    terms.widths[made.number] = terms.width(args[0])
    return made


def _placeholder(terms, node, args):
    made, shape = stand_alone(terms, node, args), shape_of(node)
    terms.widths[made.number] = shape[-1] if shape else None
    return made


def _reduce(terms, node, args):
    return terms.make(node.op, args[:1]) if array(args[1]) in ([0], [-1]) or scalar(args[1]) == 0 else None


def _reverse(terms, node, args):
    axes = array(args[1])
    if axes is not None and len(axes) == 1 and axes[0] in (0, 1):
        inner, axis = (args[0].args[0], 1 - axes[0]) if args[0].op == "swap" else (args[0], axes[0])
        made = terms.make("reverse", (inner,), axis)
        return terms.make("swap", (made,)) if args[0].op == "swap" else made
    return None


def _reverse_sequence(terms, node, args):
    axes = (attribute(node, "seq_dim").i, attribute(node, "batch_dim").i)
    inner, axes = (args[0].args[0], axes[::-1]) if args[0].op == "swap" else (args[0], axes)
    if axes not in ((0, 1), (1, 0)):
        return None
    made = terms.make("ReverseSequence", (inner, args[1]), axes[0])
    return terms.make("swap", (made,)) if args[0].op == "swap" else made


def _of_terms(name):
    return lambda terms, node, args: getattr(terms, name)(*args)


def _both(op):
    """Return the form of an operation on two conditions, whose order does not matter."""
    return lambda terms, node, args: terms.make(op, sorted(args, key=lambda term: term.number))


#: The forms of the table of operations; where one returns None, the operation is a term of its own.
FORMS = {
    **{name: _of_terms(name) for name in ("add", "sub", "mul", "div", "inverse", "select")},
    "elementwise": lambda terms, node, args: terms.elementwise(node.op, args[0]),
    "neg": _neg,
    "matmul": _matmul,
    "minimum": _bounded("minimum"),
    "maximum": _bounded("maximum"),
    "clip": _clip,
    "greater_equal": _compare("ge", False),
    "less_equal": _compare("ge", True),
    "less": _compare("less", False),
    "greater": _compare("less", True),
    "and": _both("and"),
    "or": _both("or"),
    "reduce": _reduce,
    "cast": _identity_cast,
    "range": _range,
    "const": _const,
    "placeholder": _placeholder,
    "each": lambda terms, node, args: list(args),
    "concat": _concat,
    "pack": _pack,
    "unpack": unpack,
    "split": split,
    "slice": slice_,
    "strided_slice": strided_slice,
    "transpose": _transpose,
    "gather": gather,
    "fill": _fill,
    "zeros_like": _zeros_like,
    "reverse": _reverse,
    "reverse_sequence": _reverse_sequence,
    "scatter": _scatter,
    "list": _list_of,
    "read": _read,
    "write": _write,
    "stack": _stack,
}

__all__ = ["FORMS", "constant", "operate", "stand_alone", "whole_variable"]
