"""The computation of a cell as data: the fast unrolls and the streaming step read this one table.

A cell that is not in the table has no plan, and Keras's own loop and step compute it.
"""

import math
from dataclasses import dataclass

import keras

from tf2_lstm.cells.lstm import LSTMCell
from tf2_lstm.stack import StackedRNNCells
from tf2_lstm.wrappers import DropoutWrapper, ResidualWrapper

#: Keras's names of the activations that a plan may have.
ACTIVATIONS = ("tanh", "sigmoid", "relu", "hard_sigmoid", "linear")
_NAMES = {getattr(keras.activations, name): name for name in ACTIVATIONS}


@dataclass(frozen=True)
class Cell:
    """One recurrence: "lstm", "gru" or "rnn", with all that its equations depend on.

    The weights of a cell are a dict by the names in `weights`; activations are names of `ACTIVATIONS`.

    ```python
    from tf2_lstm import LSTMCell
    from tf2_lstm.cell_plan import plan_of

    print(plan_of(LSTMCell(4, cell_clip=3.0)).cell_clip)
    ```
    """

    kind: str
    units: int
    weights: tuple
    activation: str
    gate_activation: str = ""
    cell_clip: float = math.inf
    projection_clip: float = math.inf
    reset_after: bool = False

    @property
    def states(self):
        """The number of states of the recurrence: an LSTM has h and c, the others h."""
        return 2 if self.kind == "lstm" else 1


@dataclass(frozen=True)
class Stack:
    """Parts one above the other."""

    parts: tuple


@dataclass(frozen=True)
class Residual:
    """A part whose input is added to its output."""

    part: object


def plan_of(cell):
    """Return the plan of a Keras cell, wrapper or stack: its computation where nothing is dropped.

    Args:
        cell: any Keras cell.

    Returns:
        A Cell, Stack or Residual; None for a class that is not known, a `call` that was replaced, an
        activation without a name in `ACTIVATIONS`, or a residual_fn.

    ```python
    import keras

    from tf2_lstm.cell_plan import plan_of

    print(plan_of(keras.layers.GRUCell(4)).reset_after, plan_of(keras.layers.GRUCell(4, activation="elu")))
    ```
    """
    read = _READERS.get(type(cell))
    return None if read is None or _is_changed(cell) else read(cell)


def name_of(activation):
    """Return the name in `ACTIVATIONS` of a Keras activation; None if it is not there.

    ```python
    import keras

    from tf2_lstm.cell_plan import name_of

    print(name_of(keras.activations.tanh), name_of(keras.activations.elu))
    ```
    """
    try:
        return _NAMES.get(activation)
    except TypeError:  # A callable object without a hash.
        return None


def parts_of(cell):
    """Return a cell and all cells inside of it in a list, each before those inside of it.

    ```python
    from tf2_lstm import GRUCell, ResidualWrapper
    from tf2_lstm.cell_plan import parts_of

    print(len(parts_of(ResidualWrapper(GRUCell(4)))))
    ```
    """
    inside = [*getattr(cell, "cells", ()), *([cell.cell] if hasattr(cell, "cell") else [])]
    return [cell] + [part for one in inside for part in parts_of(one)]


def weights_of(cell):
    """Return the weights of a cell that has a plan, Keras's variables in the order of the plan.

    ```python
    from tf2_lstm import LSTMCell
    from tf2_lstm.cell_plan import weights_of

    cell = LSTMCell(4)
    cell.build((None, 3))
    print([weight.shape for weight in weights_of(cell)])
    ```
    """
    recurrent = [part for part in parts_of(cell) if hasattr(part, "recurrent_kernel")]
    return [getattr(part, name) for part in recurrent for name in _weight_names(part)]


def recurrences(plan):
    """Return the Cells of a plan, bottom first.

    ```python
    from tf2_lstm import GRUCell, ResidualWrapper
    from tf2_lstm.cell_plan import plan_of, recurrences

    print(len(recurrences(plan_of(ResidualWrapper(GRUCell(4))))))
    ```
    """
    if isinstance(plan, Stack):
        return [cell for part in plan.parts for cell in recurrences(part)]
    return recurrences(plan.part) if isinstance(plan, Residual) else [plan]


def _weight_names(cell):
    names = ["kernel", "recurrent_kernel"] + ["bias"] * bool(cell.use_bias)
    if getattr(cell, "use_peepholes", False):
        names += ["input_peephole", "forget_peephole", "output_peephole"]
    if getattr(cell, "projection_units", None) is not None:
        names.append("projection_kernel")
    return tuple(names)


def _recurrence(kind, cell, **options):
    """Return a `Cell`, or None if an activation is not known."""
    names = [name_of(cell.activation)]
    if kind != "rnn":
        names.append(name_of(cell.recurrent_activation))
    return None if None in names else Cell(kind, cell.units, _weight_names(cell), *names, **options)


def _lstm(cell):
    limits = {name: getattr(cell, name, None) for name in ("cell_clip", "projection_clip")}
    return _recurrence("lstm", cell, **{name: limit for name, limit in limits.items() if limit is not None})


def _gru(cell):
    return _recurrence("gru", cell, reset_after=bool(cell.reset_after))


def _rnn(cell):
    return _recurrence("rnn", cell)


def _stack(cell):
    parts = tuple(map(plan_of, cell.cells))
    return None if None in parts else Stack(parts)


def _residual(cell):
    part = plan_of(cell.cell)
    # A residual_fn is written for one step; over a whole sequence it might mean something else.
    return None if part is None or cell.residual_fn is not None else Residual(part)


#: Read by the exact class: a subclass may compute anything.
_READERS = {
    keras.layers.LSTMCell: _lstm,
    LSTMCell: _lstm,
    keras.layers.GRUCell: _gru,
    keras.layers.SimpleRNNCell: _rnn,
    StackedRNNCells: _stack,
    keras.layers.StackedRNNCells: _stack,
    ResidualWrapper: _residual,
    DropoutWrapper: lambda cell: plan_of(cell.cell),
}
_CALLS = {kind: kind.call for kind in _READERS}


def _is_changed(cell):
    """Whether the object or its class has another `call` than when Keras was imported."""
    return "call" in vars(cell) or type(cell).call is not _CALLS[type(cell)]
