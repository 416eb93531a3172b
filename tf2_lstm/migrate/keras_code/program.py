"""Collects the lines of one Keras model."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.keras_code.expression import Apply, Line, Ref, Symbol


@dataclass
class Rate:
    """A parameter of a Keras model: the rate of dropout.

    Attributes:
        said: its description by the TF1 tensor that programs feed: "1 - keep_prob:0", or "rate:0".
        value: the default, the rate at inference.
        places: the ways to the weights that hold it, "rnn/cell/output_dropout"; see `Program.cells`.
    """

    said: str
    value: float
    places: list = field(default_factory=list)


@dataclass
class Program:
    """A functional Keras model as lines of code.

    Attributes:
        lines: the `Line`s.
        inputs: name of the Keras input -> `Ref`.
        outputs: name of the Keras output -> expression.
        cells: id of a cell's `Call` -> the way to the cell from the model: layer name, attributes, numbers of
            lists, joined by "/".
        rates: the parameters: name -> `Rate`, the rate of a dropout whose keep_prob a TF1 program feeds.
    """

    lines: list = field(default_factory=list)
    inputs: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)
    rates: dict = field(default_factory=dict)
    _taken: dict = field(default_factory=dict, init=False, repr=False, compare=False)
    _seen: int = field(default=0, init=False, repr=False, compare=False)

    def rate(self, fed):
        """Return the `Ref` of the parameter for a fed keep_prob, one for each tensor, or a number without a tensor."""
        return self.rate_parameter(f"1 - {fed.name}", 1.0 - fed.value) if fed.name else 1.0 - fed.value

    def rate_parameter(self, said, value):
        """Return the `Ref` of the parameter for a rate with this description; a new one has this value."""
        known = [name for name, rate in self.rates.items() if rate.said == said]
        name = known[0] if known else f"dropout_rate_{len(self.rates)}" if self.rates else "dropout_rate"
        self.rates.setdefault(name, Rate(said, value))
        return Ref(name)

    def defaults(self):
        """Return the parameters with their values as written: name -> rate."""
        return {name: rate.value for name, rate in self.rates.items()}

    def add(self, name, value, note=""):
        """Assign a value to a new name; return its `Ref`."""
        name = self.reserve(name)
        self.lines.append(Line((name,), value, note))
        return Ref(name)

    def unpack(self, names, value, note=""):
        """Assign a value to several names; return their `Ref`s. The last name may begin with "*"."""
        self.lines.append(Line(tuple(names), value, note))
        return [Ref(name.lstrip("*")) for name in names]

    def op(self, name, symbol, *arguments, **options):
        """Assign the result of a `keras.ops` function; return its `Ref`."""
        return self.add(name, Apply(f"keras.ops.{symbol}", arguments, options))

    def within(self, other):
        """Share the names of another `Program`, so that no name is assigned in both."""
        other.fresh("")
        self._taken = other._taken
        return self

    def reserve(self, name):
        """Return a new name, which no line will get."""
        name = self.fresh(name)
        self._taken.setdefault(name, 0)
        return name

    def fresh(self, name):
        """Return a name that no line has assigned: the given one, or that with a number."""
        for line in self.lines[self._seen :]:
            for target in line.targets:
                self._taken.setdefault(target.lstrip("*"), 0)
        self._seen = len(self.lines)
        if name not in self._taken:
            return name
        # The next number of a name that many lines want: a search from 0 each time would be quadratic.
        number, stem = self._taken[name], name.rstrip("_")
        while f"{stem}_{number}" in self._taken:
            number += 1
        self._taken[name] = number
        return f"{stem}_{number}"


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
