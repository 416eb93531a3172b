"""Keras's recurrent layers in ONNX: masks, directions, first and last states around `run_cell`.

Rows that are padded on the right have lengths, which ONNX's operators take. Under any other mask the steps that count
are first moved to the front of each row, and the outputs back to their places afterwards.
"""

from dataclasses import dataclass

import keras
import numpy as np

from tf2_lstm.bidirectional import Bidirectional
from tf2_lstm.migrate.export.native import recurrence_of
from tf2_lstm.migrate.export.stepping import Sequence, first_states, run_cell, run_recurrences
from tf2_lstm.stock import KINDS
from tf2_lstm.unroll import RNN


@dataclass(frozen=True)
class Mask:
    """Which steps of a sequence count.

    Attributes:
        name: name of the mask [B, T] bool.
        lengths: name of the number of counted steps in each row, [B] int32.
        rank: name of the index [B, T] of each step among those that count, -1 before the first; int64.
        right_padded: whether it is known that these are the first ones of the row.
    """

    name: str
    lengths: str
    rank: str
    right_padded: bool


@dataclass(frozen=True)
class Outcome:
    """The results of a layer.

    Attributes:
        outputs: name [B, T, P]; None where only the last are wanted.
        last: name [B, P] of the output of the step that was run last; None where all are wanted.
        states: names of the last states, flat.
        in_time: whether the outputs are in the order of time; else in the order in which they were run.
    """

    outputs: str | None
    last: str | None
    states: list
    in_time: bool = True


def mask_of(writer, tensor):
    """Return the `Mask` of a symbolic tensor [B, T]; None for None."""
    if tensor is None:
        return None
    graph, name = writer.graph, writer.name(tensor, "bool")
    counted = graph.cast(name, "int32")
    axis = graph.constant(np.array(1, "int64"))
    rank = graph.add("Sub", [graph.add("CumSum", [counted, axis]), graph.constant(1, "int32")])
    lengths = graph.add("ReduceSum", [counted, graph.integers(1)], keepdims=0)
    return Mask(name, lengths, graph.cast(rank, "int64"), writer.knows(name, "right-padded"))


def _flipped(writer, mask):
    """Return the mask of the same rows reversed."""
    counted = writer.graph.cast(writer.graph.flipped(mask.name, 1), "bool")
    graph, axis = writer.graph, writer.graph.constant(np.array(1, "int64"))
    rank = graph.add("CumSum", [graph.cast(counted, "int32"), axis])
    rank = graph.cast(graph.add("Sub", [rank, graph.constant(1, "int32")]), "int64")
    return Mask(counted, mask.lengths, rank, False)


def run_layer(writer, layer, x, mask, initial):
    """Write a recurrent layer.

    Args:
        writer: the `Writer`.
        layer: a layer of `RECURRENT`.
        x: the symbolic inputs [B, T, D].
        mask: their `Mask`, or None.
        initial: names of the first states, flat, or None.

    Returns:
        The `Outcome`.
    """
    _check(writer, layer, mask)
    graph, name = writer.graph, writer.name(x, layer.cell.compute_dtype)
    holds = mask is not None and not layer.zero_output_for_mask
    apart = mask is not None and (holds or not mask.right_padded)
    is_reversed = layer.go_backwards and apart
    if is_reversed:
        name, mask = graph.flipped(name, 1), _flipped(writer, mask)
    if apart and not mask.right_padded:
        name = _packed(graph, name, mask)
    backwards = layer.go_backwards and not is_reversed
    steps = graph.add("Transpose", [name], perm=[1, 0, 2])
    sequence = Sequence(writer, steps, mask.lengths if mask else "", backwards)
    y, _, states = run_cell(sequence, layer.cell, steps, x.shape[-1], initial)
    y = graph.add("Transpose", [y], perm=[1, 0, 2])
    if not layer.return_sequences:
        return Outcome(None, _last(writer, layer, y, mask, backwards), states)
    if mask is not None:
        y = _spread(graph, y, mask, holds, apart, layer.cell.compute_dtype)
    return Outcome(y, None, states, not is_reversed)


def _check(writer, layer, mask):
    if layer.stateful:
        raise writer.refused(
            "a stateful layer keeps its state from call to call, which an ONNX file cannot",
            "Make the state an input and an output: return_state=True and initial_state.",
        )
    if mask is not None and layer.unroll and layer.go_backwards and type(layer) is not RNN:
        raise writer.refused(
            "stock Keras pads the wrong steps with unroll=True, go_backwards=True and a mask",
            "Use tf2_lstm.RNN, or unroll=False.",
        )


def _packed(graph, x, mask):
    """Move the steps that count to the front of each row; the others follow."""
    time = graph.size(x, 1)
    scalar = graph.squeeze(time, 0)
    steps = graph.add(
        "Range", [graph.constant(np.array(0, "int64")), scalar, graph.constant(np.array(1, "int64"))]
    )
    key = graph.add("Where", [mask.name, steps, graph.add("Add", [steps, scalar])])
    _, order = graph.add("TopK", [key, time], 2, axis=1, largest=0)
    return _gathered(graph, x, order)


def _gathered(graph, x, places):
    """Take steps of [B, T, D] by their places [B, T]."""
    return graph.add("GatherND", [x, graph.unsqueeze(places, 2)], batch_dims=1)


def _spread(graph, y, mask, holds, apart, dtype):
    """Move outputs back to their steps: padded steps have zeros, or the output before."""
    zero = graph.constant(0, "int64")
    if apart:
        y = _gathered(graph, y, graph.add("Max", [mask.rank, zero]))
    kept = graph.add("GreaterOrEqual", [mask.rank, zero]) if holds else mask.name
    return graph.add("Where", [graph.unsqueeze(kept, 2), y, graph.constant(0, dtype)])


def _last(writer, layer, y, mask, backwards):
    """Return the output [B, P] of the step that was run last."""
    graph = writer.graph
    pick = lambda step: graph.add("Gather", [y, graph.constant(np.array(step, "int64"))], axis=1)  # noqa: E731
    if mask is None:
        return pick(0 if backwards else -1)
    zero = graph.constant(0, "int32")
    if backwards:
        found = pick(0)
    else:
        end = graph.add("Max", [graph.add("Sub", [mask.lengths, graph.constant(1, "int32")]), zero])
        place = graph.unsqueeze(graph.cast(end, "int64"), 1)
        found = graph.add("GatherND", [y, place], batch_dims=1)
    some = graph.add("Greater", [mask.lengths, zero])
    if layer.zero_output_for_mask and type(layer) is not RNN:
        # Stock Keras gives zeros for every row that ends with a padded step.
        step = graph.constant(np.array(0 if backwards else -1, "int64"))
        some = graph.add("Gather", [mask.name, step], axis=1)
    return graph.add("Where", [graph.unsqueeze(some, 1), found, graph.constant(0, layer.cell.compute_dtype)])


def _given(call, place, key):
    """Return an argument by its position or its name."""
    return call.args[place] if len(call.args) > place else call.kwargs.get(key)


def _arguments(writer, call):
    """Return the inputs, their `Mask`, and the names of the first states, flat, or None."""
    mask = call.kwargs.get("mask")
    mask = call.kwargs.get("sequences_mask") if mask is None else mask
    initial = _given(call, 1, "initial_state")
    states = None
    if initial is not None:
        dtype = call.outputs[0].dtype
        states = [writer.name(state, dtype) for state in keras.tree.flatten(initial)]
    return call.args[0] if call.args else call.kwargs["sequences"], mask_of(writer, mask), states


def layer_row(writer, call):
    """Write a `keras.layers.RNN` and similar layers: outputs in the order in which they were run, states."""
    x, mask, initial = _arguments(writer, call)
    outcome = run_layer(writer, call.operation, x, mask, initial)
    first = outcome.last or outcome.outputs
    if outcome.outputs and call.operation.go_backwards and outcome.in_time:
        first = writer.graph.flipped(first, 1)
    return [first, *outcome.states][: len(call.outputs)]


def bidirectional_row(writer, call):
    """Write either `Bidirectional`: the merged outputs, or both, then the states of both sides."""
    layer = call.operation
    x, mask, initial = _arguments(writer, call)
    before = after = None
    if initial is not None:
        count = len(keras.tree.flatten(layer.forward_layer.cell.state_size))
        before, after = initial[:count], initial[count:]
    sides = _as_one(writer, layer, x, mask, before, after)
    if sides is None:
        sides = [
            run_layer(writer, one, x, mask, states)
            for one, states in ((layer.forward_layer, before), (layer.backward_layer, after))
        ]
    forward, backward = (side.last or side.outputs for side in sides)
    if sides[1].outputs and not sides[1].in_time:
        backward = writer.graph.flipped(backward, 1)
    merged = _merged(writer.graph, layer.merge_mode, forward, backward, layer.compute_dtype)
    return [*merged, *sides[0].states, *sides[1].states][: len(call.outputs)]


def _merged(graph, mode, forward, backward, dtype):
    if mode is None:
        return [forward, backward]
    if mode == "concat":
        return [graph.add("Concat", [forward, backward], axis=-1)]
    found = graph.add("Mul" if mode == "mul" else "Add", [forward, backward])
    return [graph.add("Mul", [found, graph.constant(0.5, dtype)]) if mode == "ave" else found]


def _as_one(writer, layer, x, mask, before, after):
    """Write both sides as one operator of ONNX, where they are alike; else return None."""
    sides = [layer.forward_layer, layer.backward_layer]
    found = [recurrence_of(side.cell) for side in sides]
    if None in found or found[0].options != found[1].options or not layer.return_sequences:
        return None
    if mask is not None and not (mask.right_padded and all(side.zero_output_for_mask for side in sides)):
        return None
    for side in sides:
        _check(writer, side, mask)
    graph = writer.graph
    steps = graph.add("Transpose", [writer.name(x, "float32")], perm=[1, 0, 2])
    initial = [
        first_states(writer, side.cell, steps) if states is None else states
        for side, states in zip(sides, (before, after), strict=True)
    ]
    sequence = Sequence(writer, steps, mask.lengths if mask else "")
    y, states = run_recurrences(sequence, found, steps, initial, "bidirectional")
    outputs = [
        graph.add("Gather", [graph.add("Transpose", [y], perm=[2, 0, 1, 3]), _place(graph, side)], axis=2)
        for side in (0, 1)
    ]
    return [Outcome(name, None, last) for name, last in zip(outputs, states, strict=True)]


def _place(graph, number):
    return graph.constant(np.array(number, "int64"))


def time_distributed_row(writer, call):
    """Write a `TimeDistributed`: its layer on all steps of all rows at once."""
    inner, x = call.operation.layer, call.args[0]
    steps = keras.KerasTensor((None, *x.shape[2:]), x.dtype)
    writer.define(
        steps, writer.graph.add("Reshape", [writer.name(x), writer.graph.integers(-1, *x.shape[2:])])
    )
    with writer.inside(inner):
        row = writer.rows.get(type(inner))
        if row is not None:
            raise writer.refused(
                "a recurrent layer runs at every step of a sequence", "Take --format savedmodel."
            )
        found = keras.tree.flatten(writer.opened(inner, steps))
        sizes = writer.graph.size(writer.name(x), 0, 1)
        return [
            writer.graph.add(
                "Reshape", [writer.name(one, output.dtype), writer.graph.joined(sizes, *output.shape[2:])]
            )
            for one, output in zip(found, call.outputs, strict=True)
        ]


#: Class of the layer -> row.
ROWS = {
    **dict.fromkeys((RNN, *KINDS), layer_row),
    Bidirectional: bidirectional_row,
    keras.layers.Bidirectional: bidirectional_row,
    keras.layers.TimeDistributed: time_distributed_row,
}
