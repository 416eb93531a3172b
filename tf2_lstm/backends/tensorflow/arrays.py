"""Arrays that a loop writes into: TensorFlow copies a whole tensor to change one element, but not a `TensorArray`."""

import tensorflow as tf


def is_array(value):
    """Whether a value is an array that `begin` made."""
    return isinstance(value, tf.TensorArray)


def begin(tensor):
    """Return an array with the elements of a tensor."""
    array = tf.TensorArray(
        tensor.dtype, tf.shape(tensor)[0], clear_after_read=False, element_shape=tensor.shape[1:]
    )
    return array.unstack(tensor)


def read(array, place):
    """Return one element of an array."""
    return array.read(place)


def write(array, place, element):
    """Return an array with another element at one place; the old array must not be used any more."""
    return array.write(place, element)


def end(array, like):
    """Return the elements of an array as a tensor of the shape and dtype of another one."""
    if tf.executing_eagerly():
        return tf.reshape(array.stack(), tf.shape(like))
    # `stack` refuses an empty array whose elements have an open size.
    elements = tf.raw_ops.TensorListStack(
        input_handle=array.flow, element_shape=tf.shape(like)[1:], element_dtype=like.dtype
    )
    elements.set_shape(like.shape)
    return elements
