"""The layers of sparse tensors in ONNX."""

import numpy as np

from tf2_lstm import CombineSegments, SparseFillEmptyRows, SparseReshape


def _combined(writer, call):
    graph, dtype, how = writer.graph, call.outputs[0].dtype, call.operation.how
    if how in ("max", "min"):
        raise writer.refused(f"elements are put together by {how}", "Take --format savedmodel.")
    x, ids = writer.name(call.args[0], dtype), graph.unsqueeze(writer.name(call.args[1], "int64"), -1)
    count = graph.unsqueeze(writer.name(call.args[2], "int64"), 0)
    rank = len(call.args[0].shape)
    sizes = graph.joined(count, *([graph.size(x, *range(1, rank))] if rank > 1 else []))
    begin = graph.zeros(sizes, dtype, int(how == "prod"))
    found = graph.add("ScatterND", [begin, ids, x], reduction="mul" if how == "prod" else "add")
    if how in ("sum", "prod"):
        return found
    ones = graph.zeros(graph.size(x, 0), dtype, 1)
    counts = graph.add("ScatterND", [graph.zeros(count, dtype), ids, ones], reduction="add")
    # The sum of an empty segment is 0, whatever divides it.
    counts = graph.add("Max", [counts, graph.constant(np.array(1, dtype))])
    counts = graph.add("Sqrt", [counts]) if how == "sqrtn" else counts
    counts = graph.unsqueeze(counts, *range(1, rank)) if rank > 1 else counts
    return graph.add("Div", [found, counts])


def _column(graph, matrix, number):
    return graph.add("Gather", [matrix, graph.constant(np.array(number, "int64"))], axis=1)


def _reshaped(writer, call):
    graph, dtype = writer.graph, call.outputs[0].dtype
    indices, *given = call.args
    left = [writer.name(one, dtype) for one in given]
    before, after = (
        [left.pop(0) if size is None else graph.constant(np.array(size, dtype)) for size in sizes]
        for sizes in (call.operation.shape, call.operation.target)
    )
    matrix, found = writer.name(indices), []
    place = _column(graph, matrix, 0)
    for axis, size in enumerate(before[1:], 1):
        place = graph.add("Add", [graph.add("Mul", [place, size]), _column(graph, matrix, axis)])
    for size in after[:0:-1]:
        found.insert(0, graph.unsqueeze(graph.add("Mod", [place, size]), 1))
        place = graph.add("Div", [place, size])
    return graph.add("Concat", [graph.unsqueeze(place, 1), *found], axis=1)


def _filled(writer, call):
    graph, (indices, values, rows) = writer.graph, call.args
    matrix, numbers = (graph.cast(writer.name(indices), "int64"), writer.name(values))
    rows = graph.unsqueeze(writer.name(rows, "int64"), 0)
    of = _column(graph, matrix, 0)
    seen = graph.zeros(graph.size(of, 0), "int64", 1)
    seen = graph.add("ScatterND", [graph.zeros(rows, "int64"), graph.unsqueeze(of, 1), seen])
    empty = graph.add("Equal", [seen, graph.constant(np.array(0, "int64"))])
    missing = graph.squeeze(graph.add("NonZero", [empty]), 0)
    count = graph.size(missing, 0)
    others = [graph.unsqueeze(graph.zeros(count, "int64"), 1)] * (indices.shape[1] - 1)
    added = graph.add("Concat", [graph.unsqueeze(missing, 1), *others], axis=1)
    matrix = graph.add("Concat", [matrix, added], axis=0)
    added = graph.zeros(count, values.dtype, call.operation.default)
    numbers = graph.add("Concat", [numbers, added], axis=0)
    total = graph.size(matrix, 0)
    scalars = [graph.constant(np.array(number, "int64")) for number in (0, 1)]
    places = graph.add("Range", [scalars[0], graph.squeeze(total, 0), scalars[1]])
    keys = graph.add("Add", [graph.add("Mul", [_column(graph, matrix, 0), total]), places])
    _, order = graph.add("TopK", [keys, total], 2, axis=0, largest=0)
    matrix = graph.cast(graph.add("Gather", [matrix, order], axis=0), indices.dtype)
    return [matrix, graph.add("Gather", [numbers, order], axis=0), empty]


#: Class of the layer -> row.
ROWS = {
    CombineSegments: _combined,
    SparseFillEmptyRows: _filled,
    SparseReshape: _reshaped,
}
