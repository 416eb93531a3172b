"""Whole programs that hold two texts against each other."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import ints, lengths
from tests.zoo.record.saving import program

cells = tf.nn.rnn_cell


@whole_program("a siamese LSTM of shared weights: exp(-L1) of the last states of two questions")
def siamese_manhattan():
    left = tf.placeholder(tf.int32, [None, None], name="question1")
    right = tf.placeholder(tf.int32, [None, None], name="question2")
    left_sizes = tf.placeholder(tf.int32, [None], name="len1")
    right_sizes = tf.placeholder(tf.int32, [None], name="len2")
    table = tf.get_variable("embedding", [12, 4])

    def encoded(words, sizes, reuse):
        with tf.variable_scope("encoder", reuse=reuse):
            cell = cells.BasicLSTMCell(5)
            inputs = tf.nn.embedding_lookup(table, words)
            return tf.nn.dynamic_rnn(cell, inputs, sequence_length=sizes, dtype=tf.float32)[1].h

    ends = encoded(left, left_sizes, False), encoded(right, right_sizes, True)
    distance = tf.reduce_sum(tf.abs(ends[0] - ends[1]), axis=1, keepdims=True)
    similarity = tf.exp(-distance, name="similarity")
    same = tf.cast(similarity > 0.5, tf.int32, name="same")
    feeds = {
        left: ints(12, "B", "T"),
        right: ints(12, "B", "T"),
        left_sizes: lengths(),
        right_sizes: lengths(),
    }
    return program(feeds, [similarity, same], named=True)
