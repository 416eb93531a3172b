"""The format litert: one flat file of the interpreter's own operators, for rows one by one."""

import tempfile
import warnings
from pathlib import Path

import tensorflow as tf

from tf2_lstm import backends
from tf2_lstm.migrate.export.accepted import samples_of
from tf2_lstm.migrate.export.edges import inputs_of
from tf2_lstm.migrate.export.saved_model_format import SERVE, write_sequences
from tf2_lstm.migrate.export.seeded import limits_of
from tf2_lstm.migrate.export.signs import without_bits
from tf2_lstm.migrate.export.writing import ExportError
from tf2_lstm.quiet import startup_hushed

RUNTIME = "LiteRT"
#: The interpreter's lists of steps want to know how many rows there are.
ROWS = 1


def write(model, path, given=None):
    """Write a model to a file; the number of rows is one where the model leaves it free, the steps stay free.

    Args:
        model: the Keras model.
        path: the file's `Path`.
        given: the user's own inputs, `Accepted`, or None.

    Returns:
        Name of an input of whole numbers -> how many different ones it may be.

    Raises:
        ExportError: the converter has no operators of the interpreter for it.
    """
    limits = limits_of(model)
    with tempfile.TemporaryDirectory() as folder, backends.plain():
        # Keras's own loop: the fast unrolls hold rows of any number.
        given = given or samples_of(model, limits, rows=ROWS)
        write_sequences(model, Path(folder) / "model", _shapes(model, given.samples))
        without_bits(f"{folder}/model")
        converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/model", signature_keys=[SERVE])
        content = _converted(model, converter)
    path.write_bytes(content)
    return limits


def _converted(model, converter):
    problem = None
    # The converter tells standard error what it stumbles over, each part of it several times.
    with startup_hushed():
        try:
            return converter.convert()
        except Exception as error:
            problem = error
    said = " ".join(str(problem).split())[:200]
    raise ExportError(
        f"{model.name}: the converter of LiteRT has no operators for it, it says: {said}. Take --format onnx."
    ) from problem


def _shapes(model, samples):
    """The shapes of the inputs, None for what differs between samples; of one sample the rows alone are kept."""
    return {
        name: [
            sizes[0]
            if len(set(sizes)) == 1 and (len(samples) > 1 or axis == 0 or tensor.shape[axis])
            else None
            for axis, sizes in enumerate(zip(*(sample.values[name].shape for sample in samples), strict=True))
        ]
        for name, tensor in inputs_of(model).items()
    }


def runner(path):
    """Return a function that runs the file: name -> array in, name -> array out."""
    with warnings.catch_warnings():
        # It says that it will move to a package of its own.
        warnings.simplefilter("ignore")
        interpreter = tf.lite.Interpreter(model_path=str(path))

    def run(values):
        # Of each size anew: an interpreter that has run a loop keeps its sizes.
        try:
            return interpreter.get_signature_runner(SERVE)(**values)
        except (RuntimeError, ValueError) as error:
            said = " ".join(str(error).split())[:200]
            raise ExportError(
                f"{path.name}: LiteRT cannot run what was written, it says: {said}. Take --format onnx."
            ) from error

    return run


def versions():
    """Return program -> version."""
    return {"tensorflow.lite": tf.__version__}
