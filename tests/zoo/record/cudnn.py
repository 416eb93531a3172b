"""Graphs of tf.contrib.cudnn_rnn and their checkpoints.

Only a GPU runs these graphs. The .meta is what `tf.train.Saver()` exports; the checkpoint holds, under the names that
its SaveV2 writes, canonical tensors drawn here and the opaque blob in cuDNN's layout. The run is of the cells that
cuDNN is compatible with, on the same tensors.
"""

from collections import OrderedDict

import numpy as np
import tensorflow as tf

from tests.zoo.record.artefact import SIZES, Built, artefact
from tests.zoo.record.blocks import COMPATIBLE_GRU
from tests.zoo.record.expectation import dynamic, gru, lstm, not_converted, recurrence, rnn, stack
from tests.zoo.record.feeds import lengths
from tests.zoo.record.write import CHECKPOINT
from tf2_lstm.migrate.equivalence.inputs import draws, wide
from tf2_lstm.migrate.pairs import Call

cudnn = tf.contrib.cudnn_rnn
UNITS, WIDTH = 5, 4
RAN = "on the CPU by the cells of the same canonical tensors; only a GPU runs the graph itself"

LSTM = (cudnn.CudnnCompatibleLSTMCell, ("kernel", "bias"), "ifco")
GRU = (cudnn.CudnnCompatibleGRUCell, COMPATIBLE_GRU, "ruh")
TANH = (tf.nn.rnn_cell.BasicRNNCell, ("kernel", "bias"), "h")
RELU = (lambda units: tf.nn.rnn_cell.BasicRNNCell(units, activation=tf.nn.relu), ("kernel", "bias"), "h")
SCOPES = {LSTM: "cudnn_compatible_lstm_cell", GRU: "cudnn_compatible_gru_cell"}


def _shapes(kind, layer, both):
    """The canonical shapes of one cell."""
    inputs, gates = (UNITS * (2 if both else 1) if layer else WIDTH), len(kind[2])
    if kind is GRU:
        shapes = [
            (inputs + UNITS, 2 * UNITS),
            (2 * UNITS,),
            (inputs, UNITS),
            (UNITS,),
            (UNITS, UNITS),
            (UNITS,),
        ]
    else:
        shapes = [(inputs + UNITS, gates * UNITS), (gates * UNITS,)]
    return dict(zip(kind[1], shapes))


def _scopes(layer_scope, kind, both, layers):
    """The scope of every cell, layer by layer, forward first."""
    cell = SCOPES.get(kind, "basic_rnn_cell")
    if not both:
        return [f"{layer_scope}/rnn/multi_rnn_cell/cell_{n}/{cell}" for n in range(layers)]
    around = layer_scope + "/stack_bidirectional_rnn/cell_{}/bidirectional_rnn/{}/" + cell
    return [around.format(layer, side) for layer in range(layers) for side in ("fw", "bw")]


def _draw(name, layer_scope, kind, both, layers):
    """Canonical tensors by checkpoint name."""
    found = OrderedDict()
    for number, scope in enumerate(_scopes(layer_scope, kind, both, layers)):
        layer = number // 2 if both else number
        for leaf, shape in _shapes(kind, layer, both).items():
            full = scope + "/" + leaf
            found[full] = wide(draws(0, name + ":" + full), shape, 1.0).astype("float32")
    return found


def _opaque(canonical, scopes, kind):
    """The blob: every cell's matrices, gate by gate, transposed; then every cell's two biases a gate."""
    weights, biases = [], []
    for scope in scopes:
        values = [canonical[scope + "/" + leaf] for leaf in kind[1]]
        for part in _gates(kind, values):
            matrices = [matrix for matrix, _ in part]
            weights += [matrix.T.ravel() for matrix in matrices]
            biases += [bias for _, bias in part]
    return np.concatenate(weights + biases).astype("float32")


def _gates(kind, values):
    """The input half and the recurrent half of one cell: each [(matrix, bias)] in cuDNN's order of gates."""
    if kind is GRU:
        gates, gates_bias, inner, inner_bias, hidden, hidden_bias = values
        split = gates.shape[0] - UNITS
        halves = [(gates[:split], inner, inner_bias), (gates[split:], hidden, hidden_bias)]
        return [
            [
                (half[:, k * UNITS : (k + 1) * UNITS], gates_bias[k * UNITS : (k + 1) * UNITS] / 2)
                for k in (0, 1)
            ]
            + [(matrix, bias)]
            for half, matrix, bias in halves
        ]
    kernel, bias = values
    split = kernel.shape[0] - UNITS
    order = [0, 2, 1, 3] if kind is LSTM else [0]
    blocks = [slice(k * UNITS, (k + 1) * UNITS) for k in order]
    return [[(half[:, b], bias[b] / 2) for b in blocks] for half in (kernel[:split], kernel[split:])]


def _save(tensors, whole):
    """Return a function that writes the .meta of the graph at hand and a checkpoint of given tensors."""

    def save(session):
        saver = tf.train.Saver(None if whole else tf.global_variables(), save_relative_paths=True)
        saver.export_meta_graph(CHECKPOINT + ".meta")
        with tf.Graph().as_default(), tf.Session() as other:
            for name, value in tensors.items():
                tf.get_variable(name, initializer=value)
            other.run(tf.global_variables_initializer())
            tf.train.Saver(save_relative_paths=True).save(other, "./" + CHECKPOINT, write_meta_graph=False)
        return CHECKPOINT

    return save


def _results(canonical, layer_scope, kind, both, layers, edge):
    """Return a function that runs the compatible cells and names what they give after the cuDNN graph's tensors."""

    def results(session, sizes):
        inputs = wide(draws(sizes["B"], "x:0"), (sizes["T"], sizes["B"], WIDTH), 1.5).astype("float32")
        ends = lengths()(None, sizes) if "sequence_length" in edge else None
        with tf.Graph().as_default(), tf.Session() as other:
            with tf.variable_scope(layer_scope):
                outputs, states = _compatible(kind, both, layers, tf.constant(inputs), ends)
            for variable in tf.global_variables():
                variable.load(canonical[variable.op.name], other)
            outputs, states = other.run([outputs, states])
        found = {edge["inputs"].name: inputs, edge["outputs"].name: outputs}
        if ends is not None:
            found[edge["sequence_length"].name] = ends
        if kind is not LSTM:
            found[edge["state"].name] = np.stack(states)
        else:
            found[edge["state_h"].name] = np.stack([state.h for state in states])
            found[edge["state_c"].name] = np.stack([state.c for state in states])
        return found

    return results


def _compatible(kind, both, layers, inputs, ends):
    """The stack that cuDNN is compatible with: time-major outputs, and the states layer by layer, forward first."""
    make = kind[0]
    if not both:
        cell = tf.nn.rnn_cell.MultiRNNCell([make(UNITS) for _ in range(layers)])
        outputs, states = tf.nn.dynamic_rnn(cell, inputs, ends, dtype=tf.float32, time_major=True)
        return outputs, list(states)
    sides = [[make(UNITS) for _ in range(layers)] for _ in range(2)]
    outputs, fw, bw = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        sides[0], sides[1], inputs, dtype=tf.float32, sequence_length=ends, time_major=True
    )
    return outputs, [state for layer in zip(fw, bw) for state in layer]


def cudnn_graph(name, layer, kind, call, both=False, layers=1, blob_only=False, ends=False):
    """A graph of one cuDNN layer over a time-major placeholder, with or without lengths."""
    x = tf.placeholder(tf.float32, [None, None, WIDTH], name="x")
    ends = tf.placeholder(tf.int32, [None], name="lengths") if ends else None
    outputs, states = layer(x, sequence_lengths=ends)
    states = {"h": states[0], "c": states[1]} if kind is LSTM else states[0]
    scope = layer._scope.name
    canonical = _draw(name, scope, kind, both, layers)
    scopes = _scopes(scope, kind, both, layers)
    opaque = scope + "/opaque_kernel"
    options = {"form": "cudnn", "time_major": True, "sequence_length": ends}
    found = recurrence(scope, call, list(canonical), x, outputs, states, **options)
    saved = OrderedDict() if blob_only else OrderedDict(canonical)
    saved[opaque] = _opaque(canonical, scopes, kind)
    feeds = {one: None for one in (x, ends) if one is not None}
    built = Built(feeds, [found], unclaimed=[opaque], ran=RAN, sizes=SIZES)
    built.weights = False
    built.save = _save(saved, not blob_only)
    built.results = _results(canonical, scope, kind, both, layers, found["edge"])
    return built


def _stacked(make, layers):
    return dynamic(stack(*[make() for _ in range(layers)]))


def _both(make, layers):
    sides = [tuple(make() for _ in range(layers)) for _ in range(2)]
    return Call("stack_bidirectional_dynamic_rnn", cells_fw=sides[0], cells_bw=sides[1])


def _cudnn_lstm():
    return lstm(forget_bias=0.0)


def _cudnn_gru():
    return gru(reset_after=True)


@artefact("CudnnLSTM of two layers: opaque blob and canonical tensors, forget_bias 0")
def cudnn_lstm():
    layer = cudnn.CudnnLSTM(2, UNITS)
    return cudnn_graph("cudnn_lstm", layer, LSTM, _stacked(_cudnn_lstm, 2), layers=2)


@artefact("CudnnLSTM of two layers in both directions")
def cudnn_lstm_bidirectional():
    layer = cudnn.CudnnLSTM(2, UNITS, direction="bidirectional")
    call = _both(_cudnn_lstm, 2)
    return cudnn_graph("cudnn_lstm_bidirectional", layer, LSTM, call, both=True, layers=2)


@artefact("CudnnLSTM with sequence_lengths, in both directions, with dropout between its layers")
def cudnn_lstm_lengths():
    layer = cudnn.CudnnLSTM(2, UNITS, direction="bidirectional", dropout=0.3)
    call = _both(_cudnn_lstm, 2)
    return cudnn_graph("cudnn_lstm_lengths", layer, LSTM, call, both=True, layers=2, ends=True)


@artefact("CudnnGRU of two layers: reset after the matmul, two candidate biases")
def cudnn_gru():
    layer = cudnn.CudnnGRU(2, UNITS)
    return cudnn_graph("cudnn_gru", layer, GRU, _stacked(_cudnn_gru, 2), layers=2)


@artefact("CudnnGRU of one layer in both directions, in a scope of its own name")
def cudnn_gru_bidirectional():
    layer = cudnn.CudnnGRU(1, UNITS, direction="bidirectional", name="encoder")
    return cudnn_graph("cudnn_gru_bidirectional", layer, GRU, _both(_cudnn_gru, 1), both=True)


@artefact("CudnnRNNTanh of one layer")
def cudnn_rnn_tanh():
    return cudnn_graph("cudnn_rnn_tanh", cudnn.CudnnRNNTanh(1, UNITS), TANH, _stacked(rnn, 1))


@artefact("CudnnRNNRelu of two layers")
def cudnn_rnn_relu():
    call = dynamic(stack(rnn(activation="relu"), rnn(activation="relu")))
    return cudnn_graph("cudnn_rnn_relu", cudnn.CudnnRNNRelu(2, UNITS), RELU, call, layers=2)


@artefact("Saver(tf.global_variables()) writes the opaque blob alone, whose layout is the GPU's own")
def cudnn_blob_only():
    layer = cudnn.CudnnLSTM(1, UNITS)
    built = cudnn_graph("cudnn_blob_only", layer, LSTM, _stacked(_cudnn_lstm, 1), blob_only=True)
    edge = built.recurrences.pop()["edge"]
    built.fetches, built.unclaimed = [tensor for role, tensor in edge.items() if role != "inputs"], []
    why = "the checkpoint has no canonical tensors"
    built.not_converted = [not_converted("cudnn_lstm", "basic_lstm", ["cudnn_lstm/opaque_kernel"], why)]
    return built
