"""tf.contrib.seq2seq, tf.contrib.legacy_seq2seq and tfa.seq2seq."""

from tf2_lstm.migrate.source.catalogue.entry import entries

_DECODE = "Keras 3 has no decoders: write the decoding loop with keras.ops.while_loop around the cell."
_CONVERT = " tf2-lstm convert makes that model of a graph."
_FED = " With TrainingHelper and no attention: an RNN and a Dense." + _CONVERT
_SCORE = "keras.layers.{0} scores alike, but memory and query projections are Dense layers of your own."
_HELPER = "Teacher forcing and sampling are code of your own in Keras 3: feed the RNN, or loop over the cell."
_TUPLE = "A namedtuple of the TF1 decoders; keep the tensors by name."
_OLD = "Gone since TensorFlow 1.2. " + _DECODE

_V2 = (
    ("RNN490", "AttentionWrapperV2", "wrapper", "", "The cell sees [x; last attention]: write a cell."),
    ("RNN491", "BasicDecoderV2", "class", "", _DECODE),
    ("RNN492", "BeamSearchDecoderV2", "class", "", "Neither Keras 3 nor TF 2.21 has beam search. " + _DECODE),
    ("RNN493", "BahdanauAttentionV2", "class", "keras.layers.AdditiveAttention", _SCORE.format("AdditiveAttention")),
    ("RNN494", "LuongAttentionV2", "class", "keras.layers.Attention", _SCORE.format("Attention")),
    ("RNN495", "BahdanauMonotonicAttentionV2", "class", "", "Keras has no monotonic attention."),
    ("RNN496", "LuongMonotonicAttentionV2", "class", "", "Keras has no monotonic attention."),
    ("RNN497", "SequenceLoss", "class", "keras.losses.SparseCategoricalCrossentropy",
     "With from_logits=True; it can average or sum over time and batch apart, with the weights."),
    ("RNN498", "gather_tree_from_array", "function", "", "The op is gone from TF 2.21: tf2_lstm.GatherTree."),
)  # fmt: skip

SEQ2SEQ = entries(
    "tf.contrib.seq2seq",
    (
        (
            "RNN341",
            "AttentionWrapper",
            "wrapper",
            "",
            "The cell sees [x; last attention]; no Keras layer feeds attention back. Write a cell.",
            "cell attention_mechanism attention_layer_size alignment_history cell_input_fn output_attention "
            "initial_cell_state name attention_layer attention_fn dtype",
        ),
        ("RNN342", "AttentionWrapperState", "state", "", _TUPLE),
        ("RNN343", "AttentionMechanism", "class", "", "The base of the mechanisms."),
        (
            "RNN344",
            "BahdanauAttention",
            "class",
            "keras.layers.AdditiveAttention",
            _SCORE.format("AdditiveAttention"),
            "num_units memory memory_sequence_length normalize probability_fn score_mask_value dtype "
            "custom_key_value_fn name",
        ),
        (
            "RNN345",
            "LuongAttention",
            "class",
            "keras.layers.Attention",
            _SCORE.format("Attention"),
            "num_units memory memory_sequence_length scale probability_fn score_mask_value dtype "
            "custom_key_value_fn name",
        ),
        ("RNN346", "BahdanauMonotonicAttention", "class", "", "Keras has no monotonic attention."),
        ("RNN347", "LuongMonotonicAttention", "class", "", "Keras has no monotonic attention."),
        ("RNN348", "BasicDecoder", "class", "", _DECODE + _FED, "cell helper initial_state output_layer"),
        ("RNN349", "BasicDecoderOutput", "state", "", _TUPLE),
        (
            "RNN350",
            "BeamSearchDecoder",
            "class",
            "",
            "Neither Keras 3 nor TF 2.21 has beam search. " + _DECODE + _CONVERT,
            "cell embedding start_tokens end_token initial_state beam_width output_layer length_penalty_weight "
            "coverage_penalty_weight reorder_tensor_arrays",
        ),
        ("RNN351", "BeamSearchDecoderOutput", "state", "", _TUPLE),
        ("RNN352", "BeamSearchDecoderState", "state", "", _TUPLE),
        ("RNN353", "FinalBeamSearchDecoderOutput", "state", "", _TUPLE),
        ("RNN354", "Decoder", "class", "", _DECODE),
        (
            "RNN355",
            "dynamic_decode",
            "function",
            "",
            _DECODE + _FED + " Outputs after the end are not zeroed unless impute_finished=True.",
            "decoder output_time_major impute_finished maximum_iterations parallel_iterations swap_memory "
            "scope",
        ),
        ("RNN356", "Helper", "class", "", _HELPER),
        ("RNN357", "CustomHelper", "class", "", _HELPER),
        (
            "RNN358",
            "TrainingHelper",
            "class",
            "",
            "Feed the sequence to the RNN: with this helper a decoder is a cell over a sequence, and its output "
            "layer a Dense after it." + _CONVERT,
            "inputs sequence_length time_major name",
        ),
        ("RNN359", "InferenceHelper", "class", "", _HELPER),
        ("RNN360", "GreedyEmbeddingHelper", "class", "", _HELPER),
        ("RNN361", "SampleEmbeddingHelper", "class", "", _HELPER),
        (
            "RNN362",
            "ScheduledEmbeddingTrainingHelper",
            "class",
            "",
            _HELPER,
            "inputs sequence_length embedding sampling_probability time_major seed scheduling_seed name",
        ),
        (
            "RNN363",
            "ScheduledOutputTrainingHelper",
            "class",
            "",
            _HELPER,
            "inputs sequence_length sampling_probability time_major seed next_inputs_fn auxiliary_inputs name",
        ),
        (
            "RNN364",
            "gather_tree",
            "function",
            "",
            "The op is gone from TF 2.21: tf2_lstm.GatherTree walks the parents.",
        ),
        ("RNN365", "tile_batch", "function", "keras.ops.repeat", "keras.ops.repeat(x, multiplier, axis=0)."),
        ("RNN366", "hardmax", "function", "keras.ops.one_hot", "one_hot(argmax(logits), depth)."),
        ("RNN367", "safe_cumprod", "function", "keras.ops.cumprod", "exp(cumsum(log(clip(x)))) in TF1."),
        ("RNN368", "monotonic_attention", "function", "", "Keras has no monotonic attention."),
        (
            "RNN369",
            "sequence_loss",
            "function",
            "keras.losses.SparseCategoricalCrossentropy",
            "With from_logits=True; only reduction='mean_with_sample_weight' divides by the sum of the weights, "
            "as TF1 does.",
            "logits targets weights average_across_timesteps average_across_batch sum_over_timesteps "
            "sum_over_batch softmax_loss_function name",
        ),
        *_V2,
        ("RNN370", "DynamicAttentionWrapper", "wrapper", "", _OLD, "cell attention_mechanism attention_size"),
        ("RNN371", "DynamicAttentionWrapperState", "state", "", _TUPLE),
        ("RNN372", "dynamic_rnn_decoder", "function", "", _OLD),
        ("RNN373", "simple_decoder_fn_train", "function", "", _OLD),
        ("RNN374", "simple_decoder_fn_inference", "function", "", _OLD),
        ("RNN375", "attention_decoder_fn_train", "function", "", _OLD),
        ("RNN376", "attention_decoder_fn_inference", "function", "", _OLD),
        ("RNN377", "prepare_attention", "function", "", _OLD),
    ),
)

_LISTS = "Works on lists of steps with a copied encoder and decoder cell; write the two Keras RNNs."

LEGACY_SEQ2SEQ = entries(
    "tf.contrib.legacy_seq2seq",
    tuple(
        (f"RNN{380 + number}", name, "function", keras, note)
        for number, (name, keras, note) in enumerate(
            (
                ("attention_decoder", "", _LISTS),
                ("basic_rnn_seq2seq", "", _LISTS),
                ("embedding_attention_decoder", "", _LISTS),
                ("embedding_attention_seq2seq", "", _LISTS),
                ("embedding_rnn_decoder", "", _LISTS),
                ("embedding_rnn_seq2seq", "", _LISTS),
                ("embedding_tied_rnn_seq2seq", "", _LISTS),
                ("model_with_buckets", "", "One graph a bucket; Keras pads or takes any length. " + _LISTS),
                ("one2many_rnn_seq2seq", "", _LISTS),
                ("rnn_decoder", "", _LISTS),
                ("sequence_loss", "keras.losses.SparseCategoricalCrossentropy",
                 "With from_logits=True; on lists, and averaged by the batch size, not by the sum of the weights."),
                ("sequence_loss_by_example", "keras.losses.SparseCategoricalCrossentropy",
                 "With from_logits=True; on lists of steps; reduction=None and a weighted sum over time."),
                ("tied_rnn_seq2seq", "", _LISTS),
            )
        )
    ),
)  # fmt: skip

_ADDONS = "TensorFlow Addons does not import on TF 2.21. "

_TWINS = {entry.name: (entry.keras, _ADDONS + entry.note) for entry in SEQ2SEQ}


def _as_in_contrib(name):
    """Return the twin and the advice of the name in tf.contrib.seq2seq, which computes the same."""
    return _TWINS.get(name, ("", _ADDONS + _DECODE))


ADDONS_SEQ2SEQ = entries(
    "tfa.seq2seq",
    tuple(
        (f"RNN{450 + number}", name, kind, *_as_in_contrib(name))
        for number, (name, kind) in enumerate(
            (
                ("AttentionWrapper", "wrapper"), ("AttentionWrapperState", "state"),
                ("AttentionMechanism", "class"), ("BahdanauAttention", "class"), ("LuongAttention", "class"),
                ("BahdanauMonotonicAttention", "class"), ("LuongMonotonicAttention", "class"),
                ("BasicDecoder", "class"), ("BasicDecoderOutput", "state"), ("BeamSearchDecoder", "class"),
                ("BeamSearchDecoderOutput", "state"), ("BeamSearchDecoderState", "state"),
                ("FinalBeamSearchDecoderOutput", "state"), ("Decoder", "class"), ("BaseDecoder", "class"),
                ("dynamic_decode", "function"), ("Sampler", "class"), ("CustomSampler", "class"),
                ("TrainingSampler", "class"), ("InferenceSampler", "class"),
                ("GreedyEmbeddingSampler", "class"), ("SampleEmbeddingSampler", "class"),
                ("ScheduledEmbeddingTrainingSampler", "class"), ("ScheduledOutputTrainingSampler", "class"),
                ("gather_tree", "function"), ("gather_tree_from_array", "function"),
                ("tile_batch", "function"), ("hardmax", "function"), ("safe_cumprod", "function"),
                ("monotonic_attention", "function"), ("sequence_loss", "function"), ("SequenceLoss", "class"),
            )
        )
    ),
)  # fmt: skip
