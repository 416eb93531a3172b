"""The beams of a beam search put together, as tf.contrib.seq2seq.gather_tree does in a TF1 graph."""

import keras
from keras import ops

from tf2_lstm.loop_arrays import begin_array, end_array, read_element, write_element


@keras.saving.register_keras_serializable(package="tf2_lstm")
class GatherTree(keras.layers.Layer):
    """Put together each beam of a search, from its last step back to its first.

    TensorFlow 1 ends in an error where a parent is no beam; here the beam is -1 from there back to its first step.

    Args:
        **options: arguments of `keras.layers.Layer`.

    Call arguments: the words of the steps, int32 [T, B, W]; the beam of the step before that each continues, int32
    [T, B, W]; how many steps of a row count, int32 [B]; the word that ends a sentence, an int32 scalar. Returns: int32
    [T, B, W], with that word behind the first one of a beam, and behind the steps that count.

    ```python
    import numpy as np
    from tf2_lstm import GatherTree

    words, parents = np.array([[[1, 2]], [[3, 4]]]), np.array([[[0, 0]], [[1, 0]]])
    beams = GatherTree()(words, parents, np.array([2]), end=9)
    assert np.asarray(beams)[:, 0].tolist() == [[2, 1], [3, 4]]
    ```
    """

    def __init__(self, **options):
        options.setdefault("autocast", False)
        super().__init__(**options)

    def build(self, *shapes):
        """Build nothing."""
        self.built = True

    def call(self, words, parents, lengths, end):
        """Return the beams."""
        words, parents = (ops.convert_to_tensor(one, dtype="int32") for one in (words, parents))
        steps, batch, width = ops.shape(words)
        counts = ops.arange(steps)[:, None, None] < ops.reshape(ops.cast(lengths, "int32"), (1, -1, 1))
        last = ops.broadcast_to(ops.arange(width, dtype="int32"), (batch, width))

        def before(number, beam, array):
            place = steps - 1 - number
            given = (read_element(one, place) for one in (words, parents, counts))
            beam, word = step_back(beam, *given, width, end)
            return number + 1, beam, write_element(array, place, word)

        # Not keras.ops.scan, which TensorFlow does not trace for open sizes.
        first = (ops.convert_to_tensor(0, dtype="int32"), last, begin_array(words))
        _, _, beams = ops.while_loop(lambda number, *_: number < steps, before, first)
        return ended(end_array(beams, words), end)

    def compute_output_spec(self, words, parents, lengths, end):
        """Return the spec of the result: integers of the shape of the words."""
        return keras.KerasTensor(words.shape, dtype="int32")


def step_back(beam, words, parents, counts, width, end):
    """Go one step back along beams.

    Args:
        beam: the beam of this step that each beam comes from, int32 [B, W].
        words, parents: of this step, int32 [B, W].
        counts: whether the step counts, bool [B, 1].
        width: the number of beams.
        end: the word that ends a sentence.

    Returns:
        The beam of the step before that each beam comes from, and its word of this step.
    """
    there = ops.logical_and(beam >= 0, beam < width)
    place = ops.maximum(ops.minimum(beam, width - 1), 0)
    word = ops.where(there, ops.take_along_axis(words, place, axis=1), -1)
    parent = ops.take_along_axis(parents, place, axis=1)
    beam = ops.where(ops.logical_and(counts, there), parent, beam)
    return beam, ops.where(counts, word, end)


def ended(beams, end):
    """Return beams [T, B, W] in which only the word that ends a sentence follows its first occurrence."""
    ends = ops.cast(ops.equal(beams, end), "int32")
    return ops.where(ops.cumsum(ends, axis=0) > ends, end, beams)
