"""Lines of Keras code as data: `build` evaluates them and `emit` prints them."""

import keyword
from dataclasses import dataclass, field
from typing import Any

from tf2_lstm.migrate.build import Symbol

#: The name of the function that lines call for the mask of lengths; code that only writes them needs no Keras.
LENGTH_MASK = "tf2_lstm.migrate.keras_code.length_mask.length_mask"


@dataclass(frozen=True)
class Ref:
    """A name that an earlier line assigned."""

    name: str

    def __post_init__(self):
        if not self.name.isidentifier() or keyword.iskeyword(self.name):
            raise ValueError(
                f"{self.name!r}: expected a Python name. Report this: names here are made, not read."
            )


@dataclass(frozen=True)
class Item:
    """One element of a value, `states[0]`, or a part of a tensor.

    Attributes:
        of: an expression.
        at: the index: a number, the key of a dict, or a tuple of numbers, slices, None and Ellipsis.
    """

    of: Any
    at: Any


@dataclass(frozen=True)
class Apply:
    """A call.

    Attributes:
        what: a symbol such as "keras.layers.LSTM", or a `Ref` to a layer.
        arguments: positional ones: expressions, numbers, strings, None, and lists, tuples and dicts of them.
        options: keyword ones, of the same kinds.
    """

    what: Any
    arguments: tuple = ()
    options: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Repeat:
    """A loop among the lines of another loop, of which only data is made.

    Attributes:
        cycle: the `keras_code.cycle.Cycle`.
        initial: the expressions of the initial carried values.
    """

    cycle: Any
    initial: tuple


@dataclass(frozen=True)
class Line:
    """One assignment.

    Attributes:
        targets: the names; more than one, or one that begins with "*", unpack the value.
        value: an expression.
        note: a comment above the line, "" for none.
    """

    targets: tuple
    value: Any
    note: str = ""


def evaluate(lines, resolve, given=()):
    """Run lines.

    Args:
        lines: the `Line`s, in order.
        resolve: a function from a symbol to the object that it names.
        given: names that have a value before the first line, a dict.

    Returns:
        A dict from name to value.

    Example:
        ```python
        lines = [Line(("a", "*rest"), Apply("divmod", (7, 2))), Line(("b",), Item(Ref("rest"), 0))]
        assert evaluate(lines, {"divmod": divmod}.get) == {"a": 3, "rest": [1], "b": 1}
        ```
    """
    names = dict(given)
    for line in lines:
        _assign(line.targets, value_of(line.value, names, resolve), names)
    return names


def value_of(expression, names, resolve):
    """Return the value of an expression; see `evaluate`."""
    inner = lambda one: value_of(one, names, resolve)  # noqa: E731
    if isinstance(expression, Ref):
        return names[expression.name]
    if isinstance(expression, Symbol):
        return resolve(expression.name)
    if isinstance(expression, Item):
        return inner(expression.of)[expression.at]
    if isinstance(expression, Apply):
        what = inner(expression.what) if isinstance(expression.what, Ref) else resolve(expression.what)
        return what(*map(inner, expression.arguments), **{k: inner(v) for k, v in expression.options.items()})
    if isinstance(expression, (list, tuple)):
        return type(expression)(map(inner, expression))
    if isinstance(expression, dict):
        return {key: inner(value) for key, value in expression.items()}
    return expression


def replaced(expression, by):
    """Return an expression in which names are replaced by other expressions.

    Args:
        expression: the expression, without a `Repeat`.
        by: name -> expression.

    Example:
        ```python
        assert replaced(Item(Ref("x"), 0), {"x": Ref("y")}) == Item(Ref("y"), 0)
        ```
    """

    def inner(one):
        return replaced(one, by)

    if isinstance(expression, Ref):
        return by.get(expression.name, expression)
    if isinstance(expression, Item):
        return Item(inner(expression.of), expression.at)
    if isinstance(expression, Apply):
        options = {name: inner(one) for name, one in expression.options.items()}
        return Apply(inner(expression.what), inner(expression.arguments), options)
    if isinstance(expression, (list, tuple)):
        return type(expression)(map(inner, expression))
    return expression


def _assign(targets, value, names):
    if len(targets) == 1:
        names[targets[0]] = value
        return
    values = list(value)
    if targets[-1].startswith("*"):
        fixed = len(targets) - 1
        values = [*values[:fixed], values[fixed:]]
    names.update((target.lstrip("*"), one) for target, one in zip(targets, values, strict=True))
