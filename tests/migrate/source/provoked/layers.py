"""Layers and optimizers of Keras 3."""

import keras
import numpy as np
import tensorflow as tf

LSTM = keras.layers.LSTM
X = np.ones((2, 3, 4), "float32")


def _built(layer, depth=3):
    layer.build((None, None, depth))
    return layer


def _unpacked(folder):
    _outputs, _state = LSTM(4, return_sequences=True, return_state=True)(X)


def _flat_state(folder):
    cells = [keras.layers.LSTMCell(4), keras.layers.LSTMCell(4)]
    keras.layers.RNN(cells)(X, initial_state=[tf.zeros((2, 4))] * 4)


def _matrix(folder):
    layer = LSTM(4)
    layer(X)
    layer(np.ones((2, 3, 5), "float32"))


def _another_batch(folder):
    layer = LSTM(4, stateful=True)
    layer(X)
    layer(np.ones((5, 3, 4), "float32"))


def _traced(function, **options):
    return lambda folder: tf.function(function, **options)(tf.ones(3))


def _made_inside(folder):
    function = tf.function(lambda: tf.Variable(1.0))
    function()
    function()


def _labels(folder):
    labels, logits = tf.zeros((2, 3), tf.int32), tf.zeros((2, 4))
    tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)


def _second_model(folder):
    optimizer = keras.optimizers.SGD()
    optimizer.build(_built(keras.layers.Dense(1)).trainable_variables)
    optimizer.apply([tf.ones((3, 2)), tf.ones(2)], _built(keras.layers.Dense(2)).trainable_variables)


def _free_batch(folder):
    keras.Sequential([keras.Input((None, 3)), LSTM(4)]).export("exported", verbose=False)
    tf.lite.TFLiteConverter.from_saved_model("exported").convert()


PROVOKED = {
    "time-major": lambda folder: LSTM(4, time_major=True),
    "tf1-argument": lambda folder: LSTM(4, batch_input_shape=(1, 2, 3)),
    "no-units": lambda folder: keras.layers.LSTMCell(num_units=4),
    "optimizer-argument": lambda folder: keras.optimizers.Adam(lr=0.1),
    "too-many-values": _unpacked,
    "list-index": _flat_state,
    "no-states": lambda folder: keras.layers.GRUCell(4)(tf.ones((2, 3))),
    "ndim": lambda folder: LSTM(4)(np.ones((2, 3))),
    "matrix-size": _matrix,
    "set-weights-length": lambda folder: _built(LSTM(4)).set_weights([np.ones((7, 16)), np.ones(16)]),
    "set-weights-shape": lambda folder: _built(keras.layers.GRU(4)).set_weights(
        [np.ones((3, 12)), np.ones((4, 12)), np.ones(12)]
    ),
    "stateful-batch": lambda folder: LSTM(4, stateful=True)(keras.Input((None, 3))),
    "stateful-another-batch": _another_batch,
    "keras-tensor": lambda folder: tf.reshape(keras.Input((3,)), [-1]),
    "input-shape": lambda folder: keras.Sequential([keras.Input((None, 3)), LSTM(4)])(np.ones((2, 3))),
    "symbolic-bool": _traced(lambda x: bool(x[0] > 0), autograph=False),
    "symbolic-iteration": _traced(lambda x: list(x), autograph=False),
    "symbolic-to-numpy": _traced(np.array),
    "symbolic-numpy": _traced(lambda x: x.numpy(), autograph=False),
    "variable-in-function": _made_inside,
    "labels-rank": _labels,
    "index-out-of-range": lambda folder: tf.nn.embedding_lookup(tf.ones((3, 2)), tf.constant([5])),
    "unknown-variable": _second_model,
    "tf-lite-list": _free_batch,
}
