"""The table of `keras.ops` that act on each number by itself: names of ONNX operators, or a few of them together."""

import keras

#: Name of the class in Keras -> ONNX's operator, of one value.
UNARY = {
    "Abs": "Abs",
    "Absolute": "Abs",
    "Ceil": "Ceil",
    "Copy": "Identity",
    "Cos": "Cos",
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
    "Softplus": "Softplus",
    "Softsign": "Softsign",
    "Sqrt": "Sqrt",
    "StopGradient": "Identity",
    "Tanh": "Tanh",
}
#: The same of two values, computed in the dtype of the result.
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
#: Two values compared, in the dtype that both become.
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
    """Compare; counted steps that are at most a length of each row are a mask that is padded on the right."""
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
    """A row for an ONNX operator whose attributes Keras's operation has under other names, or as numbers."""

    def row(writer, call):
        given = {
            key: float(getattr(call.operation, value) if isinstance(value, str) else value)
            for key, value in named.items()
        }
        return writer.graph.add(operator, [_first(writer, call)], **given)

    return row


def _limits(low, high):
    """A row for a value between two numbers."""

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
    """Keras's activation with a slope, a threshold and a largest value."""
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
    """A row for x times a gate of x."""

    def row(writer, call):
        return writer.graph.add("Mul", [_first(writer, call), gate(writer, call)])

    return row


def _sigmoid(writer, call):
    return writer.graph.add("Sigmoid", [_first(writer, call)])


def _log_sigmoid(writer, call):
    negative = writer.graph.add("Neg", [_first(writer, call)])
    return writer.graph.add("Neg", [writer.graph.add("Softplus", [negative])])


def _gelu_gate(writer, call):
    """Half of 1 + erf(x / sqrt 2), or by tanh where it is approximate."""
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
    "Celu": _attributes("Celu", alpha="alpha"),
    "Clip": _clip,
    "DivideNoNan": _divide_no_nan,
    "Elu": _attributes("Elu", alpha="alpha"),
    "Gelu": _gated(_gelu_gate),
    "HardSigmoid": _attributes("HardSigmoid", alpha=1 / 6, beta=0.5),
    "HardSilu": _gated(_attributes("HardSigmoid", alpha=1 / 6, beta=0.5)),
    "HardTanh": _limits(-1, 1),
    "LeakyRelu": _attributes("LeakyRelu", alpha="negative_slope"),
    "LogSigmoid": _log_sigmoid,
    "ReLU": _relu,
    "Relu6": _limits(0, 6),
    "Rsqrt": _rsqrt,
    "Silu": _gated(_sigmoid),
    "Square": _square,
    "Where": _where,
}
