"""The functions that run a cell over a sequence -> tf2_lstm.RNN, tf2_lstm.Bidirectional, a plain loop."""

from tf2_lstm.migrate.pairs.row import Argument, Call, Case, Pair
from tf2_lstm.migrate.pairs.shared_arguments import (
    INITIAL_STATE,
    INPUTS,
    PARALLEL_ITERATIONS,
    SCOPE,
    SEQUENCE_LENGTH,
    SWAP_MEMORY,
    TIME_MAJOR,
    UNROLL_DTYPE,
)


def _lstm(units=4, **options):
    return Call("basic_lstm", num_units=units, **options)


def _gru(units=4):
    return Call("gru", num_units=units)


def _stack():
    return Call("multi_rnn", cells=(_lstm(4), _gru(5)))


_CELL = Argument("cell", "renamed", "cell", convert="cell")
_FW = Argument("cell_fw", "renamed", "forward_layer", convert="cell", why="RNN(cell) around it.")
_BW = Argument(
    "cell_bw", "renamed", "backward_layer", convert="cell", why="RNN(cell, go_backwards=True) around it."
)


def _initial(name):
    return Argument(
        name,
        "folded",
        "initial_state",
        why="One list: the forward states, then the backward states, each [h, c].",
    )


def _both(function, fw, bw, **options):
    return Call(function, cell_fw=fw, cell_bw=bw, **options)


_ONE = _lstm()


def _layers(*pairs):
    return Call(
        "stack_bidirectional_dynamic_rnn",
        cells_fw=tuple(fw for fw, _ in pairs),
        cells_bw=tuple(bw for _, bw in pairs),
    )


DYNAMIC_RNN = Pair(
    name="dynamic_rnn",
    kind="unroll",
    file="unroll.py",
    tf1=("tf.nn.dynamic_rnn",),
    legacy="legacy_tf1.unroll:dynamic_rnn",
    keras="tf2_lstm.RNN",
    stock="keras.layers.RNN",
    stock_unless=("[cell]", "variational_recurrent"),
    summary="A function becomes a layer that returns outputs, *states; padded steps give zeros, as in TF1.",
    arguments=(
        _CELL,
        INPUTS,
        SEQUENCE_LENGTH,
        INITIAL_STATE,
        UNROLL_DTYPE,
        PARALLEL_ITERATIONS,
        SWAP_MEMORY,
        TIME_MAJOR,
        SCOPE,
    ),
    constants={"return_sequences": True, "return_state": True},
    cells={"cell": "rnn"},
    cases=(
        Case(
            "dynamic_rnn/lengths", Call("dynamic_rnn", cell=_stack()), lengths=(0, 3, 5), why="lengths 0 to T"
        ),
        Case(
            "dynamic_rnn/lengths_initial_state",
            Call("dynamic_rnn", cell=_stack()),
            lengths=(0, 3, 1),
            initial_state=True,
            why="a row of length 0 returns its initial state; no row is full",
        ),
        Case(
            "dynamic_rnn/lengths_beyond",
            Call("dynamic_rnn", cell=_lstm()),
            lengths=(5, 9, 2),
            why="length > T",
        ),
        Case(
            "dynamic_rnn/lengths_all_zero",
            Call("dynamic_rnn", cell=_lstm()),
            lengths=(0, 0, 0),
            why="no step",
        ),
        Case(
            "dynamic_rnn/time_major",
            Call("dynamic_rnn", cell=_stack(), time_major=True),
            lengths=(5, 2, 4),
            why="[time, batch, depth]",
        ),
        Case(
            "dynamic_rnn/one_step", Call("dynamic_rnn", cell=_lstm()), time=1, initial_state=True, why="T = 1"
        ),
        Case("dynamic_rnn/one_row", Call("dynamic_rnn", cell=_lstm()), batch=1, time=7, why="batch 1"),
        Case(
            "dynamic_rnn/wide",
            Call("dynamic_rnn", cell=_lstm(24)),
            batch=8,
            time=12,
            input_size=10,
            lengths=(12, 0, 1, 5, 11, 12, 7, 30),
            scale=0.5,
            why="an ordinary size",
        ),
    ),
)

STATIC_RNN = Pair(
    name="static_rnn",
    kind="unroll",
    file="unroll.py",
    tf1=("tf.nn.static_rnn", "tf.contrib.rnn.static_rnn"),
    legacy="legacy_tf1.unroll:static_rnn",
    keras="tf2_lstm.RNN",
    stock="keras.layers.RNN",
    stock_unless=("[cell]", "variational_recurrent"),
    summary="Lists of steps become one tensor: keras.ops.stack before, keras.ops.unstack after.",
    arguments=(_CELL, INPUTS, INITIAL_STATE, UNROLL_DTYPE, SEQUENCE_LENGTH, SCOPE),
    constants={"return_sequences": True, "return_state": True, "unroll": True},
    cells={"cell": "rnn"},
    cases=(
        Case("static_rnn/default", Call("static_rnn", cell=_lstm()), why="a list of outputs"),
        Case("static_rnn/lengths", Call("static_rnn", cell=_stack()), lengths=(5, 0, 2), why="padding"),
        Case(
            "static_rnn/initial_state",
            Call("static_rnn", cell=_stack()),
            initial_state=True,
            why="state in and out",
        ),
    ),
)

BIDIRECTIONAL_DYNAMIC_RNN = Pair(
    name="bidirectional_dynamic_rnn",
    kind="unroll",
    file="bidirectional.py",
    tf1=("tf.nn.bidirectional_dynamic_rnn",),
    legacy="legacy_tf1.bidirectional:bidirectional_dynamic_rnn",
    keras="tf2_lstm.Bidirectional",
    stock="keras.layers.Bidirectional",
    stock_unless=("cells that differ in type or size", "one cell for both directions", "[cell]"),
    summary="Outputs stay a pair with merge_mode=None; the states follow, forward then backward.",
    arguments=(
        _FW,
        _BW,
        INPUTS,
        SEQUENCE_LENGTH,
        _initial("initial_state_fw"),
        _initial("initial_state_bw"),
        UNROLL_DTYPE,
        PARALLEL_ITERATIONS,
        SWAP_MEMORY,
        TIME_MAJOR,
        SCOPE,
    ),
    constants={"merge_mode": None},
    cells={"cell_fw": "bidirectional_rnn/fw", "cell_bw": "bidirectional_rnn/bw"},
    cases=(
        Case(
            "bidirectional_dynamic_rnn/default",
            _both("bidirectional_dynamic_rnn", _lstm(), _lstm()),
            why="bw order",
        ),
        Case(
            "bidirectional_dynamic_rnn/lengths",
            _both("bidirectional_dynamic_rnn", _lstm(), _lstm()),
            lengths=(5, 0, 3),
            why="bw starts at each row's last valid step",
        ),
        Case(
            "bidirectional_dynamic_rnn/initial_state",
            _both("bidirectional_dynamic_rnn", _lstm(), _lstm()),
            lengths=(4, 5, 1),
            initial_state=True,
            why="which state goes to which direction",
        ),
        Case(
            "bidirectional_dynamic_rnn/sizes_differ",
            _both("bidirectional_dynamic_rnn", _lstm(3), _lstm(6)),
            initial_state=True,
            why="stock Keras gets the static shapes wrong",
        ),
        Case(
            "bidirectional_dynamic_rnn/types_differ",
            _both("bidirectional_dynamic_rnn", _lstm(3), _gru(4)),
            initial_state=True,
            lengths=(2, 5, 4),
            why="stock Keras splits the states wrong",
        ),
        Case(
            "bidirectional_dynamic_rnn/same_cell",
            _both("bidirectional_dynamic_rnn", _ONE, _ONE),
            lengths=(2, 5, 4),
            why="one cell object in both directions: one set of weights",
        ),
        Case(
            "bidirectional_dynamic_rnn/stack",
            _both("bidirectional_dynamic_rnn", _stack(), _stack()),
            initial_state=True,
            lengths=(5, 3, 0),
            why="a stack inside each direction",
        ),
        Case(
            "bidirectional_dynamic_rnn/time_major",
            _both("bidirectional_dynamic_rnn", _gru(3), _gru(3), time_major=True),
            lengths=(5, 3, 1),
            why="[time, batch, depth]",
        ),
    ),
)

STATIC_BIDIRECTIONAL_RNN = Pair(
    name="static_bidirectional_rnn",
    kind="unroll",
    file="bidirectional.py",
    tf1=("tf.nn.static_bidirectional_rnn", "tf.contrib.rnn.static_bidirectional_rnn"),
    legacy="legacy_tf1.bidirectional:static_bidirectional_rnn",
    keras="tf2_lstm.Bidirectional",
    stock="keras.layers.Bidirectional",
    stock_unless=("cells that differ in type or size", "one cell for both directions", "[cell]"),
    summary="As bidirectional_dynamic_rnn, but TF1 concatenates: merge_mode='concat'.",
    arguments=(
        _FW,
        _BW,
        INPUTS,
        _initial("initial_state_fw"),
        _initial("initial_state_bw"),
        UNROLL_DTYPE,
        SEQUENCE_LENGTH,
        SCOPE,
    ),
    constants={"merge_mode": "concat"},
    cells={"cell_fw": "bidirectional_rnn/fw", "cell_bw": "bidirectional_rnn/bw"},
    cases=(
        Case(
            "static_bidirectional_rnn/default",
            _both("static_bidirectional_rnn", _lstm(), _lstm()),
            why="concatenated",
        ),
        Case(
            "static_bidirectional_rnn/lengths",
            _both("static_bidirectional_rnn", _lstm(), _lstm()),
            lengths=(5, 2, 0),
            initial_state=True,
            why="reversed by length",
        ),
        Case(
            "static_bidirectional_rnn/gru",
            _both("static_bidirectional_rnn", _gru(3), _gru(5)),
            why="bare states",
        ),
    ),
)

STACK_BIDIRECTIONAL_DYNAMIC_RNN = Pair(
    name="stack_bidirectional_dynamic_rnn",
    kind="unroll",
    file="bidirectional.py",
    tf1=("tf.contrib.rnn.stack_bidirectional_dynamic_rnn",),
    legacy="legacy_tf1.bidirectional:stack_bidirectional_dynamic_rnn",
    keras="tf2_lstm.stack_bidirectional",
    summary="Bidirectional layers one after another; not Bidirectional around a stack.",
    arguments=(
        Argument("cells_fw", "renamed", "layers", convert="cells", why="One Bidirectional a layer."),
        Argument("cells_bw", "renamed", "layers", convert="cells", why="One Bidirectional a layer."),
        INPUTS,
        _initial("initial_states_fw"),
        _initial("initial_states_bw"),
        UNROLL_DTYPE,
        SEQUENCE_LENGTH,
        PARALLEL_ITERATIONS,
        TIME_MAJOR,
        SCOPE,
        SWAP_MEMORY,
    ),
    cells={
        "cells_fw": "stack_bidirectional_rnn/cell_%d/bidirectional_rnn/fw",
        "cells_bw": "stack_bidirectional_rnn/cell_%d/bidirectional_rnn/bw",
    },
    cases=(
        Case(
            "stack_bidirectional_dynamic_rnn/default",
            _layers((_lstm(4), _lstm(4)), (_lstm(3), _lstm(3))),
            why="the upper layer sees both directions of the lower one",
        ),
        Case(
            "stack_bidirectional_dynamic_rnn/lengths",
            _layers((_lstm(4), _lstm(4)), (_gru(3), _gru(3))),
            lengths=(5, 0, 2),
            why="padding between the layers is zero",
        ),
        Case(
            "stack_bidirectional_dynamic_rnn/initial_state",
            _layers((_lstm(4), _gru(2)), (_lstm(3), _lstm(3))),
            lengths=(5, 4, 2),
            initial_state=True,
            why="states per layer and direction",
        ),
    ),
)

PYTHON_LOOP = Pair(
    name="python_loop",
    kind="unroll",
    file="unroll.py",
    tf1=("tf.nn.rnn_cell.RNNCell.__call__",),
    legacy="legacy_tf1.unroll:python_loop",
    keras="tf2_lstm.python_loop",
    summary="A cell called directly: output, state = cell(x, state) becomes output, states = cell(x, states).",
    arguments=(
        Argument("cell", "renamed", "cell", convert="cell"),
        INPUTS,
        Argument("state", "folded", "states", why="Keras order [h, c]: to_keras_state(cell, state)."),
        SCOPE,
    ),
    cells={"cell": "rnn"},
    cases=(
        Case(
            "python_loop/one_step",
            Call("python_loop", cell=_lstm()),
            time=1,
            initial_state=True,
            why="one call",
        ),
        Case(
            "python_loop/loop",
            Call("python_loop", cell=_lstm()),
            initial_state=True,
            why="scope reuse in a loop",
        ),
        Case(
            "python_loop/stack",
            Call("python_loop", cell=_stack()),
            initial_state=True,
            why="nested state in a loop",
        ),
        Case(
            "python_loop/projection",
            Call("python_loop", cell=Call("lstm", num_units=5, num_proj=3, use_peepholes=True)),
            initial_state=True,
            why="all of LSTMCell, stepped by hand",
        ),
    ),
)
