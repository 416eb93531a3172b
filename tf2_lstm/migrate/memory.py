"""Large arrays: NumPy and TensorFlow in the same memory, and letting go of what nothing but itself holds."""

import gc

import numpy as np
import tensorflow as tf

#: Below this many bytes a full collection, most of a second in a large process, is not worth it.
LARGE = 2**26
#: Where TensorFlow wants a tensor to begin: at a multiple of so many bytes.
ALIGNED = 64


def let_go(size):
    """Collect garbage now if it may hold this many bytes and they are many; Python would do it later.

    Example:
        ```python
        let_go(3 * LARGE)
        ```
    """
    if size > LARGE:
        gc.collect()


def as_tensor(array):
    """Return a tensor of an array with one copy at most; `tf.convert_to_tensor` takes two at once.

    Args:
        array: what NumPy can make an array of. It stays as it is.

    Returns:
        A tensor of its shape and dtype, whose memory nothing else has.

    Example:
        ```python
        assert as_tensor(np.ones((2, 3), "float32")).shape == (2, 3)
        ```
    """
    array = np.asarray(array)
    if array.dtype.kind != "f" or not array.size:
        return tf.convert_to_tensor(array)
    memory = np.empty(array.nbytes + ALIGNED, np.uint8)
    start = -memory.ctypes.data % ALIGNED
    taken = memory[start : start + array.nbytes].view(array.dtype.newbyteorder("=")).reshape(array.shape)
    taken[...] = array
    return tf.experimental.dlpack.from_dlpack(taken.__dlpack__())


def as_array(tensor):
    """Return a tensor as an array without a copy, where NumPy has its dtype; bfloat16 is copied.

    Args:
        tensor: an eager tensor, or a Keras variable.

    Returns:
        An array that is not to be written to.

    Example:
        ```python
        assert as_array(tf.ones((2, 3))).tolist() == [[1, 1, 1], [1, 1, 1]]
        ```
    """
    tensor = tf.convert_to_tensor(tensor)
    return tensor.numpy() if tensor.dtype == tf.bfloat16 else np.asarray(memoryview(tensor))
