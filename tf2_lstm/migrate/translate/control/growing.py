"""Arrays that grow with the steps of a loop: how long one gets at most, and how long it is in the end."""

import numpy as np

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of, normal
from tf2_lstm.migrate.translate.writing.values import Known, Live, Refusal, known

#: What makes one value that of all rows -> its input that has the value.
_SPREADS = {"Fill": 1, "Tile": 0, "BroadcastTo": 0, "ExpandDims": 0, "Reshape": 0}
_ADDS, _COPIES = ("Add", "AddV2"), ("Identity", "StopGradient")


def counter_of(frame, outer, number):
    """Say which carried value counts the elements of an array: each step writes one, where that is.

    Args:
        frame: the `Frame`.
        outer: the `ByRows` of what is around it.
        number: of the array, among what is carried.

    Raises:
        Refusal: it is written to in another way.
    """
    body = frame.body
    node = body.nodes.get(node_of(_source(body, body.results[number])))
    if node is not None and node.op == "TensorArrayWriteV3":
        _, place, _, flow = (_source(body, one) for one in data_inputs(node))
        if body.leaves.get(flow) == number and _counts(frame, outer, body.leaves.get(place)):
            return body.leaves[place]
    raise Refusal(
        f"{frame.name}: it writes into an array that grows, and not one element a step. Give the TensorArray a size"
    )


def most_steps(frame, outer):
    """Write how many steps a loop takes at most, before it begins; return the `Known` or `Live` scalar.

    Args:
        frame: the `Frame`.
        outer: the `ByRows` of what is around it.

    Raises:
        Refusal: nothing says it.
    """
    limit = _limit(frame, outer, frame.condition.results[0])
    if limit is None:
        raise Refusal(
            f"{frame.name}: it writes into an array that grows, and nothing says after how many steps it ends at the "
            "latest. Give it maximum_iterations"
        )
    return limit


def _source(part, tensor):
    """The tensor of which one is a copy."""
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
    """The number of the carried value that a tensor of the body is one more than, None of none."""
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
    """The value of a tensor that nothing in the loop changes; None for another."""
    tensor = _source(part, tensor)
    if tensor in part.captured:
        return outer.value(part.captured[tensor])
    node = part.nodes.get(node_of(tensor))
    array = array_of(attribute(node, "value").tensor) if node is not None and node.op == "Const" else None
    return None if array is None else Known(array, str(array.dtype))


def _limit(frame, outer, tensor):
    """The most steps that a condition lets it take."""
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
    """The most steps of a loop that ends when all are finished: when the longest row is."""
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
    """A number of steps, of several the largest, one at least: a loop takes the first before it asks."""
    if isinstance(value, Known) and not value.open:
        return known(max(int(np.max(value.array)), 1))
    if isinstance(value, Known) and value.array.ndim == 0:
        return value
    if not isinstance(value, Live):
        return None
    ref = value.ref if value.shape == () else writer.program.op("longest", "max", value.ref)
    ref = writer.program.op("longest", "maximum", ref, 1)
    return Live(writer.program.op("longest", "cast", ref, "int32"), (), "int32")
