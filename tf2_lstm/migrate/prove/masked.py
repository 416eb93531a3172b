"""Masks for equations that only have lengths: move the steps that count to the front, and their outputs back."""

import numpy as np


def squeezed(inputs, mask):
    """Move the steps that count to the front of each row.

    Args:
        inputs: an array [B, T, D].
        mask: a bool array [B, T].

    Returns:
        (inputs, lengths): [B, T, D] and a tuple of B ints.

    Example:
        ```python
        moved, lengths = squeezed(np.array([[[1.0], [2.0], [3.0]]]), np.array([[False, True, True]]))
        assert moved.ravel().tolist() == [2.0, 3.0, 1.0] and lengths == (2,)
        ```
    """
    order = np.argsort(~mask, axis=1, kind="stable")
    return np.take_along_axis(inputs, order[:, :, None], axis=1), tuple(map(int, mask.sum(axis=1)))


def spread(outputs, mask, backward=False):
    """Give every step the output of the last step that counted, in the run's direction; zeros before the first.

    Args:
        outputs: an array [B, T, P], the steps that count in front.
        mask: a bool array [B, T].
        backward: whether the run went from the last step to the first.

    Returns:
        An array [B, T, P].

    Example:
        ```python
        held = spread(np.array([[[2.0], [3.0], [0.0]]]), np.array([[True, False, True]]))
        assert held.ravel().tolist() == [2.0, 2.0, 3.0]
        ```
    """
    counted = np.cumsum(mask, axis=1)
    at = counted - mask if backward else counted - 1
    none = (at < 0) | (at >= mask.sum(axis=1, keepdims=True))
    held = np.take_along_axis(outputs, np.clip(at, 0, mask.shape[1] - 1)[:, :, None], axis=1)
    return np.where(none[:, :, None], 0.0, held)
