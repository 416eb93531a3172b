"""Whole programs that say of a text which of some classes it is."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import ints, value
from tests.zoo.record.saving import program

cells = tf.nn.rnn_cell


@whole_program(
    "a text CNN: filters of several widths over embedded words, the maximum over time of each, dropout"
)
def text_cnn():
    words = tf.placeholder(tf.int32, [None, 8], name="input_x")
    keep = tf.placeholder(tf.float32, name="dropout_keep_prob")
    with tf.name_scope("embedding"):
        table = tf.Variable(tf.random_uniform([20, 4], -1.0, 1.0), name="W")
        embedded = tf.expand_dims(tf.nn.embedding_lookup(table, words), -1)
    pooled = []
    for width in (2, 3, 4):
        with tf.name_scope(f"conv-maxpool-{width}"):
            kernel = tf.Variable(tf.truncated_normal([width, 4, 1, 3], stddev=0.1), name="W")
            bias = tf.Variable(tf.constant(0.1, shape=[3]), name="b")
            conv = tf.nn.conv2d(embedded, kernel, strides=[1, 1, 1, 1], padding="VALID", name="conv")
            hidden = tf.nn.relu(tf.nn.bias_add(conv, bias), name="relu")
            sizes = [1, 8 - width + 1, 1, 1]
            pooled.append(tf.nn.max_pool(hidden, sizes, strides=[1, 1, 1, 1], padding="VALID", name="pool"))
    flat = tf.reshape(tf.concat(pooled, 3), [-1, 9])
    with tf.name_scope("dropout"):
        dropped = tf.nn.dropout(flat, keep)
    with tf.name_scope("output"):
        kernel = tf.get_variable("W", shape=[9, 2])
        bias = tf.Variable(tf.constant(0.1, shape=[2]), name="b")
        scores = tf.nn.xw_plus_b(dropped, kernel, bias, name="scores")
        predictions = tf.argmax(scores, 1, name="predictions")
    return program({words: ints(20, "B", 8), keep: value(1.0)}, [scores, predictions], named=True)
