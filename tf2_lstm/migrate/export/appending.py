"""Arrays to which each step of a loop adds one element, at the index that a counter has."""

from dataclasses import dataclass

import keras
import numpy as np

from tf2_lstm.migrate.export.tracing import WITH_FUNCTIONS, made

#: Operations that do not change the value of a counter.
ALIKE = ("Cast", "ConvertToTensor", "ExpandDims", "Reshape", "StopGradient")


@dataclass(frozen=True)
class Appended:
    """How a step appends.

    Attributes:
        counter: the number of the carried value that is the index.
        updates: the symbolic tensor [1, ...] of the element.
    """

    counter: int
    updates: object


def appended(carried, results, parts):
    """Return the arrays of a loop that its steps only append to: number of the array -> its `Appended`.

    Args:
        carried: the symbolic tensors of the carried values.
        results: the values after a step, in the same order.
        parts: the `Made`s of a step and of the condition.
    """
    if any(one.kind in WITH_FUNCTIONS for one in parts):
        return {}
    counters = {place for place, one in enumerate(carried) if _is_next(results[place], one)}
    found = {place: _appended(one, results[place], carried, counters) for place, one in enumerate(carried)}
    uses = [id(need) for one in parts for need in one.needs]
    return {
        place: one
        for place, one in found.items()
        if one is not None and uses.count(id(carried[place])) == 1 and carried[place] not in results
    }


def _appended(array, result, carried, counters):
    one = made(result)
    if one is None or one.kind != "ScatterUpdate" or one.operation.reduction is not None:
        return None
    tensor, places, updates = one.node.arguments.args
    if tensor is not array or not isinstance(updates, keras.KerasTensor) or tuple(places.shape) != (1, 1):
        return None
    place = alike(places)
    [counter] = [number for number in counters if carried[number] is place] or [None]
    return None if counter is None else Appended(counter, updates)


def alike(value):
    """Return the symbolic integer that a value is, in another shape or dtype; any other value itself."""
    while (one := made(value)) is not None and one.kind in ALIKE:
        source = one.given(0, "x")
        if "int" not in str(getattr(source, "dtype", "")) or "int" not in value.dtype:
            break
        value = source
    return value


def _is_next(result, counter):
    """Whether a step adds one to an integer."""
    one = made(alike(result))
    if one is None or one.kind != "Add" or counter.shape != () or "int" not in counter.dtype:
        return False
    values = [alike(value) for value in one.node.arguments.args]
    others = [value for value in values if value is not counter]
    return (
        len(others) == 1 and not isinstance(others[0], keras.KerasTensor) and np.all(np.equal(others[0], 1))
    )


def joined(graph, first, elements, ends):
    """Return the name of an array after a loop: the array before, with new elements between two indices.

    Args:
        graph: the `Graph`.
        first: name of the array before the loop [N, ...].
        elements: name of the elements that the steps made, along the first axis.
        ends: names of the counter before the loop and after it, scalars.
    """
    start, stop = (graph.unsqueeze(graph.cast(end, "int64"), 0) for end in ends)
    each = graph.add("Shape", [first], start=1)
    # Where the loop makes no step the runtime does not know the sizes of an element.
    elements = graph.add(
        "Reshape", [elements, graph.joined(graph.add("Sub", [stop, start]), each)], allowzero=1
    )
    axis, furthest = graph.integers(0), graph.integers(np.iinfo("int64").max)
    before = graph.add("Slice", [first, axis, start, axis])
    return graph.add("Concat", [before, elements, graph.add("Slice", [first, stop, furthest, axis])], axis=0)
