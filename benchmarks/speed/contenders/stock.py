"""Stock Keras: predict, an eager call, tf.function, jit_compile, stacked cells in one loop; and accelerated."""

import keras
import numpy as np
import tensorflow as tf

from benchmarks.speed.contenders import graphs
from benchmarks.speed.contenders.graphs import forget, limit_threads, versions

__all__ = ["build", "forget", "limit_threads", "versions"]


def build(name, task, arrays):
    """Return the functions (first, again) of a task."""
    if task.kind == "streaming":
        return _streaming(name, task, arrays)
    layers, cells = _stacked(task) if name == "keras_cells" else _layers(task)
    model = keras.Sequential([keras.Input((None, task.depth)), *layers])
    if name == "keras_accelerated":
        # Here, so that the others need Keras alone.
        from tf2_lstm import accelerate

        accelerate(model)
    graphs.set_weights(cells, arrays)
    given = [arrays["x"]] + ([arrays["lengths"]] if task.varies else [])
    call = _masked(layers) if task.varies else model
    jit = name == "keras_jit"
    if task.trains:
        return graphs.training(call, cells, arrays, given, jit)
    if name == "keras_predict":
        x = arrays["x"]
        run = lambda: {"outputs": model.predict(x, batch_size=task.batch, verbose=0)}  # noqa: E731
        return run, run
    if name == "keras_eager":
        return graphs.inference(model, given)
    compiled = tf.function(call, jit_compile=jit)
    return graphs.inference(lambda *values: compiled(*map(tf.constant, values)), given)


def _layers(task):
    make = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}[task.cell]
    options = {"reset_after": False} if task.cell == "gru" else {}
    if task.varies:
        options["zero_output_for_mask"] = True
    layers = [make(units, return_sequences=True, **options) for units in task.units]
    return layers, [layer.cell for layer in layers]


def _stacked(task):
    cells = [_cell(task, units) for units in task.units]
    return [keras.layers.RNN(keras.layers.StackedRNNCells(cells), return_sequences=True)], cells


def _cell(task, units):
    if task.cell == "gru":
        return keras.layers.GRUCell(units, reset_after=False)
    return keras.layers.LSTMCell(units)


def _masked(layers):
    def call(x, lengths):
        mask = tf.sequence_mask(lengths, tf.shape(x)[1])
        for layer in layers:
            x = layer(x, mask=mask)
        return x

    return call


def _streaming(name, task, arrays):
    """One step a call, the states inputs and outputs of the model."""
    x = keras.Input((None, task.depth))
    widths = [units for units in task.units for _ in range(2 if task.cell == "lstm" else 1)]
    states = [keras.Input((width,)) for width in widths]
    layers, cells = _layers(task)
    y, new, given = x, [], iter(states)
    for layer in layers:
        layer.return_state = True
        y, *after = layer(y, initial_state=[next(given) for _ in range(len(widths) // len(layers))])
        new += after
    model = keras.Model([x, *states], [y, *new])
    graphs.set_weights(cells, arrays)
    return _loop(_step_of(name, model), task, arrays, widths)


def _step_of(name, model):
    if name == "keras_predict":
        return lambda *values: model.predict(list(values), verbose=0)
    if name == "keras_eager":
        return lambda *values: model(list(values))
    compiled = tf.function(lambda *values: model(list(values)))
    return lambda *values: compiled(*map(tf.constant, values))


def _loop(step, task, arrays, widths):
    steps = [np.ascontiguousarray(arrays["x"][:, t : t + 1]) for t in range(task.time)]
    zeros = [np.zeros((task.batch, width), "float32") for width in widths]

    def run():
        states, outputs = zeros, []
        for one in steps:
            y, *states = (np.asarray(value) for value in step(one, *states))
            outputs.append(y)
        return {"outputs": np.concatenate(outputs, axis=1)}

    return run, run
