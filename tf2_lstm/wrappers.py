"""DropoutWrapper and ResidualWrapper: cells around a cell, with TF1's semantics.

TF1 code gives keep_prob, Keras the rate = 1 - keep_prob. `dropout=` and `recurrent_dropout=` of the
Keras cells are something else: their masks act inside the matrix products and last for the whole
sequence.

Neither wrapper has a variable in TF1, and neither leaves a trace in a checkpoint. DropoutWrapper
here has a scalar weight for each rate that is given.
"""

import keras
from keras import ops

from tf2_lstm import backends
from tf2_lstm.fitting import one_step
from tf2_lstm.state import initial_state, output_size, state_layout

#: The places of dropout, the names of DropoutWrapper's arguments and weights.
RATES = ("input_dropout", "state_dropout", "output_dropout")


class _Wrapper(keras.layers.Layer):
    """The base of both wrappers: a cell inside, with its sizes and states."""

    def __init__(self, cell, **options):
        options.setdefault("dtype", cell.dtype_policy)
        super().__init__(**options)
        self.cell = cell
        self.input_spec = keras.layers.InputSpec(ndim=2)

    @property
    def state_size(self):
        """The widths of the cell's state."""
        return self.cell.state_size

    @property
    def output_size(self):
        """The width of the cell's output."""
        return output_size(self.cell)

    def get_initial_state(self, batch_size=None):
        """Return the cell's initial state."""
        return initial_state(self.cell, batch_size)

    def build(self, input_shape):
        """Build the cell for inputs [B, D]; from then on D is fixed."""
        if not self.cell.built:
            self.cell.build(input_shape)
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: input_shape[-1]})

    def get_config(self):
        """Return the arguments of the layer, the cell serialised."""
        cell = keras.saving.serialize_keras_object(self.cell)
        return {**super().get_config(), "cell": cell}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the wrapper and its cell again."""
        cell = keras.saving.deserialize_keras_object(config["cell"], custom_objects=custom_objects)
        return cls(**{**config, "cell": cell})


@keras.saving.register_keras_serializable(package="tf2_lstm")
class DropoutWrapper(_Wrapper):
    """Dropout on a cell's input, new state and output, in training only.

    At every step, in this order:

        x = drop(x, input_dropout)
        output, state = cell(x, state)
        state = drop(state, state_dropout)      but never the c of an LSTM
        output = drop(output, output_dropout)

    The recurrence goes on with the state: with output_dropout alone, output is a dropped h while h
        itself is whole. Masks are fresh at every step and row; an element is kept if its noise >=
        rate, and divided by 1 - rate. The c of an LSTM is the state that
        `tf2_lstm.state.state_layout` calls "c", in every layer of a stack.

    With `variational=True` one mask [1, width] a place is drawn for each call of the whole
    sequence: the same at all steps and in all rows. The unrolls of this package draw it; stock
    `keras.layers.RNN` cannot, and a training call from there is an error.

    TF1 feeds keep_prob at run time. Here a rate that is given is a scalar weight, not trained, of
    the name of its argument: `wrapper.output_dropout.assign(0.3)` acts at once, also in a compiled
    `fit`. It precedes the cell's weights in `wrapper.weights`, and is saved with them.

    Not carried over: TF1's flat state (state_is_tuple=False) cannot tell c from h and drops both;
        the twin never drops c. The two random generators differ: equal seeds do not give equal
        masks.

    Args:
        cell: the Keras cell, wrapper or stack inside.
        input_dropout, state_dropout, output_dropout: rates from 0 to 1; None for no dropout there
            ever: no random number is drawn and there is no weight.
        variational: one mask for a whole sequence, see above.
        seed: an integer for repeatable masks.
        **options: arguments of `keras.layers.Layer`; `dtype` is that of the cell unless given.

    Raises:
        ValueError: for a rate outside 0..1; for a state_dropout around a cell whose c is not known; in a
            call for inputs of another rank or width, and states that do not fit.

    ```python
    import keras
    from tf2_lstm import RNN, DropoutWrapper, LSTMCell

    cell = DropoutWrapper(LSTMCell(4), input_dropout=0.2, output_dropout=0.5, seed=1)
    outputs = RNN(cell, return_sequences=True)(keras.ops.ones((2, 5, 3)), training=True)
    cell.output_dropout.assign(0.3)
    ```
    """

    def __init__(
        self,
        cell,
        input_dropout=None,
        state_dropout=None,
        output_dropout=None,
        variational=False,
        seed=None,
        **options,
    ):
        super().__init__(cell, **options)
        self.rates = (input_dropout, state_dropout, output_dropout)
        self.input_dropout = self._rate("input_dropout", input_dropout)
        self.state_dropout = self._rate("state_dropout", state_dropout)
        self.output_dropout = self._rate("output_dropout", output_dropout)
        self.variational = bool(variational)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self._dropped = None if state_dropout is None else _dropped_leaves(state_layout(cell))
        self._noise, self._in_sequence = None, False

    def draw_noise(self, shape, dtype):
        """Return uniform noise in [0, 1): the one source of randomness of this layer.

        Replace it, on the object or in a subclass, to replay noise drawn elsewhere. The order of
        the draws is input, each dropped leaf of the state in Keras's order, output; a place without
        a rate draws nothing. The draws of a cell inside fall between those of input and state.
        Variational noise is drawn in the same order, once, with shapes [1, width].

        Args:
            shape: a tuple, [B, width] at a step, [1, width] for variational noise.
            dtype: the dtype of the rates, "float32" under the mixed policies.
        """
        return keras.random.uniform(shape, dtype=dtype, seed=self.seed_generator)

    def restore_rates(self):
        """Set each rate to the first one, whatever was assigned or loaded since."""
        for name, rate in zip(RATES, self.rates, strict=True):
            if rate is not None:
                getattr(self, name).assign(rate)

    def set_rate(self, name, rate):
        """Set a rate that was given at first, for good: `restore_rates` and a saved configuration have it too.

        Args:
            name: "input_dropout", "state_dropout" or "output_dropout".
            rate: from 0 to 1.
        """
        getattr(self, name).assign(rate)
        self.rates = tuple(rate if one == name else old for one, old in zip(RATES, self.rates, strict=True))

    def begin_sequence(self, input_size, training):
        """Draw the variational noise for one sequence; an unroll calls it before its loop."""
        self._in_sequence = True
        # Drawn already: one object that is twice in a stack has one noise, as in TF1.
        if not (self.variational and training) or self._noise is not None:
            return
        leaves = keras.tree.flatten(self.state_size)
        widths = [width for width, drop in zip(leaves, self._dropped or (), strict=False) if drop]
        draw = lambda width: self.draw_noise((1, width), self.variable_dtype)  # noqa: E731
        self._noise = (
            None if self.input_dropout is None else draw(input_size),
            tuple(draw(width) for width in widths),
            None if self.output_dropout is None else draw(self.output_size),
        )

    def end_sequence(self):
        """Forget the variational noise; an unroll calls it after its loop."""
        self._noise = None
        self._in_sequence = False

    @one_step
    def call(self, inputs, states, training=False):
        """Run one step: dropout around the cell if `training`, else the cell alone."""
        if not training:
            return self.cell(inputs, states, training=False)
        if self.variational and self._noise is None:
            raise RuntimeError(
                f"DropoutWrapper {self.name!r}: variational=True needs noise that lasts for a whole "
                "sequence, and none was drawn. Call the cell through tf2_lstm.RNN, "
                "tf2_lstm.Bidirectional or tf2_lstm.python_loop, not through keras.layers.RNN or alone."
            )
        drawing = None if self._in_sequence else backends.drawing()
        if drawing:
            drawing.warn_of_one_mask(self.name, inputs)
        input_noise, state_noise, output_noise = self._noise or (None, (), None)
        inputs = self._drop(inputs, self.input_dropout, input_noise)
        output, states = self.cell(inputs, states, training=True)
        states = self._drop_states(states, state_noise)
        return self._drop(output, self.output_dropout, output_noise), states

    def get_config(self):
        """Return the arguments; the rates are the first ones, as an assigned rate is in the weights."""
        return {
            **super().get_config(),
            **dict(zip(RATES, self.rates, strict=True)),
            "variational": self.variational,
            "seed": self.seed,
        }

    def _rate(self, name, rate):
        if rate is None:
            return None
        if not 0 <= rate <= 1:
            raise ValueError(
                f"DropoutWrapper: {name} must be None or from 0 to 1; received {rate!r}. It is a rate, "
                "1 - keep_prob."
            )
        return self.add_weight(
            shape=(),
            name=name,
            # Constant() would round the rate of a float64 weight to float32.
            initializer=lambda shape, dtype: ops.convert_to_tensor(rate, dtype=dtype),
            trainable=False,
            # Otherwise 0.3 would be 0.3008 under mixed_bfloat16.
            autocast=False,
        )

    def _drop(self, x, rate, noise):
        if rate is None:
            return x
        rate = ops.convert_to_tensor(rate)
        if self.variational:
            keep = noise + (1 - rate) >= 1
        else:
            keep = self.draw_noise(ops.shape(x), self.variable_dtype) >= rate
        scale = ops.divide_no_nan(ops.ones_like(rate), 1 - rate)
        return ops.where(keep, x * ops.cast(scale, x.dtype), ops.zeros_like(x))

    def _drop_states(self, states, noise):
        if self.state_dropout is None:
            return states
        noise = iter(noise)
        leaves = [
            self._drop(leaf, self.state_dropout, next(noise, None)) if drop else leaf
            for leaf, drop in zip(keras.tree.flatten(states), self._dropped, strict=True)
        ]
        return keras.tree.pack_sequence_as(states, leaves)


@keras.saving.register_keras_serializable(package="tf2_lstm")
class ResidualWrapper(_Wrapper):
    """Add a cell's input to its output; the state is untouched, so that output is not h.

    With a mask a padded step gives zero, as in TF1, not the input.

    Args:
        cell: the Keras cell, wrapper or stack inside.
        residual_fn: a function of (inputs [B, D], outputs [B, P]) that returns the output, of the
            cell's width; None for inputs + outputs, which needs D = P. To save the layer, register
            the function with `keras.saving.register_keras_serializable`.
        **options: arguments of `keras.layers.Layer`; `dtype` is that of the cell unless given.

    Raises:
        ValueError: on the first call, if D is not P and there is no residual_fn; in a call for inputs of
            another rank or width, and states that do not fit.

    ```python
    import keras
    from tf2_lstm import LSTMCell, ResidualWrapper

    cell = ResidualWrapper(LSTMCell(3))
    output, (h, c) = cell(keras.ops.ones((2, 3)), cell.get_initial_state(2))
    print(keras.ops.max(keras.ops.abs(output - h - 1.0)))
    ```
    """

    def __init__(self, cell, residual_fn=None, **options):
        super().__init__(cell, **options)
        self.residual_fn = residual_fn

    def build(self, input_shape):
        """Build the cell, and check that its output can be added to the input."""
        super().build(input_shape)
        if self.residual_fn is None and input_shape[-1] != self.output_size:
            raise ValueError(
                f"ResidualWrapper {self.name!r}: inputs [batch, {input_shape[-1]}] cannot be added to "
                f"outputs [batch, {self.output_size}]. Make the widths equal, or give residual_fn."
            )

    @one_step
    def call(self, inputs, states, training=False):
        """Run one step of the cell, with the input added to its output."""
        output, states = self.cell(inputs, states, training=training)
        # The cell may compute in another dtype than the wrapper.
        output = ops.cast(output, self.compute_dtype)
        if self.residual_fn is None:
            return ops.cast(inputs, self.compute_dtype) + output, states
        return self.residual_fn(inputs, output), states

    def get_config(self):
        """Return the arguments, residual_fn by its registered name."""
        function = self.residual_fn and keras.saving.serialize_keras_object(self.residual_fn)
        return {**super().get_config(), "residual_fn": function}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the wrapper, its cell and its function again."""
        function = config.get("residual_fn")
        if function is not None:
            function = keras.saving.deserialize_keras_object(function, custom_objects=custom_objects)
        return super().from_config({**config, "residual_fn": function}, custom_objects)


def _dropped_leaves(layout):
    """Return a bool for each leaf of the Keras state, in its order: whether state_dropout acts on it."""
    if isinstance(layout, list):
        return tuple(drop for layer in layout for drop in _dropped_leaves(layer))
    if isinstance(layout, dict):
        return tuple(name != "c" for name in layout)
    return (True,)
