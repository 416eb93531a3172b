"""BasicLSTMCell -> keras.layers.LSTMCell."""

from tf2_lstm.migrate.pairs.row import Call, Case, Pair, Tensor, WeightMap
from tf2_lstm.migrate.pairs.shared_arguments import (
    ACTIVATION,
    DTYPE,
    FORGET_BIAS,
    NAME,
    NUM_UNITS,
    REUSE,
    STATE_IS_TUPLE,
)

WEIGHTS = WeightMap(
    tf1=(Tensor("kernel", ("input", "recurrent"), "ijfo"), Tensor("bias", ("bias",), "ijfo")),
    keras=(
        Tensor("kernel", ("input",), "ifjo"),
        Tensor("recurrent_kernel", ("recurrent",), "ifjo"),
        Tensor("bias", ("bias",), "ifjo"),
    ),
    folds={"forget_bias": ("bias", "f")},
    cudnn=(
        Tensor("kernel", ("input",), "ifjo", flat=True),
        Tensor("recurrent_kernel", ("recurrent",), "ifjo", flat=True),
        Tensor("bias", ("bias",), "ifjo", row=0, flat=True),
        Tensor("bias", ("recurrent_bias",), "ifjo", row=1, flat=True),
    ),
)


def _dynamic(**options):
    return Call("dynamic_rnn", cell=Call("basic_lstm", **dict({"num_units": 5}, **options)))


BASIC_LSTM = Pair(
    name="basic_lstm",
    kind="cell",
    file="cells/basic_lstm.py",
    tf1=("tf.nn.rnn_cell.BasicLSTMCell", "tf.contrib.rnn.BasicLSTMCell"),
    keras1=("LSTM", "LSTMCell", "CuDNNLSTM"),
    legacy="legacy_tf1.cells.basic_lstm:BasicLSTMCell",
    keras="keras.layers.LSTMCell",
    stock="keras.layers.LSTMCell",
    summary="Gates i, j, f, o become i, f, c, o; forget_bias moves into the bias; (c, h) becomes [h, c].",
    arguments=(NUM_UNITS, FORGET_BIAS, STATE_IS_TUPLE, ACTIVATION, REUSE, NAME, DTYPE),
    scope="basic_lstm_cell",
    weights=WEIGHTS,
    equations=(
        "c' = gate(linear.f(x, h) + forget_bias) * c + gate(linear.i(x, h)) * activation(linear.j(x, h))",
        "h' = gate(linear.o(x, h)) * activation(c')",
    ),
    states=("h", "c"),
    cases=(
        Case("basic_lstm/default", _dynamic(), why="gate order and forget_bias 1, the TF1 default"),
        Case("basic_lstm/forget_bias_0", _dynamic(forget_bias=0.0), why="the second most common value"),
        Case("basic_lstm/forget_bias_2_5", _dynamic(forget_bias=2.5), why="any other value"),
        Case("basic_lstm/relu", _dynamic(activation="relu"), scale=0.5, why="candidate and output take it"),
        Case("basic_lstm/flat_state", _dynamic(state_is_tuple=False), initial_state=True, why="[c; h]"),
        Case("basic_lstm/lengths", _dynamic(), lengths=(5, 2, 0), why="padding, a row of length 0"),
        Case("basic_lstm/initial_state", _dynamic(), initial_state=True, why="c and h are not swapped"),
        Case(
            "basic_lstm/units_equal_inputs",
            _dynamic(num_units=4),
            initial_state=True,
            why="a square kernel half: shapes cannot tell input rows from recurrent rows",
        ),
        Case("basic_lstm/long", _dynamic(num_units=12), batch=2, time=30, why="rounding over 30 steps"),
    ),
)
