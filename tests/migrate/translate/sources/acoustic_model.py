"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm

# Sizes: those of the weights that load() takes. A model of others begins untrained.
DENSE_0_UNITS = 5
DENSE_1_UNITS = 5
DENSE_UNITS = 6
CUDNN_LSTM_UNITS = 4


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)


def build_cudnn_lstm():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw_c, state_fw_h, state_bw_c, state_bw_h.
    """
    # TF1 scope: cudnn_lstm
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=basic_lstm(num_units=4,
    # forget_bias=0.0), cell_bw=basic_lstm(num_units=4))
    # Reshape_1:0
    inputs = keras.Input((None, DENSE_1_UNITS), name="inputs")
    # seq_lens:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.Bidirectional(
        keras.layers.LSTM(
            CUDNN_LSTM_UNITS,
            return_sequences=True,
            return_state=True,
            name="lstm",
        ),
        merge_mode=None,
        name="rnn",
    )
    x = keras.ops.swapaxes(inputs, 0, 1)
    mask = length_mask(x, sequence_length)
    outputs_fw, outputs_bw, *states = rnn(x, mask=mask)
    outputs_fw_0 = keras.ops.swapaxes(outputs_fw, 0, 1)
    outputs_bw_0 = keras.ops.swapaxes(outputs_bw, 0, 1)
    # outputs_fw is cudnn_lstm/lstm_fused_cell/mul:0
    # outputs_bw is cudnn_lstm/ReverseSequence_1:0
    # state_fw_c is cudnn_lstm/lstm_fused_cell/GatherNd:0
    # state_fw_h is cudnn_lstm/lstm_fused_cell/GatherNd_1:0
    # state_bw_c is cudnn_lstm/bw/GatherNd:0
    # state_bw_h is cudnn_lstm/bw/GatherNd_1:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {
            "outputs_fw": outputs_fw_0,
            "outputs_bw": outputs_bw_0,
            "state_fw_c": states[1],
            "state_fw_h": states[0],
            "state_bw_c": states[3],
            "state_bw_h": states[2],
        },
        name="cudnn_lstm",
    )


def build_model():
    """Return the model without its weights.

    It is called with a dict of features, seq_lens, and gives a dict of log_probs.
    """
    # features:0
    features = keras.Input((None, 3), name="features")
    # seq_lens:0
    seq_lens = keras.Input((), dtype="int32", name="seq_lens")
    pad = keras.ops.pad(features, [[0, 0], [1, 1], [0, 0]])
    strided_slice_2 = pad[:, :-2]
    strided_slice_3 = pad[:, 1:-1]
    strided_slice_4 = pad[:, 2:]
    concat = keras.ops.concatenate(
        [strided_slice_2, strided_slice_3, strided_slice_4],
        axis=2,
    )
    transpose = keras.ops.swapaxes(concat, 0, 1)
    # dense_0/weights, dense_0/bias
    dense_0 = keras.layers.Dense(DENSE_0_UNITS, activation="relu", name="dense_0")
    dense_0_relu = dense_0(transpose)
    dense_0_relu_0 = keras.ops.reshape(dense_0_relu, (-1, DENSE_0_UNITS))
    dense_0_minimum = keras.ops.minimum(dense_0_relu_0, 20.0)
    # dense_1/weights, dense_1/bias
    dense_1 = keras.layers.Dense(DENSE_1_UNITS, activation="relu", name="dense_1")
    dense_1_relu = dense_1(dense_0_minimum)
    dense_1_minimum = keras.ops.minimum(dense_1_relu, 20.0)
    size_1 = tf2_lstm.SizeOf(1)
    features_size_1 = size_1(features)
    size_0 = tf2_lstm.SizeOf(0)
    features_size_0 = size_0(features)
    reshape_0 = tf2_lstm.ReshapeTo([None, None, DENSE_1_UNITS])
    reshape_1 = reshape_0(dense_1_minimum, features_size_1, features_size_0)
    # TF1 scope: cudnn_lstm
    cudnn_lstm = build_cudnn_lstm()
    cudnn_lstm_outputs = cudnn_lstm({"inputs": reshape_1, "sequence_length": seq_lens})
    cudnn_lstm_outputs_fw = cudnn_lstm_outputs["outputs_fw"]
    cudnn_lstm_outputs_bw = cudnn_lstm_outputs["outputs_bw"]
    concat_1 = keras.ops.concatenate(
        [cudnn_lstm_outputs_fw, cudnn_lstm_outputs_bw],
        axis=2,
    )
    # dense/kernel, dense/bias
    dense = keras.layers.Dense(DENSE_UNITS, name="dense")
    dense_3 = dense(concat_1)
    log_probs = keras.ops.log_softmax(dense_3)
    # log_probs is log_probs:0
    return keras.Model(
        {"features": features, "seq_lens": seq_lens},
        {"log_probs": log_probs},
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
