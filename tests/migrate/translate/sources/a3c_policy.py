"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm

# Sizes: those of the weights that load() takes. A model of others begins untrained.
GLOBAL_RNN_UNITS = 4
CONV_FILTERS = 3
FULLY_CONNECTED_UNITS = 5
POLICY_UNITS = 3


def length_mask(sequences, lengths):
    """Return which steps of each row there are, [batch, steps]; how many steps may be open."""
    ones = keras.ops.ones_like(keras.ops.take(sequences, 0, axis=2), dtype="int32")
    steps = keras.ops.cumsum(ones, axis=1)
    ends = keras.ops.cast(keras.ops.expand_dims(lengths, 1), "int32")
    return keras.ops.less_equal(steps, ends)


def build_global_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, sequence_length, initial_state_c,
    initial_state_h, and gives a dict of outputs, state_c, state_h.
    """
    # TF1 scope: global/rnn
    # TF1 call: dynamic_rnn(cell=basic_lstm(num_units=4))
    # global/ExpandDims:0
    inputs = keras.Input(batch_shape=(1, None, FULLY_CONNECTED_UNITS), name="inputs")
    # global/strided_slice:0
    sequence_length = keras.Input(
        batch_shape=(1,),
        dtype="int32",
        name="sequence_length",
    )
    # global/c_in:0
    initial_state_c = keras.Input(
        batch_shape=(1, GLOBAL_RNN_UNITS),
        name="initial_state_c",
    )
    # global/h_in:0
    initial_state_h = keras.Input(
        batch_shape=(1, GLOBAL_RNN_UNITS),
        name="initial_state_h",
    )
    rnn = keras.layers.LSTM(
        GLOBAL_RNN_UNITS,
        return_sequences=True,
        return_state=True,
        name="rnn",
        zero_output_for_mask=True,
    )
    mask = length_mask(inputs, sequence_length)
    outputs, state_h, state_c = rnn(
        inputs,
        mask=mask,
        initial_state=[initial_state_h, initial_state_c],
    )
    # outputs is global/rnn/transpose_1:0
    # state_c is global/rnn/while/Exit_3:0
    # state_h is global/rnn/while/Exit_4:0
    return keras.Model(
        {
            "inputs": inputs,
            "sequence_length": sequence_length,
            "initial_state_c": initial_state_c,
            "initial_state_h": initial_state_h,
        },
        {"outputs": outputs, "state_c": state_c, "state_h": state_h},
        name="global_rnn",
    )


def build_model():
    """Return the model without its weights.

    It is called with a dict of s, c_in, h_in, and gives a dict of softmax, biasadd,
    strided_slice, strided_slice_1.
    """
    # s:0
    s = keras.Input((72,), name="s")
    # global/c_in:0
    c_in = keras.Input(batch_shape=(1, GLOBAL_RNN_UNITS), name="c_in")
    # global/h_in:0
    h_in = keras.Input(batch_shape=(1, GLOBAL_RNN_UNITS), name="h_in")
    global_reshape = keras.ops.reshape(s, (-1, 6, 6, 2))
    # global/Conv/weights, global/Conv/biases
    conv = keras.layers.Conv2D(
        CONV_FILTERS,
        (3, 3),
        strides=(2, 2),
        padding="valid",
        activation="elu",
        name="conv",
    )
    conv_elu = conv(global_reshape)
    flatten_reshape = keras.ops.reshape(conv_elu, (-1, 2 * 2 * CONV_FILTERS))
    # global/fully_connected/weights, global/fully_connected/biases
    fully_connected = keras.layers.Dense(
        FULLY_CONNECTED_UNITS,
        activation="elu",
        name="fully_connected",
    )
    fully_connected_elu = fully_connected(flatten_reshape)
    global_expanddims = keras.ops.expand_dims(fully_connected_elu, 0)
    # TF1 scope: global/rnn
    global_rnn = build_global_rnn()
    size_0 = tf2_lstm.SizeOf(0)
    s_size_0 = size_0(s)
    sizes = keras.ops.stack([s_size_0])
    global_rnn_outputs = global_rnn(
        {
            "inputs": global_expanddims,
            "sequence_length": sizes,
            "initial_state_c": c_in,
            "initial_state_h": h_in,
        },
    )
    global_rnn_outputs_0 = global_rnn_outputs["outputs"]
    global_rnn_state_c = global_rnn_outputs["state_c"]
    global_rnn_state_h = global_rnn_outputs["state_h"]
    # global/policy/weights
    policy = keras.layers.Dense(
        POLICY_UNITS,
        use_bias=False,
        activation="softmax",
        name="policy",
    )
    policy_softmax = policy(global_rnn_outputs_0)
    policy_softmax_0 = keras.ops.reshape(policy_softmax, (-1, POLICY_UNITS))
    # global/value/weights, global/value/biases
    value = keras.layers.Dense(1, name="value")
    value_1 = value(global_rnn_outputs_0)
    value_2 = keras.ops.reshape(value_1, (-1, 1))
    strided_slice = global_rnn_state_c[:1, :]
    strided_slice_1 = global_rnn_state_h[:1, :]
    # softmax is global/policy/Softmax:0
    # biasadd is global/value/BiasAdd:0
    # strided_slice is strided_slice:0
    # strided_slice_1 is strided_slice_1:0
    return keras.Model(
        {"s": s, "c_in": c_in, "h_in": h_in},
        {
            "softmax": policy_softmax_0,
            "biasadd": value_2,
            "strided_slice": strided_slice,
            "strided_slice_1": strided_slice_1,
        },
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
