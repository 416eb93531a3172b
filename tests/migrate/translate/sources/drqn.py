"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm

# Sizes: those of the weights that load() takes. A model of others begins untrained.
MAIN_RNN_UNITS = 6
CONV_FILTERS = 4
CONV_1_FILTERS = 6
VARIABLE_UNITS = 4


def build_main_rnn():
    """Return the model without its weights.

    It is called with a dict of inputs, initial_state_c, initial_state_h, and gives a
    dict of outputs, state_c, state_h.
    """
    # TF1 scope: main_rnn
    # TF1 call: dynamic_rnn(cell=basic_lstm(num_units=6))
    # Reshape_1:0
    inputs = keras.Input((None, CONV_1_FILTERS), name="inputs")
    # BasicLSTMCellZeroState/zeros:0
    initial_state_c = keras.Input((MAIN_RNN_UNITS,), name="initial_state_c")
    # BasicLSTMCellZeroState/zeros_1:0
    initial_state_h = keras.Input((MAIN_RNN_UNITS,), name="initial_state_h")
    rnn = keras.layers.LSTM(
        MAIN_RNN_UNITS,
        return_sequences=True,
        return_state=True,
        name="rnn",
        zero_output_for_mask=True,
    )
    outputs, state_h, state_c = rnn(
        inputs,
        initial_state=[initial_state_h, initial_state_c],
    )
    # outputs is main_rnn/transpose_1:0
    # state_c is main_rnn/while/Exit_3:0
    # state_h is main_rnn/while/Exit_4:0
    return keras.Model(
        {
            "inputs": inputs,
            "initial_state_c": initial_state_c,
            "initial_state_h": initial_state_h,
        },
        {"outputs": outputs, "state_c": state_c, "state_h": state_h},
        name="main_rnn",
    )


def build_model():
    """Return the model without its weights.

    It is called with a dict of zeros, zeros_1, scalarinput, batch_size, trainlength,
    and gives a dict of qout, predict, exit_3, exit_4.
    """
    # BasicLSTMCellZeroState/zeros:0
    zeros = keras.Input((MAIN_RNN_UNITS,), name="zeros")
    # BasicLSTMCellZeroState/zeros_1:0
    zeros_1 = keras.Input((MAIN_RNN_UNITS,), name="zeros_1")
    # scalarInput:0
    scalarinput = keras.Input((48,), name="scalarinput")
    # batch_size:0
    batch_size = keras.Input(batch_shape=(), dtype="int32", name="batch_size")
    # trainLength:0
    trainlength = keras.Input(batch_shape=(), dtype="int32", name="trainlength")
    reshape = keras.ops.reshape(scalarinput, (-1, 4, 4, 3))
    # Conv/weights
    conv = keras.layers.Conv2D(
        CONV_FILTERS,
        (2, 2),
        strides=(2, 2),
        padding="valid",
        use_bias=False,
        activation="relu",
        name="conv",
    )
    conv_relu = conv(reshape)
    # Conv_1/weights
    conv_1 = keras.layers.Conv2D(
        CONV_1_FILTERS,
        (2, 2),
        strides=(1, 1),
        padding="valid",
        use_bias=False,
        activation="relu",
        name="conv_1",
    )
    conv_1_relu = conv_1(conv_relu)
    flatten_reshape = keras.ops.reshape(conv_1_relu, (-1, CONV_1_FILTERS))
    reshape_0 = tf2_lstm.ReshapeTo([None, None, CONV_1_FILTERS])
    reshape_1 = reshape_0(flatten_reshape, batch_size, trainlength)
    # TF1 scope: main_rnn
    main_rnn = build_main_rnn()
    main_rnn_outputs = main_rnn(
        {"inputs": reshape_1, "initial_state_c": zeros, "initial_state_h": zeros_1},
    )
    main_rnn_outputs_0 = main_rnn_outputs["outputs"]
    main_rnn_state_c = main_rnn_outputs["state_c"]
    main_rnn_state_h = main_rnn_outputs["state_h"]
    reshape_2 = keras.ops.reshape(main_rnn_outputs_0, (-1, MAIN_RNN_UNITS))
    split = keras.ops.split(reshape_2, 2, axis=1)
    split_0 = split[0]
    split_1 = split[1]
    # Variable_1
    variable_1 = keras.layers.Dense(1, use_bias=False, name="variable_1")
    matmul_1 = variable_1(split_1)
    # Variable
    variable = keras.layers.Dense(VARIABLE_UNITS, use_bias=False, name="variable")
    matmul = variable(split_0)
    mean = keras.ops.mean(matmul, axis=1, keepdims=True)
    sub = keras.ops.subtract(matmul, mean)
    add = keras.ops.add(matmul_1, sub)
    predict = keras.ops.argmax(add, axis=1)
    predict_0 = keras.ops.cast(predict, "int64")
    # qout is Qout:0
    # predict is predict:0
    # exit_3 is main_rnn/while/Exit_3:0
    # exit_4 is main_rnn/while/Exit_4:0
    return keras.Model(
        {
            "zeros": zeros,
            "zeros_1": zeros_1,
            "scalarinput": scalarinput,
            "batch_size": batch_size,
            "trainlength": trainlength,
        },
        {
            "qout": add,
            "predict": predict_0,
            "exit_3": main_rnn_state_c,
            "exit_4": main_rnn_state_h,
        },
        name="model",
    )


def load():
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model()
    model.load_weights(Path(__file__).with_suffix(".keras"))
    return model
