"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm

# Sizes: those of the weights that load() takes. A model of others begins untrained.
EMBEDDING_INPUT_DIM = 11
EMBEDDING_OUTPUT_DIM = 4
PRENET_0_UNITS = 5
CONV1D_5_FILTERS = 4
CONV1D_FILTERS = 3
CONV1D_0_FILTERS = 3
CONV1D_1_FILTERS = 3
CONV1D_2_FILTERS = 3
CONV1D_3_FILTERS = 5
TO_HIGHWAY_UNITS = 5
CBHG_BIDIRECTIONAL_RNN_UNITS = 3


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)


def build_cbhg_bidirectional_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, and gives a dict of outputs_fw,
    outputs_bw, state_fw, state_bw.
    """
    # TF1 scope: cbhg/bidirectional_rnn
    # TF1 call: bidirectional_dynamic_rnn(cell_fw=gru(num_units=3),
    # cell_bw=gru(num_units=3))
    # cbhg/highway_1/add:0
    inputs = keras.Input((None, TO_HIGHWAY_UNITS), name="inputs")
    # input_lengths:0
    sequence_length = keras.Input((), dtype="int32", name="sequence_length")
    rnn = keras.layers.Bidirectional(
        keras.layers.GRU(
            CBHG_BIDIRECTIONAL_RNN_UNITS,
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
    # outputs_fw is cbhg/bidirectional_rnn/fw/fw/transpose_1:0
    # outputs_bw is cbhg/ReverseSequence:0
    # state_fw is cbhg/bidirectional_rnn/fw/fw/while/Exit_3:0
    # state_bw is cbhg/bidirectional_rnn/bw/bw/while/Exit_3:0
    return keras.Model(
        {"inputs": inputs, "sequence_length": sequence_length},
        {
            "outputs_fw": outputs_fw,
            "outputs_bw": outputs_bw,
            "state_fw": states[0],
            "state_bw": states[1],
        },
        name="cbhg_bidirectional_rnn",
    )


def build_model():
    """Return the model without its weights.

    It is called with a dict of inputs, input_lengths, and gives a dict of spectrum.
    """
    # inputs:0
    inputs = keras.Input((None,), dtype="int32", name="inputs")
    # input_lengths:0
    input_lengths = keras.Input((), dtype="int32", name="input_lengths")
    # embedding
    embedding = keras.layers.Embedding(
        EMBEDDING_INPUT_DIM,
        EMBEDDING_OUTPUT_DIM,
        name="embedding",
    )
    embedding_lookup = embedding(inputs)
    # prenet_0/kernel, prenet_0/bias
    prenet_0 = keras.layers.Dense(PRENET_0_UNITS, activation="relu", name="prenet_0")
    prenet_0_relu = prenet_0(embedding_lookup)
    # prenet_1/kernel, prenet_1/bias
    prenet_1 = keras.layers.Dense(CONV1D_5_FILTERS, activation="relu", name="prenet_1")
    prenet_1_relu = prenet_1(prenet_0_relu)
    # cbhg/conv1d_1/conv1d/kernel, cbhg/conv1d_1/conv1d/bias
    conv1d = keras.layers.Conv1D(
        CONV1D_FILTERS,
        (1,),
        strides=(1,),
        padding="same",
        activation="relu",
        name="conv1d",
    )
    conv1d_relu = conv1d(prenet_1_relu)
    # cbhg/conv1d_1/batch_normalization/gamma, cbhg/conv1d_1/batch_normalization/beta,
    # cbhg/conv1d_1/batch_normalization/moving_mean,
    # cbhg/conv1d_1/batch_normalization/moving_variance
    batch_normalization = keras.layers.BatchNormalization(
        epsilon=0.001,
        name="batch_normalization",
    )
    add_1 = batch_normalization(conv1d_relu)
    # cbhg/conv1d_2/conv1d/kernel, cbhg/conv1d_2/conv1d/bias
    conv1d_0 = keras.layers.Conv1D(
        CONV1D_0_FILTERS,
        (2,),
        strides=(1,),
        padding="same",
        activation="relu",
        name="conv1d_0",
    )
    conv1d_relu_0 = conv1d_0(prenet_1_relu)
    # cbhg/conv1d_2/batch_normalization/gamma, cbhg/conv1d_2/batch_normalization/beta,
    # cbhg/conv1d_2/batch_normalization/moving_mean,
    # cbhg/conv1d_2/batch_normalization/moving_variance
    batch_normalization_0 = keras.layers.BatchNormalization(
        epsilon=0.001,
        name="batch_normalization_0",
    )
    add_1_0 = batch_normalization_0(conv1d_relu_0)
    # cbhg/conv1d_3/conv1d/kernel, cbhg/conv1d_3/conv1d/bias
    conv1d_1 = keras.layers.Conv1D(
        CONV1D_1_FILTERS,
        (3,),
        strides=(1,),
        padding="same",
        activation="relu",
        name="conv1d_1",
    )
    conv1d_relu_1 = conv1d_1(prenet_1_relu)
    # cbhg/conv1d_3/batch_normalization/gamma, cbhg/conv1d_3/batch_normalization/beta,
    # cbhg/conv1d_3/batch_normalization/moving_mean,
    # cbhg/conv1d_3/batch_normalization/moving_variance
    batch_normalization_1 = keras.layers.BatchNormalization(
        epsilon=0.001,
        name="batch_normalization_1",
    )
    add_1_1 = batch_normalization_1(conv1d_relu_1)
    # cbhg/conv1d_4/conv1d/kernel, cbhg/conv1d_4/conv1d/bias
    conv1d_2 = keras.layers.Conv1D(
        CONV1D_2_FILTERS,
        (4,),
        strides=(1,),
        padding="same",
        activation="relu",
        name="conv1d_2",
    )
    conv1d_relu_2 = conv1d_2(prenet_1_relu)
    # cbhg/conv1d_4/batch_normalization/gamma, cbhg/conv1d_4/batch_normalization/beta,
    # cbhg/conv1d_4/batch_normalization/moving_mean,
    # cbhg/conv1d_4/batch_normalization/moving_variance
    batch_normalization_2 = keras.layers.BatchNormalization(
        epsilon=0.001,
        name="batch_normalization_2",
    )
    add_1_2 = batch_normalization_2(conv1d_relu_2)
    concat = keras.ops.concatenate([add_1, add_1_0, add_1_1, add_1_2], axis=2)
    max_pool = keras.layers.MaxPooling1D(2, strides=1, padding="same")
    max_pooling1d_maxpool = max_pool(concat)
    # cbhg/proj_1/conv1d/kernel, cbhg/proj_1/conv1d/bias
    conv1d_3 = keras.layers.Conv1D(
        CONV1D_3_FILTERS,
        (3,),
        strides=(1,),
        padding="same",
        activation="relu",
        name="conv1d_3",
    )
    conv1d_relu_3 = conv1d_3(max_pooling1d_maxpool)
    # cbhg/proj_1/batch_normalization/gamma, cbhg/proj_1/batch_normalization/beta,
    # cbhg/proj_1/batch_normalization/moving_mean,
    # cbhg/proj_1/batch_normalization/moving_variance
    batch_normalization_3 = keras.layers.BatchNormalization(
        epsilon=0.001,
        name="batch_normalization_3",
    )
    add_1_3 = batch_normalization_3(conv1d_relu_3)
    # cbhg/proj_2/conv1d/kernel, cbhg/proj_2/conv1d/bias
    conv1d_5 = keras.layers.Conv1D(
        CONV1D_5_FILTERS,
        (3,),
        strides=(1,),
        padding="same",
        name="conv1d_5",
    )
    conv1d_33 = conv1d_5(add_1_3)
    # cbhg/proj_2/batch_normalization/gamma, cbhg/proj_2/batch_normalization/beta,
    # cbhg/proj_2/batch_normalization/moving_mean,
    # cbhg/proj_2/batch_normalization/moving_variance
    batch_normalization_4 = keras.layers.BatchNormalization(
        epsilon=0.001,
        name="batch_normalization_4",
    )
    add_1_4 = batch_normalization_4(conv1d_33)
    add_6 = keras.ops.add(add_1_4, prenet_1_relu)
    # cbhg/to_highway/kernel, cbhg/to_highway/bias
    to_highway = keras.layers.Dense(TO_HIGHWAY_UNITS, name="to_highway")
    to_highway_1 = to_highway(add_6)
    # cbhg/highway_0/H/kernel, cbhg/highway_0/H/bias
    h = keras.layers.Dense(TO_HIGHWAY_UNITS, activation="relu", name="h")
    h_relu = h(to_highway_1)
    # cbhg/highway_0/T/kernel, cbhg/highway_0/T/bias
    t = keras.layers.Dense(TO_HIGHWAY_UNITS, activation="sigmoid", name="t")
    t_sigmoid = t(to_highway_1)
    highway_0_mul = keras.ops.multiply(h_relu, t_sigmoid)
    highway_0_sub = keras.ops.subtract(1.0, t_sigmoid)
    highway_0_mul_1 = keras.ops.multiply(to_highway_1, highway_0_sub)
    add_7 = keras.ops.add(highway_0_mul, highway_0_mul_1)
    # cbhg/highway_1/H/kernel, cbhg/highway_1/H/bias
    h_0 = keras.layers.Dense(TO_HIGHWAY_UNITS, activation="relu", name="h_0")
    h_relu_0 = h_0(add_7)
    # cbhg/highway_1/T/kernel, cbhg/highway_1/T/bias
    t_0 = keras.layers.Dense(TO_HIGHWAY_UNITS, activation="sigmoid", name="t_0")
    t_sigmoid_0 = t_0(add_7)
    highway_1_mul = keras.ops.multiply(h_relu_0, t_sigmoid_0)
    highway_1_sub = keras.ops.subtract(1.0, t_sigmoid_0)
    highway_1_mul_1 = keras.ops.multiply(add_7, highway_1_sub)
    add_8 = keras.ops.add(highway_1_mul, highway_1_mul_1)
    # TF1 scope: cbhg/bidirectional_rnn
    cbhg_bidirectional_rnn = build_cbhg_bidirectional_rnn()
    cbhg_bidirectional_rnn_outputs = cbhg_bidirectional_rnn(
        {"inputs": add_8, "sequence_length": input_lengths},
    )
    cbhg_bidirectional_rnn_outputs_fw = cbhg_bidirectional_rnn_outputs["outputs_fw"]
    cbhg_bidirectional_rnn_outputs_bw = cbhg_bidirectional_rnn_outputs["outputs_bw"]
    concat_1 = keras.ops.concatenate(
        [cbhg_bidirectional_rnn_outputs_fw, cbhg_bidirectional_rnn_outputs_bw],
        axis=2,
    )
    # linear/kernel, linear/bias
    linear = keras.layers.Dense(4, name="linear")
    linear_1 = linear(concat_1)
    size_0 = tf2_lstm.SizeOf(0)
    inputs_size_0 = size_0(inputs)
    reshape = tf2_lstm.ReshapeTo([None, -1, 2])
    spectrum = reshape(linear_1, inputs_size_0)
    # spectrum is spectrum:0
    return keras.Model(
        {"inputs": inputs, "input_lengths": input_lengths},
        {"spectrum": spectrum},
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
