"""What a cell is, as data: the fast unrolls read this, and a cell without a plan takes Keras's loop."""

import math
from dataclasses import dataclass

import keras
import tensorflow as tf

from tf2_lstm.backends.tensorflow import activations
from tf2_lstm.cells.lstm import LSTMCell
from tf2_lstm.stack import StackedRNNCells
from tf2_lstm.wrappers import DropoutWrapper, ResidualWrapper


@dataclass(frozen=True)
class Cell:
    """One recurrence: "lstm", "gru" or "rnn", with what its equations depend on.

    The weights of a cell are a dict by the names in `weights`; activations are names of
    `activations.TABLE`.

    ```python
    from tf2_lstm import LSTMCell
    from tf2_lstm.backends.tensorflow.plan import plan_of

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
        """How many states the recurrence has: an LSTM's h and c, else h."""
        return 2 if self.kind == "lstm" else 1


@dataclass(frozen=True)
class Stack:
    """Parts one above the other."""

    parts: tuple


@dataclass(frozen=True)
class Residual:
    """A part whose input is added to its output."""

    part: object


def plan_of(cell, training=False):
    """Return the plan of a Keras cell, wrapper or stack.

    Args:
        cell: any Keras cell.
        training: whether dropout acts; a cell that draws noise then has no plan.

    Returns:
        A Cell, Stack or Residual; None for what only Keras's own loop computes: a class that is not
        known, a `call` that was replaced, an activation without a row in `activations.TABLE`, a
        residual_fn, a regulariser of every step, a stock stack of one cell, noise.

    ```python
    import keras

    from tf2_lstm.backends.tensorflow.plan import plan_of

    print(plan_of(keras.layers.GRUCell(4)).reset_after, plan_of(keras.layers.GRUCell(4, activation="elu")))
    ```
    """
    read = _READERS.get(type(cell))
    return None if read is None or _is_changed(cell) else read(cell, training)


def weights_of(cell):
    """Return the tensors of a cell's weights, of its compute dtype, in the order of its plan.

    ```python
    from tf2_lstm import LSTMCell
    from tf2_lstm.backends.tensorflow.plan import weights_of

    cell = LSTMCell(4)
    cell.build((None, 3))
    print([tensor.shape for tensor in weights_of(cell)])
    ```
    """
    if hasattr(cell, "cells"):
        return [tensor for part in cell.cells for tensor in weights_of(part)]
    if hasattr(cell, "cell"):
        return weights_of(cell.cell)
    weights = [getattr(cell, name) for name in _weight_names(cell)]
    # Twice: Keras casts to the compute dtype, but may return a variable.
    return [
        tf.convert_to_tensor(keras.ops.convert_to_tensor(weight, dtype=cell.compute_dtype))
        for weight in weights
    ]


def dtypes_of(cell):
    """Return the compute dtypes that occur in a cell; more than one, and Keras casts between them.

    ```python
    from tf2_lstm import LSTMCell
    from tf2_lstm.backends.tensorflow.plan import dtypes_of

    print(dtypes_of(LSTMCell(4, dtype="mixed_bfloat16")))
    ```
    """
    inner = [*getattr(cell, "cells", ()), *([cell.cell] if hasattr(cell, "cell") else [])]
    return {cell.compute_dtype}.union(*map(dtypes_of, inner))


def recurrences(plan):
    """Return the Cells of a plan, bottom first.

    ```python
    from tf2_lstm import GRUCell, ResidualWrapper
    from tf2_lstm.backends.tensorflow.plan import plan_of, recurrences

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


def _recurrence(kind, cell, training, **options):
    """A Cell, or None if Keras's dropout acts or an activation is not known."""
    found = [activations.name_of(cell.activation)]
    if kind != "rnn":
        found.append(activations.name_of(cell.recurrent_activation))
    if None in found or (training and (cell.dropout or cell.recurrent_dropout)):
        return None
    return Cell(kind, cell.units, _weight_names(cell), *found, **options)


def _lstm(cell, training):
    limits = {name: getattr(cell, name, None) for name in ("cell_clip", "projection_clip")}
    return _recurrence("lstm", cell, training, **{n: v for n, v in limits.items() if v is not None})


def _gru(cell, training):
    return _recurrence("gru", cell, training, reset_after=bool(cell.reset_after))


def _rnn(cell, training):
    return _recurrence("rnn", cell, training)


def _stack(cell, training):
    parts = tuple(plan_of(part, training) for part in cell.cells)
    return None if None in parts else Stack(parts)


def _stock_stack(cell, training):
    # Of a stack of one, stock Keras loses the nest of the state.
    return _stack(cell, training) if len(cell.cells) > 1 else None


def _residual(cell, training):
    part = plan_of(cell.cell, training)
    # A residual_fn is written for one step; over a whole sequence it might mean something else.
    return None if part is None or cell.residual_fn is not None else Residual(part)


def _dropout(cell, training):
    noise = training and any(rate is not None for rate in cell.rates)
    return None if noise else plan_of(cell.cell, training)


#: By the exact class: a subclass may compute anything.
_READERS = {
    keras.layers.LSTMCell: _lstm,
    LSTMCell: _lstm,
    keras.layers.GRUCell: _gru,
    keras.layers.SimpleRNNCell: _rnn,
    StackedRNNCells: _stack,
    keras.layers.StackedRNNCells: _stock_stack,
    ResidualWrapper: _residual,
    DropoutWrapper: _dropout,
}
_CALLS = {kind: kind.call for kind in _READERS}


def _is_changed(cell):
    """Whether Keras would do more at a step: another `call` on the object or its class, a loss of its own."""
    if cell.activity_regularizer is not None:
        return True
    return "call" in vars(cell) or type(cell).call is not _CALLS[type(cell)]
