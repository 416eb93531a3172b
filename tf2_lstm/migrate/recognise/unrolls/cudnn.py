"""CudnnLSTM, CudnnGRU, CudnnRNNTanh and CudnnRNNRelu: all layers in one operation on an opaque blob of weights.

A default Saver writes the blob and beside it the canonical tensors of each cell, in TF1's layout, under names that
follow from the scope of the layer. Only these are read. There is no forget_bias, and a GRU resets after the matmul.
Source: TensorFlow 1.15, `contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py`.
"""

from collections import OrderedDict

from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.graph.terms import constant
from tf2_lstm.migrate.model import CellVariables, Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.pairs.tree import tensors_of
from tf2_lstm.migrate.recognise.refusals import NotUnderstood
from tf2_lstm.migrate.roles import Form, Tensor

OPERATIONS = having(Trait.CUDNN)
#: The place of sequence_lengths among the inputs of CudnnRNNV3.
_LENGTHS = 4
_ROWS_END = (
    "cuDNN ends rows by sequence_lengths as dynamic_rnn does, with zeros behind and the state of the last step; only a "
    "GPU runs it"
)
#: rnn_mode -> (scope of a cell, row, options).
MODES = {
    b"lstm": ("cudnn_compatible_lstm_cell", "basic_lstm", {"forget_bias": 0.0}),
    b"gru": ("cudnn_compatible_gru_cell", "gru", {"reset_after": True}),
    b"rnn_tanh": ("basic_rnn_cell", "basic_rnn", {}),
    b"rnn_relu": ("basic_rnn_cell", "basic_rnn", {"activation": "relu"}),
}


def cudnn_terms(terms):
    """List the cuDNN operations among the terms."""
    return [term for term in terms.every if term.op in OPERATIONS]


def cudnn(edges, term):
    """Read a cuDNN operation.

    Args:
        edges: the `Edges`.
        term: the term of the operation.

    Returns:
        A `Recurrence` of the form "cudnn"; its states are [layers * directions, B, units].

    Raises:
        NotUnderstood: the checkpoint has no canonical tensors, or the mode is another one.
    """
    attributes = dict(term.attr[1])
    mode = attributes.get("rnn_mode", b"lstm")
    if attributes.get("input_mode", b"linear_input") not in (b"linear_input", b"auto_select"):
        raise NotUnderstood("input_mode skip_input: the lowest layer has no input weights", term)
    if mode not in MODES:
        raise NotUnderstood(f"rnn_mode {mode.decode(errors='replace')} is no mode of cuDNN", term)
    _check_layout(attributes, term)
    both = attributes.get("direction", b"unidirectional") == b"bidirectional"
    name = edges.reading.place(term)
    blob = next((arg.attr[0] for arg in term.args if arg.op == "var"), "")
    cells = _cells(edges.reading.model.variables, blob.rpartition("/")[0], mode, both)
    if not cells:
        raise NotUnderstood(
            f"the checkpoint holds only the opaque blob {blob!r} of cuDNN's weights",
            term,
            "save the model on a GPU with tf.train.Saver() to get the canonical tensors beside it",
        )
    return Recurrence(
        name="",
        scope=name.rpartition("/")[0],
        form=Form.CUDNN,
        call=_call([cell.call for cell in cells], both),
        inputs=[
            _inputs(edges, term, cells[0]),
            *([edges.lengths(term.args[_LENGTHS])] if len(term.args) > _LENGTHS else []),
            *_states(edges, term, mode, cells, "initial_"),
        ],
        outputs=[_output(edges, term, cells, both), *_states(edges, term, mode, cells, "")],
        time_major=True,
        cells=cells,
        assumed=[_ROWS_END] if len(term.args) > _LENGTHS else [],
        notes=[
            "the weights are the canonical tensors of the checkpoint"
            + ("; forget_bias is 0 in cuDNN" if mode == b"lstm" else ""),
            *_dropout(attributes, len(cells) // (2 if both else 1)),
        ],
    )


def _check_layout(attributes, term):
    if attributes.get("num_proj", 0):
        raise NotUnderstood("cuDNN projects its states (num_proj): no other layer has these equations", term)
    if not attributes.get("time_major", True):
        raise NotUnderstood(
            "cuDNN takes [batch, time] (time_major=False), and nothing but a GPU tells what its states are then",
            term,
            "transpose in front of the layer and behind it, with time_major=True",
        )


def _dropout(attributes, layers):
    """Yield a note on what cuDNN drops between layers as it trains."""
    rate = round(float(attributes.get("dropout", 0)), 7)
    if rate and layers > 1:
        yield (
            f"not in the model: cuDNN drops a share of {rate:g} between its layers as it trains; put "
            f"keras.layers.Dropout({rate:g}) between the layers of the source to train on"
        )


def _cells(variables, scope, mode, both):
    """List the canonical cells below a scope, layer by layer, forward first."""
    cell, row, options = MODES[mode]
    tensors = tensors_of(Call(row, **options))
    around = "stack_bidirectional_rnn/cell_{}/bidirectional_rnn/{}" if both else "rnn/multi_rnn_cell/cell_{}"
    found, layer = [], 0
    while True:
        for side in ("fw", "bw") if both else ("",):
            prefix = "/".join(filter(None, (scope, around.format(layer, side), cell)))
            names = OrderedDict((one.name, f"{prefix}/{one.name}") for one in tensors)
            if any(name not in variables for name in names.values()):
                return found
            units = variables[names[tensors[-1].name]].shape[-1] // len(tensors[-1].gates)
            call = Call(row, num_units=units, **options)
            found.append(CellVariables(call, prefix, names))
        layer += 1


def _call(calls, both):
    if both:
        sides = {"cells_fw": tuple(calls[::2]), "cells_bw": tuple(calls[1::2])}
        return Call("stack_bidirectional_dynamic_rnn", **sides)
    return Call("dynamic_rnn", cell=Call("multi_rnn", cells=tuple(calls)))


def _inputs(edges, term, cell):
    tf1 = edges.reading.sources.get(term.number, [""])[0] or edges.reading.name(term.args[0])
    shape = edges.shape(tf1)
    kernel = edges.reading.model.variables[next(iter(cell.names.values()))]
    depth = kernel.shape[0] - cell.call.arguments["num_units"]
    return Tensor("inputs", tf1, kernel.dtype, (*(shape[:2] if shape else (None, None)), depth))


def _output(edges, term, cells, both):
    tf1, width = _named(edges, term, 0), cells[0].call.arguments["num_units"]
    return Tensor("outputs", tf1, _dtype(edges, cells), (None, None, width * (2 if both else 1)))


def _states(edges, term, mode, cells, before):
    named = (("h", 1), ("c", 2)) if mode == b"lstm" else (("", 1),)
    found = []
    for state, at in named:
        name = f"{before}state_{state}" if state else f"{before}state"
        tf1 = edges.reading.sources[term.number][at] if before else _named(edges, term, at)
        shape = (len(cells), None, cells[0].call.arguments["num_units"])
        found.append(
            Tensor(name, tf1, _dtype(edges, cells), shape, bool(before) and constant(term.args[at]) == 0)
        )
    return found


def _named(edges, term, number):
    return f"{edges.reading.place(term)}:{number}"


def _dtype(edges, cells):
    return edges.reading.model.variables[next(iter(cells[0].names.values()))].dtype
