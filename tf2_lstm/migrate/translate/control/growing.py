"""Arrays that grow with the steps of a loop: their largest length, and their length at the end."""

import numpy as np

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of, normal
from tf2_lstm.migrate.translate.writing.values import Known, Live, Refusal, known

#: Operations that give all rows one value -> the number of the input with that value.
_SPREADS = {"Fill": 1, "Tile": 0, "BroadcastTo": 0, "ExpandDims": 0, "Reshape": 0}
_ADDS, _COPIES = ("Add", "AddV2"), ("Identity", "StopGradient")
#: Operations that write an element -> the numbers of the inputs with its place and with the array.
_WRITES = {"TensorArrayWriteV3": (1, 3), "TensorListSetItem": (1, 0)}


def is_written_beyond(frame, number):
    """Return whether a step writes at a place that an array of control flow v2 grows for.

    Args:
        frame: the `Frame`.
        number: the number of the array among the carried values.
    """
    body = frame.body
    node = body.nodes.get(node_of(_source(body, body.results[number])))
    return node is not None and attribute(node, "resize_if_index_out_of_bounds").b


def counter_of(frame, outer, number):
    """Find the carried value that counts the elements of an array into which each step writes one.

    Args:
        frame: the `Frame`.
        outer: the `ByRows` around the loop.
        number: the number of the array among the carried values.

    Raises:
        Refusal: the loop writes into the array in another way.
    """
    body = frame.body
    node = body.nodes.get(node_of(_source(body, body.results[number])))
    if node is not None and node.op in _WRITES:
        given = data_inputs(node)
        place, flow = (_source(body, given[at]) for at in _WRITES[node.op])
        if body.leaves.get(flow) == number and _counts(frame, outer, body.leaves.get(place)):
            return body.leaves[place]
    raise Refusal(
        f"{frame.name}: it writes into an array that grows, and not one element a step. Give the TensorArray a size"
    )


def most_steps(frame, outer):
    """Write the largest number of steps of a loop, before it begins; return it as a `Known` or `Live` scalar.

    Args:
        frame: the `Frame`.
        outer: the `ByRows` around the loop.

    Raises:
        Refusal: the loop has no limit.
    """
    limit = _limit(frame, outer, frame.condition.results[0])
    if limit is None:
        raise Refusal(
            f"{frame.name}: it writes into an array that grows, and nothing says after how many steps it ends at the "
            "latest. Give it maximum_iterations"
        )
    return limit


def _source(part, tensor):
    """Follow copies back to the tensor that they are copies of."""
    node = part.nodes.get(node_of(tensor))
    while normal(tensor) not in part.captured and node is not None and node.op in _COPIES:
        tensor = data_inputs(node)[0]
        node = part.nodes.get(node_of(tensor))
    return normal(tensor)


def _counts(frame, outer, number):
    """Whether a carried value is 0 at first and one more after each step."""
    if number is None or not _is(outer.value(frame.initial[number]), 0):
        return False
    return _is_next(frame, outer, frame.body.results[number]) == number


def _is_next(frame, outer, tensor):
    """Return the number of the carried value that a tensor of the body is one more than; None if it is none."""
    body = frame.body
    node = body.nodes.get(node_of(_source(body, tensor)))
    if node is None or node.op not in _ADDS:
        return None
    sides = [_source(body, one) for one in data_inputs(node)]
    for one, other in (sides, sides[::-1]):
        if one in body.leaves and _is(_fixed(body, outer, other), 1):
            return body.leaves[one]
    return None


def _is(value, number):
    return isinstance(value, Known) and not value.open and value.array.shape == () and value.array == number


def _fixed(part, outer, tensor):
    """Return the value of a tensor that the loop does not change; None for any other tensor."""
    tensor = _source(part, tensor)
    if tensor in part.captured:
        return outer.value(part.captured[tensor])
    node = part.nodes.get(node_of(tensor))
    array = array_of(attribute(node, "value").tensor) if node is not None and node.op == "Const" else None
    return None if array is None else Known(array, str(array.dtype))


def _limit(frame, outer, tensor):
    """Return the largest number of steps that a condition allows; None where it has no limit."""
    part = frame.condition
    node = part.nodes.get(node_of(_source(part, tensor)))
    if node is None:
        return None
    given = [_source(part, one) for one in data_inputs(node)]
    if node.op == "LogicalAnd":
        return _limit(frame, outer, given[0]) or _limit(frame, outer, given[1])
    if node.op == "Less" and _counts(frame, outer, part.leaves.get(given[0])):
        return _scalar(outer.writer, _fixed(part, outer, given[1]))
    if node.op == "LogicalNot":
        return _finished(frame, outer, given[0])
    return None


def _finished(frame, outer, tensor):
    """Return the most steps of a loop that ends when all rows are finished: the length of the longest row."""
    part, body = frame.condition, frame.body
    node = part.nodes.get(node_of(tensor))
    if node is not None and node.op == "All":
        tensor = _source(part, data_inputs(node)[0])
    if tensor not in part.leaves:
        return None
    todo = [body.results[part.leaves[tensor]]]
    while todo:
        node = body.nodes.get(node_of(_source(body, todo.pop())))
        if node is not None and node.op == "LogicalOr":
            todo += data_inputs(node)
        elif node is not None and node.op in _SPREADS:
            todo.append(data_inputs(node)[_SPREADS[node.op]])
        elif node is not None and node.op == "GreaterEqual":
            now, end = data_inputs(node)
            if _counts(frame, outer, _is_next(frame, outer, now)):
                return _scalar(outer.writer, _fixed(body, outer, end))
    return None


def _scalar(writer, value):
    """Return a number of steps: the largest of several, and at least 1, as a loop steps once before it asks."""
    if isinstance(value, Known) and not value.open:
        return known(max(int(np.max(value.array)), 1))
    if isinstance(value, Known) and value.array.ndim == 0:
        return value
    if not isinstance(value, Live):
        return None
    ref = value.ref if value.shape == () else writer.program.op("longest", "max", value.ref)
    ref = writer.program.op("longest", "maximum", ref, 1)
    return Live(writer.program.op("longest", "cast", ref, "int32"), (), "int32")
