"""BasicRNNCell -> keras.layers.SimpleRNNCell."""

from tf2_lstm.migrate.pairs.row import Call, Case, Pair, Tensor, WeightMap
from tf2_lstm.migrate.pairs.shared_arguments import ACTIVATION, DTYPE, NAME, NUM_UNITS, REUSE


def _dynamic(**options):
    return Call("dynamic_rnn", cell=Call("basic_rnn", num_units=5, **options))


BASIC_RNN = Pair(
    name="basic_rnn",
    kind="cell",
    file="cells/basic_rnn.py",
    tf1=("tf.nn.rnn_cell.BasicRNNCell", "tf.contrib.rnn.BasicRNNCell"),
    keras1=("SimpleRNN", "SimpleRNNCell"),
    legacy="legacy_tf1.cells.basic_rnn:BasicRNNCell",
    keras="keras.layers.SimpleRNNCell",
    stock="keras.layers.SimpleRNNCell",
    summary="One fused kernel becomes kernel and recurrent_kernel; the equations are the same.",
    arguments=(NUM_UNITS, ACTIVATION, REUSE, NAME, DTYPE),
    scope="basic_rnn_cell",
    weights=WeightMap(
        tf1=(Tensor("kernel", ("input", "recurrent"), "h"), Tensor("bias", ("bias",), "h")),
        keras=(
            Tensor("kernel", ("input",), "h"),
            Tensor("recurrent_kernel", ("recurrent",), "h"),
            Tensor("bias", ("bias",), "h"),
        ),
    ),
    equations=("h' = activation(linear.h(x, h))",),
    cases=(
        Case("basic_rnn/default", _dynamic(), why="kernel rows split at the input depth"),
        Case("basic_rnn/relu", _dynamic(activation="relu"), scale=0.5, why="activation is carried over"),
        Case("basic_rnn/lengths", _dynamic(), lengths=(5, 2, 0), why="padding of a bare state"),
        Case("basic_rnn/initial_state", _dynamic(), initial_state=True, why="a bare tensor as state"),
    ),
)
