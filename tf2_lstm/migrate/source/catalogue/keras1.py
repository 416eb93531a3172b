"""tf.keras 1.x layers that are gone, and those whose defaults have changed since."""

from dataclasses import replace

from tf2_lstm.migrate.source.catalogue.entry import entries

_HARD = "tf.keras 1.x has recurrent_activation hard_sigmoid = clip(0.2 x + 0.5, 0, 1), Keras 3 has sigmoid."
_GRU = _HARD + " GRU(reset_after=False) was the default, True is."
_SUM = "The bias [8 U] is two biases: add its halves."

GONE = entries(
    "tf.keras.layers",
    (
        ("RNN401", "CuDNNLSTM", "layer", "keras.layers.LSTM", _SUM),
        (
            "RNN402",
            "CuDNNGRU",
            "layer",
            "keras.layers.GRU",
            "reset_after=True; the bias [6 U] becomes [2, 3 U].",
        ),
        (
            "RNN403",
            "PeepholeLSTMCell",
            "cell",
            "tf2_lstm.LSTMCell",
            "use_peepholes=True; in 1.x its recurrent_activation is the clipped hard_sigmoid.",
        ),
        (
            "RNN404",
            "AbstractRNNCell",
            "cell",
            "keras.layers.Layer",
            "Any Keras layer with state_size and call(inputs, states) is a cell.",
        ),
    ),
)

CHANGED = tuple(
    replace(entry, removed=False)
    for entry in entries(
        "tf.keras.layers",
        (
            ("RNN405", "LSTM", "layer", "keras.layers.LSTM", _HARD),
            ("RNN406", "LSTMCell", "layer", "keras.layers.LSTMCell", _HARD),
            ("RNN407", "GRU", "layer", "keras.layers.GRU", _GRU),
            ("RNN408", "GRUCell", "layer", "keras.layers.GRUCell", _GRU),
            ("RNN409", "ConvLSTM2D", "layer", "keras.layers.ConvLSTM2D", _HARD),
            ("RNN410", "RNN", "layer", "keras.layers.RNN", "RNN([one_cell]) gives a flat state in Keras 3."),
            ("RNN411", "SimpleRNN", "layer", "keras.layers.SimpleRNN", "time_major is gone."),
            ("RNN412", "StackedRNNCells", "layer", "keras.layers.StackedRNNCells",
             "reverse_state_order is gone."),
            ("RNN413", "SimpleRNNCell", "layer", "keras.layers.SimpleRNNCell", "Nothing has changed in it."),
        ),
    )
)  # fmt: skip

KERAS = GONE + CHANGED
