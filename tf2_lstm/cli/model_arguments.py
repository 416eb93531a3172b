"""Command-line arguments that the commands on a TF1 model share."""

import argparse
import contextlib
import gc
import importlib
import json
import math
import os

from tf2_lstm.cli.isolation import Limits, Task
from tf2_lstm.errors import UserError
from tf2_lstm.quiet import startup_hushed


def add_model_arguments(parser, path=True):
    """Declare PATH and the options for reading it."""
    if path:
        parser.add_argument(
            "path",
            metavar="PATH",
            help="a checkpoint, its folder, a .meta, a SavedModel, a frozen .pb or a .h5",
        )
    parser.add_argument("--weights", metavar="PREFIX", help="the checkpoint, when it is not beside the .meta")
    parser.add_argument("--ema", action="store_true", help="serve the exponential moving averages")
    parser.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="TEXT",
        help="what a checkpoint without a graph cannot tell: 'rnn/lstm_cell: forget_bias=0'",
    )
    parser.add_argument(
        "--assume-defaults", action="store_true", help="assume TF1's defaults for what cannot be told"
    )
    parser.add_argument(
        "--time-limit",
        metavar="SECONDS",
        type=_amount,
        default=600.0,
        help="for each recurrence, and for what comes before them; 600 by default",
    )
    parser.add_argument(
        "--memory-limit",
        metavar="GIB",
        type=_amount,
        default=_most_memory(),
        help="of the process that runs the graph, on Linux; nine tenths of the machine's by default",
    )


def _amount(text):
    """Parse an argument as a number above 0."""
    with contextlib.suppress(ValueError):
        if 0 < float(text) < math.inf:
            return float(text)
    raise argparse.ArgumentTypeError(f"expected a number above 0, received {text!r}")


def _most_memory():
    """Return nine tenths of the machine's memory in GiB."""
    try:
        return 0.9 * os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    except (OSError, ValueError):
        return math.inf


def limits_of(arguments):
    """Return the `Limits` of parsed arguments."""
    return Limits(arguments.time_limit, arguments.memory_limit * 2**30)


def request_of(arguments, path=None):
    """Return the `Request` of parsed arguments."""
    from tf2_lstm.migrate.convert.converting import Request

    task = getattr(arguments, "task", Task())
    return Request(
        path or arguments.path,
        arguments.weights,
        arguments.ema,
        tuple(arguments.assume),
        arguments.assume_defaults,
        getattr(arguments, "inputs", None),
        not getattr(arguments, "recurrences", False),
        tuple(getattr(arguments, "fetch", ())),
        tuple(getattr(arguments, "feed", ())),
        task.skipped,
        task.tell,
        getattr(arguments, "speed", False),
    )


def telling(arguments, advance):
    """Return a function that announces each recurrence when it begins, to people and to the parent process."""

    def tell(name):
        getattr(arguments, "task", Task()).tell(name)
        advance(name)

    return tell


def all_written(arguments):
    """Tell the parent process that only the printing is left."""
    getattr(arguments, "task", Task()).done()


def import_quietly(path=None, builds=True):
    """Import TensorFlow without its messages; first report a problem that is seen at once.

    Args:
        path: the path that will be read; None for none.
        builds: whether Keras models will be built, for which Keras needs TensorFlow.

    Raises:
        UserError: nothing that can be read is at the path, or Keras does not run on TensorFlow.
    """
    from tf2_lstm.migrate.artifacts import paths

    if path is not None:
        paths.kind_of(path)
    if builds:
        _check_backend(_chosen_backend())
    with startup_hushed(), _without_collecting():
        _with_keras("tensorflow")
        if builds:
            _check_backend(import_keras().backend.backend())


@contextlib.contextmanager
def _without_collecting():
    """Collect no garbage in the block: TensorFlow's objects stay, and collecting takes a sixth of its import."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


def import_keras():
    """Return Keras, on any backend.

    Raises:
        UserError: the backend that is asked for cannot be imported.
    """
    return _with_keras("keras")


def _chosen_backend():
    """Return the backend that the environment or Keras's own file names, "tensorflow" for none."""
    home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    said = os.environ.get("KERAS_BACKEND")
    if not said:
        with (
            contextlib.suppress(OSError, ValueError, AttributeError),
            open(os.path.join(home, "keras.json"), encoding="utf-8") as file,
        ):
            said = json.load(file).get("backend")
    return said or "tensorflow"


def _check_backend(backend):
    """Raise a `UserError` when Keras is to run on another backend than TensorFlow."""
    if backend != "tensorflow":
        raise UserError(
            f"Keras: expected the backend tensorflow, found {backend!r}. Set KERAS_BACKEND=tensorflow."
        )


def _with_keras(name):
    """Import a module that imports Keras."""
    try:
        return importlib.import_module(name)
    except (ImportError, ValueError) as error:
        backend = _chosen_backend()
        if backend == "tensorflow":
            raise UserError(
                f"{name}: expected a package that can be imported, Python says: {error}. Install it again, or give the "
                "process more memory."
            ) from error
        raise UserError(
            f"Keras: expected a backend that can be imported, found {backend!r} (Keras says: {error}). Install it, or "
            "set KERAS_BACKEND=tensorflow."
        ) from error


__all__ = [
    "add_model_arguments",
    "all_written",
    "import_keras",
    "import_quietly",
    "limits_of",
    "request_of",
    "telling",
]
