"""Seeded values for placeholders: each function returns `draw(generator, sizes)`, sizes being {"B": 3, "T": 5}."""

import numpy as np

from tf2_lstm.migrate.equivalence.inputs import wide


def _shape(dims, sizes):
    return tuple(sizes.get(dim, dim) for dim in dims)


def floats(*dims, **options):
    """Draw wide floats of a shape such as ("B", "T", 4)."""
    dtype = options.get("dtype", "float32")
    return lambda generator, sizes: wide(generator, _shape(dims, sizes), 1.5).astype(dtype)


def ints(limit, *dims):
    """Draw int32 ids below a limit."""
    return lambda generator, sizes: generator.randint(limit, size=_shape(dims, sizes)).astype("int32")


def lengths(dtype="int32"):
    """A length a row, [B]: full, nothing, and something between."""
    return lambda generator, sizes: np.array([sizes["T"], 0, max(1, sizes["T"] - 2)][: sizes["B"]], dtype)


def shorter():
    """A length a row, int32 [B], none as long as the time, so that it shows what becomes of the rest."""
    return lambda generator, sizes: np.array([sizes["T"] - 1, 0, sizes["T"] - 2][: sizes["B"]], "int32")


def value(constant, dtype="float32"):
    """The same number each time, such as a keep_prob of 1."""
    return lambda generator, sizes: np.array(constant, dtype)
