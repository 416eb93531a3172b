"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm

# Sizes: those of the weights that load() takes. A model of others begins untrained.
CONV2D_FILTERS = 3
CONV2D_1_FILTERS = 4
CONV2D_2_0_FILTERS = 5
DENSE_UNITS = 5
BDRNN1_BIDIRECTIONAL_RNN_UNITS = 3
BDRNN0_BIDIRECTIONAL_RNN_UNITS = 3


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)


def build_bdrnn0_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw_c, state_fw_h, state_bw_c, state_bw_h.
    """
    # TF1 scope: bdrnn0/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=basic_lstm(num_units=3),
    # cell_bw=basic_lstm(num_units=3))
    # Squeeze:0
    inputs = keras.Input((None, CONV2D_2_0_FILTERS), name="inputs")
    # Fill:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.Bidirectional(
        keras.layers.LSTM(
            BDRNN0_BIDIRECTIONAL_RNN_UNITS,
            return_sequences=True,
            return_state=True,
            name="lstm",
        ),
        merge_mode=None,
        name="rnn",
    )
    mask = length_mask(inputs, sequence_length)
    outputs_fw, outputs_bw, *states = rnn(inputs, mask=mask)
    # outputs_fw is bdrnn0/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is bdrnn0/ReverseSequence:0
    # state_fw_c is bdrnn0/bidirectional_rnn/fw/fw/while/Exit_3:0
    # state_fw_h is bdrnn0/bidirectional_rnn/fw/fw/while/Exit_4:0
    # state_bw_c is bdrnn0/bidirectional_rnn/bw/bw/while/Exit_3:0
    # state_bw_h is bdrnn0/bidirectional_rnn/bw/bw/while/Exit_4:0
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
        name="bdrnn0_bidirectional_rnn",
    )


def build_bdrnn1_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw_c, state_fw_h, state_bw_c, state_bw_h.
    """
    # TF1 scope: bdrnn1/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=basic_lstm(num_units=3),
    # cell_bw=basic_lstm(num_units=3))
    # bdrnn0/concat:0
    inputs = keras.Input((None, 2 * BDRNN0_BIDIRECTIONAL_RNN_UNITS), name="inputs")
    # Fill:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.Bidirectional(
        keras.layers.LSTM(
            BDRNN1_BIDIRECTIONAL_RNN_UNITS,
            return_sequences=True,
            return_state=True,
            name="lstm",
        ),
        merge_mode=None,
        name="rnn",
    )
    mask = length_mask(inputs, sequence_length)
    outputs_fw, outputs_bw, *states = rnn(inputs, mask=mask)
    # outputs_fw is bdrnn1/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is bdrnn1/ReverseSequence:0
    # state_fw_c is bdrnn1/bidirectional_rnn/fw/fw/while/Exit_3:0
    # state_fw_h is bdrnn1/bidirectional_rnn/fw/fw/while/Exit_4:0
    # state_bw_c is bdrnn1/bidirectional_rnn/bw/bw/while/Exit_3:0
    # state_bw_h is bdrnn1/bidirectional_rnn/bw/bw/while/Exit_4:0
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
        name="bdrnn1_bidirectional_rnn",
    )


def build_model():
    """Return the model without its weights.

    It is called with a dict of image, and gives a dict of logits, best_path, text.
    """
    # is_training:0 is False in it, as at inference
    # image:0
    image = keras.Input((8, None, 1), name="image")
    # conv2d/kernel, conv2d/bias
    conv2d = keras.layers.Conv2D(
        CONV2D_FILTERS,
        (3, 3),
        strides=(1, 1),
        padding="same",
        activation="relu",
        name="conv2d",
    )
    conv2d_relu = conv2d(image)
    max_pool = keras.layers.MaxPooling2D((2, 2), strides=(2, 2), padding="valid")
    max_pooling2d_maxpool = max_pool(conv2d_relu)
    # conv2d_1/kernel
    conv2d_1 = keras.layers.Conv2D(
        CONV2D_1_FILTERS,
        (3, 3),
        strides=(1, 1),
        padding="same",
        use_bias=False,
        name="conv2d_1",
    )
    conv2d_1_conv2d = conv2d_1(max_pooling2d_maxpool)
    # batch_normalization/gamma, batch_normalization/beta,
    # batch_normalization/moving_mean, batch_normalization/moving_variance
    batch_normalization = keras.layers.BatchNormalization(
        epsilon=0.001,
        name="batch_normalization",
    )
    cond_fusedbatchnormv3_1 = batch_normalization(conv2d_1_conv2d)
    relu = keras.ops.relu(cond_fusedbatchnormv3_1)
    max_pool_0 = keras.layers.MaxPooling2D((2, 1), strides=(2, 1), padding="same")
    max_pooling2d_1_maxpool = max_pool_0(relu)
    # conv2d_2/kernel, conv2d_2/bias
    conv2d_2_0 = keras.layers.Conv2D(
        CONV2D_2_0_FILTERS,
        (2, 2),
        strides=(1, 1),
        padding="valid",
        activation="relu",
        name="conv2d_2_0",
    )
    conv2d_2_relu = conv2d_2_0(max_pooling2d_1_maxpool)
    squeeze = conv2d_2_relu[:, 0, :, :]
    size_0 = tf2_lstm.SizeOf(0)
    image_size_0 = size_0(image)
    full = tf2_lstm.FullOf([None], 1, dtype="int32")
    ones = full(image_size_0)
    size_2 = tf2_lstm.SizeOf(2)
    conv2d_2_relu_size_2 = size_2(conv2d_2_relu)
    fill = keras.ops.multiply(ones, conv2d_2_relu_size_2)
    # TF1 scope: bdrnn0/bidirectional_rnn
    bdrnn0_bidirectional_rnn = build_bdrnn0_bidirectional_rnn()
    bdrnn0_bidirectional_rnn_outputs = bdrnn0_bidirectional_rnn(
        {"inputs": squeeze, "sequence_length": fill},
    )
    bdrnn0_bidirectional_rnn_outputs_fw = bdrnn0_bidirectional_rnn_outputs["outputs_fw"]
    bdrnn0_bidirectional_rnn_outputs_bw = bdrnn0_bidirectional_rnn_outputs["outputs_bw"]
    concat = keras.ops.concatenate(
        [bdrnn0_bidirectional_rnn_outputs_fw, bdrnn0_bidirectional_rnn_outputs_bw],
        axis=2,
    )
    # TF1 scope: bdrnn1/bidirectional_rnn
    bdrnn1_bidirectional_rnn = build_bdrnn1_bidirectional_rnn()
    bdrnn1_bidirectional_rnn_outputs = bdrnn1_bidirectional_rnn(
        {"inputs": concat, "sequence_length": fill},
    )
    bdrnn1_bidirectional_rnn_outputs_fw = bdrnn1_bidirectional_rnn_outputs["outputs_fw"]
    bdrnn1_bidirectional_rnn_outputs_bw = bdrnn1_bidirectional_rnn_outputs["outputs_bw"]
    concat_0 = keras.ops.concatenate(
        [bdrnn1_bidirectional_rnn_outputs_fw, bdrnn1_bidirectional_rnn_outputs_bw],
        axis=2,
    )
    # dense/kernel, dense/bias
    dense = keras.layers.Dense(DENSE_UNITS, name="dense")
    dense_1 = dense(concat_0)
    logits = keras.ops.swapaxes(dense_1, 0, 1)
    softmax = keras.ops.softmax(dense_1)
    best_path = keras.ops.argmax(softmax, axis=2)
    best_path_0 = keras.ops.cast(best_path, "int64")
    decoding = keras.ops.ctc_decode(
        dense_1,
        fill,
        strategy="greedy",
        mask_index=DENSE_UNITS - 1,
    )
    paths = decoding[0]
    decoded = paths[0]
    numbers = tf2_lstm.RangeOf([0, None, 1])
    there_3 = keras.ops.greater_equal(decoded, 0)
    there_4 = keras.ops.cast(there_3, "int32")
    counts_0 = keras.ops.sum(there_4, axis=1)
    longest_0 = keras.ops.max(counts_0)
    columns = numbers(longest_0)
    text = keras.ops.take(decoded, columns, axis=1)
    text_1 = keras.ops.cast(text, "int64")
    # logits is logits:0
    # best_path is best_path:0
    # text is text:0
    return keras.Model(
        {"image": image},
        {"logits": logits, "best_path": best_path_0, "text": text_1},
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
