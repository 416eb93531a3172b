"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm


# TF1 loop: cond/rnn/while
class CondRnnWhile(keras.layers.Layer):
    """A while loop; it has no weights."""

    def build(self, *shapes):
        self.built = True

    def call(self, carried, captured):
        (
            cond_expanddims_1,
            cond_maximum,
            cond_slice_1_size_1,
            rnn_minimum,
            rnn_transpose,
            zeros,
        ) = captured
        step_given, step_0_given, elements_given, state_given = carried
        last = keras.ops.subtract(cond_slice_1_size_1, 1)

        def goes_on_step(step, step_0, elements, state):
            while_less = keras.ops.less(step, cond_slice_1_size_1)
            while_less_1 = keras.ops.less(step_0, rnn_minimum)
            while_logicaland = keras.ops.logical_and(while_less, while_less_1)
            return while_logicaland

        def next_step(step, step_0, elements, state):
            add_1 = keras.ops.add(step, 1)
            add_3 = keras.ops.add(step_0, 1)
            while_greaterequal = keras.ops.greater_equal(step_0, cond_maximum)
            while_expanddims = keras.ops.expand_dims(state, 2)
            add_1_0 = keras.ops.add(while_expanddims, cond_expanddims_1)
            while_argmax = keras.ops.argmax(add_1_0, axis=1)
            while_argmax_0 = keras.ops.cast(while_argmax, "int64")
            while_cast = keras.ops.cast(while_argmax_0, "int32")
            while_select = keras.ops.expand_dims(while_greaterequal, [1])
            while_select_0 = keras.ops.where(while_select, zeros, while_cast)
            place = keras.ops.reshape(step_0, (1, 1))
            element = keras.ops.expand_dims(while_select_0, 0)
            written = keras.ops.scatter_update(elements, place, element)
            place_0 = keras.ops.minimum(step_0, last)
            while_tensorarrayreadv3 = keras.ops.take(rnn_transpose, place_0, axis=0)
            while_max = keras.ops.max(add_1_0, axis=1)
            add_2 = keras.ops.add(while_tensorarrayreadv3, while_max)
            while_select_1 = keras.ops.expand_dims(while_greaterequal, [1])
            while_select_1_0 = keras.ops.where(while_select_1, state, add_2)
            return (add_1, add_3, written, while_select_1_0)

        return keras.ops.while_loop(
            goes_on_step,
            next_step,
            (step_given, step_0_given, elements_given, state_given),
        )

    def compute_output_spec(self, carried, captured):
        return [
            keras.KerasTensor((), dtype="int32"),
            keras.KerasTensor((), dtype="int32"),
            keras.KerasTensor((None, None, 4), dtype="int32"),
            keras.KerasTensor((None, 4), dtype="float32"),
        ]


# TF1 loop: cond/rnn_1/while
class CondRnn1While(keras.layers.Layer):
    """A while loop; it has no weights."""

    def build(self, *shapes):
        self.built = True

    def call(self, carried, captured):
        (
            cond_maximum,
            cond_slice_1_size_1,
            rnn_1_minimum,
            rnn_1_transpose,
            word_ids_size_0,
            zeros_0,
        ) = captured
        step_2_given, step_3_given, elements_2_given, state_1_given = carried
        last_0 = keras.ops.subtract(cond_slice_1_size_1, 1)
        numbers_3 = tf2_lstm.RangeOf([0, None, 1])
        while_range = numbers_3(word_ids_size_0)

        def goes_on_step_2(step_2, step_3, elements_2, state_1):
            while_less_0 = keras.ops.less(step_2, cond_slice_1_size_1)
            while_less_1_0 = keras.ops.less(step_3, rnn_1_minimum)
            while_logicaland_0 = keras.ops.logical_and(while_less_0, while_less_1_0)
            return while_logicaland_0

        def next_step_2(step_2, step_3, elements_2, state_1):
            add_4 = keras.ops.add(step_2, 1)
            add_1_1 = keras.ops.add(step_3, 1)
            while_greaterequal_0 = keras.ops.greater_equal(step_3, cond_maximum)
            place_1 = keras.ops.minimum(step_3, last_0)
            while_tensorarrayreadv3_0 = keras.ops.take(rnn_1_transpose, place_1, axis=0)
            while_squeeze = state_1[:, 0]
            stack = keras.ops.stack([while_range, while_squeeze], axis=1)
            ids = stack[..., 0]
            while_gathernd = keras.ops.multiply(ids, 4)
            ids_0 = stack[..., 1]
            while_gathernd_0 = keras.ops.add(while_gathernd, ids_0)
            while_gathernd_1 = keras.ops.reshape(while_tensorarrayreadv3_0, (-1,))
            while_gathernd_2 = keras.ops.take(
                while_gathernd_1,
                while_gathernd_0,
                axis=0,
            )
            while_expanddims_0 = keras.ops.expand_dims(while_gathernd_2, 1)
            while_select_2 = keras.ops.expand_dims(while_greaterequal_0, [1])
            while_select_3 = keras.ops.where(
                while_select_2,
                zeros_0,
                while_expanddims_0,
            )
            place_2 = keras.ops.reshape(step_3, (1, 1))
            element_0 = keras.ops.expand_dims(while_select_3, 0)
            written_0 = keras.ops.scatter_update(elements_2, place_2, element_0)
            while_select_1_1 = keras.ops.expand_dims(while_greaterequal_0, [1])
            while_select_1_2 = keras.ops.where(
                while_select_1_1,
                state_1,
                while_expanddims_0,
            )
            return (add_4, add_1_1, written_0, while_select_1_2)

        return keras.ops.while_loop(
            goes_on_step_2,
            next_step_2,
            (step_2_given, step_3_given, elements_2_given, state_1_given),
        )

    def compute_output_spec(self, carried, captured):
        return [
            keras.KerasTensor((), dtype="int32"),
            keras.KerasTensor((), dtype="int32"),
            keras.KerasTensor((None, None, 1), dtype="int32"),
            keras.KerasTensor((None, 1), dtype="int32"),
        ]


def build_chars_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw_c, state_fw_h, state_bw_c, state_bw_h.
    """
    # TF1 scope: chars/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=basic_lstm(num_units=2),
    # cell_bw=basic_lstm(num_units=2))
    # chars/Reshape:0
    inputs = keras.Input((None, 3), name="inputs")
    # chars/Reshape_1:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    fw = keras.layers.LSTM(
        2,
        return_sequences=True,
        return_state=True,
        name="fw",
        zero_output_for_mask=True,
    )
    bw = keras.layers.LSTM(
        2,
        return_sequences=True,
        return_state=True,
        go_backwards=True,
        name="bw",
        zero_output_for_mask=True,
    )
    one_unit = keras.ops.take(inputs, 0, axis=2)
    ones = keras.ops.ones_like(one_unit, dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    lengths = keras.ops.expand_dims(sequence_length, 1)
    lengths_int32 = keras.ops.cast(lengths, "int32")
    mask = keras.ops.less_equal(steps, lengths_int32)
    outputs_fw, state_fw_h, state_fw_c = fw(inputs, mask=mask)
    outputs_bw, state_bw_h, state_bw_c = bw(inputs, mask=mask)
    outputs_bw_in_order = keras.ops.flip(outputs_bw, axis=1)
    # outputs_fw is chars/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is chars/ReverseSequence:0
    # state_fw_c is chars/bidirectional_rnn/fw/fw/while/Exit_3:0
    # state_fw_h is chars/bidirectional_rnn/fw/fw/while/Exit_4:0
    # state_bw_c is chars/bidirectional_rnn/bw/bw/while/Exit_3:0
    # state_bw_h is chars/bidirectional_rnn/bw/bw/while/Exit_4:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {
            "outputs_fw": outputs_fw,
            "outputs_bw": outputs_bw_in_order,
            "state_fw_c": state_fw_c,
            "state_fw_h": state_fw_h,
            "state_bw_c": state_bw_c,
            "state_bw_h": state_bw_h,
        },
        name="chars_bidirectional_rnn",
    )


def build_bi_lstm_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw_c, state_fw_h, state_bw_c, state_bw_h.
    """
    # TF1 scope: bi-lstm/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=basic_lstm(num_units=4),
    # cell_bw=basic_lstm(num_units=4))
    # words/dropout/mul_1:0
    inputs = keras.Input((None, 7), name="inputs")
    # sequence_lengths:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    fw = keras.layers.LSTM(
        4,
        return_sequences=True,
        return_state=True,
        name="fw",
        zero_output_for_mask=True,
    )
    bw = keras.layers.LSTM(
        4,
        return_sequences=True,
        return_state=True,
        go_backwards=True,
        name="bw",
        zero_output_for_mask=True,
    )
    one_unit = keras.ops.take(inputs, 0, axis=2)
    ones = keras.ops.ones_like(one_unit, dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    lengths = keras.ops.expand_dims(sequence_length, 1)
    lengths_int32 = keras.ops.cast(lengths, "int32")
    mask = keras.ops.less_equal(steps, lengths_int32)
    outputs_fw, state_fw_h, state_fw_c = fw(inputs, mask=mask)
    outputs_bw, state_bw_h, state_bw_c = bw(inputs, mask=mask)
    outputs_bw_in_order = keras.ops.flip(outputs_bw, axis=1)
    # outputs_fw is bi-lstm/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is bi-lstm/ReverseSequence:0
    # state_fw_c is bi-lstm/bidirectional_rnn/fw/fw/while/Exit_3:0
    # state_fw_h is bi-lstm/bidirectional_rnn/fw/fw/while/Exit_4:0
    # state_bw_c is bi-lstm/bidirectional_rnn/bw/bw/while/Exit_3:0
    # state_bw_h is bi-lstm/bidirectional_rnn/bw/bw/while/Exit_4:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {
            "outputs_fw": outputs_fw,
            "outputs_bw": outputs_bw_in_order,
            "state_fw_c": state_fw_c,
            "state_fw_h": state_fw_h,
            "state_bw_c": state_bw_c,
            "state_bw_h": state_bw_h,
        },
        name="bi_lstm_bidirectional_rnn",
    )


def build_model(dropout_rate=0.0):
    """Return the model without its weights.

    It is called with a dict of word_ids, char_ids, word_lengths, sequence_lengths, and
    gives a dict of logits, tags, best_score.
    """
    # dropout_rate is 1 - dropout:0; it acts with training=True only.
    # dropout:0 is 1.0 in it, as at inference
    # word_ids:0
    word_ids = keras.Input((None,), dtype="int32", name="word_ids")
    # char_ids:0
    char_ids = keras.Input((None, None), dtype="int32", name="char_ids")
    # word_lengths:0
    word_lengths = keras.Input((None,), dtype="int32", name="word_lengths")
    # sequence_lengths:0
    sequence_lengths = keras.Input((), dtype="int32", name="sequence_lengths")
    # words/_word_embeddings
    word_embeddings = keras.layers.Embedding(
        12,
        3,
        trainable=False,
        name="word_embeddings",
    )
    embedding_lookup = word_embeddings(word_ids)
    # chars/_char_embeddings
    char_embeddings = keras.layers.Embedding(9, 3, name="char_embeddings")
    embedding_lookup_0 = char_embeddings(char_ids)
    size_0 = tf2_lstm.SizeOf(0)
    char_ids_size_0 = size_0(char_ids)
    size_1 = tf2_lstm.SizeOf(1)
    char_ids_size_1 = size_1(char_ids)
    size = keras.ops.multiply(char_ids_size_0, char_ids_size_1)
    size_2 = tf2_lstm.SizeOf(2)
    char_ids_size_2 = size_2(char_ids)
    reshape = tf2_lstm.ReshapeTo([None, None, 3])
    chars_reshape = reshape(embedding_lookup_0, size, char_ids_size_2)
    chars_reshape_1 = keras.ops.reshape(word_lengths, (-1,))
    # TF1 scope: chars/bidirectional_rnn
    chars_bidirectional_rnn = build_chars_bidirectional_rnn()
    chars_bidirectional_rnn_outputs = chars_bidirectional_rnn(
        {"inputs": chars_reshape, "sequence_length": chars_reshape_1},
    )
    chars_bidirectional_rnn_state_fw_h = chars_bidirectional_rnn_outputs["state_fw_h"]
    chars_bidirectional_rnn_state_bw_h = chars_bidirectional_rnn_outputs["state_bw_h"]
    concat = keras.ops.concatenate(
        [chars_bidirectional_rnn_state_fw_h, chars_bidirectional_rnn_state_bw_h],
        axis=1,
    )
    reshape_0 = tf2_lstm.ReshapeTo([None, None, 4])
    chars_reshape_2 = reshape_0(concat, char_ids_size_0, char_ids_size_1)
    concat_0 = keras.ops.concatenate([embedding_lookup, chars_reshape_2], axis=2)
    # rate 1 - dropout:0
    dropout = keras.layers.Dropout(dropout_rate, name="dropout")
    dropout_mul_1 = dropout(concat_0)
    # TF1 scope: bi-lstm/bidirectional_rnn
    bi_lstm_bidirectional_rnn = build_bi_lstm_bidirectional_rnn()
    bi_lstm_bidirectional_rnn_outputs = bi_lstm_bidirectional_rnn(
        {"inputs": dropout_mul_1, "sequence_length": sequence_lengths},
    )
    bi_lstm_bidirectional_rnn_outputs_fw = bi_lstm_bidirectional_rnn_outputs["outputs_fw"]
    bi_lstm_bidirectional_rnn_outputs_bw = bi_lstm_bidirectional_rnn_outputs["outputs_bw"]
    concat_1 = keras.ops.concatenate(
        [bi_lstm_bidirectional_rnn_outputs_fw, bi_lstm_bidirectional_rnn_outputs_bw],
        axis=2,
    )
    # rate 1 - dropout:0
    dropout_0 = keras.layers.Dropout(dropout_rate, name="dropout_0")
    dropout_mul_1_0 = dropout_0(concat_1)
    # proj/W, proj/b
    proj = keras.layers.Dense(4, name="proj")
    add = proj(dropout_mul_1_0)
    word_ids_size_1 = size_1(word_ids)
    equal = keras.ops.equal(word_ids_size_1, 1)
    cond_slice_1 = add[:, 1:, :]
    rnn_transpose = keras.ops.swapaxes(cond_slice_1, 0, 1)
    cond_slice = add[:, :1, :]
    cond_squeeze_1 = cond_slice[:, 0, :]
    cond_sub = keras.ops.subtract(sequence_lengths, 1)
    cond_maximum = keras.ops.maximum(0, cond_sub)
    rnn_max = keras.ops.max(cond_maximum, axis=0)
    rnn_maximum = keras.ops.maximum(1, rnn_max)
    cond_slice_1_size_1 = size_1(cond_slice_1)
    rnn_minimum = keras.ops.minimum(cond_slice_1_size_1, rnn_maximum)
    # transitions
    transitions = tf2_lstm.Weight([4, 4], name="transitions")
    transitions_value = transitions(word_ids)
    cond_expanddims_1 = keras.ops.expand_dims(transitions_value, 0)
    word_ids_size_0 = size_0(word_ids)
    full = tf2_lstm.FullOf([None, 4], 0, dtype="int32")
    zeros = full(word_ids_size_0)
    full_0 = tf2_lstm.FullOf([None, None, 4], 0, dtype="int32")
    elements_0 = full_0(cond_slice_1_size_1, word_ids_size_0)
    number = keras.ops.convert_to_tensor(0, "int32")
    # TF1 loop: cond/rnn/while
    cond_rnn_while = CondRnnWhile(name="cond_rnn_while")
    cond_rnn_while_outputs = cond_rnn_while(
        [number, number, elements_0, cond_squeeze_1],
        [
            cond_expanddims_1,
            cond_maximum,
            cond_slice_1_size_1,
            rnn_minimum,
            rnn_transpose,
            zeros,
        ],
    )
    elements_1 = cond_rnn_while_outputs[2]
    state_0 = cond_rnn_while_outputs[3]
    cond_argmax_1 = keras.ops.argmax(state_0, axis=1)
    cond_argmax_1_0 = keras.ops.cast(cond_argmax_1, "int64")
    cond_cast_1 = keras.ops.cast(cond_argmax_1_0, "int32")
    cond_expanddims_2 = keras.ops.expand_dims(cond_cast_1, 1)
    rnn_transpose_1 = keras.ops.swapaxes(elements_1, 0, 1)
    numbers_1 = tf2_lstm.RangeOf([0, None, 1])
    step_1 = numbers_1(cond_slice_1_size_1)
    cond_reversesequence = keras.ops.reshape(step_1, (1, -1, 1))
    cond_reversesequence_0 = keras.ops.cast(cond_maximum, "int32")
    cond_reversesequence_1 = keras.ops.reshape(cond_reversesequence_0, (-1, 1, 1))
    cond_reversesequence_2 = keras.ops.subtract(cond_reversesequence_1, 1)
    cond_reversesequence_3 = keras.ops.subtract(
        cond_reversesequence_2,
        cond_reversesequence,
    )
    cond_reversesequence_4 = keras.ops.less(
        cond_reversesequence,
        cond_reversesequence_1,
    )
    cond_reversesequence_5 = keras.ops.where(
        cond_reversesequence_4,
        cond_reversesequence_3,
        cond_reversesequence,
    )
    cond_reversesequence_6 = keras.ops.take_along_axis(
        rnn_transpose_1,
        cond_reversesequence_5,
        axis=1,
    )
    rnn_1_transpose = keras.ops.swapaxes(cond_reversesequence_6, 0, 1)
    rnn_1_max = keras.ops.max(cond_maximum, axis=0)
    rnn_1_maximum = keras.ops.maximum(1, rnn_1_max)
    rnn_1_minimum = keras.ops.minimum(cond_slice_1_size_1, rnn_1_maximum)
    full_1 = tf2_lstm.FullOf([None, 1], 0, dtype="int32")
    zeros_0 = full_1(word_ids_size_0)
    full_2 = tf2_lstm.FullOf([None, None, 1], 0, dtype="int32")
    elements_3 = full_2(cond_slice_1_size_1, word_ids_size_0)
    # TF1 loop: cond/rnn_1/while
    cond_rnn_1_while = CondRnn1While(name="cond_rnn_1_while")
    cond_rnn_1_while_outputs = cond_rnn_1_while(
        [number, number, elements_3, cond_expanddims_2],
        [
            cond_maximum,
            cond_slice_1_size_1,
            rnn_1_minimum,
            rnn_1_transpose,
            word_ids_size_0,
            zeros_0,
        ],
    )
    elements_2_0 = cond_rnn_1_while_outputs[2]
    rnn_1_transpose_1 = keras.ops.swapaxes(elements_2_0, 0, 1)
    cond_squeeze_2 = rnn_1_transpose_1[:, :, 0]
    concat_2 = keras.ops.concatenate([cond_expanddims_2, cond_squeeze_2], axis=1)
    concat_2_size_1 = size_1(concat_2)
    numbers_5 = tf2_lstm.RangeOf([0, None, 1])
    step_4 = numbers_5(concat_2_size_1)
    cond_reversesequence_1_0 = keras.ops.reshape(step_4, (1, -1))
    cond_reversesequence_1_1 = keras.ops.cast(sequence_lengths, "int32")
    cond_reversesequence_1_2 = keras.ops.reshape(cond_reversesequence_1_1, (-1, 1))
    cond_reversesequence_1_3 = keras.ops.subtract(cond_reversesequence_1_2, 1)
    cond_reversesequence_1_4 = keras.ops.subtract(
        cond_reversesequence_1_3,
        cond_reversesequence_1_0,
    )
    cond_reversesequence_1_5 = keras.ops.less(
        cond_reversesequence_1_0,
        cond_reversesequence_1_2,
    )
    cond_reversesequence_1_6 = keras.ops.where(
        cond_reversesequence_1_5,
        cond_reversesequence_1_4,
        cond_reversesequence_1_0,
    )
    cond_reversesequence_1_7 = keras.ops.take_along_axis(
        concat_2,
        cond_reversesequence_1_6,
        axis=1,
    )
    cond_squeeze = add[:, 0, :]
    cond_argmax = keras.ops.argmax(cond_squeeze, axis=1)
    cond_argmax_0 = keras.ops.cast(cond_argmax, "int64")
    cond_expanddims = keras.ops.expand_dims(cond_argmax_0, 1)
    cond_cast = keras.ops.cast(cond_expanddims, "int32")
    cond_merge_0 = keras.ops.where(equal, cond_cast, cond_reversesequence_1_7)
    cond_max_1 = keras.ops.max(state_0, axis=1)
    cond_max = keras.ops.max(cond_squeeze, axis=1)
    cond_merge_1_0 = keras.ops.where(equal, cond_max, cond_max_1)
    # logits is proj/logits:0
    # tags is tags:0
    # best_score is best_score:0
    return keras.Model(
        {
            "word_ids": word_ids,
            "char_ids": char_ids,
            "word_lengths": word_lengths,
            "sequence_lengths": sequence_lengths,
        },
        {"logits": add, "tags": cond_merge_0, "best_score": cond_merge_1_0},
        name="model",
    )


def load(dropout_rate=0.0):
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model(dropout_rate)
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
