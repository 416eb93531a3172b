"""The format onnx: one file, run by onnxruntime."""

import importlib.metadata

import onnx
import onnxruntime

from tf2_lstm.migrate.export.onnx_model import write as written
from tf2_lstm.migrate.export.writing import ExportError

RUNTIME = "onnxruntime"


def write(model, path, given=None):
    """Write a model to a file.

    Args:
        model: the Keras model.
        path: the file's `Path`.
        given: the user's own inputs, `Accepted`, or None.

    Returns:
        Name of an input of integers -> how many different ones it may be.

    Raises:
        ExportError: it cannot be written, or not in one file.
    """
    size = sum(weight.numpy().nbytes if hasattr(weight, "numpy") else 0 for weight in model.weights)
    if size >= 2**31 - 2**20:
        raise ExportError(
            f"{model.name}: has {size / 2**30:.1f} GB of weights, expected less than 2, which is what one "
            "ONNX file holds. Take --format savedmodel."
        )
    found = written(model)
    onnx.save(found.proto, path)
    return found.limits


def runner(path):
    """Return a function that runs the file: name -> array in, name -> array out."""
    try:
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    except Exception as error:
        raise _cannot_run(path, error) from error
    names = [one.name for one in session.get_outputs()]
    taken = {one.name for one in session.get_inputs()}

    def run(values):
        given = {name: value for name, value in values.items() if name in taken}
        try:
            return dict(zip(names, session.run(names, given), strict=True))
        except Exception as error:
            raise _cannot_run(path, error) from error

    return run


def _cannot_run(path, error):
    said = " ".join(str(error).split())[:200]
    return ExportError(
        f"{path.name}: onnxruntime cannot run what was written, it says: {said}. "
        "Take --format savedmodel, and please report it."
    )


def versions():
    """Return program -> version."""
    return {name: importlib.metadata.version(name) for name in ("onnxruntime", "onnx")}
