"""The table of `keras.ops` that act on each number by itself: one ONNX operator, or a few together."""

import keras
import numpy as np

#: Name of the class in Keras -> ONNX's operator of one value.
UNARY = {
    "Abs": "Abs",
    "Absolute": "Abs",
    "Arccos": "Acos",
    "Arccosh": "Acosh",
    "Arcsin": "Asin",
    "Arcsinh": "Asinh",
    "Arctan": "Atan",
    "Arctanh": "Atanh",
    "Ceil": "Ceil",
    "Copy": "Identity",
    "Cos": "Cos",
    "Cosh": "Cosh",
    "Erf": "Erf",
    "Exp": "Exp",
    "Floor": "Floor",
    "Log": "Log",
    "LogicalNot": "Not",
    "Negative": "Neg",
    "Reciprocal": "Reciprocal",
    "Relu": "Relu",
    "Selu": "Selu",
    "Sigmoid": "Sigmoid",
    "Sign": "Sign",
    "Sin": "Sin",
    "Sinh": "Sinh",
    "Softplus": "Softplus",
    "Softsign": "Softsign",
    "Sqrt": "Sqrt",
    "StopGradient": "Identity",
    "Tan": "Tan",
    "Tanh": "Tanh",
}
#: The same for operators of two values, computed in the dtype of the result.
BINARY = {
    "Add": "Add",
    "Divide": "Div",
    "LogicalAnd": "And",
    "LogicalOr": "Or",
    "LogicalXor": "Xor",
    "Matmul": "MatMul",
    "Maximum": "Max",
    "Minimum": "Min",
    "Multiply": "Mul",
    "Power": "Pow",
    "Subtract": "Sub",
    "TrueDivide": "Div",
}
#: The same for comparisons of two values, in their common dtype.
COMPARED = {
    "Equal": "Equal",
    "Greater": "Greater",
    "GreaterEqual": "GreaterOrEqual",
    "Less": "Less",
    "LessEqual": "LessOrEqual",
    "NotEqual": "Equal",
}


def _first(writer, call):
    return writer.name(call.args[0], call.outputs[0].dtype)


def _unary(writer, call):
    found = writer.graph.add(UNARY[type(call.operation).__name__], [_first(writer, call)])
    return writer.know(found, *writer.facts.get(writer.name(call.args[0]), ())) if _is_copy(call) else found


def _is_copy(call):
    return UNARY[type(call.operation).__name__] == "Identity"


def _binary(writer, call):
    names = [writer.name(value, call.outputs[0].dtype) for value in call.args[:2]]
    return writer.graph.add(BINARY[type(call.operation).__name__], names)


def _compared(writer, call):
    """Write a comparison; counted steps below a length of each row are a right-padded mask."""
    one, two = call.args[:2]
    dtype = keras.backend.result_type(*(getattr(value, "dtype", type(value)) for value in (one, two)))
    kind = type(call.operation).__name__
    names = [writer.name(value, dtype) for value in (one, two)]
    found = writer.graph.add(COMPARED[kind], names)
    if kind == "NotEqual":
        return writer.graph.add("Not", [found])
    counted = isinstance(one, keras.KerasTensor) and writer.knows(writer.name(one), "steps")
    shape = getattr(two, "shape", ())
    if kind in ("Less", "LessEqual") and counted and (len(shape) == 0 or shape[1:] == (1,)):
        writer.know(found, "right-padded")
    return found


def _attributes(operator, **named):
    """Return a row for an ONNX operator whose attributes have other names in Keras, or are numbers."""

    def row(writer, call):
        given = {
            key: float(getattr(call.operation, value) if isinstance(value, str) else value)
            for key, value in named.items()
        }
        return writer.graph.add(operator, [_first(writer, call)], **given)

    return row


def _limits(low, high):
    """Return a row for a value between two numbers."""

    def row(writer, call):
        return _clipped(writer, _first(writer, call), low, high, call.outputs[0].dtype)

    return row


def _clipped(writer, name, low, high, dtype):
    ends = [writer.graph.constant(number, dtype) for number in (low, high)]
    return writer.graph.add("Clip", [name, *ends])


def _clip(writer, call):
    dtype = call.outputs[0].dtype
    return _clipped(writer, _first(writer, call), call.operation.x_min, call.operation.x_max, dtype)


def _square(writer, call):
    x = _first(writer, call)
    return writer.graph.add("Mul", [x, x])


def _relu(writer, call):
    """Write Keras's relu with a slope, a threshold and a largest value."""
    said, dtype, add = call.operation, call.outputs[0].dtype, writer.graph.add
    x = _first(writer, call)
    if not said.negative_slope and not said.threshold:
        found = add("Relu", [x])
    else:
        ends = [writer.graph.constant(number, dtype) for number in (said.threshold, said.negative_slope)]
        below = add("Mul", [add("Sub", [x, ends[0]]), ends[1]])
        found = add("Where", [add("GreaterOrEqual", [x, ends[0]]), x, below])
    if said.max_value is None:
        return found
    return add("Min", [found, writer.graph.constant(said.max_value, dtype)])


def _rsqrt(writer, call):
    return writer.graph.add("Reciprocal", [writer.graph.add("Sqrt", [_first(writer, call)])])


def _gated(gate):
    """Return a row for x times a gate of x."""

    def row(writer, call):
        return writer.graph.add("Mul", [_first(writer, call), gate(writer, call)])

    return row


def _sigmoid(writer, call):
    return writer.graph.add("Sigmoid", [_first(writer, call)])


def _log_sigmoid(writer, call):
    negative = writer.graph.add("Neg", [_first(writer, call)])
    return writer.graph.add("Neg", [writer.graph.add("Softplus", [negative])])


def _gelu_gate(writer, call):
    """Write half of 1 + erf(x / sqrt 2), or with tanh where it is approximate."""
    add, dtype = writer.graph.add, call.outputs[0].dtype
    number = lambda value: writer.graph.constant(value, dtype)  # noqa: E731
    x = _first(writer, call)
    if call.operation.approximate:
        cube = add("Mul", [add("Pow", [x, number(3)]), number(0.044715)])
        inner = add("Tanh", [add("Mul", [add("Add", [x, cube]), number((2 / 3.141592653589793) ** 0.5)])])
    else:
        inner = add("Erf", [add("Mul", [x, number(0.5**0.5)])])
    return add("Mul", [add("Add", [inner, number(1)]), number(0.5)])


def _divide_no_nan(writer, call):
    dtype = call.outputs[0].dtype
    one, two = (writer.name(value, dtype) for value in call.args[:2])
    zero = writer.graph.constant(0, dtype)
    isnt = writer.graph.add("Equal", [two, zero])
    safe = writer.graph.add("Where", [isnt, writer.graph.constant(1, dtype), two])
    return writer.graph.add("Where", [isnt, zero, writer.graph.add("Div", [one, safe])])


def _number(kind):
    """Return a row for whether numbers are NaN or infinite; no integer is."""

    def row(writer, call):
        dtype = call.args[0].dtype
        name = writer.name(call.args[0], dtype if "float" in dtype else "float32")
        if kind != "finite":
            return writer.graph.add(kind, [name])
        either = [writer.graph.add(one, [name]) for one in ("IsInf", "IsNaN")]
        return writer.graph.add("Not", [writer.graph.add("Or", either)])

    return row


def _round(writer, call):
    if call.operation.decimals:
        raise writer.refused(
            "numbers are rounded to decimals", "Multiply them before, and divide them behind."
        )
    name = _first(writer, call)
    return writer.graph.add("Round", [name]) if "float" in call.outputs[0].dtype else name


def _modulo(writer, one, two, dtype):
    """Write the remainder of a division, with the sign of the divisor."""
    add = writer.graph.add
    if "float" not in dtype:
        return add("Mod", [one, two])
    left, zero = add("Mod", [one, two], fmod=1), writer.graph.constant(0, dtype)
    other = add("Xor", [add("Less", [left, zero]), add("Less", [two, zero])])
    some = add("Not", [add("Equal", [left, zero])])
    return add("Where", [add("And", [other, some]), add("Add", [left, two]), left])


def _mod(writer, call):
    dtype = call.outputs[0].dtype
    return _modulo(writer, *(writer.name(value, dtype) for value in call.args[:2]), dtype)


def _floor_divide(writer, call):
    dtype, add = call.outputs[0].dtype, writer.graph.add
    one, two = (writer.name(value, dtype) for value in call.args[:2])
    if "float" in dtype:
        return add("Floor", [add("Div", [one, two])])
    return add("Div", [add("Sub", [one, _modulo(writer, one, two, dtype)]), two])


def _expm1(writer, call):
    """Write tanh(x / 2) times exp(x) + 1: small numbers keep their digits."""
    dtype, add, x = call.outputs[0].dtype, writer.graph.add, _first(writer, call)
    half, one = (writer.graph.constant(number, dtype) for number in (0.5, 1))
    return add("Mul", [add("Tanh", [add("Mul", [x, half])]), add("Add", [add("Exp", [x]), one])])


def _log1p(writer, call):
    """Write log(1 + x), corrected by the part of x that 1 + x loses."""
    dtype, add, x = call.outputs[0].dtype, writer.graph.add, _first(writer, call)
    one = writer.graph.constant(1, dtype)
    whole = add("Add", [x, one])
    kept, log = add("Sub", [whole, one]), add("Log", [whole])
    none = add("Equal", [kept, writer.graph.constant(0, dtype)])
    safe = add("Where", [none, one, kept])
    corrected = add("Where", [none, x, add("Div", [add("Mul", [log, x]), safe])])
    return add("Where", [add("Equal", [kept, x]), log, corrected])


def _arctan2(writer, call):
    """Write the angle of (x, y): the arc of y / x, half a turn further left of the y axis."""
    dtype, add = call.outputs[0].dtype, writer.graph.add
    y, x = (writer.name(value, dtype) for value in call.args[:2])
    one, turn, half = (writer.graph.constant(number, dtype) for number in (1, np.pi, np.pi / 2))
    zero, below, left = (
        writer.graph.constant(0, dtype),
        _negative(writer, y, dtype),
        _negative(writer, x, dtype),
    )
    up, quarter = (add("Where", [below, add("Neg", [angle]), angle]) for angle in (turn, half))
    upright = add("Equal", [x, zero])
    arc = add("Atan", [add("Div", [y, add("Where", [upright, one, x])])])
    found = add("Where", [upright, add("Where", [add("Equal", [y, zero]), y, quarter]), arc])
    straight = add("And", [upright, add("Not", [add("Equal", [y, zero])])])
    is_beyond = add("And", [left, add("Not", [straight])])
    return add("Where", [is_beyond, add("Add", [found, up]), found])


def _negative(writer, name, dtype):
    """Write whether a number is below zero, or is -0.0."""
    zero, add = writer.graph.constant(0, dtype), writer.graph.add
    return add("Or", [add("Less", [name, zero]), add("Less", [add("Reciprocal", [name]), zero])])


def _where(writer, call):
    condition, *values = call.args
    dtype = call.outputs[0].dtype
    chosen = "int32" if dtype == "bool" else dtype
    names = [writer.name(value, chosen) for value in values]
    found = writer.graph.add("Where", [writer.name(condition, "bool"), *names])
    return writer.graph.cast(found, dtype) if chosen != dtype else found


#: Name of the class in Keras -> row.
ROWS = {
    **dict.fromkeys(UNARY, _unary),
    **dict.fromkeys(BINARY, _binary),
    **dict.fromkeys(COMPARED, _compared),
    "Arctan2": _arctan2,
    "Celu": _attributes("Celu", alpha="alpha"),
    "Clip": _clip,
    "DivideNoNan": _divide_no_nan,
    "Elu": _attributes("Elu", alpha="alpha"),
    "Expm1": _expm1,
    "FloorDivide": _floor_divide,
    "Gelu": _gated(_gelu_gate),
    "HardSigmoid": _attributes("HardSigmoid", alpha=1 / 6, beta=0.5),
    "HardSilu": _gated(_attributes("HardSigmoid", alpha=1 / 6, beta=0.5)),
    "HardTanh": _limits(-1, 1),
    "Isfinite": _number("finite"),
    "Isinf": _number("IsInf"),
    "Isnan": _number("IsNaN"),
    "LeakyRelu": _attributes("LeakyRelu", alpha="negative_slope"),
    "Log1p": _log1p,
    "LogSigmoid": _log_sigmoid,
    "Mod": _mod,
    "ReLU": _relu,
    "Relu6": _limits(0, 6),
    "Round": _round,
    "Rsqrt": _rsqrt,
    "Silu": _gated(_sigmoid),
    "Square": _square,
    "Where": _where,
}
