"""tf.nn and tf.nn.rnn_cell, their pre-1.0 names, TF 2's dead redirections and the raw ops."""

from tf2_lstm.migrate.source.catalogue.entry import entries

_STATIC = "cell inputs initial_state dtype sequence_length scope"
_BOTH = "cell_fw cell_bw inputs initial_state_fw initial_state_bw dtype sequence_length scope"
_OLD = "Renamed in TensorFlow 1.0"

CORE = entries(
    "tf.nn.rnn_cell",
    (
        (
            "RNN120",
            "RNNCell",
            "cell",
            "keras.layers.Layer",
            "Any Keras layer with state_size and call(inputs, states) is a cell; states are lists.",
        ),
        (
            "RNN121",
            "LayerRNNCell",
            "cell",
            "keras.layers.Layer",
            "Build the weights in build(), take states as a list in call().",
        ),
        (
            "RNN122",
            "DeviceWrapper",
            "wrapper",
            "",
            "Drop it: Keras places the layer; a tf.device block around the call does the same.",
            "cell device",
        ),
    ),
) + entries(
    "tf.nn",
    (
        (
            "RNN123",
            "raw_rnn",
            "unroll",
            "",
            "Its loop_fn decides inputs, ends and emissions step by step: write keras.ops.while_loop by "
            "hand.",
            "cell loop_fn parallel_iterations swap_memory scope",
        ),
        (
            "RNN124",
            "static_state_saving_rnn",
            "unroll",
            "keras.layers.RNN",
            "stateful=True keeps a state per layer, TF1 kept one per example key: carry the state yourself.",
            "cell inputs state_saver state_name sequence_length scope",
        ),
        (
            "RNN125",
            "RNNCellDropoutWrapper",
            "wrapper",
            "",
            "TF 2 still exports it, but it wraps old tensorflow.python.keras cells; keras.layers.RNN "
            "refuses it.",
            "cell input_keep_prob output_keep_prob state_keep_prob variational_recurrent input_size dtype "
            "seed",
        ),
        (
            "RNN126",
            "RNNCellResidualWrapper",
            "wrapper",
            "",
            "TF 2 still exports it, but keras.layers.RNN refuses the old tensorflow.python.keras object.",
            "cell residual_fn",
        ),
        (
            "RNN127",
            "RNNCellDeviceWrapper",
            "wrapper",
            "",
            "TF 2 still exports it, but keras.layers.RNN refuses the old tensorflow.python.keras object.",
            "cell device",
        ),
    ),
)

ANCIENT = entries(
    "tf.nn",
    (
        ("RNN130", "rnn", "unroll", "tf2_lstm.RNN", f"{_OLD}: static_rnn.", _STATIC),
        (
            "RNN131",
            "bidirectional_rnn",
            "unroll",
            "tf2_lstm.Bidirectional",
            f"{_OLD}: static_bidirectional_rnn.",
            _BOTH,
        ),
        (
            "RNN132",
            "state_saving_rnn",
            "unroll",
            "keras.layers.RNN",
            f"{_OLD}: static_state_saving_rnn.",
            "cell inputs state_saver state_name sequence_length scope",
        ),
        (
            "RNN133",
            "linear",
            "function",
            "keras.layers.Dense",
            "A matmul over concatenated inputs; private after TensorFlow 0.8.",
            "args output_size bias",
        ),
    ),
)

ADDONS = entries(
    "tfa.rnn",
    (
        (
            "RNN440",
            "LayerNormLSTMCell",
            "cell",
            "",
            "TensorFlow Addons does not import on TF 2.21, and its cell normalises fused gates, unlike "
            "contrib's.",
        ),
        ("RNN441", "LayerNormSimpleRNNCell", "cell", "", "TensorFlow Addons does not import on TF 2.21."),
        ("RNN442", "NASCell", "cell", "", "TensorFlow Addons does not import on TF 2.21."),
        (
            "RNN443",
            "PeepholeLSTMCell",
            "cell",
            "tf2_lstm.LSTMCell",
            "use_peepholes=True; TensorFlow Addons does not import on TF 2.21.",
        ),
        ("RNN444", "ESNCell", "cell", "", "TensorFlow Addons does not import on TF 2.21."),
        ("RNN445", "ESN", "layer", "", "TensorFlow Addons does not import on TF 2.21."),
    ),
)

_OP = "The op still exists in TF 2.21, but no Keras layer reads its weights or its state order."

RAW_OPS = entries(
    "tf.raw_ops",
    tuple(
        (f"RNN{420 + number}", name, "op", "", _OP)
        for number, name in enumerate(
            (
                "BlockLSTM", "BlockLSTMV2", "LSTMBlockCell", "GRUBlockCell", "CudnnRNN", "CudnnRNNV2",
                "CudnnRNNV3", "CudnnRNNCanonicalToParams", "CudnnRNNCanonicalToParamsV2",
                "CudnnRNNParamsToCanonical", "CudnnRNNParamsToCanonicalV2", "CudnnRNNParamsSize",
                "CudnnRNNBackprop", "CudnnRNNBackpropV2", "CudnnRNNBackpropV3", "BlockLSTMGrad",
                "BlockLSTMGradV2", "LSTMBlockCellGrad", "GRUBlockCellGrad",
            )
        )
    ),
)  # fmt: skip
