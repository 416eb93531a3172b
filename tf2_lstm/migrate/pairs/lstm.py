"""LSTMCell with all its options -> tf2_lstm.LSTMCell."""

from tf2_lstm.migrate.pairs.basic_lstm import WEIGHTS
from tf2_lstm.migrate.pairs.row import Argument, Call, Case, Pair, Tensor, WeightMap
from tf2_lstm.migrate.pairs.shared_arguments import (
    ACTIVATION,
    DTYPE,
    FORGET_BIAS,
    NAME,
    NUM_UNITS,
    REUSE,
    STATE_IS_TUPLE,
)

_SHARDS = "It split one variable over devices; a Saver writes the variable whole."
_ALL = {"use_peepholes": True, "cell_clip": 0.8, "num_proj": 3, "proj_clip": 0.4}


def _dynamic(**options):
    return Call("dynamic_rnn", cell=Call("lstm", **dict({"num_units": 5}, **options)))


LSTM = Pair(
    name="lstm",
    kind="cell",
    file="cells/lstm.py",
    tf1=("tf.nn.rnn_cell.LSTMCell", "tf.contrib.rnn.LSTMCell"),
    legacy="legacy_tf1.cells.lstm:LSTMCell",
    keras="tf2_lstm.LSTMCell",
    stock="keras.layers.LSTMCell",
    stock_unless=("use_peepholes", "cell_clip", "num_proj", "proj_clip"),
    summary="As BasicLSTMCell; peepholes, projection and clips, which Keras lacks, are options of our cell.",
    arguments=(
        NUM_UNITS,
        Argument("use_peepholes", "renamed", "use_peepholes"),
        Argument("cell_clip", "renamed", "cell_clip"),
        Argument(
            "initializer",
            "dropped",
            why="The weights come from the checkpoint; to train afresh, give kernel_initializer and "
            "recurrent_initializer (peephole_initializer, projection_initializer).",
        ),
        Argument("num_proj", "renamed", "projection_units"),
        Argument(
            "proj_clip",
            "renamed",
            "projection_clip",
            convert="only_with_num_proj",
            why="TF1 ignores proj_clip without num_proj.",
        ),
        Argument("num_unit_shards", "dropped", why=_SHARDS),
        Argument("num_proj_shards", "dropped", why=_SHARDS),
        FORGET_BIAS,
        STATE_IS_TUPLE,
        ACTIVATION,
        REUSE,
        NAME,
        DTYPE,
    ),
    scope="lstm_cell",
    weights=WeightMap(
        tf1=(
            *WEIGHTS.tf1,
            Tensor("w_i_diag", ("peephole",), "i", when="use_peepholes"),
            Tensor("w_f_diag", ("peephole",), "f", when="use_peepholes"),
            Tensor("w_o_diag", ("peephole",), "o", when="use_peepholes"),
            Tensor("projection/kernel", ("projection",), "p", when="num_proj"),
        ),
        keras=(
            *WEIGHTS.keras,
            Tensor("input_peephole", ("peephole",), "i", when="use_peepholes"),
            Tensor("forget_peephole", ("peephole",), "f", when="use_peepholes"),
            Tensor("output_peephole", ("peephole",), "o", when="use_peepholes"),
            Tensor("projection_kernel", ("projection",), "p", when="num_proj"),
        ),
        folds=WEIGHTS.folds,
    ),
    equations=(
        "i = gate(linear.i(x, h) + w_i_diag * c)",
        "f = gate(linear.f(x, h) + forget_bias + w_f_diag * c)",
        "c' = clip(f * c + i * activation(linear.j(x, h)), cell_clip)",
        "o = gate(linear.o(x, h) + w_o_diag * c')",
        "h' = clip(project(o * activation(c')), proj_clip)",
    ),
    states=("h", "c"),
    cases=(
        Case("lstm/default", _dynamic(), why="no option: the same numbers as BasicLSTMCell"),
        Case("lstm/peepholes", _dynamic(use_peepholes=True), why="i and f look at the old c, o at the new c"),
        Case("lstm/projection", _dynamic(num_proj=3), initial_state=True, why="c and h differ in width"),
        Case("lstm/projection_wider", _dynamic(num_proj=7), why="a projection may also widen"),
        Case("lstm/proj_clip", _dynamic(num_proj=3, proj_clip=0.4), why="m is clipped after the projection"),
        Case("lstm/proj_clip_alone", _dynamic(proj_clip=0.1), why="TF1 ignores it without num_proj"),
        Case("lstm/cell_clip", _dynamic(cell_clip=0.8), why="c is clipped before the output gate"),
        Case(
            "lstm/peepholes_cell_clip",
            _dynamic(use_peepholes=True, cell_clip=0.8),
            initial_state=True,
            why="the output peephole sees the clipped c",
        ),
        Case("lstm/all_options", _dynamic(**_ALL), initial_state=True, why="all options at once"),
        Case(
            "lstm/all_options_lengths", _dynamic(**_ALL), lengths=(5, 0, 3), initial_state=True, why="padding"
        ),
        Case("lstm/flat_state", _dynamic(state_is_tuple=False), initial_state=True, why="[c; h]"),
        Case(
            "lstm/flat_state_projection",
            _dynamic(state_is_tuple=False, num_proj=3),
            initial_state=True,
            why="a flat state of units + num_proj columns",
        ),
        Case("lstm/sigmoid", _dynamic(activation="sigmoid"), why="activation replaces both tanh"),
        Case(
            "lstm/forget_bias_0_peepholes",
            _dynamic(forget_bias=0.0, use_peepholes=True),
            why="forget_bias beside a forget peephole",
        ),
        Case(
            "lstm/shards",
            _dynamic(num_unit_shards=3, num_proj_shards=2, num_proj=4),
            why="partitioned variables are saved as one tensor",
        ),
    ),
)
