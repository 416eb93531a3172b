"""Whole programs, before and after."""

from tf2_lstm.migrate.pairs.row import Call, Case, Pair, Part


def _program(name, tf1, summary, parts, why, scale=1.0, limits=()):
    return Pair(
        name=name,
        kind="program",
        file=f"programs/{name}.py",
        tf1=tf1,
        legacy=f"legacy_tf1.programs.{name}",
        keras=f"tf2_lstm.programs.{name}",
        summary=summary,
        parts=parts,
        limits=limits,
        cases=(Case(name, Call(name), scale=scale, why=why),),
    )


_SESSION = ("tf.Session.run", "tf.placeholder")

SINGLE_LSTM = _program(
    "single_lstm",
    _SESSION,
    "One LSTM cell called by hand: a session and a scope become a call.",
    (Part("LSTM_sample1/basic_lstm_cell", "lstm", Call("basic_lstm", num_units=4)),),
    "the first program of the notebook: one cell, stepped once",
)

STACKED_LSTM = _program(
    "stacked_lstm",
    _SESSION,
    "Two layers under dynamic_rnn: placeholder and feed_dict become keras.Input and a call.",
    (
        Part("rnn/multi_rnn_cell/cell_0/lstm_cell", "rnn/cell/cells/0", Call("lstm", num_units=4)),
        Part("rnn/multi_rnn_cell/cell_1/lstm_cell", "rnn/cell/cells/1", Call("lstm", num_units=5)),
    ),
    "the second program of the notebook: a two-layer stack over a sequence",
)

CHAR_RNN = _program(
    "char_rnn",
    _SESSION,
    "Training with dropout, then sampling with the state fed back: a state in feed_dict becomes an argument.",
    (
        Part("rnnlm/embedding", "embedding/embeddings"),
        Part(
            "rnnlm/rnn/multi_rnn_cell/cell_0/basic_lstm_cell",
            "rnn/cell/cells/0/cell",
            Call("basic_lstm", num_units=32, forget_bias=0.0),
        ),
        Part(
            "rnnlm/rnn/multi_rnn_cell/cell_1/basic_lstm_cell",
            "rnn/cell/cells/1/cell",
            Call("basic_lstm", num_units=32, forget_bias=0.0),
        ),
        Part("rnnlm/softmax_w", "softmax/kernel"),
        Part("rnnlm/softmax_b", "softmax/bias"),
    ),
    "ten training steps with keep_prob 1, then forty characters sampled one at a time",
    scale=0.25,
    limits=("The training with dropout on: fresh masks differ. See the pair dropout.",),
)

TAGGER = _program(
    "tagger",
    _SESSION,
    "Bidirectional over padded sentences: sequence_length becomes a mask that the loss sees too.",
    (
        Part("embedding", "embedding/embeddings"),
        Part("bidirectional_rnn/fw/lstm_cell", "bidirectional/forward_layer/cell", Call("lstm", num_units=6)),
        Part(
            "bidirectional_rnn/bw/lstm_cell", "bidirectional/backward_layer/cell", Call("lstm", num_units=6)
        ),
        Part("softmax_w", "softmax/kernel"),
        Part("softmax_b", "softmax/bias"),
    ),
    "ten training steps on padded sentences, then the tags",
    scale=0.5,
)
