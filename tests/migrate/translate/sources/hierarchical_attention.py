"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm

# Sizes: those of the weights that load() takes. A model of others begins untrained.
EMBEDDING_MATRIX_INPUT_DIM = 14
EMBEDDING_MATRIX_OUTPUT_DIM = 4
FULLY_CONNECTED_UNITS = 4
FULLY_CONNECTED_0_UNITS = 4
FULLY_CONNECTED_1_UNITS = 3
SENTENCE_BIDIRECTIONAL_RNN_UNITS = 3
WORD_BIDIRECTIONAL_RNN_UNITS = 3


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)


def build_word_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw, state_bw.
    """
    # TF1 scope: word/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=gru(num_units=3),
    # cell_bw=gru(num_units=3))
    # Reshape:0
    inputs = keras.Input((None, EMBEDDING_MATRIX_OUTPUT_DIM), name="inputs")
    # Reshape_1:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.Bidirectional(
        keras.layers.GRU(
            WORD_BIDIRECTIONAL_RNN_UNITS,
            reset_after=False,
            return_sequences=True,
            return_state=True,
            name="gru",
        ),
        merge_mode=None,
        name="rnn",
    )
    mask = length_mask(inputs, sequence_length)
    outputs_fw, outputs_bw, *states = rnn(inputs, mask=mask)
    # outputs_fw is word/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is word/ReverseSequence:0
    # state_fw is word/bidirectional_rnn/fw/fw/while/Exit_3:0
    # state_bw is word/bidirectional_rnn/bw/bw/while/Exit_3:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {
            "outputs_fw": outputs_fw,
            "outputs_bw": outputs_bw,
            "state_fw": states[0],
            "state_bw": states[1],
        },
        name="word_bidirectional_rnn",
    )


def build_sentence_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw, state_bw.
    """
    # TF1 scope: sentence/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=gru(num_units=3),
    # cell_bw=gru(num_units=3))
    # Reshape_2:0
    inputs = keras.Input((None, FULLY_CONNECTED_UNITS), name="inputs")
    # sentence_lengths:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.Bidirectional(
        keras.layers.GRU(
            SENTENCE_BIDIRECTIONAL_RNN_UNITS,
            reset_after=False,
            return_sequences=True,
            return_state=True,
            name="gru",
        ),
        merge_mode=None,
        name="rnn",
    )
    mask = length_mask(inputs, sequence_length)
    outputs_fw, outputs_bw, *states = rnn(inputs, mask=mask)
    # outputs_fw is sentence/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is sentence/ReverseSequence:0
    # state_fw is sentence/bidirectional_rnn/fw/fw/while/Exit_3:0
    # state_bw is sentence/bidirectional_rnn/bw/bw/while/Exit_3:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {
            "outputs_fw": outputs_fw,
            "outputs_bw": outputs_bw,
            "state_fw": states[0],
            "state_bw": states[1],
        },
        name="sentence_bidirectional_rnn",
    )


def build_model():
    """Return the model without its weights.

    It is called with a dict of inputs, word_lengths, sentence_lengths, and gives a dict
    of biasadd, prediction, importance.
    """
    # inputs:0
    inputs = keras.Input((None, None), dtype="int32", name="inputs")
    # word_lengths:0
    word_lengths = keras.Input((None,), dtype="int32", name="word_lengths")
    # sentence_lengths:0
    sentence_lengths = keras.Input((), dtype="int32", name="sentence_lengths")
    # embedding/embedding_matrix
    embedding_matrix = keras.layers.Embedding(
        EMBEDDING_MATRIX_INPUT_DIM,
        EMBEDDING_MATRIX_OUTPUT_DIM,
        name="embedding_matrix",
    )
    embedding_lookup = embedding_matrix(inputs)
    size_0 = tf2_lstm.SizeOf(0)
    inputs_size_0 = size_0(inputs)
    size_1 = tf2_lstm.SizeOf(1)
    inputs_size_1 = size_1(inputs)
    size = keras.ops.multiply(inputs_size_0, inputs_size_1)
    size_2 = tf2_lstm.SizeOf(2)
    inputs_size_2 = size_2(inputs)
    reshape = tf2_lstm.ReshapeTo([None, None, EMBEDDING_MATRIX_OUTPUT_DIM])
    reshape_0 = reshape(embedding_lookup, size, inputs_size_2)
    reshape_1 = keras.ops.reshape(word_lengths, (-1,))
    # TF1 scope: word/bidirectional_rnn
    word_bidirectional_rnn = build_word_bidirectional_rnn()
    word_bidirectional_rnn_outputs = word_bidirectional_rnn(
        {"inputs": reshape_0, "sequence_length": reshape_1},
    )
    word_bidirectional_rnn_outputs_fw = word_bidirectional_rnn_outputs["outputs_fw"]
    word_bidirectional_rnn_outputs_bw = word_bidirectional_rnn_outputs["outputs_bw"]
    concat = keras.ops.concatenate(
        [word_bidirectional_rnn_outputs_fw, word_bidirectional_rnn_outputs_bw],
        axis=2,
    )
    # word_attention/fully_connected/weights, word_attention/fully_connected/biases
    fully_connected = keras.layers.Dense(
        FULLY_CONNECTED_UNITS,
        activation="tanh",
        name="fully_connected",
    )
    fully_connected_tanh = fully_connected(concat)
    # word_attention/attention_context_vector
    attention_context_vector = tf2_lstm.Weight(
        [FULLY_CONNECTED_UNITS],
        name="attention_context_vector",
    )
    attention_context_vector_value = attention_context_vector(inputs)
    word_attention_mul = keras.ops.multiply(
        fully_connected_tanh,
        attention_context_vector_value,
    )
    word_attention_sum = keras.ops.sum(word_attention_mul, axis=2, keepdims=True)
    word_attention_transpose = keras.ops.transpose(word_attention_sum, [0, 2, 1])
    word_attention_softmax = keras.ops.softmax(word_attention_transpose)
    word_attention_transpose_1 = keras.ops.transpose(word_attention_softmax, [0, 2, 1])
    word_attention_mul_1 = keras.ops.multiply(
        fully_connected_tanh,
        word_attention_transpose_1,
    )
    word_attention_sum_1 = keras.ops.sum(word_attention_mul_1, axis=1)
    reshape_2 = tf2_lstm.ReshapeTo([None, None, FULLY_CONNECTED_UNITS])
    reshape_2_0 = reshape_2(word_attention_sum_1, inputs_size_0, inputs_size_1)
    # TF1 scope: sentence/bidirectional_rnn
    sentence_bidirectional_rnn = build_sentence_bidirectional_rnn()
    sentence_bidirectional_rnn_outputs = sentence_bidirectional_rnn(
        {"inputs": reshape_2_0, "sequence_length": sentence_lengths},
    )
    sentence_bidirectional_rnn_outputs_fw = sentence_bidirectional_rnn_outputs["outputs_fw"]
    sentence_bidirectional_rnn_outputs_bw = sentence_bidirectional_rnn_outputs["outputs_bw"]
    concat_0 = keras.ops.concatenate(
        [sentence_bidirectional_rnn_outputs_fw, sentence_bidirectional_rnn_outputs_bw],
        axis=2,
    )
    # sentence_attention/fully_connected/weights,
    # sentence_attention/fully_connected/biases
    fully_connected_0 = keras.layers.Dense(
        FULLY_CONNECTED_0_UNITS,
        activation="tanh",
        name="fully_connected_0",
    )
    fully_connected_tanh_0 = fully_connected_0(concat_0)
    # sentence_attention/attention_context_vector
    attention_context_vector_0 = tf2_lstm.Weight(
        [FULLY_CONNECTED_0_UNITS],
        name="attention_context_vector_0",
    )
    attention_context_vector_0_value = attention_context_vector_0(inputs)
    sentence_attention_mul = keras.ops.multiply(
        fully_connected_tanh_0,
        attention_context_vector_0_value,
    )
    sentence_attention_sum = keras.ops.sum(
        sentence_attention_mul,
        axis=2,
        keepdims=True,
    )
    sentence_attention_transpose = keras.ops.transpose(
        sentence_attention_sum,
        [0, 2, 1],
    )
    sentence_attention_softmax = keras.ops.softmax(sentence_attention_transpose)
    sentence_attention_transpose_1 = keras.ops.transpose(
        sentence_attention_softmax,
        [0, 2, 1],
    )
    sentence_attention_mul_1 = keras.ops.multiply(
        fully_connected_tanh_0,
        sentence_attention_transpose_1,
    )
    sentence_attention_sum_1 = keras.ops.sum(sentence_attention_mul_1, axis=1)
    # fully_connected/weights, fully_connected/biases
    fully_connected_1 = keras.layers.Dense(
        FULLY_CONNECTED_1_UNITS,
        name="fully_connected_1",
    )
    fully_connected_9 = fully_connected_1(sentence_attention_sum_1)
    prediction = keras.ops.argmax(fully_connected_9, axis=1)
    prediction_0 = keras.ops.cast(prediction, "int64")
    importance = sentence_attention_transpose_1[:, :, 0]
    # biasadd is fully_connected/BiasAdd:0
    # prediction is prediction:0
    # importance is importance:0
    return keras.Model(
        {
            "inputs": inputs,
            "word_lengths": word_lengths,
            "sentence_lengths": sentence_lengths,
        },
        {
            "biasadd": fully_connected_9,
            "prediction": prediction_0,
            "importance": importance,
        },
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
