"""A cell of its own equations as lines: the data of a `tf2_lstm.EquationCell`, and a class that a person can read."""

from dataclasses import dataclass

from tf2_lstm.migrate.keras_code.cycle import data_of_lines, data_of_value, unpacked
from tf2_lstm.migrate.keras_code.drops import attributes, constructor
from tf2_lstm.migrate.keras_code.expression import Apply, Line, replaced
from tf2_lstm.migrate.keras_code.held_cells import built
from tf2_lstm.migrate.keras_code.write import write_comment, write_line, write_value


@dataclass(frozen=True)
class CellWeight:
    """A weight of a cell.

    Attributes:
        name: its name in the lines, and in Keras.
        shape: a tuple of ints.
        dtype: the dtype's name.
        trains: whether TF1 trains it.
    """

    name: str
    shape: tuple
    dtype: str
    trains: bool


@dataclass(frozen=True)
class OwnCell:
    """A step of a sequence.

    Attributes:
        inputs: the name of the step's inputs in the lines.
        states: (name, size) of each state.
        weights: the `CellWeight`s, trainable ones first, as Keras lists them.
        lines: the `Line`s.
        output: the expression of the output.
        output_size: the width of the output.
        results: the expressions of the states behind the step.
        dtype: the name of the dtype of inputs, states and outputs.
        note: a comment, "" for none.
        drops: the `Drop`s that its lines call.
        cells: the `HeldCell`s that its lines call.
    """

    inputs: str
    states: tuple
    weights: tuple
    lines: tuple
    output: object
    output_size: int
    results: tuple
    dtype: str = "float32"
    note: str = ""
    drops: tuple = ()
    cells: tuple = ()


def data_of_cell(cell):
    """Return the data of an `OwnCell`: the arguments of `tf2_lstm.EquationCell` without the layers that it holds.

    Example:
        ```python
        from tf2_lstm.migrate.keras_code.expression import Ref

        data = data_of_cell(OwnCell("x", (("h", 3),), (), (), Ref("h"), 3, (Ref("x"),)))
        assert data["states"] == [{"name": "h", "size": 3}] and data["next_states"] == [{"ref": "x"}]
        ```
    """
    return {
        "inputs": cell.inputs,
        "states": [{"name": name, "size": size} for name, size in cell.states],
        "cell_weights": [
            {"name": one.name, "shape": list(one.shape), "dtype": one.dtype, "trainable": one.trains}
            for one in cell.weights
        ],
        "lines": data_of_lines(cell.lines),
        "output": data_of_value(cell.output),
        "output_size": cell.output_size,
        "next_states": data_of_value(list(cell.results)),
    }


def class_of_cell(name, cell):
    """Write an `OwnCell` as a Keras cell.

    Args:
        name: the name of the class.
        cell: the `OwnCell`.

    Returns:
        A list of lines of source text.
    """
    own = attributes((*cell.weights, *cell.drops, *cell.cells))
    states = [name for name, _ in cell.states]
    lines = write_comment(cell.note, 0)
    lines += [
        f"class {name}(keras.layers.Layer):",
        '    """A cell of its own equations, for keras.layers.RNN."""',
        "",
    ]
    lines += constructor(cell.drops, cell.cells)
    lines += write_value("self.state_size = ", [size for _, size in cell.states], "", 8)
    lines += write_value("self.output_size = ", cell.output_size, "", 8)
    lines += ["", "    def build(self, shape):"]
    lines += [text for one in cell.weights for text in _added(one, cell.dtype)]
    lines += [*built(cell.cells), "        self.built = True", ""]
    lines += [f"    def call(self, {cell.inputs}, states):"]
    lines += unpacked(states, "states", 8)
    for line in cell.lines:
        lines += write_line(Line(line.targets, replaced(line.value, own), line.note), 8)
    gives = (replaced(cell.output, own), list(replaced(cell.results, own)))
    return [*lines, *write_value("return ", gives, "", 8)]


def _added(weight, dtype):
    """Return the lines that create a weight."""
    options = {"shape": tuple(weight.shape)}
    options |= {} if weight.dtype == dtype else {"dtype": weight.dtype}
    options |= {} if len(weight.shape) > 1 and weight.trains else {"initializer": "zeros"}
    options |= {} if weight.trains else {"trainable": False}
    call = Apply("self.add_weight", (), {**options, "name": weight.name})
    return write_value(f"self.{weight.name} = ", call, "", 8)
