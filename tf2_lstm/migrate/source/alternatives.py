"""The values that an expression may have, as far as the source shows.

A value is a frozenset of alternatives (`cell_fn = GRUCell if small else LSTMCell` has two); the empty set is
a value that is not known. Nothing is executed.
"""

import ast
from dataclasses import dataclass, field
from typing import Any

UNKNOWN: frozenset = frozenset()
LIMIT = 24
LONGEST = 64
DEEPEST = 6


@dataclass(frozen=True)
class Symbol:
    """An imported object, by its full dotted name."""

    dotted: str


@dataclass(frozen=True)
class Member:
    """A member of a namespace that is only chosen at run time."""

    namespace: str


@dataclass(frozen=True)
class Constant:
    """A literal; `kind` keeps True and 1 apart."""

    value: Any
    kind: type


@dataclass(frozen=True)
class Made:
    """The result of a call.

    Attributes:
        maker: the full name of the callable.
        role: "cell", "state", "outputs" or "other".
        site: the ids of the calls that made it, outermost first; two values of one site are one object.
        detail: the name of the innermost cell, "LSTMCell" for a dropout around one.
    """

    maker: str
    role: str
    site: tuple
    detail: str = ""


@dataclass(frozen=True)
class Bound:
    """A method of a `Made` object, not yet called."""

    owner: Made
    name: str


@dataclass(frozen=True)
class Items:
    """A list or tuple.

    Attributes:
        items: the values of its items.
        shared: the same object is in it more than once.
        several: an item may stand for any number of items.
        depth: how deeply lists and tables are nested in it.
    """

    items: tuple
    shared: bool = False
    several: bool = False
    depth: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class Table:
    """A dictionary or a namespace: pairs of a constant key (None when it is not known) and a value."""

    entries: tuple
    depth: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True)
class LocalModule:
    """A module of the program's own, by its path."""

    path: str


@dataclass(frozen=True)
class Partial:
    """functools.partial(function, ...)."""

    function: frozenset
    call: ast.Call


@dataclass(eq=False)
class Function:
    """A function of the program's own; `returns` is None until it was walked."""

    node: Any
    scope: Any
    owner: Any = None
    returns: Any = None
    nodes: Any = None


@dataclass(eq=False)
class Class:
    """A class of the program's own; `attributes` holds the values that its methods store on self."""

    node: Any
    scope: Any
    bases: tuple
    attributes: dict = field(default_factory=dict)
    looked_at: bool = False


@dataclass(frozen=True)
class Instance:
    """An object of a class of the program's own; `site` tells two of one class apart, () is `self`."""

    cls: Class
    site: tuple = ()


def join(*values):
    """Return the union of values, cut off where it grows too large; names are kept before literals."""
    joined = frozenset().union(*values)
    return joined if len(joined) <= LIMIT else frozenset(sorted(joined, key=_rank)[:LIMIT])


def _rank(alternative):
    words = (getattr(alternative, name, "") for name in ("maker", "dotted", "namespace", "path"))
    return (isinstance(alternative, Constant), type(alternative).__name__, *words)


def listed(items, shared=False, several=False):
    """Return a list as a value: a long one as what its items may be, one nested too deep as UNKNOWN."""
    if len(items) > LONGEST:
        items, several = (join(*items),), True
    depth = _depth(items)
    return frozenset((Items(tuple(items), shared, several, depth),)) if depth <= DEEPEST else UNKNOWN


def tabled(entries):
    """Return a dictionary as a value; one that is nested too deep is UNKNOWN."""
    depth = _depth(value for _, value in entries)
    return frozenset((Table(tuple(entries), depth),)) if depth <= DEEPEST else UNKNOWN


def _depth(values):
    return 1 + max((getattr(v, "depth", 0) for value in values for v in value), default=0)


def constant(value):
    """Return the value of a literal, UNKNOWN for one that cannot be hashed."""
    return frozenset((Constant(value, type(value)),))


def only_constant(value, default=None):
    """Return the one constant that a value is, or `default`."""
    if len(value) == 1:
        (alternative,) = value
        if isinstance(alternative, Constant):
            return alternative.value
    return default


def iterate(value, place=None):
    """Return the value of the variable of a loop over a value.

    Args:
        value: the value.
        place: where the loop is: there each iteration has an object of its own, except in lists of one object.
    """
    found = []
    for alternative in value:
        if isinstance(alternative, Items):
            own = place is not None and not alternative.shared
            found += [one_of_many(v, place) for v in alternative.items] if own else alternative.items
        elif isinstance(alternative, Table):
            found += [constant(key) for key, _ in alternative.entries if key is not None]
        elif isinstance(alternative, Made) and alternative.role == "state":
            found.append(frozenset((alternative,)))
    return join(*found)


def item(value, key, place=None):
    """Return the value of a subscript of a value.

    Args:
        value: the value.
        key: a constant, or None for one that is not known.
        place: where the subscript is: an unknown key may be another one at each place.
    """
    where = ("item", key) if key is not None else place
    found = []
    for alternative in value:
        if isinstance(alternative, Items):
            exact = isinstance(key, int) and not alternative.several
            if exact and -len(alternative.items) <= key < len(alternative.items):
                found.append(alternative.items[key])
            elif where is not None and not alternative.shared:
                found += [one_of_many(value, where) for value in alternative.items]
            else:
                found += alternative.items
        elif isinstance(alternative, Table):
            found += [
                entry if name is not None or where is None else one_of_many(entry, where)
                for name, entry in alternative.entries
                if key is None or name in (key, None)
            ]
        elif isinstance(alternative, Made) and alternative.role == "state":
            found.append(frozenset((alternative,)))
    return join(*found)


def one_of_many(value, place):
    """Return a value whose cells are the objects at one place: each place has an object of its own."""
    return frozenset(_of_place(v, place) for v in value)


def _of_place(v, place):
    if isinstance(v, Made) and v.role == "cell":
        return Made(v.maker, v.role, (place, *v.site)[:6], v.detail)
    if isinstance(v, Instance):
        return Instance(v.cls, (place, *v.site)[:6])
    if isinstance(v, Items) and not v.shared:
        return Items(tuple(one_of_many(one, place) for one in v.items), v.shared, v.several, v.depth)
    return v


def members(value):
    """Return the alternatives of a value, with the items of lists instead of the lists."""
    found = frozenset(v for v in value if not isinstance(v, Items))
    return found.union(*(members(one) for v in value if isinstance(v, Items) for one in v.items))


def cells_in(value):
    """Return the cell objects among the alternatives of a value."""
    return frozenset(v for v in value if isinstance(v, Made) and v.role == "cell")


def one_object(value):
    """Return the site of the one cell object that a value is, None when it may be several or is not known."""
    sites = {cell.site for cell in cells_in(value)}
    return sites.pop() if len(sites) == 1 and len(cells_in(value)) == len(value) else None
