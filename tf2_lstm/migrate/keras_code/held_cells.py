"""Known cells in the steps of a loop or of a cell of its own equations: layers that the loop or the cell holds."""

from dataclasses import dataclass
from typing import Any

from tf2_lstm.migrate.build import Builder, resolve
from tf2_lstm.migrate.keras_code.expression import Apply, value_of
from tf2_lstm.migrate.keras_code.write import source, write_comment, write_value


@dataclass(frozen=True)
class HeldCell:
    """A known cell that lines of a loop or of a cell call.

    Attributes:
        name: its name in the lines, and in Keras.
        cell: its `CellVariables`.
        width: the width of its inputs.
        dtype: the name of the dtype that it computes in.
        trains: whether TF1 trains it.
        written: the expression that makes it with the names of its sizes, None before they have any.
    """

    name: str
    cell: Any
    width: int
    dtype: str
    trains: bool = True
    written: Any = None

    @property
    def call(self):
        """The expression that makes it, stock Keras where that is exact."""
        if self.written is not None:
            return self.written
        make = lambda symbol, call, **options: Apply(symbol, (options.pop("units"),), options)  # noqa: E731
        made = Builder(self.dtype, stock=True, make=make).cell(self.cell.call)
        fixed = {} if self.trains else {"trainable": False}
        return Apply(made.what, made.arguments, {**made.options, **fixed, "name": self.name})


def data_of_cells(cells):
    """Return `HeldCell`s as data, the argument `cells` of `tf2_lstm.Loop` and of `tf2_lstm.EquationCell`."""
    return [
        {
            "name": one.name,
            "cell": resolve("keras.saving.serialize_keras_object")(value_of(one.call, {}, resolve)),
            "width": one.width,
        }
        for one in cells
    ]


def made(cells):
    """Return the lines of a class that make its cells, as text."""
    lines = []
    for one in cells:
        lines += write_comment(f"TF1 scope: {one.cell.scope or '(none)'}", 8)
        lines += write_value(f"self.{one.name} = ", one.call, "", 8)
    return lines


def built(cells):
    """Return the lines of a class that build its cells, as text."""
    return [f"        self.{one.name}.build({source((None, one.width))})" for one in cells]
