"""The Keras side of a proof: the model's outputs, and its gradients under TF1's names."""

from collections import OrderedDict
from contextlib import contextmanager
from functools import partial
from threading import Lock

import keras
import numpy as np
import tensorflow as tf

import tf2_lstm
from tf2_lstm.migrate.functional import find, tf1_variables
from tf2_lstm.migrate.graph.subgraph import KEPT
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.prove.samples import compared_tensors, fed_tensors, key_of
from tf2_lstm.stock import layers_of

#: The options of TensorFlow are those of the process: one thread changes them at a time.
_OPTIONS = Lock()


def run_model(model, recurrence, values):
    """Call a model as its users do.

    Args:
        model: the Keras model.
        recurrence: the `Recurrence` of the model.
        values: TF1 tensor name -> array.

    Returns:
        An OrderedDict from the name of each output that the graph has to its array.
    """
    outputs = call_keeping(model, {tensor.name: values[key_of(tensor)] for tensor in fed_tensors(recurrence)})
    return OrderedDict(
        (tensor.name, np.asarray(outputs[tensor.name])) for tensor in compared_tensors(recurrence)
    )


def run_gradients(model, recurrence, values, targets, of_weights=True):
    """Differentiate half the sum of the mean squares of (output - target), as `Replay.run_gradients` does.

    Args:
        model: the Keras model.
        recurrence: its `Recurrence`.
        values: TF1 tensor name -> array.
        targets: output name -> array.
        of_weights: whether to differentiate with respect to the weights too.

    Returns:
        An OrderedDict from a TF1 tensor name, or a checkpoint name of a variable, to the gradient.
    """
    inputs = {tensor.name: values[key_of(tensor)] for tensor in fed_tensors(recurrence)}
    cells = program_of(recurrence).cells
    owned = [(cell, find(model, cells[id(cell.call)]).trainable_weights) for cell in recurrence.cells]
    owned = owned if of_weights else []
    weights = [weight for _, weights in owned for weight in weights]
    of_inputs, of_weights = differentiate(partial(call_keeping, model), inputs, targets, weights)
    names = {tensor.name: key_of(tensor) for tensor in fed_tensors(recurrence)}
    found = OrderedDict()
    for name, value in of_inputs.items():
        # One tensor may be two inputs, the same zeros as c and as h.
        found[names[name]] = found.get(names[name], 0) + value
    left = iter(of_weights)
    for cell, weights in owned:
        found.update(tf1_variables(cell, [next(left) for _ in weights], folded=False))
    return found


def differentiate(call, inputs, targets, weights):
    """Differentiate half the sum of the mean squares of (output - target).

    Args:
        call: called with name of an input -> tensor, gives name of an output -> tensor.
        inputs: name of an input -> array.
        targets: name of an output -> array, for outputs that are compared.
        weights: the Keras weights to differentiate by, a list.

    Returns:
        (name of an input of floats -> gradient, a list of the gradients of the weights), arrays; zeros where nothing
        depends on one.
    """
    inputs = {name: tf.convert_to_tensor(value) for name, value in inputs.items()}
    floats = {name: value for name, value in inputs.items() if value.dtype.is_floating}
    sources = [weight.value for weight in weights]
    # TensorFlow differentiates only by tensors that are watched.
    with tf.GradientTape(watch_accessed_variables=bool(weights)) as tape:
        tape.watch([*floats.values(), *sources])
        outputs = call(inputs)
        errors = [tf.reduce_mean(tf.square(outputs[name] - target)) for name, target in targets.items()]
        loss = 0.5 * tf.add_n(errors)
    of_inputs, of_weights = tape.gradient(loss, (floats, sources), unconnected_gradients="zero")
    arrays = {name: keras.ops.convert_to_numpy(value) for name, value in of_inputs.items()}
    return arrays, [keras.ops.convert_to_numpy(tf.convert_to_tensor(value)) for value in of_weights]


def compiled(model, inputs):
    """Call a model in `tf.function`, as `call_keeping` does.

    Args:
        model: the Keras model, which is traced here: accelerated, if it is now.
        inputs: name of an input -> array.

    Returns:
        A function without arguments: arrays go in, name of an output -> array comes out.
    """
    function = tf.function(partial(call_keeping, model))

    def call():
        given = {name: tf.constant(value) for name, value in inputs.items()}
        return {name: one.numpy() for name, one in function(given).items()}

    call()
    return call


def in_function(model):
    """Trace a model once as its `predict` does, which eager calls do not show: sizes that it leaves open are open.

    Args:
        model: the Keras model.

    Returns:
        A function as `call_keeping` is one, of a dict from the name of an input to its array.
    """
    signature = {one.name: tf.TensorSpec(one.shape, one.dtype, one.name) for one in model.inputs}
    function = tf.function(partial(call_keeping, model), input_signature=[signature])

    def call(inputs):
        with _not_rewritten():
            return function({name: tf.convert_to_tensor(value) for name, value in inputs.items()})

    return call


@contextmanager
def _not_rewritten():
    """Run functions as they are traced, as the replay runs its graph: rewriting x + x, 60 times, takes all memory."""
    name = "disable_meta_optimizer"
    with _OPTIONS:
        before = tf.config.optimizer.get_experimental_options().get(name, False)
        tf.config.optimizer.set_experimental_options({name: True})
        try:
            yield
        finally:
            tf.config.optimizer.set_experimental_options({name: before})


@contextmanager
def accelerated(model):
    """Run a model by the fast unrolls in a `with` block; yield whether this changes any of its stock layers."""
    before = _own_loops(model)
    tf2_lstm.accelerate(model)
    changed = [layer for layer in _own_loops(model) if layer not in before]
    try:
        yield bool(changed)
    finally:
        for layer in changed:
            del layer.inner_loop


def _own_loops(model):
    return [layer for layer in layers_of(model) if "inner_loop" in vars(layer)]


def call_keeping(model, inputs):
    """Call a model with dropout that draws noise which keeps every unit; all other layers act as at inference.

    Args:
        model: the Keras model.
        inputs: name of an input -> array or tensor.

    Returns:
        A dict from the name of an output to its tensor.
    """
    layers = layers_of(model)
    wrappers = [layer for layer in layers if isinstance(layer, tf2_lstm.DropoutWrapper)]
    with _calling(layers, keras.layers.Dropout, _scaled):
        if not wrappers:
            return model(inputs)
        for wrapper in wrappers:
            wrapper.draw_noise = lambda shape, dtype: keras.ops.full(shape, KEPT, dtype)
        try:
            with _calling(layers, keras.layers.BatchNormalization, _at_inference):
                return model(inputs, training=True)
        finally:
            for wrapper in wrappers:
                del wrapper.draw_noise


@contextmanager
def _calling(layers, kind, call):
    """Let the layers of one class be called by another function, of the layer and its inputs."""
    layers = [layer for layer in layers if type(layer) is kind]
    for layer in layers:
        layer.call = lambda inputs, training=None, mask=None, layer=layer: call(layer, inputs, mask)
    try:
        yield
    finally:
        for layer in layers:
            del layer.call


def _scaled(layer, inputs, mask):
    """Return the output of a dropout that keeps every unit."""
    return inputs / (1 - layer.rate) if layer.rate else inputs


def _at_inference(layer, inputs, mask):
    return type(layer).call(layer, inputs, training=False, mask=mask)
