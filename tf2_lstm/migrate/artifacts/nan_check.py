"""Check that values are finite: nothing could be proved of a model with NaN in it."""

import math

import numpy as np

from tf2_lstm.migrate.artifacts import files
from tf2_lstm.migrate.model import ArtifactError


def finite(value, name, where):
    """Return an array as it is, or refuse it for NaN or infinity.

    Args:
        value: the array. Its sum is computed first, which needs no second array.
        name: the variable's name, for messages.
        where: the file, for messages.

    Raises:
        ArtifactError: a value is NaN or infinite.
    """
    value = np.asarray(value)
    if not np.issubdtype(value.dtype, np.inexact) and value.dtype.name != "bfloat16":
        return value
    with np.errstate(all="ignore"):
        total = complex(np.sum(value, dtype=None if value.dtype.kind == "c" else np.float64))
    if math.isfinite(total.real) and math.isfinite(total.imag):
        return value
    wrong = value.size - int(np.isfinite(value).sum())
    if wrong:
        raise ArtifactError(
            f"{where}: {files.shown(name)} has {wrong} of {value.size} values that are NaN or infinite, expected none. "
            "The training diverged: take an earlier checkpoint."
        )
    return value
