"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

# Sizes: those of the weights that load() takes. A model of others begins untrained.
EMBEDDING_INPUT_DIM = 12
EMBEDDING_OUTPUT_DIM = 4
ENCODER_RNN_UNITS = 5


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)


def build_encoder_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs,
    state_c, state_h.
    """
    # TF1 scope: encoder/rnn
    # TF1 call: dynamic_rnn(cell=basic_lstm(num_units=5))
    # encoder/embedding_lookup/Identity:0
    inputs = keras.Input((None, EMBEDDING_OUTPUT_DIM), name="inputs")
    # len1:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.LSTM(
        ENCODER_RNN_UNITS,
        return_sequences=True,
        return_state=True,
        name="rnn",
        zero_output_for_mask=True,
    )
    mask = length_mask(inputs, sequence_length)
    outputs, state_h, state_c = rnn(inputs, mask=mask)
    # outputs is encoder/rnn/transpose_1:0
    # state_c is encoder/rnn/while/Exit_3:0
    # state_h is encoder/rnn/while/Exit_4:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {"outputs": outputs, "state_c": state_c, "state_h": state_h},
        name="encoder_rnn",
    )


def build_model():
    """Return the model without its weights.

    It is called with a dict of question1, len1, question2, len2, and gives a dict of
    similarity, same.
    """
    # question1:0
    question1 = keras.Input((None,), dtype="int32", name="question1")
    # len1:0
    len1 = keras.Input((), dtype="int32", name="len1")
    # question2:0
    question2 = keras.Input((None,), dtype="int32", name="question2")
    # len2:0
    len2 = keras.Input((), dtype="int32", name="len2")
    # embedding
    embedding = keras.layers.Embedding(
        EMBEDDING_INPUT_DIM,
        EMBEDDING_OUTPUT_DIM,
        name="embedding",
    )
    embedding_lookup = embedding(question1)
    # TF1 scope: encoder/rnn
    encoder_rnn = build_encoder_rnn()
    encoder_rnn_outputs = encoder_rnn(
        {"inputs": embedding_lookup, "sequence_length": len1},
    )
    encoder_rnn_state_h = encoder_rnn_outputs["state_h"]
    embedding_lookup_0 = embedding(question2)
    encoder_1_rnn_outputs = encoder_rnn(
        {"inputs": embedding_lookup_0, "sequence_length": len2},
    )
    encoder_1_rnn_state_h = encoder_1_rnn_outputs["state_h"]
    sub = keras.ops.subtract(encoder_rnn_state_h, encoder_1_rnn_state_h)
    abs_ = keras.ops.abs(sub)
    sum_ = keras.ops.sum(abs_, axis=1, keepdims=True)
    neg = keras.ops.negative(sum_)
    similarity = keras.ops.exp(neg)
    greater = keras.ops.greater(similarity, 0.5)
    same = keras.ops.cast(greater, "int32")
    # similarity is similarity:0
    # same is same:0
    return keras.Model(
        {"question1": question1, "len1": len1, "question2": question2, "len2": len2},
        {"similarity": similarity, "same": same},
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
