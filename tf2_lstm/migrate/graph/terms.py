"""Terms: what a tensor is computed from, hash-consed and normalised.

Two tensors that compute the same thing from the same leaves are the same `Term` object, so equations are compared
with `is`. The normal forms: sums and products are flat and sorted with their constants folded, a difference is a sum
with a factor -1, a quotient is a product with an inverse, some columns are a "column_slice" with numbers, a pair of
minimum and maximum is "clip", the branches of a conditional and of a Select are "select", a step of a sequence is an
"element". Everything else is a term of its own operation with its attributes, so that it can match nothing by chance.
"""

import numpy as np

from tf2_lstm.migrate.graph.constants import folded, written
from tf2_lstm.migrate.graph.operations import ELEMENTWISE, SILENT, Trait, having
from tf2_lstm.migrate.graph.walks import fold

#: The most parts that a sum, product or concatenation is flattened to. No cell has as many; a term that is used twice
#: at each of twenty levels would have a million.
MOST_PARTS = 64
#: Operations that compute nothing forward from their inputs.
_NO_READERS = SILENT | having(Trait.KEEPS)
#: Leaves -> the names that people know.
LEAVES = {
    "var": "a variable",
    "const": "a constant",
    "loopvar": "a state",
    "element": "a step of the input",
    "exit": "the end of a loop",
}


class Term:
    """One node of the shared graph of terms; made by `Terms` only, compared by identity.

    Attributes:
        op: its kind: "var", "const", "loopvar", "add", "column_slice", ..., or a TF1 operation's name.
        args: the terms that it is computed from.
        attr: further data that tells it from other terms, hashable.
        number: its place in the order in which terms are made; arguments come first.
    """

    __slots__ = ("args", "attr", "number", "op")

    def __init__(self, op, args, attr, number):
        self.op, self.args, self.attr, self.number = op, args, attr, number

    def __repr__(self):
        return describe(self)


def describe(term, depth=2):
    """Describe a term in a few words, for messages: "mul(Sigmoid(add), Tanh(add))"."""
    name = LEAVES.get(term.op, term.op)
    if not term.args or depth == 0 or term.op == "element":
        return name
    return f"{name}({', '.join(describe(arg, depth - 1) for arg in term.args)})"


class Terms:
    """The table of all terms of a model, and the functions that make them in normal form.

    Example:
        ```python
        terms = Terms()
        x, one = terms.make("Placeholder", (), "x"), terms.number(1.0)
        assert terms.add(one, x) is terms.add(x, one)
        assert terms.add(x, terms.number(0.0)) is x
        assert terms.sub(terms.add(x, one), one) is x
        ```
    """

    def __init__(self):
        self.known, self.every, self.using = {}, [], {}
        # Set by a `GraphReader`: the nodes of the gradients, and a term's number -> the node that computes it.
        self.backward, self.places = frozenset(), {}
        self.widths, self.sizes, self.handles, self.pieces = {}, {}, {}, {}
        self.keeps, self.masks, self.scaled = {}, {}, {}

    def make(self, op, args=(), attr=None):
        """Return the term of these parts, the same object for the same parts."""
        key = (op, tuple(arg.number for arg in args), attr)
        if key not in self.known:
            self.known[key] = Term(op, tuple(args), attr, len(self.every))
            self.every.append(self.known[key])
            for arg in args:
                self.using.setdefault(arg.number, []).append(self.known[key])
        return self.known[key]

    def find(self, op, args=(), attr=None):
        """Return the term of these parts if it was made, else None."""
        return self.known.get((op, tuple(arg.number for arg in args), attr))

    def users(self, term):
        """List the terms that are computed from a term directly."""
        return list(self.using.get(term.number, ()))

    def readers(self, term):
        """List the terms that nodes of the forward part compute from a term directly, or assign."""
        return [user for user in self.users(term) if self.is_forward(user)]

    def is_forward(self, user):
        """Whether a node of the forward part computes a term; one that only a matcher tried has no node."""
        place = self.places.get(user.number)
        return bool(place) and place not in self.backward and user.op not in _NO_READERS

    def const(self, array, own=""):
        """Return the term of a constant; float32 values are kept as people wrote them, 0.1 and not 0.10000000149.

        A constant with a name of its `own` equals no other one: two initial states of zeros are two.
        """
        array = np.asarray(array)
        if array.dtype.kind == "f" and array.size and np.all(array == array.flat[0]):
            return self.make("const", (), ("f", array.shape, (written(array.flat[0]),), own))
        kind = {"f": "f", "b": "b"}.get(array.dtype.kind, "i")
        values = tuple(written(value) if kind == "f" else value.item() for value in array.flat)
        return self.make("const", (), (kind, array.shape, values, own))

    def number(self, value):
        """Return the term of a scalar number."""
        kind = "f" if isinstance(value, float) else "i"
        return self.make("const", (), (kind, (), (value,), ""))

    def add(self, *args):
        """Return the sum: flat, constants folded, zero dropped."""
        return self._flat("add", args, lambda a, b: a + b, 0)

    def mul(self, *args):
        """Return the product: flat, constants folded, one dropped."""
        return self._flat("mul", args, lambda a, b: a * b, 1)

    def sub(self, left, right):
        """Return the difference as a sum."""
        return self.add(left, self.mul(self.number(-1), right))

    def div(self, left, right):
        """Return the quotient as a product."""
        return self.mul(left, self.inverse(right))

    def inverse(self, term):
        """Return 1 / term."""
        if term.op == "inverse":
            return term.args[0]
        value = scalar(term)
        return self.number(float(1 / value)) if value else self.make("inverse", (term,))

    def _flat(self, op, args, fold, neutral):
        parts, value, floating = [], neutral, False
        for arg in args:
            for part in self._flattened(op, arg, len(parts)):
                number = scalar(part)
                if number is None:
                    parts.append(part)
                else:
                    value, floating = folded(fold, value, number), floating or isinstance(number, float)
        if op == "add":
            parts, value = self._distributed(parts, value)
        else:
            parts = [part for part in parts if not _is_ones_beside(part, parts)]
        if value != neutral or not parts:
            parts.append(self.number(float(value) if floating else value))
        if len(parts) == 1:
            return parts[0]
        return self.make(op, sorted(parts, key=lambda term: term.number))

    def _flattened(self, op, arg, more):
        """Return the parts of an argument of the same operation, as long as they are few; else the argument."""
        return arg.args if arg.op == op and more + len(arg.args) <= MOST_PARTS else (arg,)

    def _distributed(self, parts, value):
        """Turn -1 * (a + b) in a sum into -a and -b, and drop parts that occur with both signs."""
        plain = []
        for part in parts:
            minus = negated(part)
            inner = minus is not None and len(minus) == 1 and minus[0].op == "add" and len(plain) < MOST_PARTS
            plain += [self.mul(self.number(-1), term) for term in minus[0].args] if inner else [part]
        for part in list(plain):
            minus = negated(part)
            opposite = self.mul(*minus) if minus else None
            if opposite in plain and part in plain:
                plain.remove(part)
                plain.remove(opposite)
        left = []
        for part in plain:
            number = scalar(part)
            value, left = (value + number, left) if number is not None else (value, [*left, part])
        return left, value

    def without(self, term, part):
        """Return a sum or product without `part`; None where the part is not in it, or is all of it."""
        left = _left(term, part)
        # A part of a normal form is one.
        return None if not left else left[0] if len(left) == 1 else self.make(term.op, left)

    def elementwise(self, op, term):
        """Return the term of an elementwise function."""
        return self.make(op, (term,))

    def column_slice(self, term, start, stop):
        """Return the columns start to stop of a matrix."""
        return fold((term, start, stop), self.pieces, _columns_below, self._column_slice)

    def _column_slice(self, part):
        term, start, stop = part
        if start == 0 and self.width(term) == stop:
            return term
        below = [self.pieces[one] for one in _columns_below(part)]
        if term.op == "column_slice":
            return below[0]
        if term.op in ELEMENTWISE:
            return self.make(term.op, below)
        if term.op == "select":
            return self.select(term.args[0], *below)
        if term.op == "concat" and term.attr in (1, -1):
            piece = self._part(term, start, stop)
            if piece is not None:
                return piece
        return self.make("column_slice", (term,), (start, stop))

    def _part(self, term, start, stop):
        at, inside = 0, []
        for arg in term.args:
            if at >= stop:
                break
            width = self.width(arg)
            if width is None:
                return None
            if start <= at and at + width <= stop:
                inside.append(arg)
            at += width
        sizes = sum(self.width(arg) for arg in inside)
        return self.concat(inside, term.attr) if inside and sizes == stop - start else None

    def concat(self, args, axis):
        """Return a concatenation, flat; of one part, the part."""
        parts = []
        for arg in args:
            parts += self._flattened("concat", arg, len(parts)) if arg.attr == axis else (arg,)
        return parts[0] if len(parts) == 1 else self.make("concat", parts, axis)

    def clip(self, op, term, bound):
        """Return a minimum or maximum with a constant; both, in the order of clip_by_value, are a "clip"."""
        value = scalar(bound)
        if value is not None and scalar(term) is not None:
            return self.number((max if op == "maximum" else min)(value, scalar(term)))
        other = {"maximum": "minimum", "minimum": "maximum"}[op]
        if value is None:
            return self.make(op, sorted((term, bound), key=lambda one: one.number))
        if term.op == other and isinstance(term.attr, tuple) and term.attr[0] == "bound":
            low, high = (value, term.attr[1]) if op == "maximum" else (term.attr[1], value)
            if low <= high:
                return self.make("clip", term.args, (low, high))
        return self.make(op, (term,), ("bound", value))

    def select(self, condition, yes, no):
        """Return a choice; the shortcuts of a masked step (no row ended, all rows ended) are dropped."""
        if yes is no:
            return yes
        if condition.op == "const" and condition.attr[:2] == ("b", ()):
            return yes if condition.attr[2][0] else no
        if (
            no.op == "select"
            and no.args[0].op == "ge"
            and no.args[1] is yes
            and reaches(condition, no.args[0])
        ):
            return no
        if no.op == "select" and no.args[2] is yes and before(condition, no.args[0]):
            return no
        return self.make("select", (condition, yes, no))

    def width(self, term):
        """Return the number of columns of a term; None where the graph does not fix it."""
        return fold(term.number, self.widths, self._widths_below, self._width)

    def _widths_below(self, number):
        """Return the numbers of the terms that tell the width of a term."""
        term = self.every[number]
        args = ()
        of_variable = term.op == "element" and term.args[0].op == "var"
        if term.op in ("add", "mul", "maximum", "minimum") or (term.op == "concat" and term.attr in (1, -1)):
            args = term.args
        elif term.op in ("select", "matmul"):
            args = term.args[1:]
        elif term.op in ELEMENTWISE or term.op in ("clip", "inverse", "Floor") or of_variable:
            args = term.args[:1]
        return [arg.number for arg in args]

    def _width(self, number):
        term, found = self.every[number], [self.widths[one] for one in self._widths_below(number)]
        if term.op == "concat":
            return None if None in found or not found else sum(found)
        if found:
            return max((width for width in found if width is not None), default=None)
        if term.op == "column_slice":
            return term.attr[1] - term.attr[0]
        if term.op == "const":
            return term.attr[1][-1] if term.attr[1] else None
        return None


def _is_ones_beside(part, parts):
    """Whether a factor is ones of the shape of another factor, as a dropout that keeps everything is."""
    if part.op != "Fill" or scalar(part.args[1]) != 1 or part.args[0].op != "Shape":
        return False
    (source,) = part.args[0].args
    return any(_is_alike(source, other) for other in parts if other is not part)


def _is_alike(one, other):
    """Whether two tensors are the same, or steps of one sequence."""
    steps = one.op == other.op == "element" and one.args[0] is other.args[0] and one.attr == other.attr
    return one is other or steps


def _columns_below(part):
    """Return the term whose columns the columns of a term are computed from."""
    term, start, stop = part
    if term.op == "column_slice":
        return [(term.args[0], term.attr[0] + start, term.attr[0] + stop)]
    if term.op in ELEMENTWISE or term.op == "select":
        return [(arg, start, stop) for arg in (term.args[1:] if term.op == "select" else term.args)]
    return []


def scalar(term):
    """Return the value of a scalar constant, else None."""
    return term.attr[2][0] if term.op == "const" and term.attr[1] == () and term.attr[0] in "fi" else None


def array(term):
    """Return the values of a constant of integers as a list, else None."""
    return list(term.attr[2]) if term.op == "const" and term.attr[0] == "i" else None


def constant(term):
    """Return the value that all elements of a float constant or a Fill have, else None."""
    if term.op == "Fill":
        return scalar(term.args[1])
    return term.attr[2][0] if term.op == "const" and term.attr[0] == "f" and len(term.attr[2]) == 1 else None


def negated(term):
    """Return the factors of -1 * factors, else None."""
    if term.op != "mul":
        return None
    rest = [arg for arg in term.args if scalar(arg) is None]
    return rest if [scalar(arg) for arg in term.args if scalar(arg) is not None] == [-1] else None


def holds(term, part):
    """Whether a sum or product has a part, and something beside it; this makes no term."""
    return bool(_left(term, part))


def _left(term, part):
    """Return the arguments of a sum or product without those of a part of it; None where the part is not in it."""
    left = list(term.args)
    for piece in part.args if part.op == term.op and part not in left else (part,):
        if piece not in left:
            return None
        left.remove(piece)
    return left


def masked(term):
    """Whether a term is a choice by "the row has ended at this step", for a step whose number is known."""
    return term.op == "select" and term.args[0].op == "ge" and scalar(term.args[0].args[0]) is not None


def reaches(condition, finished):
    """Whether a condition is "the time has reached the longest row", for a mask "the time has reached the row"."""
    time, lengths = finished.args
    return condition.op == "ge" and condition.args[0] is time and reduced(condition.args[1], "Max", lengths)


def before(condition, finished):
    """Whether a condition is "the time is before the end of the shortest row"."""
    if finished.op != "ge" or condition.op != "less":
        return False
    time, lengths = finished.args
    return condition.args[0] is time and reduced(condition.args[1], "Min", lengths)


def reduced(term, op, source):
    """Whether a term is a reduction of a whole vector."""
    return term.op == op and term.args[0] is source


def leaves(term, stop=()):
    """List all terms that a term, or a list of them, is computed from, itself included; `stop` ends the search."""
    seen, todo = {}, [term] if isinstance(term, Term) else list(term)
    while todo:
        one = todo.pop()
        if one.number not in seen:
            seen[one.number] = one
            todo += () if one in stop else one.args
    return list(seen.values())
