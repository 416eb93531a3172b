"""The operations written for ONNX that LiteRT lacks; the table of the page "Serving" is made from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Lack:
    """An operation that LiteRT lacks, or computes otherwise.

    Attributes:
        case: the name of its case in `tests/migrate/export/test_onnx_operations.py`.
        what: the operation and the way to call it, as the table has them.
        said: words of the message; "" where the proof says that the numbers differ.
        way: what to do instead.
        places: the numbers of the ways to call it in the case, None for all.
    """

    case: str
    what: str
    said: str
    way: str
    places: tuple = ()


ONNX = "`--format onnx`"
LACKING = (
    Lack("Arccos", "`arccos`", "no operator for Acos of float32", ONNX),
    Lack("Arccosh", "`arccosh`", "no operator for Acosh of float32", ONNX),
    Lack("Arcsin", "`arcsin`", "no operator for Asin of float32", ONNX),
    Lack("Arcsinh", "`arcsinh`", "no operator for Asinh of float32", ONNX),
    Lack("Arctan", "`arctan`", "no operator for Atan of float32", "`arctan2(x, 1)`, which it has"),
    Lack("Arctanh", "`arctanh`", "no operator for Atanh of float32", ONNX),
    Lack("Argsort", "`argsort` of booleans", "no operator for Sub of uint8", "cast them to int32", (2,)),
    Lack(
        "Conv",
        '`Conv1D` with `data_format="channels_first"`',
        "no operator for BiasAdd",
        "turn the axes around it",
        (5,),
    ),
    Lack("Cosh", "`cosh`", "no operator for Cosh of float32", ONNX),
    Lack("Cumprod", "`cumprod` along an axis whose size is open", "no operator for Cumprod", ONNX, (0, 2, 3)),
    Lack("Diagonal", "`diagonal`", "no operator for MatrixDiagPartV3 of float32", ONNX),
    Lack("Erf", "`erf`", "no operator for Erf of float32", ONNX),
    Lack("Expm1", "`expm1` of small numbers: it is exp(x) - 1 there", "", ONNX, (1,)),
    Lack(
        "Isfinite",
        "`isfinite` of whole numbers",
        "does not run while TensorFlow traces",
        "they are finite",
        (1,),
    ),
    Lack(
        "Isinf", "`isinf` of whole numbers", "does not run while TensorFlow traces", "none is infinite", (1,)
    ),
    Lack(
        "Isnan", "`isnan` of whole numbers", "does not run while TensorFlow traces", "all are numbers", (1,)
    ),
    Lack("Log1p", "`log1p` of small numbers: it is log(1 + x) there", "", ONNX, (1,)),
    Lack("Scatter", "`scatter` of values whose number is open", "LiteRT cannot run what was written", ONNX),
    Lack("Sinh", "`sinh`", "no operator for Sinh of float32", ONNX),
    Lack("Tan", "`tan`", "no operator for Tan of float32", "`sin(x) / cos(x)`"),
    Lack(
        "every step",
        "the layer `TimeDistributed`",
        "TensorListReserve",
        "the layer itself, where it takes steps",
    ),
)
