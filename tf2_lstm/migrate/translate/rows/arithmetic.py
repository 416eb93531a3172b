"""Rows of operations that compute element by element."""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.constants import written
from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.keras_code.expression import Apply
from tf2_lstm.migrate.translate.recovered import layers
from tf2_lstm.migrate.translate.rows.registry import fold, row
from tf2_lstm.migrate.translate.writing.values import Known, Live, Refusal, Size, rank_of, sizes_of
from tf2_lstm.migrate.translate.writing.vectors import is_computed
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

#: TensorFlow's name -> name in `keras.ops`, for functions of one tensor.
ONE = {
    **{"Tanh": "tanh", "Sigmoid": "sigmoid", "Relu": "relu", "Relu6": "relu6", "Elu": "elu", "Selu": "selu"},
    **{"Softplus": "softplus", "Softsign": "softsign", "Exp": "exp", "Log": "log", "Log1p": "log1p"},
    **{
        "Expm1": "expm1",
        "Sqrt": "sqrt",
        "Rsqrt": "rsqrt",
        "Square": "square",
        "Neg": "negative",
        "Abs": "abs",
    },
    **{"Sign": "sign", "Floor": "floor", "Ceil": "ceil", "Round": "round", "Rint": "round", "Sin": "sin"},
    **{"Cos": "cos", "Tan": "tan", "Sinh": "sinh", "Cosh": "cosh", "Asin": "arcsin", "Acos": "arccos"},
    **{"Atan": "arctan", "Asinh": "arcsinh", "Acosh": "arccosh", "Atanh": "arctanh", "Erf": "erf"},
    **{"LogicalNot": "logical_not", "IsNan": "isnan", "IsInf": "isinf", "IsFinite": "isfinite"},
    **{"Reciprocal": "reciprocal", "Inv": "reciprocal", "ZerosLike": "zeros_like", "OnesLike": "ones_like"},
    **{"Softmax": "softmax", "LogSoftmax": "log_softmax"},
}
#: The same for functions of two tensors.
TWO = {
    **{"Add": "add", "AddV2": "add", "Sub": "subtract", "Mul": "multiply", "RealDiv": "divide"},
    **{"Maximum": "maximum", "Minimum": "minimum", "Pow": "power", "Atan2": "arctan2"},
    **{"FloorDiv": "floor_divide", "FloorMod": "mod", "DivNoNan": "divide_no_nan"},
    **{"Greater": "greater", "GreaterEqual": "greater_equal", "Less": "less", "LessEqual": "less_equal"},
    **{"Equal": "equal", "NotEqual": "not_equal", "LogicalAnd": "logical_and", "LogicalOr": "logical_or"},
}


@row(" ".join(ONE))
def of_one(writer, node, inputs):
    """Write a function of one tensor, of each element or each last-axis vector; after a dense layer, its activation."""
    [x] = inputs
    activated = layers.activated(writer, node, x, ONE[node.op])
    if activated is not None:
        return activated
    found = _each(writer, node, Apply, f"keras.ops.{ONE[node.op]}", x)
    number = {"ZerosLike": 0, "OnesLike": 1}.get(node.op)
    if number is None or "complex" in found.dtype:
        return found
    return replace(found, fills=np.dtype(found.dtype).type(number).item())


def _each(writer, node, call, symbol, x, options=None):
    """Write a call for a tensor, and for the tensor of more axes that it is flattened from."""
    whole = getattr(x, "whole", None)
    if whole is not None:
        whole = writer.aside(node, call(symbol, (whole.ref,), options or {}), whole.shape)
    value = writer.result(node, call(symbol, (writer.tensor(x),), options or {}), sizes_of(x))
    return layers.with_whole(value, whole)


@row("LeakyRelu")
def leaky_relu(writer, node, inputs):
    """Relu with a slope below zero."""
    slope = round(attribute(node, "alpha").f, 7)
    return _each(writer, node, Apply, "keras.ops.leaky_relu", inputs[0], {"negative_slope": slope})


@row(" ".join(TWO))
def of_two(writer, node, inputs):
    """Write a function of two broadcast tensors; weights that are added to a product are a dense layer's bias."""
    x, y = inputs
    unchanged = _left_as_it_is(node, x, y)
    if unchanged is not None:
        return unchanged
    if node.op in ("Add", "AddV2"):
        biased = layers.biased(writer, node, x, y) or layers.biased(writer, node, y, x)
        return _sum(writer, node, x, y) if biased is None else biased
    found = writer.op(node, TWO[node.op], *_at_least_one(writer, x, y), dims=broadcast(x, y))
    return replace(found, scaled=_scaled(node, x, y))


def _with_numbers(writer, x, y):
    """Return two tensors of one shape; the number in place of one that is full of it."""
    # What the steps of a loop give where a row has ended is known by its zeros.
    if writer.inside or sizes_of(x) != sizes_of(y):
        return x, y
    for one, other in ((x, y), (y, x)):
        number = getattr(one, "fills", None)
        if number is not None and getattr(other, "fills", None) is None:
            full = Known(np.asarray(number, one.dtype), one.dtype)
            return (full, y) if one is x else (x, full)
    return x, y


def _sum(writer, node, x, y):
    """Write x + y; as y + x or x - (-y) where Keras would compute another sum."""
    for first, second in ((x, y), (y, x)):
        if adds_rightly(sizes_of(first), sizes_of(second)):
            return writer.op(node, "add", *_at_least_one(writer, first, second), dims=broadcast(x, y))
    minus = writer.step(node, "negative", writer.tensor(y))
    return writer.op(node, "subtract", writer.tensor(x), minus, dims=broadcast(x, y))


def adds_rightly(sizes, added):
    """Whether keras.ops.add gives the sum of two tensors, whatever their open sizes are.

    On TensorFlow Keras takes a second tensor of which all axes but one have size 1 for a bias. It adds that along the
    last axis of the first tensor, or along its second axis, where this has the same size: [[1], [2]] as [1, 2].

    Args:
        sizes: the sizes of the first tensor, ints and `Size`s.
        added: the sizes of the second tensor.
    """
    if len(sizes) < 2 or all(size == 1 for size in added):
        return True
    # With one shape, or as many axes and wider ones, the bias's axis is where it is in the first tensor.
    if len(added) == len(sizes) and all(size in (1, wide) for size, wide in zip(sizes, added, strict=True)):
        return True
    # The bias's axis is the last, or there is none.
    ends_alike = len(added) <= len(sizes) and added[-1] == sizes[-1]
    lasts = isinstance(added[-1], int) and added[-1] > 1
    return ends_alike and (lasts or all(size == 1 for size in added[:-1]))


def _scaled(node, x, y):
    """Return (x, factor) of a product or quotient with a number; None for any other node."""
    if node.op not in ("Mul", "RealDiv") or not isinstance(x, Live) or not isinstance(y, Known):
        return None
    if y.open or y.array.shape != () or not y.array:
        return None
    return x, float(y.array) if node.op == "Mul" else 1 / float(y.array)


#: Operation -> (the number that leaves the other operand as it is, whether this may be the first one).
_NEUTRAL = {"Add": (0, True), "AddV2": (0, True), "Sub": (0, False), "Mul": (1, True), "RealDiv": (1, False)}


def _left_as_it_is(node, x, y):
    """Return the operand that a number does not change: the scale of a dropout that keeps everything, a mean of 0.

    x + 0.0 is x but for the sign of a zero, which a session's own rewriting of the graph loses too.
    """
    number, either = _NEUTRAL.get(node.op, (None, False))
    for one, other in ((x, y), (y, x)) if either else ((x, y),):
        known = isinstance(other, Known) and not other.open and other.array.shape == ()
        if number is not None and known and isinstance(one, Live) and bool(other.array == number):
            return one
    return None


def _at_least_one(writer, *values):
    """Return operands with at least one tensor: of numbers alone the first becomes one, for the result's dtype."""
    if any(not isinstance(one, Known) or one.array.ndim for one in values):
        return values
    return (writer.tensor(values[0]), *values[1:])


@row("Div")
def divide(writer, node, inputs):
    """Write TF1's division of floats; that of integers rounds towards zero, and is refused."""
    if "int" in dtypes_of(node)[0]:
        raise Refusal("it divides integers and rounds towards zero. Use tf.floordiv or tf.truediv")
    return writer.op(node, "divide", *_at_least_one(writer, *inputs), dims=broadcast(*inputs))


@row("SquaredDifference")
def squared_difference(writer, node, inputs):
    """Write the square of x - y."""
    return writer.op(node, "square", writer.step(node, "subtract", *inputs), dims=broadcast(*inputs))


@row("AddN")
def add_all(writer, node, inputs):
    """Write the sum of tensors of one shape."""
    total = inputs[0]
    for one in inputs[1:-1]:
        total = writer.step(node, "add", total, one)
    return (
        inputs[0] if len(inputs) == 1 else writer.op(node, "add", total, inputs[-1], dims=sizes_of(inputs[0]))
    )


@row("BiasAdd BiasAddV1")
def bias_add(writer, node, inputs):
    """Write the sum of a tensor and a vector along the last axis: a dense layer's bias where it is one."""
    if attribute(node, "data_format").s == b"NCHW":
        raise Refusal("its channels come first (NCHW). Export the model with data_format='NHWC'")
    x, bias = inputs
    biased = layers.biased(writer, node, x, bias)
    return writer.op(node, "add", x, bias, dims=sizes_of(x)) if biased is None else biased


@row("ClipByValue")
def clip(writer, node, inputs):
    """Between two bounds."""
    x, low, high = inputs
    return writer.op(node, "minimum", writer.step(node, "maximum", x, low), high, dims=sizes_of(x))


@row("Select SelectV2")
def select(writer, node, inputs):
    """Write tf.where of three tensors; a vector chooses whole rows."""
    condition, x, y = inputs
    ranks = [rank_of(one) for one in inputs]
    if node.op == "Select" and ranks[0] == ranks[1]:
        condition = getattr(condition, "spread", None) or condition
    condition = writer.tensor(condition)
    if node.op == "Select" and ranks[0] == 1 and ranks[1] > 1:
        axes = list(range(1, ranks[1]))
        condition = writer.step(node, "expand_dims", condition, axes)
    either = _with_numbers(writer, x, y)
    # A number that is a tensor says its dtype; beside a tensor it need not.
    given = [
        one if one is not other else writer.tensor(one) for one, other in zip(either, (x, y), strict=True)
    ]
    return writer.op(node, "where", condition, *given, dims=broadcast(x, y))


#: The dtypes that every number of a class has a place in.
_OF_CLASSES = ("int32", "int64", "float32", "float64")
_INTEGERS = ("int32", "int64")


@row("Cast")
def cast(writer, node, inputs):
    """Another dtype."""
    dtype = dtypes_of(node)[0]
    if not dtype:
        raise Refusal("it casts to a dtype that NumPy does not have")
    found = writer.op(node, "cast", writer.tensor(inputs[0]), dtype, dims=sizes_of(inputs[0]))
    if not isinstance(inputs[0], Live) or dtype not in _OF_CLASSES:
        return found
    before = inputs[0].before_cast or inputs[0]
    before = before if before.dtype in _INTEGERS and dtype in _INTEGERS else None
    return replace(found, sparse=inputs[0].sparse, rows=inputs[0].rows, before_cast=before)


@row("Bucketize")
def bucketize(writer, node, inputs):
    """Write the number of the bucket that each number is in."""
    # However many there are, they are no weight: Keras reads them one by one.
    numbers = [written(np.float32(one)) for one in attribute(node, "boundaries").list.f]
    boundaries = writer.step(node, "convert_to_tensor", numbers, "float32")
    # keras.ops.digitize takes no tensor of boundaries in a tf.function, which also makes x >= y of not x < y. What is
    # no number is below no boundary, as in TF1.
    each = writer.step(node, "expand_dims", writer.tensor(inputs[0]), -1)
    below = writer.step(node, "cast", writer.step(node, "less", each, boundaries), "int32")
    below = writer.step(node, "sum", below, axis=-1)
    return writer.op(node, "subtract", len(numbers), below, dims=sizes_of(inputs[0]))


@fold("Cast")
def _cast(node, arrays):
    return arrays[0] if "int" in dtypes_of(node)[0] else None


@fold("Mul")
def _multiply(node, arrays):
    return arrays[0].astype(object) * arrays[1].astype(object)


@fold("Maximum Minimum")
def _extreme(node, arrays):
    """Return the maximum of an open size and 0 or 1: the size."""
    sizes = [one.item() for one in arrays if one.ndim == 0]
    if len(sizes) != 2 or node.op == "Minimum":
        return None
    if any(map(is_computed, sizes)):
        return None
    numbers = [one for one in sizes if not isinstance(one, Size)]
    return (
        next(one for one in arrays if isinstance(one.item(), Size)) if numbers and max(numbers) <= 0 else None
    )


def broadcast(x, y):
    """Return the sizes of two values broadcast; None for a size that is not known.

    Example:
        ```python
        import numpy as np
        from tf2_lstm.migrate.translate.writing.values import Known

        assert broadcast(Known(np.ones((3, 1))), Known(np.ones(4))) == (3, 4)
        ```
    """
    return broadcast_sizes(sizes_of(x), sizes_of(y))


def broadcast_sizes(one, other):
    """Return the sizes of two tensors broadcast, of the sizes of each; None for a size that is not known.

    Example:
        ```python
        assert broadcast_sizes((3, 1), (4,)) == (3, 4)
        ```
    """
    rank = max(len(one), len(other))
    one, other = ((1,) * (rank - len(side)) + tuple(side) for side in (one, other))
    return tuple(_wider(*sizes) for sizes in zip(one, other, strict=True))


def _wider(one, other):
    if one == other or other == 1:
        return one
    if one == 1:
        return other
    known = [size for size in (one, other) if not isinstance(size, Size)]
    return known[0] if known else None
