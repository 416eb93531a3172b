"""The format savedmodel: a folder that TensorFlow and TensorFlow Serving load, without Keras and this package."""

import contextlib
import logging
from collections import OrderedDict

import keras
import tensorflow as tf

from tf2_lstm import streaming
from tf2_lstm.migrate.equivalence.compare import compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.export.model_edges import inputs_of, nest_of, outputs_of
from tf2_lstm.migrate.export.seeded import limits_of
from tf2_lstm.migrate.export.writing import ExportError
from tf2_lstm.stream.plan import StreamingError

RUNTIME, SERVE, STEP = "TensorFlow", "serve", "step"


def write(model, path, given=None):
    """Write a model to a folder, with a signature for whole sequences and, if it streams, one for a step.

    Args:
        model: the Keras model.
        path: the folder's `Path`.
        given: the user's own inputs, `Accepted`, or None.

    Returns:
        Name of an input of integers -> how many different ones it may be.
    """
    shapes = {name: tensor.shape for name, tensor in inputs_of(model).items()}
    with _traced(model):
        archive = _archive(model, shapes)
        step = step_of(model)
        if step is not None:
            function, specs = _traced_step(step)
            archive.add_endpoint(STEP, function, input_signature=[specs])
        archive.write_out(str(path), verbose=False)
    return limits_of(model)


def write_sequences(model, path, shapes):
    """Write a folder with only the signature for whole sequences, its inputs of given shapes."""
    with _traced(model):
        _archive(model, shapes).write_out(str(path), verbose=False)


@contextlib.contextmanager
def _traced(model):
    """Turn an error of a trace into one line; an error of the disk is not about the model, and passes."""
    try:
        yield
    except (AttributeError, TypeError, ValueError, tf.errors.InvalidArgumentError) as error:
        said = " ".join(str(error).split())[:200]
        raise ExportError(
            f"{model.name}: does not run while TensorFlow traces it with open sizes, it says: {said}. "
            "Take --format onnx."
        ) from error


def _archive(model, shapes):
    archive, inputs, names = keras.export.ExportArchive(), inputs_of(model), list(outputs_of(model))
    archive.track(model)
    specs = {name: tf.TensorSpec(shapes[name], tensor.dtype, name) for name, tensor in inputs.items()}

    def serve(values):
        flat = keras.tree.flatten(model(nest_of(model, values), training=False))
        return dict(zip(names, flat, strict=True))

    archive.add_endpoint(SERVE, serve, input_signature=[specs])
    return archive


def step_of(model):
    """Return the streaming step of a model; None where it cannot be streamed."""
    try:
        return streaming(model, path="keras")
    except StreamingError:
        return None


def _traced_step(step):
    function, signature, inputs, states = step.flat()
    names = [*inputs, *states]
    specs = {
        name: tf.TensorSpec(shape, dtype, name) for name, (shape, dtype) in zip(names, signature, strict=True)
    }

    def run(values):
        found = function(*(values[name] for name in names))
        named = _output_names(len(found) - len(states))
        return dict(zip([*named, *states], found, strict=True))

    return run, specs


def _output_names(count):
    """Return the names of a step's outputs, in their order."""
    return [f"{STEP}_output"] if count == 1 else [f"{STEP}_output_{place}" for place in range(count)]


def runner(path):
    """Return a function that runs the folder on whole sequences: name -> array in, name -> array out."""
    return _called(_loaded(path), SERVE)


def _loaded(path):
    """Load the folder without a warning for each fast unroll that it has no gradient: it is there to serve."""
    absl = logging.getLogger("absl")
    absl.addFilter(_is_news)
    try:
        return tf.saved_model.load(str(path))
    finally:
        absl.removeFilter(_is_news)


def _is_news(record):
    return "unsaved custom gradients" not in record.getMessage()


def _called(loaded, name):
    signature = loaded.signatures[name]

    def run(values):
        found = signature(**{key: tf.convert_to_tensor(value) for key, value in values.items()})
        return {key: value.numpy() for key, value in found.items()}

    # The signature does not keep the variables.
    run.loaded = loaded
    return run


def prove_step(model, samples, path):
    """Compare the signature for a step with the streaming step itself, from states that are not zero.

    Returns:
        A list of `TensorReport`, empty where the model cannot be streamed.
    """
    step = step_of(model)
    if step is None:
        return []
    function, signature, inputs, states = step.flat()
    run, found = _called(_loaded(path), STEP), []
    for sample in samples:
        rows = len(next(iter(sample.values.values())))
        given = {name: sample.values[name] for name in inputs}
        for name, (shape, dtype) in zip(states, signature[len(inputs) :], strict=True):
            given[name] = sample_state((rows, *shape[1:]), dtype)
        received = run(given)
        flat = function(*map(tf.convert_to_tensor, given.values()))
        names = [*_output_names(len(flat) - len(states)), *states]
        expected = OrderedDict(
            (f"step: {name}", value.numpy()) for name, value in zip(names, flat, strict=True)
        )
        ours = OrderedDict((f"step: {name}", received[name]) for name in names)
        found += compare_results(RunResult(f"{KERAS}, {sample.label}", expected), RunResult(RUNTIME, ours))
    return found


def sample_state(shape, dtype):
    """Return a state that is the same whenever it is asked for, and not zero."""
    return tf.cast(tf.reshape(tf.sin(tf.range(tf.reduce_prod(shape), dtype="float32")), shape), dtype)


def versions():
    """Return program -> version."""
    return {"tensorflow": tf.__version__}
