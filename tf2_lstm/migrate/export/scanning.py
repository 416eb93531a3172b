"""Operations along an axis, step by step, that are no cells: each is a Scan of ONNX."""

import inspect

from onnx import helper

from tf2_lstm import GatherTree
from tf2_lstm.gather_tree import ended, step_back
from tf2_lstm.migrate.export.graph import value_info
from tf2_lstm.migrate.export.writing import Writer

#: Shapes and dtypes of the inputs of one step back.
BEAMS = [*[((None, None), "int32")] * 3, ((None, 1), "bool"), *[((), "int32")] * 2]


def _scan(writer, function, states, scanned, ends, **attributes):
    """Add a Scan; return the names of the last states and of the steps' results.

    Args:
        writer: the `Writer`.
        function: function of (writer of the body, names of the states, names of the scanned inputs) that returns the
            names of the next states and of a step's results.
        states, scanned: names.
        ends: (dtype, rank) of the states, of the scanned inputs, and of a step's results: three lists.
        **attributes: the attributes of the Scan.
    """
    inside = Writer(writer.rows, writer)
    graph = inside.graph
    names = [[graph.fresh(stem) for _ in held] for stem, held in zip(("state", "slice"), ends, strict=False)]
    last, given_out = function(inside, *names)
    # A body may not return one of its inputs, nor one value twice; Scan must know the ranks.
    results = [graph.add("Identity", [name]) for name in [*last, *given_out]]
    sides = [
        [value_info(name, dtype, [None] * rank) for name, (dtype, rank) in zip(side, held, strict=True)]
        for side, held in ((names[0] + names[1], ends[0] + ends[1]), (results, ends[0] + ends[2]))
    ]
    body = helper.make_graph(graph.nodes, graph.fresh("steps"), *sides)
    given = [*states, *scanned]
    return writer.graph.add(
        "Scan", given, len(sides[1]), body=body, num_scan_inputs=len(scanned), **attributes
    )


def _cumprod(writer, call):
    graph, dtype, axis = writer.graph, call.outputs[0].dtype, call.operation.axis
    name, rank = writer.name(call.args[0], dtype), len(call.args[0].shape)
    if axis is None:
        name, axis, rank = graph.add("Reshape", [name, graph.integers(-1)]), 0, 1
    axis = axis % rank
    rest = [one for one in range(rank) if one != axis]
    ones = graph.zeros(graph.size(name, *rest), dtype, 1)

    def step(inside, states, slices):
        found = inside.graph.add("Mul", [*states, *slices])
        return [found], [found]

    sides = {"scan_input_axes": [axis], "scan_output_axes": [axis]}
    ends = [[(dtype, rank - 1)]] * 3
    return _scan(writer, step, [ones], [name], ends, **sides)[1]


def gather_tree_row(writer, call):
    """Write a `GatherTree`: a Scan from the last step to the first."""
    graph = writer.graph
    words, parents, lengths, end = (writer.name(value, "int32") for value in _in_order(call))
    steps, width = (graph.cast(graph.size(words, axis), "int32") for axis in (0, 2))
    late = graph.unsqueeze(lengths, 0, 2)
    counts = graph.add("Less", [graph.unsqueeze(_numbers(graph, steps), 1, 2), late])
    last = graph.add("Expand", [_numbers(graph, width), graph.size(words, 1, 2)])

    def step(inside, states, slices):
        given = [*states, *slices, graph.squeeze(width, 0), end]
        found = step_back(*map(inside.symbol, given, BEAMS))
        return [[inside.name(one, "int32")] for one in found]

    whole = ("int32", 2)
    ends = [[whole], [whole, whole, ("bool", 2)], [whole]]
    back = {"scan_input_directions": [1] * 3, "scan_output_directions": [1]}
    _, beams = _scan(writer, step, [last], [words, parents, counts], ends, **back)
    shape = call.outputs[0].shape
    return writer.name(ended(writer.symbol(beams, (shape, "int32")), writer.symbol(end, ((), "int32"))))


def _numbers(graph, count):
    """Write the numbers from 0 to a count [1]."""
    zero, one = (graph.constant(number, "int32") for number in (0, 1))
    return graph.add("Range", [zero, graph.squeeze(count, 0), one])


def _in_order(call):
    return inspect.signature(call.operation.call).bind(*call.args, **call.kwargs).args


#: Class of the layer, or name of the class of `keras.ops` -> row.
ROWS = {"Cumprod": _cumprod, GatherTree: gather_tree_row}
