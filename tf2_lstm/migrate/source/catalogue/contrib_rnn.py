"""tf.contrib.rnn: the names that are only there, with six cells that only the long import path reaches."""

from tf2_lstm.migrate.source.catalogue.entry import entries

_GRID = (
    "num_units use_peepholes share_time_frequency_weights cell_clip initializer num_unit_shards forget_bias "
    "feature_size frequency_skip num_frequency_blocks start_freqindex_list end_freqindex_list "
    "couple_input_forget_gates"
)
#: Of the three with a fixed number of axes, which hand their keywords on to ConvLSTMCell.
_CONVOLUTION = (
    "name input_shape output_channels kernel_shape use_bias skip_connection forget_bias initializers"
)
_NO_TWIN = "Keras has no such cell; write it as a layer with state_size and call(inputs, states)."

CONTRIB_RNN = entries(
    "tf.contrib.rnn",
    (
        ("RNN201", "LSTMBlockCell", "cell", "keras.layers.LSTMCell",
         "The numbers of LSTMCell; it saves under lstm_cell/. Peepholes and clip need tf2_lstm.LSTMCell.",
         "num_units forget_bias cell_clip use_peephole dtype reuse name"),
        ("RNN202", "LSTMBlockFusedCell", "fused", "keras.layers.LSTM",
         "A whole sequence, time-major, called directly; it saves under lstm_fused_cell/ without rnn/.",
         "num_units forget_bias cell_clip use_peephole reuse dtype name"),
        ("RNN203", "LSTMBlockWrapper", "fused", "", "The abstract base of the block LSTMs: no twin is "
                                                    "needed."),
        ("RNN204", "FusedRNNCell", "fused", "", "The abstract base of the fused cells: no twin is needed."),
        ("RNN205", "FusedRNNCellAdaptor", "fused", "keras.layers.RNN",
         "RNN(cell) is the whole sequence already.", "cell use_dynamic_rnn"),
        ("RNN206", "TimeReversedFusedRNN", "fused", "keras.layers.RNN",
         "go_backwards=True neither flips the output back nor spares the padding, as TF1 does.", "cell"),
        ("RNN207", "GRUBlockCell", "cell", "keras.layers.GRUCell",
         "reset_after=False; its variables are w_ru, b_ru, w_c, b_c, unlike GRUCell's.",
         "num_units cell_size reuse name"),
        ("RNN208", "GRUBlockCellV2", "cell", "keras.layers.GRUCell",
         "reset_after=False; the variables are named as GRUCell's.", "num_units cell_size reuse name"),
        ("RNN209", "LayerNormBasicLSTMCell", "cell", "",
         "Each gate is normalised apart with epsilon 1e-12 and the state holds the normalised c; the Addons "
         "cell was not equal.",
         "num_units forget_bias input_size activation layer_norm norm_gain norm_shift dropout_keep_prob "
         "dropout_prob_seed reuse"),
        ("RNN210", "CoupledInputForgetGateLSTMCell", "cell", "", _NO_TWIN,
         "num_units use_peepholes initializer num_proj proj_clip num_unit_shards num_proj_shards "
         "forget_bias state_is_tuple activation reuse layer_norm norm_gain norm_shift"),
        ("RNN211", "TimeFreqLSTMCell", "cell", "", _NO_TWIN,
         "num_units use_peepholes cell_clip initializer num_unit_shards forget_bias feature_size "
         "frequency_skip reuse"),
        ("RNN212", "GridLSTMCell", "cell", "", _NO_TWIN, f"{_GRID} state_is_tuple reuse"),
        ("RNN213", "BidirectionalGridLSTMCell", "cell", "", _NO_TWIN, f"{_GRID} backward_slice_offset reuse"),
        ("RNN214", "AttentionCellWrapper", "wrapper", "",
         "Attention over a window of its own past outputs; keras.layers.Attention is another thing.",
         "cell attn_length attn_size attn_vec_size input_size state_is_tuple reuse"),
        ("RNN215", "HighwayWrapper", "wrapper", "",
         "Its carry weights lie in the scope around the cell; write a wrapper layer.",
         "cell couple_carry_transform_gates carry_bias_init"),
        ("RNN216", "NASCell", "cell", "", _NO_TWIN, "num_units num_proj use_bias reuse"),
        ("RNN217", "UGRNNCell", "cell", "", _NO_TWIN, "num_units initializer forget_bias activation reuse"),
        ("RNN218", "IntersectionRNNCell", "cell", "",
         "Its kernel has an LSTM's shape and the output is not the state: never load it as an LSTM.",
         "num_units num_in_proj initializer forget_bias y_activation reuse"),
        ("RNN219", "CompiledWrapper", "wrapper", "",
         "Drop it: jit_compile=True of the Keras model takes its place.", "cell compile_stateful"),
        ("RNN220", "PhasedLSTMCell", "cell", "", "Its input is a pair (time, x). " + _NO_TWIN,
         "num_units use_peepholes leak ratio_on trainable_ratio_on period_init_min period_init_max reuse"),
        ("RNN221", "ConvLSTMCell", "cell", "keras.layers.ConvLSTM2D",
         "padding='same'; the gates i, j, f, o become i, f, c, o on the channels.",
         "conv_ndims input_shape output_channels kernel_shape use_bias skip_connection forget_bias "
         "initializers name"),
        ("RNN222", "Conv1DLSTMCell", "cell", "keras.layers.ConvLSTM1D",
         "padding='same'; the gates i, j, f, o become i, f, c, o on the channels.", _CONVOLUTION),
        ("RNN223", "Conv2DLSTMCell", "cell", "keras.layers.ConvLSTM2D",
         "padding='same'; the gates i, j, f, o become i, f, c, o on the channels.", _CONVOLUTION),
        ("RNN224", "Conv3DLSTMCell", "cell", "keras.layers.ConvLSTM3D",
         "padding='same'; the gates i, j, f, o become i, f, c, o on the channels.", _CONVOLUTION),
        ("RNN225", "GLSTMCell", "cell", "", _NO_TWIN,
         "num_units initializer num_proj number_of_groups forget_bias activation reuse"),
        ("RNN226", "IndRNNCell", "cell", "", _NO_TWIN, "num_units activation reuse name dtype"),
        ("RNN227", "IndyGRUCell", "cell", "", _NO_TWIN,
         "num_units activation reuse kernel_initializer bias_initializer name dtype"),
        ("RNN228", "IndyLSTMCell", "cell", "", _NO_TWIN,
         "num_units forget_bias activation reuse kernel_initializer bias_initializer name dtype"),
        ("RNN229", "SRUCell", "cell", "", "Its state is c alone, the output h is not in it. " + _NO_TWIN,
         "num_units activation reuse name"),
        ("RNN230", "EmbeddingWrapper", "wrapper", "keras.layers.Embedding",
         "An Embedding before the RNN; TF1 draws it from U(-sqrt(3), sqrt(3)).",
         "cell embedding_classes embedding_size initializer reuse"),
        ("RNN231", "InputProjectionWrapper", "wrapper", "keras.layers.Dense", "A Dense before the RNN.",
         "cell num_proj activation input_size reuse"),
        ("RNN232", "OutputProjectionWrapper", "wrapper", "keras.layers.Dense",
         "A Dense after the RNN where the cell is the last; between the cells of a stack, or in a decoder, it belongs "
         "into a cell of your own. TF1 gives 0 on padded steps, the Dense gives its bias there.",
         "cell output_size activation reuse"),
        ("RNN233", "stack_bidirectional_rnn", "unroll", "tf2_lstm.stack_bidirectional",
         "As the dynamic one on lists of steps; its scopes lack the bidirectional_rnn/ part.",
         "cells_fw cells_bw inputs initial_states_fw initial_states_bw dtype sequence_length scope"),
        ("RNN234", "best_effort_input_batch_size", "function", "keras.ops.shape",
         "Use keras.ops.shape(x)[0]."),
        ("RNN235", "transpose_batch_time", "function", "keras.ops.swapaxes", "keras.ops.swapaxes(x, 0, 1)."),
        ("RNN236", "LayerNormLSTMCell", "cell", "", "Never public in TF1. " + _NO_TWIN,
         "num_units use_peepholes cell_clip initializer num_proj proj_clip forget_bias activation "
         "layer_norm norm_gain norm_shift reuse"),
        ("RNN237", "WeightNormLSTMCell", "cell", "", "Never public in TF1. " + _NO_TWIN,
         "num_units norm use_peepholes cell_clip initializer num_proj proj_clip forget_bias activation "
         "reuse"),
        ("RNN238", "NTMCell", "cell", "", "Never public in TF1. " + _NO_TWIN),
        ("RNN239", "NTMControllerState", "state", "", "The state of NTMCell."),
        ("RNN240", "MinimalRNNCell", "cell", "", "Never public in TF1. " + _NO_TWIN,
         "units activation kernel_initializer bias_initializer name dtype"),
        ("RNN241", "CFNCell", "cell", "", "Never public in TF1. " + _NO_TWIN,
         "units activation kernel_initializer bias_initializer name dtype"),
    ),
)  # fmt: skip
