"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

# Sizes: those of the weights that load() takes. A model of others begins untrained.
W_TEXT_INPUT_DIM = 16
W_TEXT_OUTPUT_DIM = 4
W_S1_UNITS = 4
DENSE_UNITS = 5
LOGITS_UNITS = 2
BI_LSTM_BIDIRECTIONAL_RNN_UNITS = 3


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)


def build_bi_lstm_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw_c, state_fw_h, state_bw_c, state_bw_h.
    """
    # TF1 scope: bi-lstm/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=basic_lstm(num_units=3),
    # cell_bw=basic_lstm(num_units=3))
    # bi-lstm/embedding_lookup/Identity:0
    inputs = keras.Input((6, W_TEXT_OUTPUT_DIM), name="inputs")
    # bi-lstm/Sum:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.Bidirectional(
        keras.layers.LSTM(
            BI_LSTM_BIDIRECTIONAL_RNN_UNITS,
            return_sequences=True,
            return_state=True,
            name="lstm",
        ),
        merge_mode=None,
        name="rnn",
    )
    mask = length_mask(inputs, sequence_length)
    outputs_fw, outputs_bw, *states = rnn(inputs, mask=mask)
    # outputs_fw is bi-lstm/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is bi-lstm/ReverseSequence:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {
            "outputs_fw": outputs_fw,
            "outputs_bw": outputs_bw,
            "state_fw_c": states[1],
            "state_fw_h": states[0],
            "state_bw_c": states[3],
            "state_bw_h": states[2],
        },
        name="bi_lstm_bidirectional_rnn",
    )


def build_model(dropout_rate=0.0):
    """Return the model without its weights.

    It is called with a dict of input_text, and gives a dict of scores, penalty,
    attention.
    """
    # dropout_rate is 1 - keep_prob:0; it acts with training=True only.
    # keep_prob:0 is 1.0 in it, as at inference
    # input_text:0
    input_text = keras.Input((6,), dtype="int32", name="input_text")
    # W_text
    w_text = keras.layers.Embedding(W_TEXT_INPUT_DIM, W_TEXT_OUTPUT_DIM, name="w_text")
    embedding_lookup = w_text(input_text)
    bi_lstm_abs = keras.ops.abs(input_text)
    bi_lstm_sign = keras.ops.sign(bi_lstm_abs)
    bi_lstm_sum = keras.ops.sum(bi_lstm_sign, axis=1)
    # TF1 scope: bi-lstm/bidirectional_rnn
    bi_lstm_bidirectional_rnn = build_bi_lstm_bidirectional_rnn()
    bi_lstm_bidirectional_rnn_outputs = bi_lstm_bidirectional_rnn(
        {"inputs": embedding_lookup, "sequence_length": bi_lstm_sum},
    )
    bi_lstm_bidirectional_rnn_outputs_fw = bi_lstm_bidirectional_rnn_outputs["outputs_fw"]
    bi_lstm_bidirectional_rnn_outputs_bw = bi_lstm_bidirectional_rnn_outputs["outputs_bw"]
    concat = keras.ops.concatenate(
        [bi_lstm_bidirectional_rnn_outputs_fw, bi_lstm_bidirectional_rnn_outputs_bw],
        axis=2,
    )
    # W_s1
    w_s1 = keras.layers.Dense(
        W_S1_UNITS,
        use_bias=False,
        activation="tanh",
        name="w_s1",
    )
    self_attention_tanh = w_s1(concat)
    # W_s2
    w_s2 = keras.layers.Dense(2, use_bias=False, name="w_s2")
    self_attention_matmul_1 = w_s2(self_attention_tanh)
    self_attention_transpose = keras.ops.transpose(self_attention_matmul_1, [0, 2, 1])
    attention = keras.ops.softmax(self_attention_transpose)
    matmul = keras.ops.matmul(attention, concat)
    reshape = keras.ops.reshape(matmul, (-1, 2 * (2 * BI_LSTM_BIDIRECTIONAL_RNN_UNITS)))
    # dense/kernel, dense/bias
    dense = keras.layers.Dense(DENSE_UNITS, activation="relu", name="dense")
    relu = dense(reshape)
    # rate 1 - keep_prob:0
    dropout = keras.layers.Dropout(dropout_rate, name="dropout")
    dropout_mul_1 = dropout(relu)
    # logits/kernel, logits/bias
    logits = keras.layers.Dense(LOGITS_UNITS, activation="softmax", name="logits")
    scores = logits(dropout_mul_1)
    transpose = keras.ops.transpose(attention, [0, 2, 1])
    matmul_1 = keras.ops.matmul(attention, transpose)
    constant = keras.ops.convert_to_tensor([[1.0, 0.0], [0.0, 1.0]], "float32")
    sub_1 = keras.ops.subtract(matmul_1, constant)
    norm_mul = keras.ops.multiply(sub_1, sub_1)
    norm_sum = keras.ops.sum(norm_mul, axis=(1, 2), keepdims=True)
    norm_sqrt = keras.ops.sqrt(norm_sum)
    norm_squeeze = norm_sqrt[:, 0, 0]
    penalty = keras.ops.square(norm_squeeze)
    # scores is scores:0
    # penalty is penalty:0
    # attention is self-attention/attention:0
    return keras.Model(
        {"input_text": input_text},
        {"scores": scores, "penalty": penalty, "attention": attention},
        name="model",
    )


def load(dropout_rate=0.0):
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model(dropout_rate)
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
