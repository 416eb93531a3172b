"""LSTMStateTuple -> tf2_lstm.LSTMStateTuple, to_tf1_state and to_keras_state."""

from tf2_lstm.migrate.pairs.row import Argument, Call, Case, Pair

LSTM_STATE_TUPLE = Pair(
    name="lstm_state_tuple",
    kind="state",
    file="state.py",
    tf1=("tf.nn.rnn_cell.LSTMStateTuple", "tf.contrib.rnn.LSTMStateTuple"),
    legacy="legacy_tf1.state:LSTMStateTuple",
    keras="tf2_lstm.LSTMStateTuple",
    summary="TF1's tuple is (c, h), Keras returns [h, c]; two functions convert a whole nest both ways.",
    arguments=(
        Argument("c", "renamed", "c", why="The second of Keras's two states."),
        Argument("h", "renamed", "h", why="The first of Keras's two states."),
    ),
    cases=(
        Case(
            "lstm_state_tuple/nested",
            Call(
                "dynamic_rnn",
                cell=Call(
                    "multi_rnn",
                    cells=(
                        Call("lstm", num_units=4, num_proj=4),
                        Call("lstm", num_units=4),
                        Call("gru", num_units=4),
                    ),
                ),
            ),
            initial_state=True,
            lengths=(3, 0, 5),
            why="c and h of one width everywhere: nothing but the names tells them apart",
        ),
        Case(
            "lstm_state_tuple/bidirectional",
            Call(
                "bidirectional_dynamic_rnn",
                cell_fw=Call("multi_rnn", cells=(Call("basic_lstm", num_units=4),)),
                cell_bw=Call("multi_rnn", cells=(Call("basic_lstm", num_units=4),)),
            ),
            initial_state=True,
            why="a tuple of tuples of LSTMStateTuple",
        ),
    ),
)
