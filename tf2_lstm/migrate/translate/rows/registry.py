"""The rows: TF1 operation -> the function that writes its Keras code. Each family has a file."""

import functools
import importlib
from collections.abc import Callable

#: The files with rows.
FAMILIES = (
    "arithmetic",
    "convolutions",
    "cuts",
    "lookups",
    "matrices",
    "parts",
    "products",
    "reductions",
    "segments",
    "shapes",
    "sources",
    "sparse",
    "sparse_rows",
    "tensor_arrays",
)
_ROWS: dict[str, Callable] = {}
_FOLDS: dict[str, Callable] = {}


def row(names):
    """Return a decorator that makes a function the row of some operations.

    The function is called with the `Writer`, the NodeDef and the values of the node's inputs. It returns the value of
    the node's output, a list of them for several, and raises `values.Refusal` where it cannot translate the node.

    Args:
        names: TensorFlow's names, with spaces between.
    """

    def register(function):
        _ROWS.update(dict.fromkeys(names.split(), function))
        return function

    return register


def fold(names):
    """Return a decorator for a function that computes some operations on known sizes.

    The function is called with the NodeDef and NumPy arrays, perhaps of objects; it returns one, or a list of them.

    Args:
        names: TensorFlow's names, with spaces between.
    """

    def register(function):
        _FOLDS.update(dict.fromkeys(names.split(), function))
        return function

    return register


@functools.cache
def rows():
    """Return name of an operation -> its row."""
    for family in FAMILIES:
        importlib.import_module(f"tf2_lstm.migrate.translate.rows.{family}")
    return _ROWS


def folds():
    """Return name of an operation -> the function that computes it on known sizes."""
    rows()
    return _FOLDS
