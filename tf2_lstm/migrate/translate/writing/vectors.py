"""Short vectors of sizes or places, taken apart: each element is a number, an open size, or a computed scalar."""

from dataclasses import replace

from tf2_lstm.migrate.keras_code.expression import Item
from tf2_lstm.migrate.translate.writing.values import Known, Live, Refusal, Size, sizes_of

#: TensorFlow does not index a tensor with more axes than this.
_MOST = 8


def elements_of(writer, value, what):
    """Return the elements of a vector, a list of ints and `Size`s.

    Args:
        writer: the `Writer`.
        value: a `Known`, or a `Live` of int32.
        what: a description of it for the message, "its shape".

    Raises:
        Refusal: the number of elements is open, or they are of another dtype.
    """
    if isinstance(value, Known):
        return _numbers(value)
    found = _elements(value) or _read(writer, value)
    if found is None:
        raise Refusal(
            f"{what} is computed from what is fed. Give it as a list of numbers and of int32 scalars"
        )
    return found


def is_computed(size):
    """Whether a `Size` is a number in a tensor, which may be negative, and not the size of an axis."""
    return isinstance(size, Size) and any(axis is None for _, axis in size.factors)


def put_together(value, parts):
    """Return a vector that remembers its elements, where all parts are scalars or vectors of known elements.

    Args:
        value: the `Live` of the vector.
        parts: the values that it was put together from.
    """
    found = [_elements(one) for one in parts]
    if value.dtype != "int32" or len(value.shape) != 1 or None in found:
        return value
    return replace(value, elements=tuple(one for part in found for one in part))


def _numbers(value):
    return [one if isinstance(one, Size) else int(one) for one in value.array.ravel()]


def _elements(value):
    """Return the elements of a scalar or a vector, as far as they are known without a further line."""
    if isinstance(value, Known):
        return tuple(_numbers(value)) if value.array.ndim < 2 and value.dtype == "int32" else None
    if isinstance(value, Live) and value.shape == () and value.dtype == "int32":
        return (Size(((value.ref.name, None),)),)
    return getattr(value, "elements", None)


def _read(writer, value):
    """Write a line for each element of a vector; return the elements."""
    sizes = sizes_of(value)
    if not isinstance(value, Live) or value.dtype != "int32" or len(sizes) != 1:
        return None
    if not isinstance(sizes[0], int) or sizes[0] > _MOST:
        return None
    refs = [writer.program.add("number", Item(value.ref, number)) for number in range(sizes[0])]
    return [Size(((ref.name, None),)) for ref in refs]
