"""Give the sizes of a source names, so that one that several lines have is in one place."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Repeat
from tf2_lstm.migrate.keras_code.followed import Names, cell_layer, loop_layer, model_layer
from tf2_lstm.migrate.keras_code.layer_rules import LAYERS
from tf2_lstm.migrate.keras_code.written_size import WrittenSize, constants, settle


def with_sizes(programs, loops=None, cells=None):
    """Find the sizes of a source.

    A size has a name where everything that depends on it can be followed, so that to change it there makes a model of
    that size; the others stay numbers.

    Args:
        programs: name of a function that builds a model -> its `Program`; each after those that it calls.
        loops: name of a class -> its `Cycle`.
        cells: name of a class -> its `OwnCell`.

    Returns:
        (programs, loops, cells, constants): the arguments with a `WrittenSize` in the place of each int; the
        constants are name -> int.

    Example:
        ```python
        from tf2_lstm.migrate.keras_code.expression import Apply
        from tf2_lstm.migrate.keras_code.program import Program

        program = Program()
        x = program.add("x", Apply("keras.Input", ((None, 3),)))
        hidden = program.add("hidden", Apply("keras.layers.Dense", (5,)))
        program.add("y", Apply("keras.ops.reshape", (Apply(hidden, (x,)), (-1, 5))))
        *_, names = with_sizes({"build_model": program})
        assert names == {"HIDDEN_UNITS": 5}
        ```
    """
    sizes, makers = Sizes(), {}
    # The programs first: a reader looks for their sizes.
    found = {name: replace(one, lines=sizes.in_lines(one.lines)) for name, one in reversed(programs.items())}
    programs = {name: found[name] for name in programs}
    loops = {name: sizes.in_cycle(one) for name, one in (loops or {}).items()}
    cells = {name: sizes.in_cell(one) for name, one in (cells or {}).items()}
    makers |= {name: _maker(loop_layer, makers, one) for name, one in loops.items()}
    makers |= {name: lambda name, one=one, **_: cell_layer(makers, name, one) for name, one in cells.items()}
    for name, program in programs.items():
        names = Names(makers, _prefix(name, program)).assign(program.lines)
        model = model_layer(names.value(program.inputs), names.value(program.outputs))
        makers[name] = lambda name, model=model, **_: model
    settle(sizes.made)
    return programs, loops, cells, constants(sizes.made)


def _maker(layer, makers, one):
    return lambda name, **_: layer(makers, one)


class Sizes:
    """Replaces ints by `WrittenSize`s.

    Attributes:
        made: all of them, in the order of the source.
    """

    def __init__(self):
        self.made = []

    def of(self, value):
        """Return an expression, or lists, tuples and dicts of expressions, with `WrittenSize`s."""
        if isinstance(value, Apply):
            return Apply(value.what, self.of(value.arguments), self.of(value.options))
        if isinstance(value, Item):
            return Item(self.of(value.of), value.at)
        if isinstance(value, Repeat):
            return Repeat(self.in_cycle(value.cycle), self.of(value.initial))
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.of, value))
        if isinstance(value, dict):
            return {key: self.of(one) for key, one in value.items()}
        if type(value) is not int or value < 0:
            return value
        self.made.append(WrittenSize(value))
        return self.made[-1]

    def in_lines(self, lines):
        """Return `Line`s with sizes."""
        return [Line(one.targets, self.of(one.value), one.note) for one in lines]

    def in_cycle(self, cycle):
        """Return a `Cycle` with sizes."""
        return replace(
            cycle,
            carried=tuple(replace(one, shape=self.of(one.shape)) for one in cycle.carried),
            before=self.in_lines(cycle.before),
            condition=self.in_lines(cycle.condition),
            goes_on=self.of(cycle.goes_on),
            body=self.in_lines(cycle.body),
            results=self.of(tuple(cycle.results)),
            cells=self._in_held(cycle.cells),
            layers=tuple(
                replace(one, call=self.of(one.call), shape=self.of(one.shape)) for one in cycle.layers
            ),
        )

    def in_cell(self, cell):
        """Return an `OwnCell` with sizes."""
        return replace(
            cell,
            states=tuple((name, self.of(size)) for name, size in cell.states),
            weights=tuple(replace(one, shape=self.of(tuple(one.shape))) for one in cell.weights),
            lines=self.in_lines(cell.lines),
            output=self.of(cell.output),
            output_size=self.of(cell.output_size),
            results=self.of(tuple(cell.results)),
            cells=self._in_held(cell.cells),
        )

    def _in_held(self, cells):
        return tuple(replace(one, width=self.of(one.width), written=self.of(one.call)) for one in cells)


def _prefix(function, program):
    """Return the prefix of the names of a function's sizes, "{}" for a layer's name; a single cell needs no name."""
    if function == "build_model":
        return "{}"
    room = function.removeprefix("build_")
    return room if sum(_makes_units(line.value) for line in program.lines) == 1 else f"{room}_{{}}"


def _makes_units(expression):
    """Return how many cells or layers with a number of units an expression makes."""
    if not isinstance(expression, Apply):
        return 0
    first = expression.arguments[0] if expression.arguments else None
    own = isinstance(first, WrittenSize) and expression.what in LAYERS
    return own + sum(map(_makes_units, expression.arguments))
