"""Trace a function of flat tensors once, as one concrete function for any batch and length."""

import tensorflow as tf


def compiled(function, signature):
    """Trace a function and return it.

    Args:
        function: takes and returns flat lists of tensors.
        signature: a list of (shape, dtype), None in a shape for a size that may vary.

    Returns:
        A function of NumPy arrays or tensors of that signature; threads may share it.

    ```python
    from tf2_lstm.backends.tensorflow.step import compiled

    twice = compiled(lambda x: [2 * x], [((None, 3), "float32")])
    ```
    """
    specs = [tf.TensorSpec(shape, dtype) for shape, dtype in signature]
    concrete = tf.function(function, input_signature=specs, autograph=False).get_concrete_function()
    types = [tf.as_dtype(dtype) for _, dtype in signature]

    def run(*arrays):
        tensors = (tf.convert_to_tensor(array, dtype) for array, dtype in zip(arrays, types, strict=True))
        return concrete(*tensors)

    return run
