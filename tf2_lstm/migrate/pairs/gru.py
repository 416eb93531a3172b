"""GRUCell -> keras.layers.GRUCell(reset_after=False)."""

from dataclasses import replace

from tf2_lstm.migrate.pairs.row import Argument, Call, Case, Pair, Tensor, Variant, WeightMap
from tf2_lstm.migrate.pairs.shared_arguments import ACTIVATION, DTYPE, NAME, NUM_UNITS, REUSE

_INITIALIZER = "The weights come from the checkpoint; to train afresh, give the Keras initialisers."


def _dynamic(**options):
    return Call("dynamic_rnn", cell=Call("gru", **dict({"num_units": 5}, **options)))


_GATES = ("r = gate(linear.r(x, h))", "u = gate(linear.u(x, h))")
_GATE_WEIGHTS = (
    Tensor("gates/kernel", ("input", "recurrent"), "ru"),
    Tensor("gates/bias", ("bias",), "ru"),
)

_KERAS_RESET_AFTER = (
    Tensor("kernel", ("input",), "urg"),
    Tensor("recurrent_kernel", ("recurrent",), "urs"),
    Tensor("bias", ("bias",), "urg", row=0),
    Tensor("bias", ("recurrent_bias",), "urs", row=1),
)

#: CudnnCompatibleGRUCell, cuDNN's GRU and tf.keras's with reset_after=True: the candidate has a kernel and a bias
#: for the input, and others for the state.
RESET_AFTER = Variant(
    "reset_after",
    (*_GATES, "h' = u * h + (1 - u) * activation(linear.g(x) + r * linear.s(h))"),
    WeightMap(
        tf1=(
            *_GATE_WEIGHTS,
            Tensor("candidate/input_projection/kernel", ("input",), "g"),
            Tensor("candidate/input_projection/bias", ("bias",), "g"),
            Tensor("candidate/hidden_projection/kernel", ("recurrent",), "s"),
            Tensor("candidate/hidden_projection/bias", ("recurrent_bias",), "s"),
        ),
        keras=_KERAS_RESET_AFTER,
        cudnn=tuple(replace(one, flat=True) for one in _KERAS_RESET_AFTER),
    ),
)


GRU = Pair(
    name="gru",
    kind="cell",
    file="cells/gru.py",
    tf1=("tf.nn.rnn_cell.GRUCell", "tf.contrib.rnn.GRUCell"),
    keras1=("GRU", "GRUCell", "CuDNNGRU"),
    legacy="legacy_tf1.cells.gru:GRUCell",
    keras="keras.layers.GRUCell",
    stock="keras.layers.GRUCell",
    constants={"reset_after": False},
    summary="Two matrices become one in the order z (TF1's u), r, h; reset_after=False, not the Keras default.",
    arguments=(
        NUM_UNITS,
        ACTIVATION,
        REUSE,
        Argument("kernel_initializer", "dropped", why=_INITIALIZER),
        Argument("bias_initializer", "dropped", why=_INITIALIZER + " TF1 starts the gates' bias at 1."),
        NAME,
        DTYPE,
    ),
    scope="gru_cell",
    weights=WeightMap(
        tf1=(
            *_GATE_WEIGHTS,
            Tensor("candidate/kernel", ("input", "recurrent"), "h"),
            Tensor("candidate/bias", ("bias",), "h"),
        ),
        keras=(
            Tensor("kernel", ("input",), "urh"),
            Tensor("recurrent_kernel", ("recurrent",), "urh"),
            Tensor("bias", ("bias",), "urh"),
        ),
    ),
    equations=(*_GATES, "h' = u * h + (1 - u) * activation(linear.h(x, r * h))"),
    variants=(RESET_AFTER,),
    cases=(
        Case("gru/default", _dynamic(), why="the reset gate acts before the matmul; u is z"),
        Case("gru/relu", _dynamic(activation="relu"), scale=0.5, why="only the candidate takes activation"),
        Case("gru/lengths", _dynamic(), lengths=(4, 0, 5), why="padding"),
        Case("gru/initial_state", _dynamic(), initial_state=True, why="a bare tensor as state"),
        Case("gru/long", _dynamic(num_units=12), batch=2, time=30, why="rounding over 30 steps"),
    ),
)
