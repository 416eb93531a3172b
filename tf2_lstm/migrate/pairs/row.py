"""The shape of a row of the pairs table: data and names only, no logic.

This package imports neither TensorFlow nor Keras nor NumPy, and runs under Python 3.7 beside the real
TensorFlow 1.15 as well, because the recorder of golden records reads it there.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Dict, Optional, Tuple


@dataclass(frozen=True)
class Argument:
    """The fate of one TF1 parameter.

    Attributes:
        tf1: the TF1 parameter's name.
        how: "renamed" (to the Keras parameter `to`), "folded" (its effect moves to `to`: into a weight, a
            call argument, the shape of the state), "dropped" (it has no effect on any number), or "refused"
            (Keras has no equal; conversion stops and says so).
        to: the Keras parameter, or where the effect went.
        why: one sentence for a person; required unless the argument is only renamed.
        convert: the name of a value conversion of `migrate.build`, "" for none.
        default: TF1's default; None where no number depends on it.
    """

    tf1: str
    how: str
    to: str = ""
    why: str = ""
    convert: str = ""
    default: Any = None


class Layout(Enum):
    """The layout that weights are in: which field of a `WeightMap` describes them."""

    TF1 = "tf1"
    KERAS = "keras"
    CUDNN = "cudnn"


@dataclass(frozen=True)
class Tensor:
    """How one weight is put together from blocks.

    Attributes:
        name: the weight's name below the cell ("gates/kernel", "recurrent_kernel").
        rows: the kinds of rows, top to bottom: ("input", "recurrent"), ("bias",), ("peephole",), ("projection",);
            ("recurrent_bias",) of a gate that has a bias for the input and another for the state.
        gates: one letter for each block of columns, left to right ("ijfo").
        when: the argument that brings the weight into being, "" for always.
        row: the number of the row, for a bias that is one of two rows of a weight; None for a weight of its own.
        flat: whether it is a buffer of cuDNN's: a block has the numbers of its transpose, row by row, and the second
            row of biases follows the first.
    """

    name: str
    rows: Tuple[str, ...]
    gates: str
    when: str = ""
    row: Optional[int] = None
    flat: bool = False


@dataclass(frozen=True)
class WeightMap:
    """The same blocks in each `Layout`; `migrate.weights` carries them over in both directions.

    Attributes:
        tf1: the TF1 variables below the cell's scope.
        keras: the Keras weights, in the order of `layer.weights`.
        folds: TF1 argument -> the (row kind, gate) block that its value is added to where the layout is not TF1's.
        cudnn: the weights of the layer of tf.keras 1.15 that runs on cuDNN; () where there is none.
    """

    tf1: Tuple[Tensor, ...]
    keras: Tuple[Tensor, ...]
    folds: Dict[str, Tuple[str, str]] = field(default_factory=dict)
    cudnn: Tuple[Tensor, ...] = ()


@dataclass(frozen=True)
class Variant:
    """A cell with equations and weights of its own, which other classes make and a row's own class does not.

    Attributes:
        option: the option that a call of the row has for it, beyond TF1's arguments: "reset_after".
        equations: as for `Pair`.
        weights: as for `Pair`.
    """

    option: str
    equations: Tuple[str, ...]
    weights: WeightMap


@dataclass(frozen=True, eq=False)
class Call:
    """One constructor call or function call in TF1's vocabulary, e.g. `Call("lstm", num_units=4)`.

    Two calls are the same cell only if they are the same object: in TF1, identity is weight sharing.

    Attributes:
        pair: the name of the row that is called.
        arguments: TF1 parameter name -> value; cells inside are Calls, activations are names such as "relu".
    """

    pair: str
    arguments: Dict[str, Any]

    def __init__(self, pair: str, **arguments: Any) -> None:
        object.__setattr__(self, "pair", pair)
        object.__setattr__(self, "arguments", arguments)

    def __repr__(self) -> str:
        inside = ", ".join("{}={!r}".format(*item) for item in self.arguments.items())
        return f"{self.pair}({inside})"


@dataclass(frozen=True)
class Fed:
    """An argument that TF1 programs pass as a placeholder; `value` is fed at run time.

    Attributes:
        value: the number that is fed.
        name: the tensor of the graph, "keep_prob:0"; "" without a graph.
    """

    value: float
    name: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Case:
    """One configuration with seeded inputs, which every side runs.

    Attributes:
        name: unique, and the golden record's folder; "pair/what-is-special".
        call: the outermost call, an unroll.
        batch, time, input_size: the shape of the inputs, [batch, time, input_size].
        lengths: sequence_length, one entry for each row, or None when it is not given.
        initial_state: True when a seeded, non-zero initial state is fed.
        noise: True when every random draw of dropout is fed with seeded noise, so that both sides drop alike.
        scale: the weights are drawn uniformly from [-scale, scale], wide on purpose.
        why: the mistake that this case would catch.
    """

    name: str
    call: Call
    batch: int = 3
    time: int = 5
    input_size: int = 4
    lengths: Optional[Tuple[int, ...]] = None
    initial_state: bool = False
    noise: bool = False
    scale: float = 1.0
    why: str = field(default="", repr=False)


@dataclass(frozen=True)
class Part:
    """Where a program keeps one cell, or one variable that belongs to no cell.

    Attributes:
        tf1: the scope of the cell's variables, or the variable's name.
        keras: the path from the Keras model: layer name, attributes, numbers in lists, joined by "/".
        call: the cell's `Call`; None for a variable that is the same array on both sides.
    """

    tf1: str
    keras: str
    call: Optional[Call] = None


@dataclass(frozen=True)
class Pair:
    """A row: a TF1 construct and its Keras twin.

    Attributes:
        name: unique; also the docs anchor, the command line's name, the golden folder and the test id.
        kind: "cell", "layer", "wrapper", "stack", "unroll", "state" or "program".
        file: the file of both columns, below `legacy_tf1/` and below `tf2_lstm/`.
        tf1: every public TF1 name that this row covers; the first is the usual one.
        keras1: the classes of tf.keras 1.15 with the equations of the row or of a variant; cuDNN's are "CuDNN...".
        legacy: the callable of the TF1 column, "module:attribute".
        keras: the Keras twin as one writes it, e.g. "keras.layers.LSTMCell"; resolved on first use.
        summary: one sentence: what changes.
        arguments: total over the TF1 parameters, in TF1's order.
        constants: Keras parameters that are always given, e.g. {"reset_after": False}.
        scope: the variable scope of a cell with weights ("lstm_cell"); "" for a row without.
        cells: TF1 argument that holds a cell -> the scope that TF1 opens around it; "%d" where the argument
            holds several, numbered.
        weights: the weight map, None for a row without weights of its own.
        equations: the computation of one step of a cell, as `equations` reads it.
        variants: the `Variant`s of a cell that other classes make.
        states: the state's leaves in the order in which Keras returns them; () when it is a bare tensor.
        stock: the stock Keras symbol that is exact when none of `stock_unless` is given; "" if none is.
        stock_unless: see `stock`.
        parts: the weights of a program.
        limits: a sentence for each thing that cannot be proved equal.
        cases: the configurations that prove the row.
    """

    name: str
    kind: str
    file: str
    tf1: Tuple[str, ...]
    legacy: str
    keras: str
    summary: str
    arguments: Tuple[Argument, ...] = ()
    constants: Dict[str, Any] = field(default_factory=dict)
    scope: str = ""
    cells: Dict[str, str] = field(default_factory=dict)
    weights: Optional[WeightMap] = None
    equations: Tuple[str, ...] = ()
    variants: Tuple[Variant, ...] = ()
    keras1: Tuple[str, ...] = ()
    states: Tuple[str, ...] = ()
    stock: str = ""
    stock_unless: Tuple[str, ...] = ()
    parts: Tuple[Part, ...] = ()
    limits: Tuple[str, ...] = ()
    cases: Tuple[Case, ...] = ()

    def default(self, argument):
        """Return TF1's default of an argument."""
        return next(one.default for one in self.arguments if one.tf1 == argument)
