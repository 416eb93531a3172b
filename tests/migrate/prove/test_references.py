"""What stands for a node of cuDNN in a replay: its inputs and outputs, against the cells of TensorFlow 1.15.5."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tf2_lstm.migrate.artifacts.protos import message
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.prove.references import cudnn_equations, put_references

ZOO = Path(__file__).parents[2] / "zoo" / "files"
NAMES = ["cudnn_lstm", "cudnn_lstm_lengths", "cudnn_gru_bidirectional", "cudnn_rnn_relu"]


def equations_of(name, free=False):
    """(The node of cuDNN, what stands for it); with free initial states it takes those that it is given."""
    tf1, findings = look(Request(str(ZOO / name / "model.ckpt")))
    [found] = findings.recurrences
    if free:
        found = replace(found, inputs=[replace(one, own=False, zero=False) for one in found.inputs])
    [(place, compute)] = cudnn_equations(tf1, [found]).items()
    return next(node for node in tf1.graph.node if node.name == place), compute


@pytest.mark.parametrize("name", NAMES)
def test_it_has_the_outputs_of_the_node_in_their_order(name):
    node, compute = equations_of(name)
    with np.load(ZOO / name / "run.npz") as held:
        run = dict(held)
    lengths = [run["lengths:0"]] if "lengths:0" in run else []
    zeros = np.zeros_like(run[f"{node.name}:1"])
    outputs, h, c, *rest = compute(run["x:0"], zeros, zeros, *lengths)
    np.testing.assert_allclose(outputs, run[f"{node.name}:0"], atol=2e-6)
    np.testing.assert_allclose(h, run[f"{node.name}:1"], atol=2e-6)
    if f"{node.name}:2" in run:
        np.testing.assert_allclose(c, run[f"{node.name}:2"], atol=2e-6)
    assert [(one.shape, one.dtype.name) for one in rest] == [((1,), "float32"), ((1,), "int8")]


@pytest.mark.parametrize("name", ["cudnn_lstm", "cudnn_rnn_relu"])
def test_it_begins_with_the_states_that_it_is_given(name):
    _, compute = equations_of(name, free=True)
    with np.load(ZOO / name / "run.npz") as held:
        x = held["x:0"]
    zeros = np.zeros((2, x.shape[1], 5), "float32")
    whole = compute(x, zeros, zeros)
    first = compute(x[:2], zeros, zeros)
    second = compute(x[2:], first[1], first[2])
    np.testing.assert_allclose(np.concatenate([first[0], second[0]]), whole[0], atol=1e-6)
    for one, other in zip(second[1:3], whole[1:3], strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_it_does_not_read_the_blob_of_weights(name):
    node, compute = equations_of(name)
    part = message("GraphDef")
    part.node.add().CopyFrom(node)
    said = put_references(part, {node.name: compute})
    [replaced] = part.node
    assert list(replaced.input) == [one for one in node.input if "opaque_kernel" not in one]
    assert len(replaced.input) == len(node.input) - 1
    assert replaced.op != node.op
    assert said.startswith(f"{node.name} ({node.op}): cuDNN needs a GPU")
    # Five outputs of the newer operations, four of the first.
    assert len(replaced.attr["Tout"].list.type) == (4 if node.op == "CudnnRNN" else 5)
