"""tf.contrib.cudnn_rnn, grid_rnn, recurrent and the RNN estimators."""

from tf2_lstm.migrate.source.catalogue.entry import entries

_LAYER = (
    "num_layers num_units input_mode direction dropout seed dtype kernel_initializer bias_initializer name"
)
_STACK = "A whole time-major stack in one opaque variable; stack the Keras layers, one a layer and direction."
_SAVEABLE = "Converts the opaque cuDNN parameters on saving; a Keras layer saves plain weights."
_GRID = "Keras has no grid cells; the cell's output does not depend on its recurrent weights in Grid1*."
_ESTIMATOR = "Estimators are gone from TF 2.21: write a Keras model with fit()."

CUDNN = entries(
    "tf.contrib.cudnn_rnn",
    (
        (
            "RNN301",
            "CudnnLSTM",
            "layer",
            "keras.layers.LSTM",
            _STACK + " No forget bias is added; the state is (h, c).",
            _LAYER,
        ),
        ("RNN302", "CudnnGRU", "layer", "keras.layers.GRU", _STACK + " reset_after=True.", _LAYER),
        ("RNN303", "CudnnRNNTanh", "layer", "keras.layers.SimpleRNN", _STACK, _LAYER),
        ("RNN304", "CudnnRNNRelu", "layer", "keras.layers.SimpleRNN", _STACK + " activation='relu'.", _LAYER),
        (
            "RNN305",
            "CudnnCompatibleLSTMCell",
            "cell",
            "keras.layers.LSTMCell",
            "LSTMBlockCell with forget_bias 0: add nothing to the bias.",
            "num_units reuse",
        ),
        (
            "RNN306",
            "CudnnCompatibleGRUCell",
            "cell",
            "keras.layers.GRUCell",
            "reset_after=True, unlike every other TF1 GRU.",
            "num_units reuse kernel_initializer",
        ),
        ("RNN307", "CudnnLSTMSaveable", "class", "", _SAVEABLE),
        ("RNN308", "CudnnGRUSaveable", "class", "", _SAVEABLE),
        ("RNN309", "CudnnRNNTanhSaveable", "class", "", _SAVEABLE),
        ("RNN310", "CudnnRNNReluSaveable", "class", "", _SAVEABLE),
        ("RNN311", "CudnnParamsFormatConverterLSTM", "class", "", _SAVEABLE),
        ("RNN312", "CudnnParamsFormatConverterGRU", "class", "", _SAVEABLE),
        ("RNN313", "CudnnParamsFormatConverterTanh", "class", "", _SAVEABLE),
        ("RNN314", "CudnnParamsFormatConverterRelu", "class", "", _SAVEABLE),
        ("RNN315", "RNNParamsSaveable", "class", "", _SAVEABLE),
    ),
)

GRID = entries(
    "tf.contrib.grid_rnn",
    (
        (
            "RNN321",
            "GridRNNCell",
            "cell",
            "",
            _GRID,
            "num_units num_dims input_dims output_dims priority_dims non_recurrent_dims tied cell_fn "
            "non_recurrent_fn state_is_tuple output_is_tuple",
        ),
        ("RNN322", "Grid1BasicRNNCell", "cell", "", _GRID, "num_units state_is_tuple output_is_tuple"),
        (
            "RNN323",
            "Grid2BasicRNNCell",
            "cell",
            "",
            _GRID,
            "num_units tied non_recurrent_fn state_is_tuple output_is_tuple",
        ),
        (
            "RNN324",
            "Grid1BasicLSTMCell",
            "cell",
            "",
            _GRID,
            "num_units forget_bias state_is_tuple output_is_tuple",
        ),
        (
            "RNN325",
            "Grid2BasicLSTMCell",
            "cell",
            "",
            _GRID,
            "num_units tied non_recurrent_fn forget_bias state_is_tuple output_is_tuple",
        ),
        (
            "RNN326",
            "Grid1LSTMCell",
            "cell",
            "",
            _GRID,
            "num_units use_peepholes forget_bias state_is_tuple output_is_tuple",
        ),
        (
            "RNN327",
            "Grid2LSTMCell",
            "cell",
            "",
            _GRID,
            "num_units tied non_recurrent_fn use_peepholes forget_bias state_is_tuple output_is_tuple",
        ),
        (
            "RNN328",
            "Grid3LSTMCell",
            "cell",
            "",
            _GRID,
            "num_units tied non_recurrent_fn use_peepholes forget_bias state_is_tuple output_is_tuple",
        ),
        (
            "RNN329",
            "Grid2GRUCell",
            "cell",
            "",
            _GRID,
            "num_units tied non_recurrent_fn state_is_tuple output_is_tuple",
        ),
    ),
)

_ZERO_ROWS = "As dynamic_rnn, but a row of length 0 ends with a zero state, not with the initial state."

RECURRENT = entries(
    "tf.contrib.recurrent",
    (
        (
            "RNN331",
            "functional_rnn",
            "unroll",
            "tf2_lstm.RNN",
            _ZERO_ROWS,
            "cell inputs sequence_length initial_state dtype time_major scope use_tpu reverse",
        ),
        (
            "RNN332",
            "bidirectional_functional_rnn",
            "unroll",
            "tf2_lstm.Bidirectional",
            _ZERO_ROWS,
            "cell_fw cell_bw inputs initial_state_fw initial_state_bw dtype sequence_length time_major "
            "use_tpu fast_reverse scope",
        ),
        (
            "RNN333",
            "Recurrent",
            "function",
            "keras.ops.scan",
            "A scan over a function with its own gradient.",
        ),
    ),
)

ESTIMATORS = entries(
    "tf.contrib.estimator",
    (
        ("RNN395", "RNNClassifier", "class", "keras.Model", _ESTIMATOR),
        ("RNN396", "RNNEstimator", "class", "keras.Model", _ESTIMATOR),
        ("RNN397", "DynamicRnnEstimator", "class", "keras.Model", _ESTIMATOR),
        ("RNN398", "StateSavingRnnEstimator", "class", "keras.Model", _ESTIMATOR),
    ),
)  # fmt: skip
