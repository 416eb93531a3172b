"""Nothing wrong is timed: what a contender gives is held against the float64 reference."""

import numpy as np

#: Largest allowed |difference|, as a part of the largest magnitude. Two hundred steps of float32 reach 3e-6.
OUTPUTS, GRADIENTS = 2e-5, 1e-4


class WrongResult(ValueError):
    """A contender does not compute what the task says."""


def check(contender, task, found, expected):
    """Compare every array, and return the largest relative difference.

    Args:
        contender: its name, for the message.
        task: the `Task`.
        found: {name: array} that the contender gave.
        expected: the same from the reference; all of it must be there.

    Raises:
        WrongResult: an array is missing, has another shape, is not finite, or differs.
    """
    allowed = GRADIENTS if task.trains else OUTPUTS
    if found.keys() != expected.keys():
        raise WrongResult(f"{contender}, {task.key}: expected {sorted(expected)}; received {sorted(found)}.")
    return max(
        _differ(f"{contender}, {task.key}, {name}", found[name], expected[name], allowed) for name in expected
    )


def _differ(where, found, expected, allowed):
    if found.shape != expected.shape:
        raise WrongResult(f"{where}: expected the shape {expected.shape}; received {found.shape}.")
    # Written so that a NaN is no agreement.
    part = float(np.abs(found.astype("float64") - expected).max() / np.abs(expected).max())
    if not part <= allowed:
        raise WrongResult(f"{where}: differs by {part:.1e} of the largest; allowed are {allowed:.0e}.")
    return part
