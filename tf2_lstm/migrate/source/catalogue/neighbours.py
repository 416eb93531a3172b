"""Names that stand beside RNNs in the same programs: CTC, CRF, the cells of TF Lite and of model pruning."""

from dataclasses import replace

from tf2_lstm.migrate.source.catalogue.entry import entries

_LSTM = (
    "num_units use_peepholes cell_clip initializer num_proj proj_clip num_unit_shards num_proj_shards "
    "forget_bias state_is_tuple activation reuse name dtype"
)
_CRF = "tf.contrib is gone and Keras has no CRF: write it with keras.ops.scan over the transitions."
_LITE = "It marks the graph for the TF Lite converter of 1.x, which TF 2.21 does not have; "
_MASKS = "Each kernel is multiplied with a mask variable: multiply the weights once, and drop masks and thresholds."

CTC = tuple(
    replace(entry, removed=False)
    for entry in entries(
        "tf.nn",
        (
            ("RNN140", "ctc_loss", "function", "keras.ops.ctc_loss",
             "TF1 takes sparse labels first and time-major logits; Keras takes dense labels, batch-major logits and "
             "another blank index."),
            ("RNN141", "ctc_loss_v2", "function", "keras.ops.ctc_loss",
             "Dense or sparse labels and a blank index; Keras takes batch-major logits."),
            ("RNN142", "ctc_greedy_decoder", "function", "keras.ops.ctc_decode",
             "TF1's blank is the last class, mask_index, and its result is sparse; Keras's is dense, -1 behind a row."),
            ("RNN143", "ctc_beam_search_decoder", "function", "keras.ops.ctc_decode",
             "strategy='beam_search'; merge_repeated=True, TF1's default, has no equal: collapse repeats after it."),
            ("RNN144", "ctc_beam_search_decoder_v2", "function", "keras.ops.ctc_decode", "strategy='beam_search'."),
            ("RNN145", "ctc_unique_labels", "function", "", "Its result is an argument of TF1's ctc_loss_v2 alone."),
        ),
    )
)  # fmt: skip

CRF = entries(
    "tf.contrib.crf",
    tuple(
        (f"RNN{150 + number}", name, "function", "", _CRF)
        for number, name in enumerate(
            (
                "crf_log_likelihood", "crf_decode", "crf_log_norm", "crf_sequence_score", "crf_binary_score",
                "crf_unary_score", "crf_multitag_sequence_score", "viterbi_decode", "CrfForwardRnnCell",
                "CrfDecodeForwardRnnCell", "CrfDecodeBackwardRnnCell",
            )
        )
    ),
)  # fmt: skip

LITE = entries(
    "tf.lite.experimental.nn",
    (
        ("RNN171", "TFLiteLSTMCell", "cell", "tf2_lstm.LSTMCell", _LITE + "four kernels, one a gate.", _LSTM),
        ("RNN172", "TfLiteRNNCell", "cell", "keras.layers.SimpleRNNCell", _LITE + "two kernels.",
         "num_units activation reuse name dtype"),
        ("RNN173", "dynamic_rnn", "unroll", "tf2_lstm.RNN", _LITE + "time_major is True by default here.",
         "cell inputs sequence_length initial_state dtype parallel_iterations swap_memory time_major scope"),
    ),
)  # fmt: skip

PRUNING = entries(
    "tf.contrib.model_pruning",
    (
        ("RNN174", "MaskedBasicLSTMCell", "cell", "keras.layers.LSTMCell", _MASKS,
         "num_units forget_bias state_is_tuple activation reuse name"),
        ("RNN175", "MaskedLSTMCell", "cell", "tf2_lstm.LSTMCell", _MASKS,
         _LSTM.removesuffix(" name dtype")),
    ),
)  # fmt: skip
