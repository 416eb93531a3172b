"""Layers for sizes that only a call knows, for tf.shape in a TF1 graph.

| TF1                                | here                                             |
|------------------------------------|--------------------------------------------------|
| `tf.shape(x)[1]`                   | `SizeOf(1)(x)`                                   |
| `tf.reshape(x, [batch, steps, 5])` | `ReshapeTo([None, None, 5])(x, batch, steps)`    |
| `tf.zeros([batch, 5])`             | `FullOf([None, 5], 0.0)(batch)`                  |
| `tf.range(steps)`                  | `RangeOf([0, None, 1])(steps)`                   |

In a functional model `keras.ops.shape` gives None for a size that is open; these layers ask when they
are called. They have no weights, and their configuration is data: a model of them loads with
`safe_mode`.
"""

import keras
from keras import ops

from tf2_lstm import backends


class _OfSizes(keras.layers.Layer):
    """A layer that is called with its open sizes as scalars; None stands for each in its arguments."""

    def __init__(self, sizes, **options):
        options.setdefault("autocast", False)
        super().__init__(**options)
        self.sizes = list(sizes)

    def build(self, *shapes):
        """Build nothing."""
        self.built = True

    def get_config(self):
        """Return the configuration as plain data."""
        return {**super().get_config(), "sizes": self.sizes}

    def _filled(self, given):
        """Return the sizes, with those of the call in place of None."""
        left = list(map(backends.number_of, given))
        return [left.pop(0) if size is None else size for size in self.sizes]


@keras.saving.register_keras_serializable(package="tf2_lstm")
class SizeOf(keras.layers.Layer):
    """The size of one axis of a tensor.

    Args:
        axis: an int.
        **options: arguments of `keras.layers.Layer`.

    Call arguments: a tensor. Returns: an int32 scalar.

    ```python
    import keras
    from tf2_lstm import SizeOf

    assert int(SizeOf(1)(keras.ops.zeros((2, 5)))) == 5
    ```
    """

    def __init__(self, axis, **options):
        options.setdefault("autocast", False)
        super().__init__(**options)
        self.axis = axis

    def build(self, shape):
        """Build nothing."""
        self.built = True

    def call(self, x):
        """Return the size."""
        return backends.size(ops.shape(x)[self.axis])

    def compute_output_spec(self, x):
        """Return the spec of the result: a scalar."""
        return keras.KerasTensor((), dtype="int32")

    def get_config(self):
        """Return the configuration as plain data."""
        return {**super().get_config(), "axis": self.axis}


@keras.saving.register_keras_serializable(package="tf2_lstm")
class ReshapeTo(_OfSizes):
    """tf.reshape to a shape of which more than one size is open.

    Args:
        sizes: the shape, a list of ints with None for each size that the call gives, and -1 for the rest.
        **options: arguments of `keras.layers.Layer`.

    Call arguments: a tensor, then a scalar for each None. Returns: the tensor in that shape.

    ```python
    import keras
    from tf2_lstm import ReshapeTo

    two = keras.ops.convert_to_tensor(2)
    assert ReshapeTo([None, None, 3])(keras.ops.zeros((4, 3)), two, two).shape == (2, 2, 3)
    ```
    """

    def call(self, x, *given):
        """Return the reshaped tensor."""
        return ops.reshape(x, self._filled(given))

    def compute_output_spec(self, x, *given):
        """Return the spec of the result: the fixed sizes are known."""
        return keras.KerasTensor([None if size == -1 else size for size in self.sizes], dtype=x.dtype)


@keras.saving.register_keras_serializable(package="tf2_lstm")
class FullOf(_OfSizes):
    """tf.fill and tf.zeros of a shape of which a size is open.

    Args:
        sizes: the shape, a list of ints with None for each size that the call gives.
        value: the number in every place.
        **options: arguments of `keras.layers.Layer`; `dtype` is that of the result.

    Call arguments: a scalar for each None. Returns: a tensor of that shape.

    ```python
    import keras

    from tf2_lstm import FullOf

    assert FullOf([None, 3], 1.5)(keras.ops.convert_to_tensor(2)).shape == (2, 3)
    ```
    """

    def __init__(self, sizes, value=0.0, **options):
        super().__init__(sizes, **options)
        self.value = value

    def call(self, *given):
        """Return the full tensor."""
        return ops.full(self._filled(given), self.value, dtype=self.dtype)

    def compute_output_spec(self, *given):
        """Return the spec of the result."""
        return keras.KerasTensor(self.sizes, dtype=self.dtype)

    def get_config(self):
        """Return the configuration as plain data."""
        return {**super().get_config(), "value": self.value}


@keras.saving.register_keras_serializable(package="tf2_lstm")
class RangeOf(_OfSizes):
    """tf.range to a limit that only the call knows.

    Args:
        sizes: start, limit and step, None for each that the call gives.
        **options: arguments of `keras.layers.Layer`; `dtype` is that of the result, int32 unless given.

    Call arguments: a scalar for each None. Returns: a vector.

    ```python
    import keras

    from tf2_lstm import RangeOf

    assert RangeOf([0, None, 2])(keras.ops.convert_to_tensor(5)).shape == (3,)
    ```
    """

    def __init__(self, sizes, **options):
        options.setdefault("dtype", "int32")
        super().__init__(sizes, **options)

    def call(self, *given):
        """Return the numbers."""
        start, limit, step = self._filled(given)
        return ops.arange(start, limit, step, dtype=self.dtype)

    def compute_output_spec(self, *given):
        """Return the spec of the result: a vector of open length."""
        return keras.KerasTensor((None,), dtype=self.dtype)
