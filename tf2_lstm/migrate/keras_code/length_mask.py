"""The function of a converted model for the lengths of its rows; its source text is copied into the written module."""

import keras


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)
