"""Who takes part: name -> what it is, which file runs it, what it can do, what it needs."""

from collections import namedtuple

#: label: for the tables; module: its file here; kinds, cells: what it can do; needs: the packages to import.
Contender = namedtuple("Contender", ("label", "module", "kinds", "cells", "needs"))

_ALL = ("inference", "training", "streaming", "variable", "variable_training")
_WITH_GRADIENTS = ("inference", "training", "variable", "variable_training")
_BOTH = ("lstm", "gru")

CONTENDERS = {
    "tf1": Contender("TF 1.15 session, dynamic_rnn", "legacy", _ALL, _BOTH, None),
    "legacy": Contender("compat.v1 session on TF 2.21", "legacy", _ALL, _BOTH, "tensorflow"),
    "keras_predict": Contender("Keras model.predict(x)", "stock", ("inference", "streaming"), _BOTH, "keras"),
    "keras_eager": Contender("Keras model(x)", "stock", ("inference", "streaming"), _BOTH, "keras"),
    "keras_function": Contender("Keras layers in tf.function", "stock", _ALL, _BOTH, "keras"),
    "keras_accelerated": Contender(
        "Keras layers, accelerated, in tf.function", "stock", _ALL[:2], _BOTH, "tf2_lstm"
    ),
    "keras_jit": Contender("Keras layers, jit_compile", "stock", _ALL[:2], _BOTH, "keras"),
    "keras_cells": Contender("Keras StackedRNNCells in tf.function", "stock", _ALL[:2], _BOTH, "keras"),
    "ours": Contender(
        "tf2_lstm, model(x)", "ours", ("inference", "streaming", "variable"), _BOTH, "tf2_lstm"
    ),
    "ours_function": Contender("tf2_lstm in tf.function", "ours", _WITH_GRADIENTS, _BOTH, "tf2_lstm"),
    "ours_streaming": Contender("tf2_lstm.streaming, one call", "ours", ("inference",), _BOTH, "tf2_lstm"),
    "torch": Contender("torch.nn.LSTM", "pytorch", _ALL, ("lstm",), "torch"),
    "onnx": Contender(
        "onnxruntime, operators written by hand",
        "onnx",
        ("inference", "streaming"),
        _BOTH,
        "onnxruntime onnx",
    ),
    "onnx_exported": Contender(
        "onnxruntime, the file of tf2-lstm export",
        "exported",
        ("inference", "streaming", "variable"),
        _BOTH,
        "onnxruntime onnx tf2_lstm",
    ),
    "floor": Contender("floor: the flops as GEMMs", "floor", _ALL[:3], _BOTH, "numpy"),
}


#: A hundred times slower a step than the others: shown once, in the first streaming task.
_SHOWN_ONCE = ("keras_predict", "keras_eager")


def able(name, task):
    """Whether a contender can do a task."""
    if name in _SHOWN_ONCE and task.kind == "streaming" and (task.cell, task.batch) != ("lstm", 1):
        return False
    return task.kind in CONTENDERS[name].kinds and task.cell in CONTENDERS[name].cells
