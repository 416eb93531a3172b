"""A whole program, translated: its inputs, outputs, lines, recurrences and weights."""

from dataclasses import dataclass, field

#: The name of the model of a whole program, and of its files.
NAME = "model"


@dataclass(frozen=True)
class Edge:
    """An input or an output of a whole program.

    Attributes:
        name: its name in the Keras model.
        tf1: the TF1 tensor.
        dtype: the dtype's name.
        shape: a tuple of sizes, None where one is open.
    """

    name: str
    tf1: str
    dtype: str
    shape: tuple


@dataclass(frozen=True)
class Boundary:
    """Where a whole program begins and ends.

    Attributes:
        inputs: the TF1 tensors that are fed.
        outputs: name of an output of the Keras model -> the TF1 tensor that is fetched.
        fixed: TF1 tensor -> the value that it has at inference: is_training, keep_prob.
        notes: a sentence for each part that is left out.
        lacking: a sentence for each part of the program whose weights the checkpoint lacks.
    """

    inputs: tuple
    outputs: dict
    fixed: dict = field(default_factory=dict)
    notes: tuple = ()
    lacking: tuple = ()


@dataclass
class Whole:
    """A whole program.

    Attributes:
        program: the `keras_code.program.Program`.
        inputs: the `Edge`s that the Keras model takes.
        outputs: the `Edge`s of its outputs.
        recurrences: name of the function that builds one -> the `Recurrence`, each that is called.
        layers: path of a layer, as `functional.find` takes it -> its weights in order, each the name of a variable's
            node, or an array.
        tensors: TF1 tensor -> the name of the line that computes it, in the order of the graph, without inputs.
        limits: name of a TF1 tensor of ids -> the number of rows of the smallest table that they index.
        boundary: the `Boundary`.
        rates: the rates of dropout that the graph fixes.
        name: the name of the model.
        loops: name of a class -> the `keras_code.cycle.Cycle` of a loop of its own, each that is called.
        reshapes: name of a TF1 tensor that is fed, its first axis open -> the shape that the graph gives it.
        cells: name of a class -> the `keras_code.own_cell.OwnCell` of a cell of its own, each that is called.
        held: name of a known cell that the program itself calls, step by step -> its `CellVariables`.
    """

    program: object
    inputs: list
    outputs: list
    recurrences: dict
    layers: dict
    tensors: dict
    limits: dict
    boundary: Boundary
    rates: tuple = ()
    name: str = NAME
    loops: dict = field(default_factory=dict)
    reshapes: dict = field(default_factory=dict)
    cells: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)


class ProgramRefused(ValueError):
    """The whole program cannot be translated: which operation, where, why, and the way around."""
