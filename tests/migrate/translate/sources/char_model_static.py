"""The Keras model of a whole TF1 inference graph; its weights are in the .keras file beside it."""

from pathlib import Path

import keras

import tf2_lstm

# Sizes: those of the weights that load() takes. A model of others begins untrained.
FULLY_CONNECTED_UNITS = 6
RNN_CELL_UNITS = 5
RNN_CELL_0_UNITS = 5


def build_rnn(dropout_rate=0.0):
    """Return the model without its weights.

    It is called with a dict of inputs, initial_state, and gives a dict of outputs,
    state.
    """
    # dropout_rate is 1 - pkeep:0; it acts with training=True only.
    # TF1 scope: rnn
    # TF1 call: static_rnn(cell=multi_rnn(cells=(dropout(cell=gru(num_units=5),
    # input_keep_prob=Fed(value=1.0)), dropout(cell=gru(num_units=5),
    # input_keep_prob=Fed(value=1.0))), state_is_tuple=False))
    # one_hot:0
    inputs = keras.Input((3, 6), name="inputs")
    # Hin:0
    initial_state = keras.Input(
        (RNN_CELL_UNITS + RNN_CELL_0_UNITS,),
        name="initial_state",
    )
    cell = keras.layers.GRUCell(RNN_CELL_UNITS, reset_after=False, name="cell")
    dropout = tf2_lstm.DropoutWrapper(cell, input_dropout=dropout_rate, name="dropout")
    cell_0 = keras.layers.GRUCell(RNN_CELL_0_UNITS, reset_after=False, name="cell_0")
    dropout_0 = tf2_lstm.DropoutWrapper(
        cell_0,
        input_dropout=dropout_rate,
        name="dropout_0",
    )
    multi_rnn = tf2_lstm.StackedRNNCells([dropout, dropout_0], name="multi_rnn")
    rnn = tf2_lstm.RNN(multi_rnn, return_sequences=True, return_state=True, name="rnn")
    initial_state_parts = keras.ops.split(initial_state, [RNN_CELL_UNITS], axis=1)
    outputs, *states = rnn(
        inputs,
        initial_state=[initial_state_parts[0], initial_state_parts[1]],
    )
    state = keras.ops.concatenate([states[0], states[1]], axis=-1)
    # outputs is stack:0
    # state is rnn/rnn/multi_rnn_cell/concat_2:0
    return keras.Model(
        {"inputs": inputs, "initial_state": initial_state},
        {"outputs": outputs, "state": state},
        name="rnn",
    )


def build_model(dropout_rate=0.0):
    """Return the model without its weights.

    It is called with a dict of x, hin, temperature, and gives a dict of yo, y, h.
    """
    # dropout_rate is 1 - pkeep:0; it acts with training=True only.
    # X:0
    x = keras.Input((3,), dtype="uint8", name="x")
    # Hin:0
    hin = keras.Input((RNN_CELL_UNITS + RNN_CELL_0_UNITS,), name="hin")
    # temperature:0
    temperature = keras.Input(batch_shape=(), name="temperature")
    one_hot = keras.ops.one_hot(x, 6, axis=-1, dtype="float32")
    # TF1 scope: rnn
    rnn = build_rnn(dropout_rate=dropout_rate)
    rnn_outputs = rnn({"inputs": one_hot, "initial_state": hin})
    rnn_outputs_0 = rnn_outputs["outputs"]
    rnn_state = rnn_outputs["state"]
    # fully_connected/weights, fully_connected/biases
    fully_connected = keras.layers.Dense(FULLY_CONNECTED_UNITS, name="fully_connected")
    fully_connected_1 = fully_connected(rnn_outputs_0)
    fully_connected_2 = keras.ops.reshape(
        fully_connected_1,
        (-1, FULLY_CONNECTED_UNITS),
    )
    truediv = keras.ops.divide(fully_connected_2, temperature)
    softmax = keras.ops.softmax(truediv)
    yo = keras.ops.reshape(softmax, (-1, 3, FULLY_CONNECTED_UNITS))
    argmax = keras.ops.argmax(yo, axis=2)
    argmax_0 = keras.ops.cast(argmax, "int64")
    y = keras.ops.cast(argmax_0, "uint8")
    # yo is Yo:0
    # y is Y:0
    # h is H:0
    return keras.Model(
        {"x": x, "hin": hin, "temperature": temperature},
        {"yo": yo, "y": y, "h": rnn_state},
        name="model",
    )


def load(dropout_rate=0.0):
    """Return the model with the weights of the .keras file beside this one."""
    model = build_model(dropout_rate)
    tf2_lstm.load_weights(model, Path(__file__).with_suffix(".keras"))
    return model
