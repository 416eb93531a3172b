"""A cell over a sequence: the twins of dynamic_rnn, static_rnn and the loop by hand.

| TF1                                       | here                                                      |
|-------------------------------------------|-----------------------------------------------------------|
| dynamic_rnn(cell, x)                      | `RNN(cell, return_sequences=True, return_state=True)(x)`  |
| static_rnn(cell, [x0, x1, ...])           | the same with `unroll=True`, on `ops.stack(steps, axis=1)`|
| sequence_length=n                         | `SequenceMask()([x, n])`, or `mask=sequence_mask(n, T)`   |
| initial_state=s                           | `initial_state=to_keras_state(cell, s)` in the call       |
| time_major=True                           | `ops.swapaxes(x, 0, 1)` before and after                  |
| `output, state = cell(x_t, state)`        | the same in Keras, or `python_loop(cell, x, states)`      |

Padding in TF1: a padded step gives the output 0 and copies the state, so that a row of length 0
returns its initial state. Trap of stock Keras 3.15: a layer that is called with `initial_state` no
longer sees the mask that its input carries. The layers here do.
"""

from contextlib import contextmanager

import keras
from keras import ops

from tf2_lstm import backends
from tf2_lstm.fitting import check_real, fitting_states, with_row, without_row
from tf2_lstm.private import gone, warn_gone
from tf2_lstm.stack import StackedRNNCells, step
from tf2_lstm.state import output_size
from tf2_lstm.wrappers import DropoutWrapper


@keras.saving.register_keras_serializable(package="tf2_lstm")
class RNN(keras.layers.RNN):
    """`keras.layers.RNN` with TF1's padding, and at home with the cells of this package.

    Stock `keras.layers.RNN(..., zero_output_for_mask=True)` computes the same for stock cells in a
    loop. What differs:

    * Padded steps give zeros by default. With `return_sequences=False` the output is that of each
      row's last valid step (0 for a row without one); stock gives 0 for every padded row.
    * `unroll=True` with `go_backwards=True` pads the right steps; stock zeroes valid ones.
    * The mask of the input is also seen when `initial_state` is given.
    * A list of cells is a `tf2_lstm.StackedRNNCells`; `reset_state()` works for stacks too.
    * Variational noise and Keras's dropout masks are drawn before the loop, however deep the cell
      is.
    * `dtype` is that of the cell unless given; stock rounds a float64 cell's outputs to float32.

    Args:
        cell: a Keras cell, a wrapper, a stack, or a list of cells.
        zero_output_for_mask: padded steps give zeros; False repeats the output before, as Keras
            does.
        **options: the other arguments of `keras.layers.RNN`: return_sequences, return_state,
            go_backwards, stateful, unroll; and those of `keras.layers.Layer`.

    Call arguments: `sequences` [B, T, D], `initial_state` (a nest as `state_size`, e.g. [h, c]),
        `mask` [B, T] bool, `training`.

    Returns: outputs [B, T, P], or [B, P] without return_sequences; with return_state a tuple
    `outputs, *states`.

    Raises:
        ValueError: for inputs of another rank or width or of complex numbers, without a step, an initial_state
            or a mask that does not fit.

    ```python
    import keras
    from tf2_lstm import RNN, LSTMCell, sequence_mask

    layer = RNN(LSTMCell(4), return_sequences=True, return_state=True)
    outputs, h, c = layer(keras.ops.ones((2, 5, 3)), mask=sequence_mask([5, 2], 5))
    print(outputs.shape, h.shape, c.shape)
    ```
    """

    def __init__(self, cell, *, zero_output_for_mask=True, **options):
        _check_hooks()
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        options.setdefault("dtype", getattr(cell, "dtype_policy", None))
        super().__init__(cell, zero_output_for_mask=zero_output_for_mask, **options)
        self.input_spec = keras.layers.InputSpec(ndim=3)

    def build(self, sequences_shape, initial_state_shape=None):
        """Build the cell for inputs [B, T, D]; from then on D is fixed."""
        super().build(sequences_shape)
        self.input_spec = keras.layers.InputSpec(ndim=3, axes={-1: sequences_shape[-1]})

    def call(self, sequences, initial_state=None, mask=None, training=False, sequences_mask=None):
        """Run the cell over the sequence; Keras fills in `sequences_mask`."""
        # Keras fills in `mask` only while `sequences` is the one tensor argument.
        mask = sequences_mask if mask is None else mask
        check_real(f"RNN {self.name!r}", "inputs", sequences)
        if sequences.shape[1] == 0:
            raise ValueError(
                f"RNN {self.name!r}: expected one step or more; received inputs {tuple(sequences.shape)}. Give a "
                "sequence without steps one that is padding, and a mask."
            )
        self._check_mask(sequences, mask)
        states = self._fitting(sequences, initial_state)
        return super().call(sequences, initial_state=states, mask=mask, training=training)

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Run forwards: the backend's fast unroll if it has one for this cell, else Keras's loop."""
        if sequences.shape[0] == 0:
            mask = None if mask is None else mask[:0]
            return without_row(self.inner_loop(*with_row((sequences, initial_state, mask)), training))
        if self.go_backwards:
            sequences = ops.flip(sequences, axis=1)
            mask = None if mask is None else ops.flip(mask, axis=1)
        fast = backends.unrolls()
        found = fast and fast.unroll(self, sequences, initial_state, mask, training)
        return found or self._plain_loop(sequences, initial_state, mask, training)

    def _plain_loop(self, sequences, initial_state, mask, training):
        """Run Keras's loop, or the backend's own where steps draw random numbers, which Keras's would draw once."""
        zero = self.zero_output_for_mask and self.return_sequences
        _begin(self.cell, sequences[:, 0], initial_state, training)
        try:
            drawing = backends.drawing()
            if drawing and training and not self.unroll and _draws_every_step(self.cell):
                outputs, states = drawing.loop(self.cell, sequences, initial_state, mask, training)
                return outputs[:, -1], _zeroed(outputs, mask) if zero else outputs, states
            # Keras zeroes the wrong steps when it unrolls backwards, and a padded row's last output.
            with _changed(self, go_backwards=False, zero_output_for_mask=zero):
                last, outputs, states = super().inner_loop(sequences, initial_state, mask, training)
        finally:
            _end(self.cell)
        if mask is not None and keras.backend.backend() in ("jax", "numpy"):
            # These two backends repeat at padded steps: the output if unrolled, else the state in place of the output.
            if zero and self.unroll:
                outputs = _zeroed(outputs, mask)
            elif not self.return_sequences and not self.unroll:
                last = _last_valid(outputs, mask)
        return last, outputs, states

    def compute_output_spec(self, sequences, initial_state=None, **options):
        """Return the specs of what `call` returns, for inputs and an initial_state that fit."""
        check_real(f"RNN {self.name!r}", "inputs", sequences)
        states = self._fitting(sequences, initial_state)
        return super().compute_output_spec(sequences, initial_state=states, **options)

    def compute_output_shape(self, sequences_shape, initial_state_shape=None):
        """Return the shape of the outputs and, with return_state, of the states, however nested."""
        batch, time = sequences_shape[0], sequences_shape[1]
        width = output_size(self.cell)
        outputs = (batch, time, width) if self.return_sequences else (batch, width)
        if not self.return_state:
            return outputs
        return outputs, *keras.tree.map_structure(lambda size: (batch, size), list(self.state_size))

    def reset_state(self):
        """Set the states that a stateful layer carries from call to call to zero."""
        for state in [] if self.states is None else keras.tree.flatten(self.states):
            state.assign(ops.zeros_like(state))

    def _fitting(self, sequences, states):
        where = f"RNN {self.name!r}, initial_state"
        return None if states is None else fitting_states(where, self.state_size, states, sequences.shape[0])

    def _check_mask(self, sequences, mask):
        # A mask of one row is for all rows.
        if mask is not None:
            check_real(f"RNN {self.name!r}", "a mask", mask)
        if mask is None or any(
            _same_sizes(mask.shape, (rows, sequences.shape[1])) for rows in (1, sequences.shape[0])
        ):
            return
        raise ValueError(
            f"RNN {self.name!r}: expected a mask [batch, time] for inputs {tuple(sequences.shape)}; received "
            f"the shape {tuple(mask.shape)}. tf2_lstm.sequence_mask(lengths, time) makes one."
        )

    def _maybe_config_dropout_masks(self, cell, input_sequence, input_state):
        # Keras would step a stack once more here, with random draws; inner_loop prepares it instead.
        pass


@keras.saving.register_keras_serializable(package="tf2_lstm")
class SequenceMask(keras.layers.Layer):
    """TF1's `sequence_length`: returns x unchanged, with the Keras mask `t < sequence_length` on it.

    RNN, Bidirectional, TimeDistributed and losses that follow see the mask. A length beyond T is T;
    a length of 0 is a row of padding. A mask that x carries already is kept: both must hold.

    Call arguments: `[x, sequence_length]` of shapes [B, T, ...] and [B], the lengths of an integer
        dtype.

    Raises:
        ValueError: when x has no time axis, or sequence_length is not [B] or is of complex numbers.

    ```python
    import keras
    from tf2_lstm import RNN, LSTMCell, SequenceMask

    x, lengths = keras.Input((None, 3)), keras.Input((), dtype="int32")
    outputs = RNN(LSTMCell(4), return_sequences=True)(SequenceMask()([x, lengths]))
    model = keras.Model([x, lengths], outputs)
    ```
    """

    def __init__(self, **options):
        super().__init__(autocast=False, **options)

    def call(self, inputs):
        """Return x; Keras asks `compute_mask` for its mask."""
        x = self._checked(inputs)
        # A copy, so that the mask does not stick to the caller's tensor.
        return ops.copy(x)

    def compute_output_spec(self, inputs):
        """Return the spec of x, of any dtype."""
        x = self._checked(inputs)
        return keras.KerasTensor(x.shape, dtype=x.dtype)

    def compute_mask(self, inputs, previous_mask=None):
        """Return bool [B, T]."""
        x, lengths = inputs
        while len(x.shape) > 2:
            x = x[..., 0]
        # Counted, not ops.arange: T may be unknown.
        steps = ops.cumsum(ops.ones_like(x, dtype="int32"), axis=1)
        mask = ops.less_equal(steps, ops.expand_dims(lengths, axis=1))
        before = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
        return mask if before is None else ops.logical_and(mask, before)

    def _checked(self, inputs):
        """Return x, after a check of the arguments."""
        where = f"SequenceMask {self.name!r}"
        if not isinstance(inputs, (list, tuple)) or len(inputs) != 2 or len(inputs[0].shape) < 2:
            shapes = [tuple(leaf.shape) for leaf in keras.tree.flatten(inputs)]
            raise ValueError(
                f"{where}: expected [x, sequence_length] with an x [batch, time, ...]; received "
                f"{type(inputs).__name__} of {shapes}. Give the lengths beside the sequence."
            )
        x, lengths = inputs
        if not _same_sizes(lengths.shape, x.shape[:1]):
            raise ValueError(
                f"{where}: sequence_length must have the shape [batch], {tuple(x.shape[:1])}; received "
                f"{tuple(lengths.shape)}. Use keras.Input((), dtype='int32'), or ops.squeeze."
            )
        check_real(where, "lengths", lengths)
        return x


def sequence_mask(sequence_length, maxlen):
    """Return the mask of `sequence_length`, for a layer's `mask=`.

    Args:
        sequence_length: integers [B]; a list, an array or a tensor.
        maxlen: the number of steps T.

    Returns:
        bool [B, T], True where t < sequence_length.

    Raises:
        ValueError: when the lengths are complex numbers or texts.

    ```python
    from tf2_lstm import sequence_mask

    print(sequence_mask([0, 2, 9], 3))
    ```
    """
    lengths = ops.convert_to_tensor(sequence_length)
    check_real("sequence_mask", "lengths", lengths)
    lengths = ops.expand_dims(lengths, axis=-1)
    return ops.less(ops.arange(maxlen), lengths)


def python_loop(cell, inputs, states, training=False):
    """Call a cell step by step, as TF1 code does by hand: `output, state = cell(x_t, state)`.

    Args:
        cell: a Keras cell, a wrapper or a stack.
        inputs: [B, T, D] with a known T; T = 1 is one step.
        states: the cell's state before the first step, e.g. `cell.get_initial_state(B)`.
        training: True for dropout.

    Returns:
        A list of T outputs [B, P], and the states after the last step.

    Raises:
        ValueError: when the inputs are of another rank or of complex numbers, T is not known, or the states do
            not fit the cell.

    ```python
    import keras
    from tf2_lstm import LSTMCell, python_loop

    cell = LSTMCell(4)
    outputs, (h, c) = python_loop(cell, keras.ops.ones((2, 5, 3)), cell.get_initial_state(2))
    print(len(outputs), h.shape)
    ```
    """
    inputs = ops.convert_to_tensor(inputs)
    if len(inputs.shape) != 3 or inputs.shape[1] is None:
        raise ValueError(
            "python_loop: expected inputs [batch, time, width], the number of steps must be known; received "
            f"{tuple(inputs.shape)}. Use tf2_lstm.RNN for sequences of any length."
        )
    check_real("python_loop", "inputs", inputs)
    states = fitting_states("python_loop, states", cell.state_size, states, inputs.shape[0])
    if inputs.shape[1] == 0:
        return [], states
    if inputs.shape[0] == 0:
        return without_row(python_loop(cell, *with_row((inputs, states)), training))
    outputs = []
    _begin(cell, inputs[:, 0], states, training)
    try:
        for time in range(inputs.shape[1]):
            output, states = step(cell, inputs[:, time], states, training)
            outputs.append(output)
    finally:
        _end(cell)
    return outputs, states


@contextmanager
def _changed(layer, **attributes):
    """Give a layer other attributes in a block."""
    kept = {name: getattr(layer, name) for name in attributes}
    try:
        for name, value in attributes.items():
            setattr(layer, name, value)
        yield
    finally:
        for name, value in kept.items():
            setattr(layer, name, value)


def _check_hooks():
    """Check that Keras still calls the two methods that RNN replaces."""
    if not hasattr(keras.layers.RNN, "inner_loop"):
        raise gone("keras.layers.RNN.inner_loop", "for TF1's padding")
    if not hasattr(keras.layers.RNN, "_maybe_config_dropout_masks"):
        path = "keras.layers.RNN._maybe_config_dropout_masks"
        warn_gone(path, "every call of an RNN may compute a step more, and dropout draw other noise")


def _begin(cell, inputs, states, training):
    """Draw the noise that lasts for a whole sequence; the inputs and states of one step are given for their shapes."""
    if isinstance(cell, DropoutWrapper):
        cell.begin_sequence(inputs.shape[-1], training)
    if hasattr(cell, "get_dropout_mask"):
        cell.get_dropout_mask(inputs)
        cell.get_recurrent_dropout_mask(keras.tree.flatten(states)[0])
    if hasattr(cell, "cell"):
        _begin(cell.cell, inputs, states, training)
    if hasattr(cell, "cells"):
        for layer, state in zip(cell.cells, states, strict=True):
            _begin(layer, inputs, state, training)
            inputs = ops.zeros((ops.shape(inputs)[0], output_size(layer)), dtype=inputs.dtype)


def _end(cell):
    """Forget what `_begin` drew."""
    if isinstance(cell, DropoutWrapper):
        cell.end_sequence()
    if hasattr(cell, "get_dropout_mask"):
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
    for inner in (getattr(cell, "cell", None), *getattr(cell, "cells", ())):
        if inner is not None:
            _end(inner)


def _same_sizes(one, two):
    """Whether two shapes are of one rank, and of equal sizes as far as these are known."""
    if len(one) != len(two):
        return False
    return all(a is None or b is None or a == b for a, b in zip(one, two, strict=True))


def _draws_every_step(cell):
    fresh = isinstance(cell, DropoutWrapper) and not cell.variational
    inner = (getattr(cell, "cell", None), *getattr(cell, "cells", ()))
    draws = fresh and any(rate is not None for rate in cell.rates)
    draws = draws or any(isinstance(one, keras.layers.Dropout) and one.rate for one in vars(cell).values())
    return draws or any(_draws_every_step(one) for one in inner if one is not None)


def _zeroed(outputs, mask):
    """Return the outputs [B, T, P], zeros where the mask [B, T] is false."""
    return outputs if mask is None else ops.where(mask[:, :, None], outputs, ops.zeros_like(outputs))


def _last_valid(outputs, valid):
    """Return the output [B, P] at each row's last valid step; zeros for a row without one."""
    to_come = ops.flip(ops.cumsum(ops.flip(ops.cast(valid, "int32"), axis=1), axis=1), axis=1)
    last = ops.logical_and(valid, to_come == 1)
    return ops.sum(ops.where(last[:, :, None], outputs, ops.zeros_like(outputs)), axis=1)
