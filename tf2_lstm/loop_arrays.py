"""Arrays that a loop writes into, one element at each step, for `tf.TensorArray` in a TF1 graph.

TF1's `tensor_array.write(place, element)` takes the time of one element. On TensorFlow, `keras.ops.scatter_update`
copies all of them at every step, so that a loop of a thousand steps would take a thousand times as long; here it is an
array of TensorFlow's within the loop. On other backends it is a tensor.
"""

import keras
from keras import ops

from tf2_lstm import backends


def begin_array(tensor):
    """Return an array that a loop can write into, with the elements of a tensor.

    Args:
        tensor: the elements along its first axis, [N, ...].

    Returns:
        An array for `read_element`, `write_element` and `end_array`, to be carried through `keras.ops.while_loop`.

    ```python
    import keras
    from tf2_lstm import begin_array, end_array, write_element

    squares = keras.ops.zeros((4,))
    _, filled = keras.ops.while_loop(
        lambda step, array: step < 4,
        lambda step, array: (step + 1, write_element(array, step, keras.ops.cast(step * step, "float32"))),
        (keras.ops.convert_to_tensor(0), begin_array(squares)),
    )
    assert keras.ops.convert_to_numpy(end_array(filled, squares)).tolist() == [0.0, 1.0, 4.0, 9.0]
    ```
    """
    arrays = backends.arrays()
    is_symbolic = isinstance(tensor, keras.KerasTensor)
    return tensor if arrays is None or is_symbolic else arrays.begin(tensor)


def read_element(array, place):
    """Return one element of an array, or of a tensor along its first axis.

    Args:
        array: the result of `begin_array`, or a tensor [N, ...].
        place: the element's number, an integer scalar.

    ```python
    import keras
    from tf2_lstm import begin_array, read_element

    words = keras.ops.convert_to_tensor([5.0, 6.0, 7.0])
    assert float(read_element(begin_array(words), 1)) == float(read_element(words, 1)) == 6.0
    ```
    """
    arrays = backends.arrays()
    if arrays is not None and arrays.is_array(array):
        return arrays.read(array, place)
    return ops.take(array, place, axis=0)


def write_element(array, place, element):
    """Return an array with another element at one place; the array that was given must not be used any more.

    Args:
        array: the result of `begin_array`, or a tensor [N, ...], which is copied.
        place: the element's number, an integer scalar.
        element: of the shape and dtype of the others.

    ```python
    import keras
    from tf2_lstm import begin_array, end_array, write_element

    words = keras.ops.convert_to_tensor([5.0, 6.0, 7.0])
    changed = write_element(begin_array(words), 1, keras.ops.convert_to_tensor(0.0))
    assert keras.ops.convert_to_numpy(end_array(changed, words)).tolist() == [5.0, 0.0, 7.0]
    ```
    """
    arrays = backends.arrays()
    if arrays is not None and arrays.is_array(array):
        return arrays.write(array, place, element)
    return ops.scatter_update(array, ops.reshape(place, (1, 1)), ops.expand_dims(element, 0))


def end_array(array, like):
    """Return the elements of an array as a tensor.

    Args:
        array: the result of `begin_array`.
        like: the tensor with which it began; it has its shape and dtype.

    ```python
    import keras
    from tf2_lstm import begin_array, end_array

    words = keras.ops.convert_to_tensor([5.0, 6.0, 7.0])
    assert end_array(begin_array(words), words).shape == (3,)
    ```
    """
    arrays = backends.arrays()
    return arrays.end(array, like) if arrays is not None and arrays.is_array(array) else array
