"""Each rule of shapes gives the shape that Keras gives, and what no rule follows stays numbers."""

import keras
import pytest

from tf2_lstm.migrate.build import resolve
from tf2_lstm.migrate.keras_code.expression import LENGTH_MASK, Apply, Item, Line, Ref, evaluate
from tf2_lstm.migrate.keras_code.followed import UNKNOWN, Names
from tf2_lstm.migrate.keras_code.layer_rules import LAYERS
from tf2_lstm.migrate.keras_code.shape_rules import ALIKE, BY_NUMBER, REDUCES, RULES
from tf2_lstm.migrate.keras_code.sized import Sizes
from tf2_lstm.migrate.keras_code.tensor_shapes import Tensor
from tf2_lstm.migrate.translate.rows.arithmetic import ONE, TWO

#: Name -> (shape, dtype) of what the calls are given.
GIVEN = {
    "x": ((None, 4, 6), "float32"),
    "y": ((None, 4, 6), "float32"),
    "row": ((6,), "float32"),
    "table": ((5, 6), "float32"),
    "flag": ((None, 4, 6), "bool"),
    "image": ((None, 9, 8, 3), "float32"),
    "kernel": ((3, 2, 3, 5), "float32"),
    "ids": ((None, 4), "int32"),
    "places": ((None, 2), "int32"),
    "lengths": ((None,), "int32"),
    "vector": ((None, 6), "float32"),
    "state": ((None, 5), "float32"),
    "beams": ((4, None, 3), "int32"),
    "size": ((), "int32"),
    "room1": ((None, 9, 2), "float32"),
    "room2": ((None, 9, 8, 2), "float32"),
    "room3": ((None, 9, 8, 7, 2), "float32"),
}
x, y, row, flag, image, ids, vector, size = map(
    Ref, ("x", "y", "row", "flag", "image", "ids", "vector", "size")
)


def call(symbol, *arguments, **options):
    return Apply(symbol, arguments, options)


def op(name, *arguments, **options):
    return call(f"keras.ops.{name}", *arguments, **options)


def layer(name, *arguments, **options):
    return call(f"keras.layers.{name}", *arguments, **options)


def called(made, *arguments, **options):
    """The lines of a layer and of its call."""
    return [Line(("layer",), made), Line(("result",), Apply(Ref("layer"), arguments, options))]


LSTM = {"return_sequences": True, "return_state": True}
CELLS = [layer("LSTMCell", 5), layer("GRUCell", 3)]
STATES = [Ref("state"), Ref("state")]
RNN = call("tf2_lstm.RNN", layer("LSTMCell", 5), **LSTM)
BACKWARD = call("tf2_lstm.RNN", layer("LSTMCell", 5), go_backwards=True, **LSTM)
#: What is held against Keras: expressions, and lines of a layer and its call.
MADE = [
    *(
        op(name, flag if name == "logical_not" else x)
        for name in ALIKE.split()
        if name not in ("cast", "cumsum", "cumprod")
    ),
    op("cast", x, "int32"),
    op("cumsum", x, axis=1),
    op("cumprod", x, axis=1),
    *(
        op(name, flag, flag) if name.startswith("logical") else op(name, x, row)
        for name in BY_NUMBER.split()
        if name != "where"
    ),
    op("where", flag, x, 0.0),
    op("add", vector, x),
    *(op(name, flag if name in ("all", "any") else x, axis=1) for name in REDUCES.split()),
    op("mean", x),
    op("sum", x, axis=[1, -1], keepdims=True),
    op("argmax", x, axis=-1),
    op("argmin", x, axis=1, keepdims=True),
    op("arange", 7, dtype="int32"),
    op("concatenate", [x, y], axis=2),
    op("concatenate", [x, y], axis=-2),
    op("conv", image, Ref("kernel"), strides=[2, 1], padding="valid"),
    op("conv", image, Ref("kernel"), padding="same"),
    op("convert_to_tensor", [[1.0, 2.0, 3.0]], "float32"),
    op("expand_dims", x, 1),
    op("expand_dims", x, [1, -1]),
    op("matmul", x, op("transpose", y, [0, 2, 1])),
    op("matmul", op("swapaxes", x, 1, 2), y),
    op("one_hot", ids, 9, axis=-1, dtype="float32"),
    op("pad", image, [[0, 0], [1, 2], [0, 1], [0, 0]]),
    op("broadcast_to", row, (2, 4, 6)),
    op("scatter", [[0], [2]], [1.0, 2.0], (5,)),
    op("zeros", (3, 4), "float32"),
    op("reshape", x, (-1, 6)),
    op("reshape", x, (-1, 24)),
    op("reshape", vector, (-1, 2, 3)),
    op("ctc_decode", x, Ref("lengths"), strategy="beam_search", mask_index=5, top_paths=2, beam_width=3),
    op("nonzero", flag),
    op("scatter_update", vector, Ref("places"), Ref("lengths")),
    op("split", x, 3, axis=2),
    op("split", x, [1, 3], axis=2),
    op("squeeze", op("expand_dims", x, 1), axis=1),
    op("stack", [x, y], axis=1),
    op("take", x, 0, axis=2),
    op("take", row, ids, axis=0),
    op("take_along_axis", x, op("argmax", x, axis=2, keepdims=True), axis=2),
    op("tile", op("expand_dims", vector, 1), [1, 4, 2]),
    op("top_k", vector, 2),
    op("unstack", x, 4, axis=1),
    call(LENGTH_MASK, x, Ref("lengths")),
    call("tf2_lstm.read_element", row, size),
    call("tf2_lstm.write_element", row, size, 1.0),
    call("tf2_lstm.write_element", Ref("table"), size, row),
    # Layers, each called.
    called(layer("Dense", 5), x),
    called(layer("Embedding", 9, 5), ids),
    *(called(layer(f"Conv{n}D", 5, 3, strides=2, padding="same"), Ref(f"room{n}")) for n in (1, 2, 3)),
    *(
        called(layer(f"{kind}Pooling{n}D", 2, padding="valid"), Ref(f"room{n}"))
        for kind in ("Max", "Average")
        for n in (1, 2, 3)
    ),
    called(layer("Conv2D", 5, (3, 2), dilation_rate=(2, 1)), image),
    *(called(layer(name), x) for name in ("BatchNormalization", "LayerNormalization")),
    called(layer("Dropout", 0.5), x),
    called(layer("Reshape", (3, 8)), x),
    called(layer("Attention"), [x, x, x]),
    called(layer("AdditiveAttention"), [x, x, x], return_attention_scores=True),
    called(layer("LSTM", 5, **LSTM), x, initial_state=STATES),
    called(layer("LSTM", 5), x),
    called(layer("GRU", 5, **LSTM), x),
    called(layer("SimpleRNN", 5, return_sequences=True), x),
    called(CELLS[0], vector, STATES),
    called(layer("GRUCell", 5), vector, [Ref("state")]),
    called(layer("SimpleRNNCell", 5), vector, [Ref("state")]),
    called(layer("RNN", layer("StackedRNNCells", CELLS), **LSTM), x),
    called(layer("Bidirectional", layer("LSTM", 5, **LSTM)), x),
    called(layer("Bidirectional", layer("GRU", 5, return_sequences=True), merge_mode=None), x),
    called(call("tf2_lstm.RNN", call("tf2_lstm.StackedRNNCells", CELLS), **LSTM), x),
    called(call("tf2_lstm.RNN", call("tf2_lstm.DropoutWrapper", CELLS[0], output_dropout=0.5)), x),
    called(call("tf2_lstm.LSTMCell", 5, use_peepholes=True), vector, STATES),
    called(call("tf2_lstm.LSTMCell", 5, projection_units=2), vector, [Ref("places"), Ref("state")]),
    called(call("tf2_lstm.ResidualWrapper", layer("LSTMCell", 6)), vector, [vector, vector]),
    called(call("tf2_lstm.Bidirectional", RNN, BACKWARD), x, initial_state=[*STATES, *STATES]),
    called(call("tf2_lstm.Weight", [5, 2]), x),
    called(call("tf2_lstm.SizeOf", 1), x),
    called(call("tf2_lstm.ReshapeTo", [None, 24]), x, size),
    called(call("tf2_lstm.FullOf", [None, 6], 0.0), size),
    called(call("tf2_lstm.RangeOf", [0, None, 1]), size),
    called(call("tf2_lstm.CombineSegments", "mean"), x, Ref("lengths"), size),
    called(call("tf2_lstm.SparseFillEmptyRows", 0), Ref("places"), Ref("lengths"), size),
    called(call("tf2_lstm.SparseReshape", [-1, None], [-1, 2, 3]), Ref("places"), size),
    called(call("tf2_lstm.GatherTree"), Ref("beams"), Ref("beams"), Ref("lengths"), end=1),
]


def plain(value):
    """Shapes as tuples, of Keras's tensors or of ours."""
    if isinstance(value, Tensor):
        return tuple(None if one is None else int(one) for one in value)
    if hasattr(value, "shape"):
        return tuple(value.shape)
    return [plain(one) for one in value]


def lines_of(made):
    return made if isinstance(made, list) else [Line(("result",), made)]


def symbols(expression):
    """What an expression calls."""
    if isinstance(expression, Apply):
        own = {expression.what} if isinstance(expression.what, str) else set()
        return own.union(*map(symbols, (*expression.arguments, *expression.options.values())))
    return set().union(*map(symbols, expression)) if isinstance(expression, (list, tuple)) else set()


def names_of(made):
    return "-".join(sorted(symbols([line.value for line in lines_of(made)])))


def followed(made, sizes):
    """(The shapes that lines are given, the names behind them)."""
    given = {name: Tensor(Sizes().of(shape)) for name, (shape, _) in GIVEN.items()}
    return given, Names({}, given=given).assign(sizes.in_lines(lines_of(made)))


@pytest.mark.parametrize("made", MADE, ids=names_of)
def test_a_rule_gives_the_shape_that_keras_gives(made):
    tensors = {name: keras.KerasTensor(shape, dtype) for name, (shape, dtype) in GIVEN.items()}
    _, names = followed(made, Sizes())
    assert plain(names.value(Ref("result"))) == plain(evaluate(lines_of(made), resolve, tensors)["result"])


def test_each_rule_is_held_against_keras():
    assert symbols([line.value for made in MADE for line in lines_of(made)]) == {*RULES, *LAYERS} - {
        "keras.Input"
    }


def test_what_rows_of_one_and_of_two_tensors_write_has_a_rule():
    assert {f"keras.ops.{name}" for name in (*ONE.values(), *TWO.values())} <= set(RULES)


@pytest.mark.parametrize(
    "made",
    [
        op("einsum", "ij,jk->ik", vector, row),
        op("add", Ref("nobody"), x),
        op("one_hot", ids, 9, axis=0),
        op("split", Ref("ids"), [1], axis=0),
        op("matmul", Ref("row"), Ref("lengths")),
        Item(x, (0, 0, 0, 0)),
        Item(op("unstack", x, 4, axis=1), 4),
        called(layer("Dense", "five"), x),
        called(layer("Conv2D", 5, 3, data_format="channels_first"), image),
        called(layer("RNN", Ref("nobody")), x),
        called(layer("Dense", 5), Ref("nobody")),
        called(layer("Bidirectional", layer("GRU", 5), merge_mode="sum"), x),
        called(
            call("tf2_lstm.ResidualWrapper", layer("LSTMCell", 6), residual_fn=size), vector, [vector, vector]
        ),
    ],
    ids=names_of,
)
def test_what_is_not_followed_is_unknown_and_its_sizes_are_fixed(made):
    sizes = Sizes()
    given, names = followed(made, sizes)
    assert names.value(Ref("result")) is UNKNOWN
    last = lines_of(made)[-1].value
    refs = [last.of] if isinstance(last, Item) else last.arguments
    read = [given[one.name] for one in refs if isinstance(one, Ref) and one.name in given]
    assert all(size.root.is_fixed for shape in read for size in shape if size is not None)
    assert all(size.root.is_fixed for size in sizes.made if size.root.name)
