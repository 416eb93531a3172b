"""The hard sigmoid of Keras 1, which tf.keras 1.15 uses in its LSTM and GRU layers.

`clip(0.2 * x + 0.5, 0, 1)`. Trap: Keras 3 has another function under the name "hard_sigmoid", `relu6(x + 3) / 6`; a
layer that is built from a configuration of TF 1.15 gets that one, and other numbers, without a warning.
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="tf2_lstm")
def hard_sigmoid(x):
    """Return clip(0.2 x + 0.5, 0, 1).

    Args:
        x: a tensor of any shape.

    Returns:
        A tensor of the shape and dtype of x.

    ```python
    import keras
    from tf2_lstm import hard_sigmoid

    layer = keras.layers.LSTM(4, recurrent_activation=hard_sigmoid)
    print(layer(keras.ops.ones((2, 5, 3))).shape)
    ```
    """
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)
