"""tf2_lstm as a user has it: a model with one RNN layer, called, inside tf.function, or streamed."""

import keras
import numpy as np
import tensorflow as tf

import tf2_lstm
from benchmarks.speed.contenders import graphs
from benchmarks.speed.contenders.graphs import forget, limit_threads

__all__ = ["build", "forget", "limit_threads", "versions"]


def versions():
    """Return what this contender uses."""
    return {**graphs.versions(), "tf2_lstm": tf2_lstm.__version__}


def build(name, task, arrays):
    """Return the functions (first, again) of a task."""
    make = {"lstm": tf2_lstm.LSTMCell, "gru": tf2_lstm.GRUCell}[task.cell]
    cells = [make(units) for units in task.units]
    layer = tf2_lstm.RNN(cells if len(cells) > 1 else cells[0], return_sequences=True)
    model = _model(task, layer)
    graphs.set_weights(cells, arrays)
    if task.kind == "streaming":
        return _streaming(layer, task, arrays)
    if name == "ours_streaming":
        return _in_one_call(layer, task, arrays)
    given = [arrays["x"]] + ([arrays["lengths"]] if task.varies else [])
    call = (lambda *tensors: model(list(tensors))) if task.varies else model
    if task.trains:
        return graphs.training(call, cells, arrays, given)
    if name == "ours":
        return graphs.inference(call, given)
    compiled = tf.function(call)
    return graphs.inference(lambda *values: compiled(*map(tf.constant, values)), given)


def _model(task, layer):
    x = keras.Input((None, task.depth))
    if not task.varies:
        return keras.Model(x, layer(x))
    lengths = keras.Input((), dtype="int32")
    return keras.Model([x, lengths], layer(tf2_lstm.SequenceMask()([x, lengths])))


def _in_one_call(layer, task, arrays):
    """The whole sequence as one chunk of a stream that begins at zero."""
    step = tf2_lstm.streaming(layer)
    start = step.initial_state(task.batch)

    def run():
        return {"outputs": step(arrays["x"], start)[0]}

    return run, run


def _streaming(layer, task, arrays):
    step = tf2_lstm.streaming(layer)
    steps = [np.ascontiguousarray(arrays["x"][:, t]) for t in range(task.time)]
    start = step.initial_state(task.batch)

    def run():
        state, outputs = start, []
        for one in steps:
            y, state = step(one, state)
            outputs.append(y)
        return {"outputs": np.stack(outputs, axis=1)}

    return run, run
