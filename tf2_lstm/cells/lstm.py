"""LSTMCell: stock `keras.layers.LSTMCell` plus TF1's peepholes, projection and clips.

Equations (TF 1.15), x [B, D], c [B, U], h [B, P], s = sigmoid, P = U without a projection:

    i, j, f, o = split([x; h] @ kernel + bias, 4)
    f = s(f + forget_bias + w_f_diag * c)       peepholes on the old c
    i = s(i + w_i_diag * c)
    c' = clip(f * c + i * act(j), -cell_clip, cell_clip)
    o = s(o + w_o_diag * c')                    peephole on the new, clipped c
    m = o * act(c')
    h' = clip(m @ projection/kernel, -proj_clip, proj_clip)     m itself without a projection

| TF1 variable                | shape     | Keras weight, in this order                 | shape   |
|-----------------------------|-----------|---------------------------------------------|---------|
| lstm_cell/kernel            | [D+P, 4U] | `kernel` (first D rows), columns i, f, j, o | [D, 4U] |
|                             |           | `recurrent_kernel` (other rows), same order | [P, 4U] |
| lstm_cell/bias              | [4U]      | `bias`, same order, forget_bias added to f  | [4U]    |
| lstm_cell/w_i_diag          | [U]       | `input_peephole`                            | [U]     |
| lstm_cell/w_f_diag          | [U]       | `forget_peephole`                           | [U]     |
| lstm_cell/w_o_diag          | [U]       | `output_peephole`                           | [U]     |
| lstm_cell/projection/kernel | [U, P]    | `projection_kernel`                         | [U, P]  |

Traps: as for BasicLSTMCell (gate order, forget_bias, [h, c]); with a projection h has P columns and
c has U; the projection has no bias; TF1 ignores proj_clip without num_proj, the twin refuses it.
"""

import keras
from keras import ops

from tf2_lstm.fitting import one_step


@keras.saving.register_keras_serializable(package="tf2_lstm")
class LSTMCell(keras.layers.LSTMCell):
    """An LSTM step with TF1's options; without any of them it is `keras.layers.LSTMCell` itself.

    Args:
        units: number of units U, a positive integer.
        use_peepholes: the gates also see c, through a diagonal of weights each.
        peephole_initializer: initialiser of the three diagonals, shape [U].
        cell_clip: c is clipped to [-cell_clip, cell_clip] at every step, before the output gate.
        projection_units: width P of the output and of h; None for no projection.
        projection_initializer: initialiser of the projection, shape [U, P].
        projection_clip: the projected output is clipped to [-projection_clip, projection_clip].
        **options: every argument of `keras.layers.LSTMCell`, by keyword.

    Call arguments: `inputs` [B, D], `states` [h, c] of shapes [B, P] and [B, U], `training`.
    Returns: the output [B, P] and the new states [h, c].

    Raises:
        ValueError: for a negative clip, a projection_units below 1, or a projection_clip without
            projection_units; in a call for inputs of another rank or width, and states that do not fit.

    ```python
    import keras
    from tf2_lstm import LSTMCell

    cell = LSTMCell(8, use_peepholes=True, cell_clip=3.0, projection_units=4)
    output, (h, c) = cell(keras.ops.ones((2, 3)), cell.get_initial_state(2))
    print(output.shape, h.shape, c.shape)
    ```
    """

    def __init__(
        self,
        units,
        *,
        use_peepholes=False,
        peephole_initializer="glorot_uniform",
        cell_clip=None,
        projection_units=None,
        projection_initializer="glorot_uniform",
        projection_clip=None,
        **options,
    ):
        super().__init__(units, **options)
        self.use_peepholes = bool(use_peepholes)
        self.peephole_initializer = keras.initializers.get(peephole_initializer)
        self.cell_clip = _limit("cell_clip", cell_clip)
        self.projection_units = _positive("projection_units", projection_units)
        self.projection_initializer = keras.initializers.get(projection_initializer)
        self.projection_clip = _limit("projection_clip", projection_clip)
        if self.projection_clip is not None and self.projection_units is None:
            raise ValueError(
                "LSTMCell: projection_clip clips the projected output and has no effect without "
                f"projection_units; received projection_clip={projection_clip!r} alone. TF1 ignored "
                "proj_clip without num_proj: leave projection_clip out."
            )
        self.output_size = self.projection_units or self.units
        self.state_size = [self.output_size, self.units]
        self.input_spec = keras.layers.InputSpec(ndim=2)

    def add_weight(self, *args, **options):
        """Create a weight as Keras does; the recurrent one is as deep as h, which a projection sets."""
        # The stock build() makes kernel, recurrent_kernel and bias; only this shape differs.
        if options.get("name") == "recurrent_kernel":
            options["shape"] = (self.output_size, 4 * self.units)
        return super().add_weight(*args, **options)

    def build(self, input_shape):
        """Create the weights, in the order of the table above, for inputs [B, D]."""
        super().build(input_shape)
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: input_shape[-1]})
        if self.use_peepholes:
            self.input_peephole = self._diagonal("input_peephole")
            self.forget_peephole = self._diagonal("forget_peephole")
            self.output_peephole = self._diagonal("output_peephole")
        if self.projection_units is not None:
            self.projection_kernel = self.add_weight(
                shape=(self.units, self.projection_units),
                name="projection_kernel",
                initializer=self.projection_initializer,
            )

    @one_step
    def call(self, inputs, states, training=False):
        """Run one step: [B, D] and [h, c] -> output [B, P] and the new [h, c]."""
        if not self.use_peepholes and self.cell_clip is None and self.projection_units is None:
            return super().call(inputs, states, training=training)
        h, c = states
        i, f, j, o = self._gates(inputs, h, training)
        if self.use_peepholes:
            i = i + self.input_peephole * c
            f = f + self.forget_peephole * c
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(j)
        c = _clip(c, self.cell_clip)
        if self.use_peepholes:
            o = o + self.output_peephole * c
        h = self.recurrent_activation(o) * self.activation(c)
        if self.projection_units is not None:
            h = _clip(ops.matmul(h, self.projection_kernel), self.projection_clip)
        return h, [h, c]

    def get_config(self):
        """Return every argument, also stock ones and `implementation` (which Keras leaves out)."""
        return {
            **super().get_config(),
            "implementation": self.implementation,
            "use_peepholes": self.use_peepholes,
            "peephole_initializer": keras.initializers.serialize(self.peephole_initializer),
            "cell_clip": self.cell_clip,
            "projection_units": self.projection_units,
            "projection_initializer": keras.initializers.serialize(self.projection_initializer),
            "projection_clip": self.projection_clip,
        }

    def _diagonal(self, name):
        return self.add_weight(shape=(self.units,), name=name, initializer=self.peephole_initializer)

    def _gates(self, inputs, h, training):
        """Return the four pre-activations in Keras's order i, f, j, o, each [B, U]."""
        drop_x = training and 0.0 < self.dropout < 1.0
        drop_h = training and 0.0 < self.recurrent_dropout < 1.0
        x_mask = self.get_dropout_mask(inputs) if drop_x else None
        h_mask = self.get_recurrent_dropout_mask(h) if drop_h else None
        z = _product(inputs, x_mask, self.kernel) + _product(h, h_mask, self.recurrent_kernel)
        if self.use_bias:
            z = z + self.bias
        return ops.split(z, 4, axis=-1)


def _product(x, mask, kernel):
    """Return x @ kernel with Keras's dropout masks: none, one for all gates, or (implementation 1) one per gate."""
    if mask is None:
        return ops.matmul(x, kernel)
    if not isinstance(mask, (list, tuple)):
        return ops.matmul(x * mask, kernel)
    gates = zip(mask, ops.split(kernel, 4, axis=-1), strict=True)
    return ops.concatenate([ops.matmul(x * m, k) for m, k in gates], axis=-1)


def _clip(x, limit):
    return x if limit is None else ops.clip(x, -limit, limit)


def _limit(name, value):
    if value is None:
        return None
    if value < 0:
        raise ValueError(f"LSTMCell: {name} must be None or a number from 0 up; received {value!r}.")
    return float(value)


def _positive(name, value):
    if value is not None and value < 1:
        raise ValueError(f"LSTMCell: {name} must be None or a positive integer; received {value!r}.")
    return value
