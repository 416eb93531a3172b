"""The layers of whole programs in ONNX: those with sizes that only a call knows, and a weight by itself."""

from tf2_lstm import FullOf, RangeOf, ReshapeTo, SizeOf, Weight


def _sizes(writer, call, given):
    """Return a vector of int64 of a layer's sizes, with the open ones taken from the call."""
    left = [writer.graph.unsqueeze(writer.name(value, "int64"), 0) for value in given]
    return writer.graph.joined(*(left.pop(0) if size is None else size for size in call.operation.sizes))


def _size_of(writer, call):
    axis = call.operation.axis % len(call.args[0].shape)
    size = writer.graph.squeeze(writer.graph.size(writer.name(call.args[0]), axis), 0)
    return writer.graph.cast(size, "int32")


def _reshape_to(writer, call):
    x, *given = call.args
    return writer.graph.add("Reshape", [writer.name(x), _sizes(writer, call, given)])


def _full_of(writer, call):
    return writer.graph.zeros(_sizes(writer, call, call.args), call.outputs[0].dtype, call.operation.value)


def _range_of(writer, call):
    dtype, left = call.outputs[0].dtype, list(call.args)
    ends = [
        writer.name(left.pop(0), dtype) if size is None else writer.graph.constant(size, dtype)
        for size in call.operation.sizes
    ]
    return writer.graph.add("Range", ends)


def _weight(writer, call):
    return writer.graph.constant(call.operation.weight)


#: Class of the layer -> row.
ROWS = {FullOf: _full_of, RangeOf: _range_of, ReshapeTo: _reshape_to, SizeOf: _size_of, Weight: _weight}
