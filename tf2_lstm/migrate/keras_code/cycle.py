"""A while loop as lines: the data of a `tf2_lstm.Loop`, and the source of a layer that a person can read."""

from dataclasses import dataclass

from tf2_lstm.migrate.keras_code.drops import constructor
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Ref, Repeat, Symbol
from tf2_lstm.migrate.keras_code.held_cells import built
from tf2_lstm.migrate.keras_code.held_layers import layers_built, layers_made
from tf2_lstm.migrate.keras_code.write import write_comment, write_line, write_value


@dataclass(frozen=True)
class Carried:
    """A carried value of a loop.

    Attributes:
        name: its name in the lines.
        dtype: the dtype's name.
        shape: a tuple of ints, None for a size that is open.
        array: whether the lines only read and write its elements.
    """

    name: str
    dtype: str
    shape: tuple
    array: bool = False


@dataclass(frozen=True)
class Cycle:
    """A while loop.

    Attributes:
        carried: the `Carried` values.
        before: the `Line`s that nothing in it changes.
        condition: the `Line`s of the condition.
        goes_on: the expression of a boolean scalar.
        body: the `Line`s of a step.
        results: the expressions of the next carried values.
        captured: the names that its lines read and lines around it assign.
        note: a comment, "" for none.
        drops: the `Drop`s that its lines call, those of loops among them too.
        cells: the `HeldCell`s that its lines call, in the same way.
        layers: the `HeldLayer`s that its lines call.
    """

    carried: tuple
    before: tuple
    condition: tuple
    goes_on: object
    body: tuple
    results: tuple
    captured: tuple = ()
    note: str = ""
    drops: tuple = ()
    cells: tuple = ()
    layers: tuple = ()

    @property
    def held(self):
        """All layers that it holds, in the order of their weights in Keras."""
        return (*self.drops, *self.cells, *self.layers)


def data_of(cycle):
    """Return the data of a `Cycle`: the keyword arguments of `tf2_lstm.Loop` but `captured` and the layers it holds.

    Example:
        ```python
        step = Carried("step", "int32", ())
        less, more = Apply("keras.ops.less", (Ref("step"), 3)), Apply("keras.ops.add", (Ref("step"), 1))
        data = data_of(Cycle((step,), (), (), less, (), (more,)))
        assert data["condition"]["gives"]["with"] == [{"ref": "step"}, 3]
        ```
    """
    return {
        "carried": [
            {"name": one.name, "dtype": one.dtype, "shape": list(one.shape)}
            | ({"array": True} if one.array else {})
            for one in cycle.carried
        ],
        "before": data_of_lines(cycle.before),
        "condition": {"lines": data_of_lines(cycle.condition), "gives": data_of_value(cycle.goes_on)},
        "body": {"lines": data_of_lines(cycle.body), "gives": data_of_value(list(cycle.results))},
    }


def data_of_lines(lines):
    """Return `Line`s as data, a list of (name, value) pairs."""
    return [[line.targets[0], data_of_value(line.value)] for line in lines]


def data_of_value(expression):
    """Return an expression as data, a value of a line."""
    if isinstance(expression, Ref):
        return {"ref": expression.name}
    if isinstance(expression, Item):
        return {"item": data_of_value(expression.of), "at": _index(expression.at)}
    if isinstance(expression, Repeat):
        return {"loop": data_of(expression.cycle), "with": data_of_value(list(expression.initial))}
    if isinstance(expression, Apply):
        what = expression.what if isinstance(expression.what, str) else data_of_value(expression.what)
        data = {"call": what, "with": data_of_value(list(expression.arguments))}
        options = {name: data_of_value(one) for name, one in expression.options.items()}
        return {**data, "options": options} if options else data
    if isinstance(expression, (list, tuple)):
        return list(map(data_of_value, expression))
    if isinstance(expression, (Symbol, dict)):
        raise TypeError(
            f"a loop has no line with {expression!r}. Report this: names here are made, not read."
        )
    return expression


def _index(at):
    if isinstance(at, tuple):
        return list(map(_index, at))
    if isinstance(at, slice):
        return {"slice": [at.start, at.stop, at.step]}
    return "..." if at is Ellipsis else at


def class_of(name, cycle):
    """Write a `Cycle` as a Keras layer.

    Args:
        name: the name of the class.
        cycle: the `Cycle`.

    Returns:
        A list of lines of source text.
    """
    lines = write_comment(cycle.note, 0)
    doc = "A while loop." if cycle.cells or cycle.layers else "A while loop; it has no weights."
    lines += [f"class {name}(keras.layers.Layer):", f'    """{doc}"""', ""]
    if cycle.held:
        lines += [*constructor(cycle.drops, cycle.cells), *layers_made(cycle.layers), ""]
    weights = [*built(cycle.cells), *layers_built(cycle.layers)]
    lines += ["    def build(self, *shapes):", *weights, "        self.built = True", ""]
    lines += ["    def call(self, carried, captured):"]
    lines += unpacked(cycle.captured, "captured", 8)
    lines += unpacked([f"{one.name}_given" for one in cycle.carried], "carried", 8)
    lines += [f"        {one.name} = self.{one.name}" for one in cycle.held]
    given = [Ref(f"{one.name}_given") for one in cycle.carried]
    lines += _written(cycle, "return ", given, 8)
    lines += ["", "    def compute_output_spec(self, carried, captured):"]
    specs = [Apply("keras.KerasTensor", (tuple(one.shape),), {"dtype": one.dtype}) for one in cycle.carried]
    return lines + write_value("return ", specs, "", 8)


def unpacked(names, value, indent):
    """Return an assignment of a list's elements to names, as text lines."""
    if not names:
        return []
    left = ", ".join(names) if len(names) > 1 else f"({names[0]},)"
    line = " " * indent + f"{left} = {value}"
    if len(line) <= 88:
        return [line]
    return [
        " " * indent + "(",
        *[" " * (indent + 4) + f"{one}," for one in names],
        " " * indent + f") = {value}",
    ]


def _written(cycle, head, given, indent):
    """Return the lines of a loop: its two functions, and the call of `keras.ops.while_loop`."""
    names = [one.name for one in cycle.carried]
    space = " " * indent
    lines = [text for line in cycle.before for text in _line(line, indent)]
    for function, own, gives in (
        (f"goes_on_{names[0]}", cycle.condition, cycle.goes_on),
        (f"next_{names[0]}", cycle.body, tuple(cycle.results)),
    ):
        lines += ["", *_signature(function, names, space)]
        lines += [text for line in own for text in _line(line, indent + 4)]
        lines += write_value("return ", gives, "", indent + 4)
    first = tuple(
        Apply("tf2_lstm.begin_array", (value,)) if one.array else value
        for one, value in zip(cycle.carried, given, strict=True)
    )
    call = Apply("keras.ops.while_loop", (Ref(f"goes_on_{names[0]}"), Ref(f"next_{names[0]}"), first))
    if not any(one.array for one in cycle.carried):
        return [*lines, "", *write_value(head, call, "", indent)]
    last = tuple(
        Apply("tf2_lstm.end_array", (Ref(one.name), value)) if one.array else Ref(one.name)
        for one, value in zip(cycle.carried, given, strict=True)
    )
    lines += ["", *write_line(Line(tuple(names), call), indent)]
    return [*lines, *write_value(head, last, "", indent)]


def _signature(function, names, space):
    line = f"{space}def {function}({', '.join(names)}):"
    if len(line) <= 88:
        return [line]
    inner = f"{space}    {', '.join(names)}"
    rows = [inner] if len(inner) <= 88 else [f"{space}    {one}," for one in names]
    return [f"{space}def {function}(", *rows, f"{space}):"]


def _line(line, indent):
    """Return a line of a loop as text; a loop in it is written out."""
    if isinstance(line.value, Repeat):
        return _written(line.value.cycle, f"{line.targets[0]} = ", line.value.initial, indent)
    return write_line(Line(line.targets, line.value, line.note), indent)
