"""Find the axis of the steps in every tensor of a model, and check that no operation mixes them.

The shapes are followed with two marked sizes, one for the number of streams and one for the number of
steps, which no other size of a model is. So the steps are found again after any transposition and
reshape: [batch, time, D], [time, batch, D], or rows [batch * time, D].
"""

import itertools
import math
from dataclasses import dataclass, replace

import keras
import numpy as np
from keras import ops

from tf2_lstm.loop import Loop
from tf2_lstm.sizes import FullOf, RangeOf, ReshapeTo, SizeOf
from tf2_lstm.stream.each_step import keeps_order, mixed_axes
from tf2_lstm.weight import Weight

#: Primes, so that a product tells its factors; a product of both is an int32.
BATCH, TIME = 17_389, 60_013
#: The most ways to read the inputs that are tried.
_MOST = 40


@dataclass(frozen=True)
class Seen:
    """The facts about a tensor.

    Attributes:
        shape: its shape, with BATCH for the number of streams and TIME for that of steps.
        axis: the axis of the steps, None where it has none.
        inner: how many rows of that axis belong to one step and one stream, where other axes are merged into it behind
            the steps: the number of streams, for rows [time * batch, D].
        last: whether it is only known after the last step of a call.
        counts: whether it depends on the number of steps in a call.
        value: the number that it is with these sizes, where it is computed from sizes alone.
    """

    shape: tuple
    axis: int | None = None
    inner: int = 1
    last: bool = False
    counts: bool = False
    value: object = None


def time_axes(operations, inputs, fixed, outputs, error):
    """Follow the steps through a model.

    The first axes of its inputs that fit are taken: [B, T, ...] if that can be, then [T, B, ...], then other ways.

    Args:
        operations: the `Operation`s of a plan, in order.
        inputs: the symbolic tensors that may be sequences.
        fixed: the symbolic tensors that are none.
        outputs: all symbolic tensors that the model gives.
        error: the exception to raise.

    Returns:
        {id of a symbolic tensor: `Seen`}.
    """
    masks, refused = for_masks(operations, outputs), None
    for axes, declared in _ways(inputs, fixed):
        seen = {id(one): _marked(one, axis, declared) for one, axis in zip(inputs, axes, strict=True)}
        seen.update((id(one), _marked(one, None, True)) for one in fixed)
        for operation in operations:
            if id(operation) in masks:
                continue
            try:
                _follow(operation, seen, any(axis is not None for axis in axes), error)
            except error as reason:
                refused = refused or reason
                break
        else:
            return seen
    raise refused


def _ways(inputs, fixed):
    """List the choices of a time axis for each input, and of whether the number of streams is the declared one."""
    options = [_axes_of(len(tensor.shape)) for tensor in inputs]

    def unusual(way):
        chosen = [option.index(axis) for option, axis in zip(options, way, strict=True) if len(option) > 2]
        return len(set(chosen)) > 1, sum(
            option.index(axis) for option, axis in zip(options, way, strict=True)
        )

    ways = sorted(itertools.islice(itertools.product(*options), 1000), key=unusual)[:_MOST]
    declared = any(tensor.shape[:1] not in ((), (None,)) for tensor in [*inputs, *fixed])
    return [(way, one) for way in ways for one in ((False, True) if declared else (False,))]


def _axes_of(rank):
    return [None] if rank == 0 else [None, 0] if rank == 1 else [1, 0, None]


def _marked(tensor, axis, declared):
    shape = list(tensor.shape)
    if axis is None:
        shape = [BATCH if size is None else size for size in shape]
    batch = 1 if axis == 0 else 0
    if batch < len(shape) and (shape[batch] is None or (batch == 0 and not declared)):
        shape[batch] = BATCH
    if axis is not None:
        shape[axis] = TIME
    return Seen(tuple(shape), axis)


def for_masks(operations, outputs):
    """Return the ids of the operations that only make masks: they may count the steps of a call."""
    needed, found = {id(tensor) for tensor in outputs}, set()
    for operation in reversed(operations):
        if not operation.recurrent and needed.isdisjoint(operation.outputs):
            found.add(id(operation))
            continue
        mask = operation.arguments.kwargs.get("mask") if operation.recurrent else None
        tensors = [*operation.arguments.keras_tensors, *keras.tree.flatten(operation.start)]
        needed |= {id(tensor) for tensor in tensors if tensor is not mask}
    return found


def _follow(operation, seen, sequences, error):
    """Set the facts about the outputs of an operation, or refuse it."""
    given = [seen[id(tensor)] for tensor in operation.arguments.keras_tensors if id(tensor) in seen]
    if operation.recurrent:
        found = _recurrent(operation, given[0], sequences, error)
    else:
        found = _plain(operation, given, error)
    seen.update(zip(operation.outputs, found, strict=False))
    for start in keras.tree.flatten(operation.start):
        if id(start) in seen:
            _check_start(operation, seen[id(start)], found[0].shape[0], error)


def _recurrent(operation, x, sequences, error):
    layer, batch, shapes = operation.layer, x.shape[0], operation.shapes
    if operation.is_cell:
        if sequences or x.last:
            raise error(
                f"streaming: {layer.name!r} is one step of a cell in a model of sequences, and it runs once a call, "
                "not once a step. Stream the recurrences' own models."
            )
        return [Seen((batch, *shape[1:])) for shape in shapes]
    if x.axis != 1 or x.inner != 1 or x.shape[1] != TIME:
        raise error(
            f"streaming: {layer.name!r} is given no sequence of the model's input, but "
            "something else (a last output, separate steps). Only the steps that come in can be streamed."
        )
    first, *states = shapes
    output = Seen((batch, *first[1:]), last=True)
    if layer.return_sequences:
        output = Seen((batch, TIME, *first[2:]), 1)
    return [output, *(Seen((batch, *shape[1:]), last=True) for shape in states)]


def _check_start(operation, start, rows, error):
    if start.shape[:1] != (rows,):
        raise error(
            f"streaming: the initial state of {operation.layer.name!r} has {start.shape[:1]} row(s), and its sequence "
            "another number. Stream the layer alone."
        )
    if start.last or start.counts or start.axis is not None:
        raise error(
            f"streaming: the initial state of {operation.layer.name!r} is computed inside the model, at every call, "
            "from the sequence. Stream the layer alone, and give that state to the first step."
        )


def _plain(operation, given, error):
    made = _of_sizes(operation, given, error)
    if made is not None:
        return [made]
    if any(one.counts for one in given):
        raise _refused(operation, "counts the steps of a call", error)
    timed = [one for one in given if one.axis is not None]
    if not timed:
        last = any(one.last for one in given)
        return [Seen(shape, last=last) for shape in _shapes(operation, given, error)]
    if _takes_last(operation, timed[0]):
        return [Seen(shape, last=True) for shape in _shapes(operation, given, error)]
    _check_each_step(operation, given, error)
    first = timed[0]
    shapes = _shapes(operation, given, error)
    if keeps_order(operation.operation):
        return [_in_order(operation, first, shape, error) for shape in shapes]
    return [_beside(operation, first, shape, error) for shape in shapes]


def _of_sizes(operation, given, error):
    """Return the `Seen` of a size, of a computation with sizes, or of a weight; None for any other output."""
    layer = operation.operation
    if isinstance(layer, Weight):
        return Seen(layer.shape)
    if isinstance(layer, SizeOf):
        size = given[0].shape[layer.axis]
        return Seen((), value=np.int32(size), counts=size % TIME == 0)
    if isinstance(layer, FullOf):
        shape = _filled(operation, given, error)
        axis = next((place for place, size in enumerate(shape) if size and size % TIME == 0), None)
        return Seen(shape, axis)
    if isinstance(layer, RangeOf) or not given or any(one.value is None for one in given):
        return None
    args, kwargs = _in_place(operation, [one.value for one in given])
    try:
        value = ops.convert_to_numpy(layer(*args, **kwargs))
    except (ValueError, TypeError) as reason:
        raise _refused(operation, "makes of the sizes what is not known", error) from reason
    return Seen(value.shape, value=value, counts=any(one.counts for one in given))


def _filled(operation, given, error):
    """Return the sizes of a layer that takes its open ones as inputs."""
    left = [one.value for one in given]
    if any(value is None for value in left):
        raise _refused(operation, "is given a size that is no size of its inputs", error)
    return tuple(int(left.pop(0)) if size is None else size for size in operation.operation.sizes)


def _in_place(operation, values):
    tensors = [id(tensor) for tensor in operation.arguments.keras_tensors]
    return operation.arguments.fill_in(dict(zip(tensors, values, strict=True)))


def _shapes(operation, given, error):
    """Return the shapes of the outputs, with the marked sizes."""
    if not given:
        return operation.shapes
    if isinstance(operation.operation, ReshapeTo):
        shape = list(_filled(operation, given[1:], error))
        if -1 in shape:
            rest = math.prod(size for size in shape if size != -1)
            shape[shape.index(-1)] = math.prod(given[0].shape) // rest
        return [tuple(shape)]
    tensors = operation.arguments.keras_tensors
    marked = [
        keras.KerasTensor(one.shape, dtype=tensor.dtype) for one, tensor in zip(given, tensors, strict=True)
    ]
    args, kwargs = _in_place(operation, marked)
    try:
        found = operation.operation.compute_output_spec(*args, **kwargs)
    # The operation may run any code.
    except Exception as reason:
        raise _refused(operation, "is not known to work for any number of steps", error) from reason
    return [tuple(one.shape) for one in keras.tree.flatten(found)]


def _takes_last(operation, x):
    """Whether an operation takes the last step: x[:, -1], or x[-1] of a time-major x."""
    if type(operation.operation).__name__ != "GetItem" or x.shape[x.axis] != TIME:
        return False
    key = _key(operation)
    before, rest = key[: x.axis], key[x.axis : x.axis + 1]
    return rest == (-1,) and all(part == slice(None) for part in before)


def _key(operation):
    args = operation.arguments.args
    key = args[1] if len(args) > 1 else operation.arguments.kwargs.get("key")
    return tuple(key) if isinstance(key, (list, tuple)) else (key,)


def _check_each_step(operation, given, error):
    if any(one.last for one in given):
        raise _refused(operation, "joins every step with what is known after the last one only", error)
    timed = [one for one in given if one.axis is not None]
    if len({(one.axis - len(one.shape), one.inner) for one in timed}) > 1:
        raise _refused(operation, "joins sequences whose steps are along different axes", error)
    if type(operation.operation).__name__ == "GetItem":
        if not _whole(_key(operation), timed[0]):
            raise _refused(operation, "takes some of the steps", error)
        return
    if keeps_order(operation.operation):
        return
    for place, one in enumerate(given):
        if one.axis is None:
            continue
        mixed = mixed_axes(operation.operation, place, len(one.shape))
        if isinstance(operation.operation, Loop):
            raise _refused(operation, "is a loop of its own, which may read any step", error)
        if mixed is None:
            raise _refused(operation, "is not known to treat every step by itself", error)
        if one.axis in mixed:
            axis = getattr(operation.operation, "axis", one.axis)
            raise _refused(operation, f"looks along time (axis={axis!r})", error)


def _whole(key, x):
    """Whether a key leaves the time axis as it is."""
    if Ellipsis in [part for part in key if part is None or not hasattr(part, "shape")]:
        place = key.index(Ellipsis)
        missing = len(x.shape) - sum(part is not None and part is not Ellipsis for part in key)
        key = (*key[:place], *[slice(None)] * missing, *key[place + 1 :])
    axes = [part for part in key if part is not None]
    return len(axes) <= x.axis or axes[x.axis] == slice(None)


def _in_order(operation, x, shape, error):
    """Return where the steps are after a reshape: the same numbers are as far apart as before."""
    apart = x.inner * math.prod(x.shape[x.axis + 1 :])
    for axis, size in enumerate(shape):
        after = math.prod(shape[axis + 1 :])
        if size and size % TIME == 0 and apart % after == 0 and (size // TIME) % (apart // after) == 0:
            return Seen(shape, axis, apart // after)
    raise _refused(operation, "does to the time axis what is not known", error)


def _beside(operation, x, shape, error):
    """Return where the steps are after any other operation, which leaves their axis whole."""
    places = [axis for axis, size in enumerate(shape) if size and size % TIME == 0]
    if len(places) != 1 or shape[places[0]] != x.shape[x.axis]:
        raise _refused(operation, "does to the time axis what is not known", error)
    return replace(x, shape=shape, axis=places[0])


def _refused(operation, what, error):
    name = type(operation.operation).__name__
    return error(
        f"streaming: {name} {operation.operation.name!r} {what}. Stream the recurrent layers alone, and apply it to "
        "what they give."
    )
