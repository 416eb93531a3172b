"""Operations of TensorFlow 1.15 that TensorFlow 2.21 lacks: their declarations, and their computations in NumPy.

A replay runs the NumPy in place of the operation. So the replay does not prove the operation itself: records of
TensorFlow 1.15.5 prove the NumPy, and the Keras layer as well.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Lost:
    """One such operation.

    Attributes:
        declared: its `OpDef`, as protobuf's text.
        compute: a function of arrays that computes it.
        like: the number of its input that has the shape and the dtype of its output.
    """

    declared: str
    compute: Callable
    like: int = 0


def gather_tree(step_ids, parent_ids, max_sequence_lengths, end_token):
    """Put the beams of a search together, as tf.contrib.seq2seq.gather_tree does on a CPU.

    Args:
        step_ids: int32 [T, B, W], the word of each beam in each step.
        parent_ids: int32 [T, B, W], the beam of the step before that each continues.
        max_sequence_lengths: int32 [B], the number of steps that count.
        end_token: an int32 scalar.

    Returns:
        int32 [T, B, W]: each beam from its last step back to its first; end_token behind the first one of a beam, and
        behind the steps that count.

    Raises:
        ValueError: a parent is no beam, or the shapes do not fit.

    Example:
        ```python
        beams = gather_tree(np.array([[[1, 2]], [[3, 4]]]), np.array([[[0, 0]], [[1, 0]]]), np.array([2]), 9)
        assert beams[:, 0].tolist() == [[2, 1], [3, 4]]
        ```
    """
    if parent_ids.shape != step_ids.shape or max_sequence_lengths.shape != step_ids.shape[1:2]:
        raise ValueError(
            f"expected parents of shape {step_ids.shape}, that of the words, and a length a row, received "
            f"{parent_ids.shape} and {max_sequence_lengths.shape}"
        )
    beams = np.full_like(step_ids, end_token)
    for row, length in enumerate(np.minimum(max_sequence_lengths, len(step_ids))):
        for beam in range(step_ids.shape[2]):
            parent = beam
            for step in reversed(range(length)):
                if not 0 <= parent < step_ids.shape[2]:
                    raise ValueError(f"the parent {parent} of row {row}, step {step + 1} is no beam")
                beams[step, row, beam] = step_ids[step, row, parent]
                parent = parent_ids[step, row, parent]
            ends = np.flatnonzero(beams[:, row, beam] == end_token)
            beams[ends[0] if ends.size else length :, row, beam] = end_token
    return beams


#: Name -> `Lost`.
LOST = {
    "GatherTree": Lost(
        """
        name: "GatherTree"
        input_arg { name: "step_ids" type: DT_INT32 }
        input_arg { name: "parent_ids" type: DT_INT32 }
        input_arg { name: "max_sequence_lengths" type: DT_INT32 }
        input_arg { name: "end_token" type: DT_INT32 }
        output_arg { name: "beams" type: DT_INT32 }
        """,
        gather_tree,
    )
}
