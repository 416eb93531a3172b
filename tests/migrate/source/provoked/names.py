"""Names that are gone."""

import importlib

import keras
import tensorflow as tf

v1 = tf.compat.v1


def _model():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])


PROVOKED = {
    "no-contrib": lambda folder: tf.contrib.rnn,
    "no-module-contrib": lambda folder: importlib.import_module("tensorflow.contrib.rnn"),
    "no-contrib-in-compat": lambda folder: v1.contrib,
    "no-rnn-cell": lambda folder: tf.nn.rnn_cell,
    "no-dynamic-rnn": lambda folder: tf.nn.dynamic_rnn,
    "no-bidirectional": lambda folder: tf.nn.bidirectional_dynamic_rnn,
    "not-with-keras-3": lambda folder: v1.nn.rnn_cell.BasicLSTMCell(4),
    "keras-cell-in-dynamic-rnn": lambda folder: v1.nn.dynamic_rnn(
        keras.layers.LSTMCell(4), tf.zeros((2, 3, 4)), dtype="float32"
    ),
    "no-tf1-name": lambda folder: tf.placeholder,
    "no-tf1-optimizer": lambda folder: tf.train.AdamOptimizer,
    "no-saver": lambda folder: tf.train.Saver,
    "no-cudnn-layer": lambda folder: tf.keras.layers.CuDNNLSTM,
    "no-track-tf1": lambda folder: keras.utils.track_tf1_style_variables,
    "no-addons": lambda folder: importlib.import_module("tensorflow_addons"),
    "no-estimator": lambda folder: tf.estimator,
    "no-legacy-optimizer": lambda folder: keras.optimizers.legacy.Adam(),
    "no-zero-state": lambda folder: keras.layers.LSTMCell(4).zero_state(2, "float32"),
    "no-value-of-a-size": lambda folder: tf.ones((2, 3)).shape[0].value,
    "no-get-shape": lambda folder: keras.Input((None, 3)).get_shape(),
    "no-fit-generator": lambda folder: _model().fit_generator,
    "no-keep-prob": lambda folder: tf.nn.dropout(tf.ones(3), keep_prob=0.5),
}
