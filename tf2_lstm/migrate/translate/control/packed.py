"""Pack several values of a row into one vector: Keras gives a cell one input tensor, and a state is a vector."""

import math
from itertools import accumulate

from tf2_lstm.migrate.keras_code.expression import Apply, Item


def width(shapes):
    """Return how many numbers values of these shapes have together.

    Args:
        shapes: a list of tuples of ints, each without the axes in front.

    Example:
        ```python
        assert width([(4, 4, 2), (3,), ()]) == 36
        ```
    """
    return sum(map(math.prod, shapes))


def packed(values, shapes):
    """Return the expression of the vector of some values, (batch, `width(shapes)`).

    Args:
        values: the expressions, each (batch, *shape).
        shapes: their shapes without the batch.
    """
    flat = [_flat(value, shape) for value, shape in zip(values, shapes, strict=True)]
    return flat[0] if len(flat) == 1 else Apply("keras.ops.concatenate", (flat,), {"axis": -1})


def parts(vector, shapes):
    """Return the expressions of the values in a vector, each with one axis for all its numbers, a number without.

    Args:
        vector: the expression, with any axes in front.
        shapes: the shapes of the values without those axes.
    """
    if len(shapes) == 1 and shapes[0]:
        return [vector]
    ends = list(accumulate(map(math.prod, shapes)))
    places = [slice(end - math.prod(shape), end) for end, shape in zip(ends, shapes, strict=True)]
    at = [place if shape else place.start for place, shape in zip(places, shapes, strict=True)]
    return [Item(vector, (Ellipsis, one)) for one in at]


def unpacked(vector, shapes):
    """Return the expressions of the values in a vector (batch, width), each (batch, *shape); undoes `packed`."""
    return [
        one if len(shape) < 2 else Apply("keras.ops.reshape", (one, (-1, *shape)))
        for one, shape in zip(parts(vector, shapes), shapes, strict=True)
    ]


def _flat(value, shape):
    if len(shape) == 1:
        return value
    return (
        Apply("keras.ops.reshape", (value, (-1, math.prod(shape))))
        if shape
        else Apply("keras.ops.expand_dims", (value, -1))
    )


def packed_sequences(program, sequences, shapes, dtype):
    """Write several sequences as one, (batch, time, `width(shapes)`); return its `Ref`.

    Args:
        program: the `Program` whose lines are written.
        sequences: the `Ref`s, each (batch, time, *shape).
        shapes: their shapes without batch and time.
        dtype: the name of their dtype.
    """
    flat = []
    for ref, shape in zip(sequences, shapes, strict=True):
        if not shape:
            ref = program.add("numbers", Apply("keras.ops.expand_dims", (ref, -1)))
        flat.append(_reshaped(program, ref, (-1, math.prod(shape)), dtype) if len(shape) > 1 else ref)
    return flat[0] if len(flat) == 1 else program.op("steps", "concatenate", flat, axis=-1)


def unpacked_sequences(program, sequence, shapes, dtype):
    """Write the parts of a sequence of vectors as sequences (batch, time, *shape); return their `Ref`s."""
    found = []
    for part, shape in zip(parts(sequence, shapes), shapes, strict=True):
        ref = part if part is sequence else program.add("sequence", part)
        found.append(_reshaped(program, ref, (-1, *shape), dtype) if len(shape) > 1 else ref)
    return found


def _reshaped(program, ref, shape, dtype):
    options = {} if dtype == "float32" else {"dtype": dtype}
    layer = program.add("reshape", Apply("keras.layers.Reshape", (shape,), options))
    return program.add("sequence", Apply(layer, (ref,)))
