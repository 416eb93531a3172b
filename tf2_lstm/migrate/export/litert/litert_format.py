"""The format litert: one flat file of the interpreter's own operators, for any number of rows."""

import re
import tempfile
import warnings
from pathlib import Path

import tensorflow as tf

from tf2_lstm import backends
from tf2_lstm.migrate.export.accepted import samples_of
from tf2_lstm.migrate.export.litert.operators import with_its_operators
from tf2_lstm.migrate.export.litert.saved_functions import functions_of
from tf2_lstm.migrate.export.litert.signs import without_bits
from tf2_lstm.migrate.export.litert.without_lists import without_lists
from tf2_lstm.migrate.export.model_edges import inputs_of
from tf2_lstm.migrate.export.saved_model_format import SERVE, write_sequences
from tf2_lstm.migrate.export.seeded import limits_of
from tf2_lstm.migrate.export.writing import ExportError
from tf2_lstm.quiet import startup_hushed

RUNTIME = "LiteRT"
#: An operator that the interpreter lacks, in the converter's message: "tf.Erfc(tensor<?x3xf32>) -> (tensor<?x3xf32>)".
MISSING = re.compile(r"\btf\.(\w+)\(.*?\) -> \(tensor<(?:(?:\?|\d+|\*)x)*([\w<]+)")
#: The operation at which it fails, and where: 'loc(callsite(fused["BiasAdd:", "model/dense/BiasAdd@..."'.
STUMBLED = re.compile(r'fused\["(\w+):", "([^"@]+)')
#: A dtype in the converter's message.
DTYPES = {
    "complex<f32": "complex64",
    "f16": "float16",
    "f32": "float32",
    "f64": "float64",
    "i1": "bool",
    "i32": "int32",
    "i64": "int64",
    "ui8": "uint8",
}


def write(model, path, given=None):
    """Write a model to a file; rows and steps stay open where they are open in the model.

    Args:
        model: the Keras model.
        path: the file's `Path`.
        given: the user's own inputs, `Accepted`, or None.

    Returns:
        Name of an input of integers -> how many different ones it may be.

    Raises:
        ExportError: the interpreter lacks operators for it.
    """
    limits = limits_of(model)
    with tempfile.TemporaryDirectory() as folder, backends.plain():
        # Keras's own loop is exported: the converter does not know the fast unrolls.
        given = given or samples_of(model, limits)
        write_sequences(model, Path(folder) / "model", _shapes(model, given.samples))
        _rewrite(f"{folder}/model")
        converter = tf.lite.TFLiteConverter.from_saved_model(f"{folder}/model", signature_keys=[SERVE])
        content = _converted(model, converter)
    path.write_bytes(content)
    return limits


def _rewrite(folder):
    """Rewrite a SavedModel with operations that the converter has and converts rightly."""
    with functions_of(folder) as libraries:
        for library in libraries:
            without_lists(library)
            for function in library.function:
                without_bits(function)
                with_its_operators(function)


def _converted(model, converter):
    problem = None
    # The converter writes its errors to standard error, several times each.
    with startup_hushed():
        try:
            return converter.convert()
        except Exception as error:
            problem = error
    raise ExportError(
        f"{model.name}: the converter of LiteRT has {_missing(str(problem))}. Take --format onnx."
    ) from problem


def _missing(said):
    """Return what the converter lacks, from its message: the operators, else the first one, else its first words."""
    found, first = MISSING.findall(said.partition("Details:")[2]), STUMBLED.search(said)
    if not found and first:
        return f"no operator for {first[1]} as it is in {first[2]}"
    if not found:
        return f"no operators for it, it says: {' '.join(said.split())[:200]}"
    names = sorted({f"{name} of {DTYPES.get(dtype, dtype)}" for name, dtype in found})
    return f"no operator for {', '.join(names)}"


def _shapes(model, samples):
    """Return the shapes of the inputs, None for sizes that differ between samples; one sample fixes nothing."""
    return {
        name: [
            sizes[0] if known or (len(samples) > 1 and len(set(sizes)) == 1) else None
            for known, sizes in zip(
                tensor.shape,
                zip(*(sample.values[name].shape for sample in samples), strict=True),
                strict=True,
            )
        ]
        for name, tensor in inputs_of(model).items()
    }


def runner(path):
    """Return a function that runs the file: name -> array in, name -> array out."""
    with warnings.catch_warnings():
        # A warning that it will move to a package of its own.
        warnings.simplefilter("ignore")
        interpreter = tf.lite.Interpreter(model_path=str(path))

    def run(values):
        # A new interpreter for each size: one that has run a loop keeps its sizes.
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
