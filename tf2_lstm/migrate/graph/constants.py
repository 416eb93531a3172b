"""The constants of a graph as arrays, and the names of dtypes by their numbers."""

import math

import numpy as np

#: DataType numbers of tensorflow/core/framework/types.proto, for the dtypes of a recurrence's constants.
DTYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    9: "int64",
    10: "bool",
    19: "float16",
}
#: The field of a TensorProto that has the values of a dtype when tensor_content does not.
VALUES = {1: "float_val", 2: "double_val", 9: "int64_val", 10: "bool_val", 19: "half_val"}


def array_of(tensor, limit=4096):
    """Decode a TensorProto into a NumPy array.

    Args:
        tensor: the message.
        limit: the most elements; of a larger array that is one number over and over, only the last axis is returned.

    Returns:
        The array; None for strings, for a larger array, and for values that are not of the dtype and the shape.
    """
    if tensor.dtype not in DTYPES:
        return None
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    try:
        return _decoded(tensor, shape, np.dtype(DTYPES[tensor.dtype]), limit)
    except (ValueError, OverflowError):
        return None


# By rounding, 1 / (1 / largest number) may be larger than the largest number.
@np.errstate(over="ignore")
def written(value):
    """Return the number that a person wrote for a float: 0.1 and not 0.10000000149.

    Args:
        value: a NumPy float.

    Returns:
        The shortest decimal number that is this float of its dtype; one over a much shorter one, where that is this
        float too: TensorFlow keeps the scale of dropout as 1.4285715, from the 0.7 of a program.

    Example:
        ```python
        assert written(np.float32(0.1)) == 0.1
        assert written(np.float32(1 / 0.7)) == 1 / 0.7
        ```
    """
    shortest = float(str(value))
    digits = len(str(value).partition("e")[0].replace(".", "").strip("-0"))
    for number in range(1, digits // 2 + 1) if math.isfinite(shortest) else ():
        inverse = 1 / float(f"{1 / shortest:.{number}g}")
        if value.dtype.type(inverse) == value:
            return inverse
    return shortest


def _decoded(tensor, shape, dtype, limit):
    size = math.prod(shape)
    if tensor.tensor_content:
        if size > limit:
            return None
        return np.frombuffer(tensor.tensor_content, dtype=dtype).reshape(shape)
    values = list(getattr(tensor, VALUES.get(tensor.dtype, "int_val")))
    if tensor.dtype == 19:
        values = np.asarray(values, dtype=np.uint16).view(np.float16)
    if len(values) <= 1:
        shape = shape if size <= limit else shape[-1:]
        # No program has a step with a tensor of so many zeros.
        if math.prod(shape) > limit**2:
            return None
        return np.full(shape, values[0] if len(values) else 0, dtype=dtype)
    if size > limit:
        return None
    values = list(values) + [values[-1]] * (size - len(values))
    return np.asarray(values, dtype=dtype).reshape(shape)


def folded(fold, *values):
    """Fold constants as float32 would, so that 1 - 0.1 is 0.9; as float64 where one has more digits."""
    value = fold(*values)
    # A number too large for float32 becomes infinite there.
    with np.errstate(over="ignore"):
        single = all(written(np.float32(one)) == one for one in values if isinstance(one, float))
        return written(np.float32(value)) if isinstance(value, float) and single else value
