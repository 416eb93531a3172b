"""Run cells over a sequence [T, B, D]: as an ONNX operator where the cell is one, else a Scan with the cell as body."""

from dataclasses import dataclass

import keras
import numpy as np
from onnx import helper

from tf2_lstm.migrate.export.graph import value_info
from tf2_lstm.migrate.export.native import add_recurrence, recurrence_of
from tf2_lstm.migrate.export.writing import Writer
from tf2_lstm.stack import StackedRNNCells
from tf2_lstm.wrappers import DropoutWrapper, ResidualWrapper

STACKS = (StackedRNNCells, keras.layers.StackedRNNCells)


@dataclass
class Sequence:
    """The sequence that all cells of a layer run over.

    Attributes:
        writer: the `Writer`.
        x: name of the inputs [T, B, D].
        lengths: name of the lengths [B] int32, "" for full rows.
        backwards: whether each row is run from its end to its beginning.
    """

    writer: Writer
    x: str
    lengths: str = ""
    backwards: bool = False

    @property
    def direction(self):
        """ONNX's word for the direction."""
        return "reverse" if self.backwards else "forward"

    def ended(self):
        """Return the name of a mask [T, B, 1], True at the steps after a row's end."""
        graph = self.writer.graph
        time = graph.squeeze(graph.size(self.x, 0), 0)
        number = [graph.constant(np.array(one, "int64")) for one in (0, 1)]
        steps = graph.add("Range", [number[0], time, number[1]])
        late = graph.add("GreaterOrEqual", [graph.unsqueeze(steps, 1), graph.cast(self.lengths, "int64")])
        return graph.unsqueeze(late, 2)


def run_cell(sequence, cell, x, depth, initial):
    """Run a cell, a wrapper or a stack over a sequence.

    Args:
        sequence: the `Sequence`.
        cell: the Keras cell.
        x: name of its inputs [T, B, depth].
        depth: their width.
        initial: names of its first states [B, U], flat; None for the cell's own.

    Returns:
        Name of the outputs [T, B, P], their width, and the names of the last states, flat.
    """
    writer = sequence.writer
    if type(cell) in STACKS:
        return _stack(sequence, cell, x, depth, initial)
    if type(cell) is DropoutWrapper:
        return run_cell(sequence, cell.cell, x, depth, initial)
    if type(cell) is ResidualWrapper and cell.residual_fn is None:
        y, width, last = run_cell(sequence, cell.cell, x, depth, initial)
        return writer.graph.add("Add", [x, y]), width, last
    initial = first_states(writer, cell, x) if initial is None else initial
    recurrence = recurrence_of(cell)
    if recurrence is None:
        return _scan(sequence, cell, x, depth, initial or _zeros(writer, cell, x))
    y, last = run_recurrences(sequence, [recurrence], x, [initial], sequence.direction)
    return writer.graph.squeeze(y, 1), recurrence.plan.units, last[0]


def _stack(sequence, cell, x, depth, initial):
    lasts, given = [], initial
    for one in cell.cells:
        own = None
        if initial is not None:
            count = len(keras.tree.flatten(one.state_size))
            own, given = given[:count], given[count:]
        x, depth, last = run_cell(sequence, one, x, depth, own)
        lasts += last
    return x, depth, lasts


def run_recurrences(sequence, recurrences, x, initial, direction):
    """Run one operator, in one direction or both.

    Args:
        sequence: the `Sequence`.
        recurrences: a `Recurrence` for each direction.
        x: name of the inputs [T, B, D].
        initial: for each direction the names of the first states [B, U], or None for zeros.
        direction: ONNX's word for the direction.

    Returns:
        Name of the outputs [T, directions, B, U], and for each direction the names of the last states [B, U].
    """
    graph, count = sequence.writer.graph, recurrences[0].plan.states
    given = [None] * count
    if any(states is not None for states in initial):
        sizes = graph.joined(graph.size(x, 1), recurrences[0].plan.units)
        each = [states or [graph.zeros(sizes)] * count for states in initial]
        given = [_beside(graph, [states[place] for states in each]) for place in range(count)]
    names = ["" if one is None else one for one in given]
    y, last = add_recurrence(graph, recurrences, x, sequence.lengths, names, direction)
    if sequence.lengths:
        last = [_of_started(sequence, one, first) for one, first in zip(last, given, strict=True)]
    pick = lambda name, side: graph.add("Gather", [name, graph.constant(np.array(side, "int64"))], axis=0)  # noqa: E731
    return y, [[pick(name, side) for name in last] for side in range(len(recurrences))]


def _beside(graph, states):
    return graph.add("Concat", [graph.unsqueeze(one, 0) for one in states], axis=0)


def _of_started(sequence, last, first):
    """Return the last states [directions, B, U]; a row without a step keeps its first ones."""
    graph = sequence.writer.graph
    first = graph.constant(0.0, "float32") if first is None else first
    none = graph.add("Equal", [sequence.lengths, graph.constant(0, "int32")])
    return graph.add("Where", [graph.unsqueeze(none, 0, 2), first, last])


def first_states(writer, cell, x):
    """Return the names of a cell's own first states [B, U] for inputs [T, B, D]; None when they are zeros."""
    make = getattr(cell, "get_initial_state", None)
    if make is None:
        return None
    states = [keras.ops.convert_to_numpy(one) for one in keras.tree.flatten(make(batch_size=1))]
    if not any(state.any() for state in states):
        return None
    graph = writer.graph
    sizes = [graph.joined(graph.size(x, 1), *state.shape[1:]) for state in states]
    return [
        graph.add("Expand", [graph.constant(state), size]) for state, size in zip(states, sizes, strict=True)
    ]


def _zeros(writer, cell, x):
    batch = writer.graph.size(x, 1)
    sizes = [size if isinstance(size, (tuple, list)) else (size,) for size in _sizes(cell)]
    return [writer.graph.zeros(writer.graph.joined(batch, *size), cell.compute_dtype) for size in sizes]


def _sizes(cell):
    size = cell.state_size
    return list(size) if isinstance(size, (list, tuple)) else [size]


def _scan(sequence, cell, x, depth, initial):
    """Write a Scan over the steps; its body is the cell's `call`."""
    writer, inside = sequence.writer, Writer(sequence.writer.rows, sequence.writer)
    graph, dtype = inside.graph, cell.compute_dtype
    tensors = [keras.KerasTensor((None, depth), dtype)]
    tensors += [keras.KerasTensor((None, size), dtype) for size in keras.tree.flatten(cell.state_size)]
    names = [graph.fresh("step") for _ in tensors]
    for tensor, name in zip(tensors, names, strict=True):
        inside.define(tensor, name)
    nest = keras.tree.pack_sequence_as(cell.state_size, tensors[1:])
    with inside.inside(cell):
        output, states = inside.opened(cell, tensors[0], nest if keras.tree.is_nested(nest) else [nest])
        given = [*keras.tree.flatten(states), output]
        results = [inside.name(one, dtype) for one in given]
    ended = graph.fresh("ended") if sequence.lengths else ""
    if ended:
        held = [graph.add("Where", [ended, old, new]) for old, new in zip(names[1:], results, strict=False)]
        results = [*held, results[-1]]
    # A body may not return one of its inputs, nor one value twice.
    results = [graph.add("Identity", [name]) for name in results]
    body = helper.make_graph(
        graph.nodes,
        cell.name,
        [value_info(name, dtype, [None, None]) for name in [*names[1:], names[0]]]
        + ([value_info(ended, "bool", [None, 1])] if ended else []),
        [value_info(name, dtype, [None] * len(one.shape)) for name, one in zip(results, given, strict=True)],
    )
    scanned = [x] + ([sequence.ended()] if ended else [])
    back = [int(sequence.backwards)]
    found = writer.graph.add(
        "Scan",
        [*initial, *scanned],
        len(results),
        body=body,
        num_scan_inputs=len(scanned),
        scan_input_directions=back * len(scanned),
        scan_output_directions=back,
    )
    *last, y = found if isinstance(found, list) else [found]
    return y, output.shape[-1], last
