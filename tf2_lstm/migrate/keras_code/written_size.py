"""Sizes in the lines of a source: which numbers are the same size, and how each is written."""

import itertools
import math
from collections import Counter

#: How deep a size may be computed from others; a deeper one is written as a number.
_LEVELS = 3
#: How many operands are searched for the size itself.
_LOOKED_AT = 200


class WrittenSize(int):
    """An int in the lines of a source, until it is known which size it is.

    After `same` two of them are one size. A size has a name where a layer of the source makes it,
    is computed where it is a sum, a product or a part of others, and is a number otherwise.

    Args:
        value: the int.
        operator: "+", "*", "-" or "//" for a computed size, "" for any other.
        operands: the sizes that it is computed from, two for "-" and "//".

    Attributes:
        name: the name of the constant, "" for none.
        is_fixed: whether it is written as a number, as something depends on it in a way that is not followed.

    Example:
        ```python
        units = WrittenSize(4).named("UNITS")
        state, both = WrittenSize(4), WrittenSize(8)
        same(state, units)
        same(both, total([units, state]))
        settle([units, state, both])
        assert (written(state), written(both)) == ("UNITS", "2 * UNITS")
        ```
    """

    def __new__(cls, value, operator="", operands=()):
        """Return a size that is the same as no other one."""
        self = super().__new__(cls, value)
        self.operator, self.operands = operator, tuple(operands)
        self.name, self.is_fixed, self._joined, self._is_by_name = "", False, None, False
        return self

    @property
    def root(self):
        """The size that represents all sizes that are the same."""
        size = self
        while size._joined is not None:
            size = size._joined
        return size

    def named(self, name):
        """Give the size a name, unless it has one; return it. A size of 1 gets none: it is there to be broadcast."""
        if self != 1:
            self.root.name = self.root.name or name
        return self


def same(one, other):
    """Record that two dimensions are the same size.

    Args:
        one: a `WrittenSize`, or None for an open dimension.
        other: likewise.
    """
    left = [(one, other)]
    while left:
        one, other = left.pop()
        if one is None or other is None or one.root is other.root:
            continue
        one, other = one.root, other.root
        if one != other or (one.operator and other.operator and _form(one) != _form(other)):
            fix([one, other])
            continue
        if one.operator and other.operator:
            left += zip(one.operands, other.operands, strict=True)
        _join(one, other)


def _form(size):
    """Return the operator and the operands' values; two computed sizes that are the same have them in common."""
    return size.operator, list(map(int, size.operands))


def _join(one, other):
    if other.operator and not one.operator and not _is_computed_from(other, one):
        one.operator, one.operands = other.operator, other.operands
    one.name = one.name or other.name
    one.is_fixed = one.is_fixed or other.is_fixed
    other._joined = one
    if one.is_fixed:
        fix(one.operands)


def _is_computed_from(size, one):
    """Whether a size is computed from another one, or from too many to look through."""
    seen, left = set(), [size]
    while left:
        root = left.pop().root
        if root is one or len(seen) > _LOOKED_AT:
            return True
        if id(root) not in seen:
            seen.add(id(root))
            left += root.operands
    return False


def fix(value):
    """Write sizes, and those that they are computed from, as numbers.

    Args:
        value: a `WrittenSize`, or lists, tuples and dicts of them among other things.
    """
    left = [value]
    while left:
        value = left.pop()
        if isinstance(value, WrittenSize):
            if not value.root.is_fixed:
                value.root.is_fixed = True
                left += value.root.operands
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, (list, tuple)):
            left += value


def total(sizes):
    """Return the sum of dimensions: a `WrittenSize`, None if one is open."""
    return None if None in sizes else WrittenSize(sum(sizes), "+", sizes)


def less(size, number):
    """Return a dimension that is smaller by a number: a `WrittenSize`, None if the dimension is open."""
    return None if size is None else WrittenSize(size - number, "-", (size, WrittenSize(number)))


def product(sizes):
    """Return the product of dimensions: a `WrittenSize`, None if one is open."""
    sizes = [size for size in sizes if size != 1]
    if None in sizes:
        return None
    return sizes[0] if len(sizes) == 1 else WrittenSize(math.prod(sizes), "*", sizes)


def settle(sizes):
    """Decide how sizes are written; to be called once, after the last `same` and `fix`.

    Args:
        sizes: the `WrittenSize`s of a source.
    """
    roots, left = {}, [size.root for size in reversed(sizes)]
    while left:
        root = left.pop()
        if id(root) not in roots:
            roots[id(root)] = root
            left += [one.root for one in root.operands]
    for root in roots.values():
        _by_its_own_name(root)
    for root in itertools.chain(*_levels(roots.values())):
        named = any(one.root._is_by_name for one in root.operands) if root.operator else bool(root.name)
        root._is_by_name = named and not root.is_fixed
    _name_apart([root for root in roots.values() if root.name])


def _name_apart(roots):
    """Add a number to a name that several sizes have, in all but the first."""
    taken = set()
    for root in roots:
        names = itertools.chain([root.name], (f"{root.name}_{number}" for number in itertools.count(2)))
        root.name = next(name for name in names if name not in taken)
        taken.add(root.name)


def _by_its_own_name(root):
    """Compute the parts of a named sum from it, if they are equal and have no name."""
    parts = {id(one.root): one.root for one in root.operands}
    if root.operator == "+" and root.name and not root.is_fixed and len(parts) == 1:
        [part] = parts.values()
        if not part.name and not part.operator:
            part.operator, part.operands = "//", (root, WrittenSize(len(root.operands)))
            root.operator, root.operands = "", ()


def _levels(roots):
    """List sizes by how deep they are computed from others, those that are not first; fix those that are too deep."""
    levels, known = [[root for root in roots if not root.operator]], set()
    for _ in range(_LEVELS):
        known.update(map(id, levels[-1]))
        levels.append(
            [
                root
                for root in roots
                if id(root) not in known
                and all(id(one.root) in known or not one.root.operator for one in root.operands)
            ]
        )
    known.update(map(id, levels[-1]))
    fix([root for root in roots if id(root) not in known])
    return levels


def constants(sizes):
    """Return the sizes that are written as a name: name -> int, in the order of their first occurrence.

    Args:
        sizes: all `WrittenSize`s of a source in its order, settled.
    """
    roots = [size.root for size in sizes]
    return {root.name: int(root) for root in roots if root._is_by_name and not root.operator}


def written(size):
    """Return a settled `WrittenSize` as source text."""
    root = size.root
    if not root._is_by_name:
        return str(int(root))
    if not root.operator:
        return root.name
    texts = list(map(written, root.operands))
    if root.operator != "+":
        return f" {root.operator} ".join(map(_factor, texts))
    return " + ".join(
        text if count == 1 else f"{count} * {_factor(text)}" for text, count in Counter(texts).items()
    )


def _factor(text):
    return text if text.isidentifier() or text.isdecimal() else f"({text})"
