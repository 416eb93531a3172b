"""Short vectors of sizes or places, taken apart: each element a number, an open size, or a scalar that is computed."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Item
from tf2_lstm.migrate.translate.writing.values import Known, Live, Refusal, Size, sizes_of

#: A tensor with more axes than this TensorFlow does not index.
_MOST = 8


def elements_of(writer, value, what):
    """Return what a vector holds, a list of ints and `Size`s.

    Args:
        writer: the `Writer`.
        value: a `Known`, or a `Live` of int32.
        what: what it is for the node, "its shape".

    Raises:
        Refusal: how many elements it has is open, or they are of another dtype.
    """
    if isinstance(value, Known):
        return _told(value)
    found = _elements(value) or _read(writer, value)
    if found is None:
        raise Refusal(
            f"{what} is computed from what is fed. Give it as a list of numbers and of int32 scalars"
        )
    return found


def is_computed(size):
    """Whether a `Size` is the number that a tensor holds, not the size of an axis: it may be negative."""
    return isinstance(size, Size) and any(axis is None for _, axis in size.factors)


def put_together(value, parts):
    """Return a vector that remembers its elements, where each of what it was made of is a scalar or a vector of them.

    Args:
        value: the `Live` of the vector.
        parts: the values that it was made of.
    """
    found = [_elements(one) for one in parts]
    if value.dtype != "int32" or len(value.shape) != 1 or None in found:
        return value
    return replace(value, elements=tuple(one for part in found for one in part))


def _told(value):
    return [one if isinstance(one, Size) else int(one) for one in value.array.ravel()]


def _elements(value):
    """The elements of a scalar or a vector, as far as they are known without a further line."""
    if isinstance(value, Known):
        return tuple(_told(value)) if value.array.ndim < 2 and value.dtype == "int32" else None
    if isinstance(value, Live) and value.shape == () and value.dtype == "int32":
        return (Size(((value.ref.name, None),)),)
    return getattr(value, "elements", None)


def _read(writer, value):
    """The elements of a vector, a line each."""
    sizes = sizes_of(value)
    if not isinstance(value, Live) or value.dtype != "int32" or len(sizes) != 1:
        return None
    if not isinstance(sizes[0], int) or sizes[0] > _MOST:
        return None
    refs = [writer.program.add("number", Item(value.ref, number)) for number in range(sizes[0])]
    return [Size(((ref.name, None),)) for ref in refs]
