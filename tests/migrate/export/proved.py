"""What the tests of export share: a model through the whole way but the command, and which operators were written."""

import keras
import numpy as np

from tests.layers.layer_rows import DEPTH
from tf2_lstm import SequenceMask
from tf2_lstm.migrate.export import onnx_format, onnx_model
from tf2_lstm.migrate.export.proof import prove
from tf2_lstm.migrate.export.seeded import drawn

X = {"shape": (None, DEPTH), "name": "x"}


def wide(model, seed=3):
    """Give a model weights that are wide and none of them zero; rates of dropout stay."""
    random = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.assign(random.uniform(-1, 1, weight.shape))
    return model


def proof(model, folder, draw=drawn):
    """The case of the report, of padded rows and of one step of one row: what an eager loop is fast enough for."""
    limits = onnx_format.write(model, folder / "model.onnx")
    run = onnx_format.runner(folder / "model.onnx")
    [case] = prove(model, draw(model, limits)[:2], run, "onnxruntime", {}).cases
    return case


def failures(model, folder, draw=drawn):
    """What differs, in words that a failed test shows."""
    case = proof(model, folder, draw)
    assert case.tensors
    return [
        f"{one.name} of {one.reference}: {one.problem or one.max_abs_diff}"
        for one in case.tensors
        if not one.passed
    ]


def operators(model):
    """How often each recurrent operator is in what is written of a model: name -> number."""
    names = [node.op_type for node in onnx_model.write(model).proto.graph.node]
    return {name: names.count(name) for name in ("LSTM", "GRU", "RNN", "Scan") if name in names}


def masked_three_ways(make, **calls):
    """A model that calls one layer on whole rows, on rows with lengths, and under any mask."""
    x = keras.Input(**X)
    lengths, mask = (
        keras.Input((), dtype="int32", name="lengths"),
        keras.Input((None,), dtype="bool", name="mask"),
    )
    layer = make()
    outputs = {
        "whole": layer(x, **calls),
        "lengths": layer(SequenceMask()([x, lengths]), **calls),
        "mask": layer(x, mask=mask, **calls),
    }
    inputs = [x, lengths, mask, *keras.tree.flatten(calls)]
    return wide(keras.Model(inputs, outputs))
