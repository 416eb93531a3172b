"""A single weight: a variable that a TF1 program reads in a way that no layer of Keras does."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tf2_lstm")
class Weight(keras.layers.Layer):
    """One weight, given out as it is.

    Keras trains and saves the weights of layers; a TF1 program multiplies with any variable. This layer
    holds one. It is called with any tensor of the model, of which it reads nothing: that makes it a
    part of the model.

    Args:
        shape: the weight's shape.
        initializer: the initialiser of the weight, "zeros" unless given.
        **options: arguments of `keras.layers.Layer`: name, dtype, trainable.

    Call arguments: any tensor. Returns: the weight.

    ```python
    import keras
    from tf2_lstm import Weight

    assert Weight((3,), "ones")(keras.ops.zeros((2, 5))).shape == (3,)
    ```
    """

    def __init__(self, shape, initializer="zeros", **options):
        options.setdefault("autocast", False)
        super().__init__(**options)
        self.shape, self.initializer = tuple(shape), keras.initializers.get(initializer)

    def build(self, shape):
        """Create the weight."""
        self.weight = self.add_weight(
            shape=self.shape, initializer=self.initializer, dtype=self.dtype, name="weight"
        )
        self.built = True

    def call(self, reference):
        """Return the weight."""
        return ops.copy(self.weight)

    def compute_output_spec(self, reference):
        """Return the spec of the result: a tensor of the weight's shape."""
        return keras.KerasTensor(self.shape, dtype=self.dtype)

    def get_config(self):
        """Return the configuration as plain data."""
        initializer = keras.initializers.serialize(self.initializer)
        return {**super().get_config(), "shape": list(self.shape), "initializer": initializer}
