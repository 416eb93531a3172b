"""The lines of one Keras model, while they are collected."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.keras_code.expression import Apply, Line, Ref, Symbol


@dataclass
class Program:
    """A functional Keras model as lines of code.

    Attributes:
        lines: the `Line`s.
        inputs: name of the Keras input -> `Ref`.
        outputs: name of the Keras output -> expression.
        cells: id of a cell's `Call` -> the way to the cell from the model: layer name, attributes, numbers of
            lists, joined by "/".
    """

    lines: list = field(default_factory=list)
    inputs: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)

    def add(self, name, value, note=""):
        """Assign a value to a name that is new; return its `Ref`."""
        name = self.fresh(name)
        self.lines.append(Line((name,), value, note))
        return Ref(name)

    def unpack(self, names, value, note=""):
        """Assign a value to several names; return their `Ref`s. The last name may begin with "*"."""
        self.lines.append(Line(tuple(names), value, note))
        return [Ref(name.lstrip("*")) for name in names]

    def op(self, name, symbol, *arguments, **options):
        """Assign the result of a `keras.ops` function; return its `Ref`."""
        return self.add(name, Apply(f"keras.ops.{symbol}", arguments, options))

    def fresh(self, name):
        """Return a name that no line has assigned: the given one, or with a number."""
        taken = {target.lstrip("*") for line in self.lines for target in line.targets}
        numbered = (f"{name}_{number}" for number in range(len(taken) + 1))
        return name if name not in taken else next(one for one in numbered if one not in taken)


def symbols_of(program):
    """Return every symbol that a `Program` calls: a set of names such as "keras.ops.flip"."""
    found = set()

    def look(expression):
        if isinstance(expression, Symbol):
            found.add(expression.name)
        elif isinstance(expression, Apply):
            found.update([expression.what] if isinstance(expression.what, str) else [])
            look(list(expression.arguments) + list(expression.options.values()))
        elif isinstance(expression, (list, tuple)):
            for one in expression:
                look(one)

    look([line.value for line in program.lines])
    return found
