"""NumPy in place of the operations of a subgraph that this TensorFlow lacks, or that only a GPU runs."""

import numpy as np
import tensorflow as tf

from tf2_lstm.migrate.artifacts.protos import definition
from tf2_lstm.migrate.graph.lost import LOST
from tf2_lstm.migrate.graph.nodes import node_of
from tf2_lstm.migrate.prove.numpy_side import Equations
from tf2_lstm.migrate.prove.samples import key_of
from tf2_lstm.migrate.roles import Form

#: The place of the blob of weights among the inputs of cuDNN's operations.
_BLOB = 3


def put_references(part, equations):
    """Replace operations that this TensorFlow lacks, or that only a GPU runs, by NumPy.

    Args:
        part: the `GraphDef` of a subgraph; changed in place: each node of an operation of `lost.LOST` runs its NumPy.
        equations: name of a node of cuDNN -> the function that it runs; the result of `cudnn_equations`.

    Returns:
        A sentence about it for the user; "" where nothing was replaced.
    """
    lost = [node for node in part.node if node.op in LOST]
    cudnn = [node for node in part.node if node.name in equations]
    said = []
    if lost:
        said.append(
            f"TensorFlow {tf.__version__} has no {_named(lost)}: in the replay NumPy stood for it, which records of "
            "TensorFlow 1.15.5 prove, as they prove what it is translated to"
        )
    if cudnn:
        said.append(
            f"{_named(cudnn)}: cuDNN needs a GPU: in the replay the equations of the CPU-compatible cells stood for it"
        )
    for node in lost:
        declared = definition(node.op)
        _run_numpy(node, LOST[node.op].compute, *_dtypes(declared, {}))
    for node in cudnn:
        given, made = _dtypes(definition(node.op), node.attr)
        del node.input[_BLOB], given[_BLOB]
        _run_numpy(node, equations[node.name], given, made)
    return "; ".join(said)


def cudnn_equations(tf1, recurrences):
    """Return what computes the nodes of cuDNN: name of a node -> function of its inputs without the blob of weights.

    Args:
        tf1: the `TF1Model`.
        recurrences: the `Recurrence`s of a program.
    """
    return {node_of(one.outputs[0].tf1): _Cudnn(tf1, one) for one in recurrences if one.form == Form.CUDNN}


class _Cudnn:
    """The outputs of one node of cuDNN, computed by the equations of its recurrence."""

    def __init__(self, tf1, recurrence):
        self._recurrence, self._equations = recurrence, Equations(tf1, recurrence)

    def __call__(self, inputs, h, c, lengths=None):
        one = self._recurrence
        given = {"inputs": inputs, "initial_state": h, "initial_state_h": h, "initial_state_c": c}
        values = {key_of(tensor): given.get(tensor.name, lengths) for tensor in one.inputs if tensor.is_input}
        ran = self._equations.run(values)
        found = {tensor.name: ran[key_of(tensor)] for tensor in one.outputs}
        last = found.get("state_h", found.get("state"))
        none = np.zeros(1, inputs.dtype)
        return [found["outputs"], last, found.get("state_c", np.zeros_like(last)), none, none.astype("int8")]


def _named(nodes):
    return ", ".join(f"{node.name} ({node.op})" for node in nodes)


def _dtypes(declared, attributes):
    """Return the dtypes of an operation's inputs and of its outputs."""
    return [
        [one.type or attributes[one.type_attr].type for one in several]
        for several in (declared.input_arg, declared.output_arg)
    ]


def _run_numpy(node, compute, given, made):
    """Make a node run NumPy: TensorFlow writes such a node for a function of the same inputs and outputs."""
    with tf.Graph().as_default() as graph:
        placeholders = [tf.compat.v1.placeholder(one) for one in given]
        tf.numpy_function(lambda *arrays: _first(compute(*arrays), len(made)), placeholders, made)
    written = graph.as_graph_def().node[-1]
    node.op = written.op
    node.attr.clear()
    for name, value in written.attr.items():
        node.attr[name].CopyFrom(value)


def _first(found, count):
    return found[:count] if isinstance(found, list) else found
