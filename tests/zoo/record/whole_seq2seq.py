"""Whole programs on tf.contrib.legacy_seq2seq, as the first translators were: lists of steps, loops in Python."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints
from tests.zoo.record.saving import program, save_frozen

cells = tf.nn.rnn_cell
legacy = tf.contrib.legacy_seq2seq

WORDS = 8


def _steps(kind, name, count):
    return [tf.placeholder(kind, [None], name=f"{name}{number}") for number in range(count)]


@whole_program(
    "the translator of the first tutorial, decoding: a word placeholder a step, attention, fed back"
)
def legacy_attention_seq2seq():
    encoder, decoder = _steps(tf.int32, "encoder", 4), _steps(tf.int32, "decoder", 3)
    w = tf.get_variable("proj_w", [6, WORDS])
    b = tf.get_variable("proj_b", [WORDS])
    outputs, _ = legacy.embedding_attention_seq2seq(
        encoder, decoder, cells.GRUCell(6), WORDS, WORDS, 5, output_projection=(w, b), feed_previous=True
    )
    logits = tf.stack([tf.matmul(one, w) + b for one in outputs], 1, name="logits")
    feeds = {one: ints(WORDS, "B") for one in [*encoder, *decoder]}
    return program(feeds, [logits], save=save_frozen(logits))


@whole_program("a forecast of curves: basic_rnn_seq2seq on floats, a stack of GRUs, one projection a step")
def legacy_basic_seq2seq():
    x = tf.placeholder(tf.float32, [None, 5, 2], name="x")
    steps = tf.unstack(x, axis=1)
    cell = cells.MultiRNNCell([cells.GRUCell(4), cells.GRUCell(4)])
    outputs, _ = legacy.basic_rnn_seq2seq(steps, [tf.zeros_like(steps[0]), *steps[1:]], cell)
    w = tf.Variable(tf.truncated_normal([4, 2]))
    b = tf.Variable(tf.truncated_normal([2]))
    scale = tf.Variable(0.5, name="output_scale_factor")
    curves = tf.stack([scale * (tf.matmul(one, w) + b) for one in outputs], 1, name="curves")
    return program({x: floats("B", 5, 2)}, [curves])


@whole_program(
    "one cell that reads and writes: tied_rnn_seq2seq, a loop function that feeds tanh of its output back"
)
def legacy_tied_seq2seq():
    x = tf.placeholder(tf.float32, [None, 4, 5], name="x")
    steps = tf.unstack(x, axis=1)
    outputs, state = legacy.tied_rnn_seq2seq(
        steps[:2], steps[2:], cells.BasicLSTMCell(5), loop_function=lambda before, _: tf.tanh(before)
    )
    both = tf.concat([*outputs, state.h], 1, name="both")
    return program({x: floats("B", 4, 5)}, [both])
