"""Whole programs with a memory of their own: addressed by content and place, convolved, a grid that is an algorithm."""

import numpy as np
import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints
from tests.zoo.record.saving import program, save_frozen

cells = tf.nn.rnn_cell


def _similar(memory, keys, strengths):
    """How like each key each row of a memory is, as a distribution: [B, K, N]."""
    dots = tf.matmul(keys, memory, adjoint_b=True)
    norms = [tf.sqrt(tf.reduce_sum(one * one, axis=2, keepdims=True) + 1e-6) for one in (keys, memory)]
    cosine = dots / (tf.matmul(norms[0], norms[1], adjoint_b=True) + 1e-6)
    return tf.nn.softmax(cosine * tf.expand_dims(tf.nn.softplus(strengths) + 1, -1))


@whole_program(
    "a differentiable neural computer: content, usage by sorting, allocation by a running product, links in time"
)
def dnc_memory():
    slots, width, reads, units, out = 4, 3, 2, 5, 3

    class DNC(cells.RNNCell):
        # memory, usage, links, precedence, read weights, write weights, read words, c, h
        state_size = (
            tf.TensorShape([slots, width]),
            slots,
            tf.TensorShape([slots, slots]),
            slots,
            tf.TensorShape([reads, slots]),
            slots,
            tf.TensorShape([reads, width]),
            units,
            units,
        )
        output_size = out

        def call(self, x, state):
            memory, usage, links, precedence, reading, writing, words, c, h = state
            flat = tf.concat([x, tf.layers.flatten(words)], 1)
            hidden, (c, h) = cells.LSTMCell(units)(flat, cells.LSTMStateTuple(c, h))

            def linear(name, *dims):
                made = tf.layers.dense(hidden, int(np.prod(dims)), name=name)
                return tf.reshape(made, [-1, *dims]) if len(dims) > 1 else made

            free = tf.sigmoid(linear("free_gate", reads))
            erase, vector = tf.sigmoid(linear("erase", width)), linear("write", width)
            allocation_gate, write_gate = (
                tf.sigmoid(linear(name, 1)) for name in ("alloc_gate", "write_gate")
            )
            modes = tf.nn.softmax(linear("read_modes", reads, 3))

            usage = usage + (1 - usage) * writing
            usage = usage * tf.reduce_prod(1 - tf.expand_dims(free, -1) * reading, 1)
            content = _similar(memory, linear("write_key", 1, width), linear("write_strength", 1))[:, 0]
            shy = 1e-6 + (1 - 1e-6) * usage
            sorted_nonusage, places = tf.nn.top_k(1 - shy, slots)
            sorted_usage = 1 - sorted_nonusage
            product = tf.cumprod(sorted_usage, axis=1, exclusive=True)
            ordered = sorted_nonusage * product
            inverse = tf.map_fn(tf.invert_permutation, places)
            rows = tf.range(tf.shape(x)[0])[:, None] + tf.zeros_like(inverse)
            allocation = tf.gather_nd(ordered, tf.stack([rows, inverse], 2))
            writing = write_gate * (allocation_gate * allocation + (1 - allocation_gate) * content)

            keep = 1 - tf.expand_dims(writing, 2) * tf.expand_dims(erase, 1)
            memory = memory * keep + tf.matmul(tf.expand_dims(writing, 2), tf.expand_dims(vector, 1))
            to, come = tf.expand_dims(writing, 2), tf.expand_dims(writing, 1)
            links = (1 - to - come) * links + to * tf.expand_dims(precedence, 1)
            links = tf.matrix_set_diag(links, tf.zeros_like(usage))
            precedence = (1 - tf.reduce_sum(writing, 1, keepdims=True)) * precedence + writing

            found = _similar(memory, linear("read_keys", reads, width), linear("read_strengths", reads))
            forward = tf.matmul(reading, links, adjoint_b=True)
            backward = tf.matmul(reading, links)
            parts = tf.unstack(tf.expand_dims(modes, 2), 3, axis=3)
            reading = parts[0] * backward + parts[1] * found + parts[2] * forward
            words = tf.matmul(reading, memory)
            y = tf.layers.dense(tf.concat([hidden, tf.layers.flatten(words)], 1), out, name="output")
            new = (memory, usage, links, precedence, reading, writing, words, c, h)
            return tf.clip_by_value(y, -20, 20), new

    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    cell = DNC()
    y, state = tf.nn.dynamic_rnn(cell, x, time_major=True, dtype=tf.float32)
    y = tf.sigmoid(y, name="bits")
    return program({x: floats("T", "B", 3)}, [y, state[0], state[4]])


@whole_program(
    "a step of a neural Turing machine: its state is fed, a head shifts by a circular convolution and sharpens"
)
def turing_machine_step():
    slots, width, units = 5, 3, 4
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    memory = tf.placeholder(tf.float32, [None, slots, width], name="memory")
    before = tf.placeholder(tf.float32, [None, slots], name="weights")
    c, h = (tf.placeholder(tf.float32, [None, units], name=name) for name in "ch")
    read = tf.squeeze(tf.matmul(tf.expand_dims(tf.nn.softmax(before), 1), memory), 1)
    output, (new_c, new_h) = cells.BasicLSTMCell(units)(tf.concat([x, read], 1), cells.LSTMStateTuple(c, h))
    parameters = tf.layers.dense(output, width + 1 + 1 + 3 + 1, name="head")
    key, beta, gate, shift, gamma = tf.split(parameters, [width, 1, 1, 3, 1], 1)
    key = tf.tanh(key)
    inner = tf.squeeze(tf.matmul(memory, tf.expand_dims(key, 2)), 2)
    norms = tf.norm(memory, axis=2) * tf.norm(key, axis=1, keep_dims=True)
    content = tf.nn.softmax(tf.nn.softplus(beta) * inner / (norms + 1e-8))
    gate = tf.sigmoid(gate)
    mixed = gate * content + (1 - gate) * tf.nn.softmax(before)
    shift = tf.nn.softmax(shift)
    shift = tf.concat([shift[:, :2], tf.zeros([tf.shape(x)[0], slots - 3]), shift[:, -1:]], 1)
    turned = tf.concat([tf.reverse(shift, [1]), tf.reverse(shift, [1])], 1)
    matrix = tf.stack([turned[:, slots - i - 1 : 2 * slots - i - 1] for i in range(slots)], 1)
    moved = tf.reduce_sum(tf.expand_dims(mixed, 1) * matrix, 2)
    sharp = tf.pow(moved, tf.log(tf.exp(gamma) + 1) + 1)
    weights = tf.divide(sharp, tf.reduce_sum(sharp, 1, keepdims=True), name="new_weights")
    erase, add = tf.split(tf.layers.dense(output, 2 * width, name="writer"), 2, 1)
    column = tf.expand_dims(weights, 2)
    memory_out = memory * (1 - column * tf.expand_dims(tf.sigmoid(erase), 1)) + column * tf.expand_dims(
        add, 1
    )
    feeds = {x: floats("B", 3), memory: floats("B", slots, width), before: floats("B", slots)}
    feeds.update({c: floats("B", units), h: floats("B", units)})
    return program(feeds, [weights, memory_out, new_c, new_h], named=True)


@whole_program(
    "a grid of states that a gated convolution rewrites as often as the input is long: an algorithm that is learnt"
)
def neural_gpu():
    maps, letters, width = 4, 5, 2
    ids = tf.placeholder(tf.int32, [None, None], name="digits")
    table = tf.get_variable("embedding", [letters, maps])
    first = tf.tanh(tf.nn.embedding_lookup(table, ids))
    state = tf.concat(
        [tf.expand_dims(first, 2), tf.zeros_like(tf.tile(tf.expand_dims(first, 2), [1, 1, width - 1, 1]))], 2
    )

    def conv(x, name, bias):
        kernel = tf.get_variable(name + "_k", [3, 3, maps, maps])
        return tf.nn.conv2d(x, kernel, [1, 1, 1, 1], "SAME") + tf.get_variable(name + "_b", [maps]) + bias

    def cgru(step, state):
        with tf.variable_scope("cgru", reuse=tf.AUTO_REUSE):
            reset = tf.sigmoid(conv(state, "reset", 1.0))
            gate = tf.minimum(1.0, tf.maximum(0.0, 1.2 * tf.sigmoid(conv(state, "gate", 1.0)) - 0.1))
            return step + 1, gate * state + (1 - gate) * tf.tanh(conv(reset * state, "candidate", 0.0))

    _, state = tf.while_loop(lambda step, _: step < tf.shape(ids)[1], cgru, (tf.constant(0), state))
    logits = tf.layers.dense(state[:, :, 0], letters, name="output")
    answer = tf.argmax(logits, 2, name="answer")
    return program({ids: ints(letters, "B", "T")}, [logits, answer], named=True)


@whole_program(
    "frames of a video: ConvLSTM of contrib over time, a frame predicted by a convolution, as it was trained"
)
def conv_lstm_video():
    frames = tf.placeholder(tf.float32, [None, None, 4, 4, 2], name="frames")
    cell = tf.contrib.rnn.ConvLSTMCell(2, [4, 4, 2], 3, [3, 3], name="conv_lstm")
    outputs, state = tf.nn.dynamic_rnn(cell, frames, dtype=tf.float32)
    flat = tf.reshape(outputs, [-1, 4, 4, 3])
    made = tf.layers.conv2d(flat, 2, 1, activation=tf.nn.sigmoid, name="to_frame")
    predicted = tf.reshape(made, tf.shape(frames), name="predicted")
    up = tf.image.resize_nearest_neighbor(made, [8, 8])
    mean = tf.reduce_mean(up, [1, 2], name="brightness")
    return program({frames: floats("B", "T", 4, 4, 2)}, [predicted, mean, state[1]], named=True)


@whole_program(
    "a memory network: three hops over sentences as bags of words with positions, by hand, a frozen graph"
)
def memory_network():
    words, width = 8, 4
    story = tf.placeholder(tf.int32, [None, None, 3], name="story")
    query = tf.placeholder(tf.int32, [None, 3], name="query")
    a = tf.concat([tf.zeros([1, width]), tf.get_variable("A", [words - 1, width])], 0)
    c = tf.concat([tf.zeros([1, width]), tf.get_variable("C", [words - 1, width])], 0)
    encoding = tf.constant(np.linspace(0.2, 1.5, 12).reshape(3, width).astype("float32"))
    u = tf.reduce_sum(tf.nn.embedding_lookup(a, query) * encoding, 1)
    h = tf.get_variable("H", [width, width])
    for _ in range(3):
        memory = tf.reduce_sum(tf.nn.embedding_lookup(a, story) * encoding, 2)
        dotted = tf.reduce_sum(memory * tf.transpose(tf.expand_dims(u, -1), [0, 2, 1]), 2)
        probabilities = tf.transpose(tf.expand_dims(tf.nn.softmax(dotted), -1), [0, 2, 1])
        given = tf.transpose(tf.reduce_sum(tf.nn.embedding_lookup(c, story) * encoding, 2), [0, 2, 1])
        u = tf.nn.relu(tf.matmul(u, h) + tf.reduce_sum(given * probabilities, 2))
    scores = tf.matmul(u, c, transpose_b=True, name="scores")
    best = tf.argmax(scores, 1, name="best")
    feeds = {story: ints(words, "B", "T", 3), query: ints(words, "B", 3)}
    return program(feeds, [scores, best], save=save_frozen(scores, best), named=True)
