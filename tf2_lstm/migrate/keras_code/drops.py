"""Dropout in the steps of a loop or of a cell of its own equations: layers that the loop or the cell holds."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.build import Symbol
from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.keras_code.held_cells import made
from tf2_lstm.migrate.keras_code.write import write_comment, write_value


@dataclass(frozen=True)
class Drop:
    """A `keras.layers.Dropout` that lines of a loop or of a cell call.

    Attributes:
        name: its name in the lines, and in Keras.
        rate: a number, or the `Ref` of a parameter of the program.
        options: `noise_shape` and `dtype`, where they are not Keras's own.
        note: a comment, "" for none.
    """

    name: str
    rate: object
    options: dict = field(default_factory=dict)
    note: str = ""


def parameters(drops):
    """Return the parameters that are rates, each once: name -> `Ref`.

    Example:
        ```python
        assert parameters([Drop("dropout", Ref("rate")), Drop("dropout_1", 0.5)]) == {"rate": Ref("rate")}
        ```
    """
    return {one.rate.name: one.rate for one in drops if isinstance(one.rate, Ref)}


def data_of_drops(drops, given):
    """Return `Drop`s as data, the argument `dropouts` of `tf2_lstm.Loop` and of `tf2_lstm.EquationCell`.

    Args:
        drops: the `Drop`s.
        given: name of a parameter -> rate.
    """
    return [
        {
            "name": one.name,
            "rate": given[one.rate.name] if isinstance(one.rate, Ref) else one.rate,
            "noise_shape": one.options.get("noise_shape"),
            "dtype": one.options.get("dtype", "float32"),
        }
        for one in drops
    ]


def attributes(held):
    """Return name -> `Symbol`, the attribute by which the lines of a class call a layer that it holds."""
    return {one.name: Symbol(f"self.{one.name}") for one in held}


def constructor(drops, cells=()):
    """Return the lines of a class up to the layers that it makes: its `__init__`, as text."""
    given = "".join(f"{name}=0.0, " for name in parameters(drops))
    lines = [f"    def __init__(self, {given}**options):", "        super().__init__(**options)"]
    for one in drops:
        call = Apply("keras.layers.Dropout", (one.rate,), {"name": one.name, **one.options})
        lines += [*write_comment(one.note, 8), *write_value(f"self.{one.name} = ", call, "", 8)]
    return lines + made(cells)
