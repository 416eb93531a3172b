"""The lines of a loop, edited: several become the call of a layer."""

from dataclasses import dataclass, field, replace
from typing import Any

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Ref, Repeat, replaced
from tf2_lstm.migrate.translate.writing.needed import names_in

_PARTS = ("before", "condition", "body")


@dataclass(frozen=True)
class Found:
    """Lines of a loop that one layer computes.

    Attributes:
        wanted: the name that is meant for the layer.
        symbol: its class.
        arguments: positional arguments that make it.
        options: keyword arguments that make it.
        shape: the shape that it is built for, or a list of shapes.
        weights: the names of its weights, values that the loop is given.
        lines: a function from the `Ref` of the layer to name -> the lines in the place of that name's line.
        note: a sentence about what it computes in another way, "" for none.
    """

    wanted: str
    symbol: str
    arguments: tuple
    options: dict
    shape: Any
    weights: tuple
    lines: Any
    note: str = ""


@dataclass(frozen=True)
class Weight:
    """A variable that only one loop reads.

    Attributes:
        node: the name of the variable's node.
        shape: a tuple.
        options: the options of the layer that holds it in front of the loop.
    """

    node: str
    shape: tuple
    options: dict = field(default_factory=dict)


class LoopLines:
    """The lines of a `Cycle`.

    Args:
        cycle: the `Cycle`.
    """

    def __init__(self, cycle):
        self.cycle = cycle
        self._lines = {line.targets[0]: line for part in _PARTS for line in getattr(cycle, part)}

    def assigns(self, name):
        """Whether a line assigns a name."""
        return name in self._lines

    def value(self, expression):
        """Return the expression that a line assigns to a name; any other expression as it is."""
        line = self._lines.get(expression.name) if isinstance(expression, Ref) else None
        return line.value if line else expression

    def called(self, expression, symbol, **options):
        """Return the arguments of a call of a function of `keras.ops` with these options; () for anything else."""
        value = self.value(expression)
        is_call = isinstance(value, Apply) and value.what == f"keras.ops.{symbol}"
        return value.arguments if is_call and value.options == options else ()

    def argument(self, expression, symbol, **options):
        """Return the first argument of a call of a function of `keras.ops`; None for anything else."""
        return next(iter(self.called(expression, symbol, **options)), None)

    def widened(self, expression, axis):
        """Return the tensor of two axes that an expression is with one more at a place; None for anything else."""
        value, given = self.value(expression), self.called(expression, "expand_dims")
        if given[1:] in ((axis,), (axis - 3,), ([axis],)):
            return given[0]
        index = [slice(None)] * axis + [None]
        is_item = isinstance(value, Item) and isinstance(value.at, tuple)
        rest = value.at[axis + 1 :] if is_item and [*value.at[: axis + 1]] == index else (None,)
        return value.of if all(one == slice(None) for one in rest) else None

    def first_of_axis_1(self, expression):
        """Return the tensor of three axes of which an expression is the only element along the second; else None."""
        value = self.value(expression)
        if isinstance(value, Item) and value.at == (slice(None), 0, slice(None)):
            return value.of
        return self.argument(expression, "squeeze", axis=1)

    def readers(self, name):
        """List the lines that read a name; what the loop gives out is a line without a target."""
        given = [Line((), one) for one in (self.cycle.goes_on, *self.cycle.results)]
        return [line for line in [*self._lines.values(), *given] if name in names_in(line.value)]

    def only_reader(self, name):
        """Return the line that reads a name, None where several do or where the loop gives it out."""
        readers = self.readers(name)
        return readers[0] if len(readers) == 1 and readers[0].targets else None

    def renamed(self, name, other):
        """Return the `Cycle` with another name for a line, None where a loop among the lines reads it."""
        if any(isinstance(line.value, Repeat) for line in self.readers(name)):
            return None
        by = {name: Ref(other)}
        parts = {part: tuple(_renamed(line, by) for line in getattr(self.cycle, part)) for part in _PARTS}
        given = {"goes_on": replaced(self.cycle.goes_on, by), "results": replaced(self.cycle.results, by)}
        return replace(self.cycle, **parts, **given)

    def with_layer(self, layer, found):
        """Return the `Cycle` with a `HeldLayer` that computes what was `Found`; None where it needs later lines."""
        lines = found.lines(Ref(layer.name))
        parts = {
            part: tuple(
                new for line in getattr(self.cycle, part) for new in lines.get(line.targets[0], [line])
            )
            for part in _PARTS
        }
        if not _are_in_order(parts["body"]):
            return None
        captured = tuple(name for name in self.cycle.captured if name not in found.weights)
        held = (*self.cycle.layers, layer)
        return _without_unread(replace(self.cycle, **parts, captured=captured, layers=held))


def _are_in_order(lines):
    """Whether each line comes after those that it reads."""
    missing = {target for line in lines for target in line.targets}
    for line in lines:
        if names_in(line.value) & missing:
            return False
        missing -= {*line.targets}
    return True


def _renamed(line, by):
    targets = tuple(by[one].name if one in by else one for one in line.targets)
    is_reader = by.keys() & names_in(line.value)
    return replace(line, targets=targets, value=replaced(line.value, by) if is_reader else line.value)


def _without_unread(cycle):
    """Return a `Cycle` without the lines that nothing reads."""
    wanted, kept = names_in([cycle.goes_on, *cycle.results]), {}
    for part in ("condition", "body", "before"):
        lines = []
        for line in reversed(getattr(cycle, part)):
            if wanted & {*line.targets}:
                wanted |= names_in(line.value)
                lines.append(line)
        kept[part] = tuple(lines[::-1])
    return replace(cycle, **kept)
