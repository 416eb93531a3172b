"""Whole programs around loops that are none of an RNN: scans of gates, trees, maps over sentences, loops in loops."""

import numpy as np
import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints
from tests.zoo.record.saving import program, save_frozen, save_signatures
from tests.zoo.record.whole_attention import filled

cells = tf.nn.rnn_cell


@whole_program("a quasi-recurrent classifier: gates by masked convolutions over words, fo-pooling by tf.scan")
def quasi_rnn():
    width, units = 2, 4
    ids = tf.placeholder(tf.int32, [None, None], name="ids")
    x = tf.nn.embedding_lookup(tf.get_variable("embedding", [8, 3]), ids)
    padded = tf.pad(x, [[0, 0], [width - 1, 0], [0, 0]])
    gates = tf.nn.conv1d(padded, tf.get_variable("kernel", [width, 3, 3 * units]), 1, "VALID")
    gates = tf.nn.bias_add(gates, tf.get_variable("bias", [3 * units]))
    z, f, o = tf.split(tf.transpose(gates, [1, 0, 2]), 3, 2)
    z, f, o = tf.tanh(z), tf.sigmoid(f), tf.sigmoid(o)
    zero = tf.zeros([tf.shape(ids)[0], units])
    c = tf.scan(lambda before, now: now[0] * before + (1 - now[0]) * now[1], (f, z), zero, back_prop=False)
    h = tf.transpose(o * c, [1, 0, 2], name="hidden")
    scores = tf.layers.dense(tf.reduce_max(h, 1), 3, name="scores")
    named = tf.nn.log_softmax(scores, name="log_probabilities")
    return program({ids: ints(8, "B", "T")}, [named, h], named=True)


@whole_program(
    "a simple recurrent unit: one product for all steps, then a scan from both ends, as a frozen graph"
)
def simple_recurrent_unit():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")

    def sru(x, name, reverse):
        with tf.variable_scope(name):
            w = tf.get_variable("w", [4, 12])
            b = tf.get_variable("b", [8])
            u = tf.tensordot(tf.transpose(x, [1, 0, 2]), w, [[2], [0]])
            candidate, f, r = tf.split(u, 3, 2)
            f, r = tf.sigmoid(f + b[:4]), tf.sigmoid(r + b[4:])
            zero = tf.zeros([tf.shape(x)[0], 4])
            c = tf.scan(
                lambda c, now: now[0] * c + (1 - now[0]) * now[1], (f, candidate), zero, reverse=reverse
            )
            return tf.transpose(r * tf.tanh(c), [1, 0, 2]) + (1 - tf.transpose(r, [1, 0, 2])) * x

    both = tf.concat([sru(x, "forward", False), sru(x, "backward", True)], 2)
    scores = tf.reduce_logsumexp(tf.layers.dense(both, 3, name="dense"), 1, name="scores")
    return program({x: floats("B", "T", 4)}, [scores], save=save_frozen(scores))


@whole_program(
    "one sentence as a tree: nodes in the order of a parse, children read from an array that is written as it goes"
)
def tree_lstm():
    units = 3
    words = tf.placeholder(tf.int32, [None], name="node_words")
    left = tf.placeholder(tf.int32, [None], name="left_children")
    right = tf.placeholder(tf.int32, [None], name="right_children")
    leaf = tf.placeholder(tf.bool, [None], name="is_leaf")
    table = tf.get_variable("embeddings", [7, units])
    w1, b1 = tf.get_variable("W1", [2 * units, units]), tf.get_variable("b1", [1, units])
    count = tf.shape(words)[0]
    nodes = tf.TensorArray(
        tf.float32, size=count, clear_after_read=False, infer_shape=False, element_shape=[1, units]
    )

    def combine(array, number):
        both = tf.concat([array.read(tf.gather(left, number)), array.read(tf.gather(right, number))], 1)
        return tf.nn.relu(tf.matmul(both, w1) + b1)

    def body(array, number):
        value = tf.cond(
            tf.gather(leaf, number),
            lambda: tf.expand_dims(tf.gather(table, tf.gather(words, number)), 0),
            lambda: combine(array, number),
        )
        return array.write(number, value), number + 1

    nodes, _ = tf.while_loop(lambda _, number: number < count, body, [nodes, 0], parallel_iterations=1)
    logits = tf.matmul(nodes.concat(), tf.get_variable("U", [units, 2])) + tf.get_variable("bs", [2])
    root = tf.squeeze(tf.argmax(logits[-1:], 1), [0], name="root_prediction")
    named = tf.identity(logits, name="logits")

    def children(offset):
        def draw(generator, sizes):
            # leaves first: node k of the second half takes two of the nodes before it
            half = (sizes["T"] + 1) // 2
            return np.array(
                [max(0, k - half) + offset if k >= half else 0 for k in range(sizes["T"])], "int32"
            )

        return draw

    def leaves(generator, sizes):
        return np.arange(sizes["T"]) < (sizes["T"] + 1) // 2

    feeds = {words: ints(7, "T"), left: children(0), right: children(1), leaf: leaves}
    return program(feeds, [named, root])


@whole_program(
    "a document: tf.map_fn encodes each sentence by a convolution and a GRU of steps, pooled by its own length"
)
def mapped_sentences():
    units = 4
    document = tf.placeholder(tf.int32, [None, 4], name="document")
    lengths = tf.placeholder(tf.int32, [None], name="sentence_lengths")
    table = tf.get_variable("embedding", [9, 3])
    kernel = tf.get_variable("kernel", [2, 3, units])
    w = tf.get_variable("attention", [units, 1])

    def encode(given):
        ids, length = given
        x = tf.expand_dims(tf.nn.embedding_lookup(table, ids), 0)
        maps = tf.nn.relu(tf.nn.conv1d(x, kernel, 1, "SAME"))[0]
        weights = tf.nn.softmax(
            tf.squeeze(tf.matmul(maps, w), 1) + tf.log(tf.sequence_mask(length, 4, tf.float32) + 1e-9)
        )
        return tf.reduce_sum(tf.expand_dims(weights, 1) * maps, 0)

    sentences = tf.map_fn(encode, (document, lengths), dtype=tf.float32)
    _, end = tf.nn.dynamic_rnn(cells.GRUCell(units), tf.expand_dims(sentences, 0), dtype=tf.float32)
    probabilities = tf.nn.softmax(tf.layers.dense(end, 3, name="topic"), name="probabilities")
    feeds = {document: ints(9, "T", 4), lengths: lambda g, s: g.randint(1, 5, size=s["T"]).astype("int32")}
    return program(feeds, [probabilities, sentences], named=True)


@whole_program(
    "heads of attention one after another in a loop, inside of the loop that decodes: ids fed back, all by hand"
)
def nested_heads_decoder():
    units, heads, words = 4, 2, 6
    memory = tf.placeholder(tf.float32, [None, None, units], name="memory")
    steps = 3
    batch = tf.shape(memory)[0]
    table = tf.get_variable("embedding", [words, units])
    queries = tf.get_variable("queries", [heads, units, units])
    out_w = tf.get_variable("out_w", [2 * units, words])
    w = tf.get_variable("w", [2 * units, units])

    def step(time, ids, state, logits):
        x = tf.nn.embedding_lookup(table, ids)
        state = tf.tanh(tf.matmul(tf.concat([x, state], 1), w))

        def head(number, context):
            query = tf.matmul(state, queries[number])
            weights = tf.nn.softmax(tf.reduce_sum(memory * tf.expand_dims(query, 1), 2))
            return number + 1, context + tf.reduce_sum(memory * tf.expand_dims(weights, 2), 1)

        _, context = tf.while_loop(lambda number, _: number < heads, head, (0, tf.zeros_like(state)))
        scores = tf.matmul(tf.concat([state, context / heads], 1), out_w)
        return time + 1, tf.cast(tf.argmax(scores, 1), tf.int32), state, logits.write(time, scores)

    first = (0, tf.zeros([batch], tf.int32), tf.reduce_mean(memory, 1), tf.TensorArray(tf.float32, steps))
    _, ids, _, logits = tf.while_loop(lambda time, *_: time < steps, step, first)
    logits = tf.transpose(logits.stack(), [1, 0, 2], name="logits")
    last = tf.identity(ids, name="last_ids")
    return program({memory: floats("B", "T", units)}, [logits, last])


@whole_program(
    "a canned RNN classifier as the estimator exports it: sequence features, lengths of padding, the last step gathered"
)
def canned_classifier():
    ids = tf.placeholder(tf.int64, [None, None], name="tokens")
    prices = tf.placeholder(tf.float32, [None, None], name="prices")
    context = tf.placeholder(tf.float32, [None, 2], name="context")
    with tf.variable_scope("rnn"):
        with tf.variable_scope("sequence_input_layer"):
            table = tf.get_variable("tokens_embedding/embedding_weights", [9, 3])
            sequence = tf.nn.embedding_lookup(table, tf.maximum(ids, 0))
            there = tf.cast(tf.greater_equal(ids, 0), tf.float32)
            sequence = tf.concat([sequence, tf.expand_dims(prices, -1)], -1) * tf.expand_dims(there, -1)
            lengths = tf.cast(tf.reduce_sum(there, 1), tf.int64)
        tiled = tf.tile(tf.expand_dims(context, 1), [1, tf.shape(sequence)[1], 1])
        inputs = tf.concat([sequence, tiled], 2)
        cell = cells.MultiRNNCell([cells.BasicRNNCell(4), cells.GRUCell(3)])
        outputs, _ = tf.nn.dynamic_rnn(cell, inputs, lengths, dtype=tf.float32)
        batch, most = tf.unstack(tf.shape(outputs)[:2])
        flat = tf.reshape(outputs, [-1, 3])
        last = tf.gather(flat, tf.range(batch) * most + tf.cast(lengths, tf.int32) - 1)
        logits = tf.layers.dense(last, 3, name="logits")
    probabilities = tf.nn.softmax(logits, name="probabilities")
    classes = tf.expand_dims(tf.argmax(logits, 1), -1, name="class_ids")
    scores = tf.reduce_max(probabilities, 1, name="score")

    inputs = {"tokens": ids, "prices": prices, "context": context}
    outputs = {"probabilities": probabilities, "class_ids": classes}
    save = save_signatures(predict=(inputs, outputs), serving_default=(inputs, {"score": scores}))

    def tokens(generator, sizes):
        drawn, steps = generator.randint(9, size=(sizes["B"], sizes["T"])), filled()(generator, sizes)
        return np.where(np.arange(sizes["T"]) < steps[:, None], drawn, -1).astype("int64")

    feeds = {ids: tokens, prices: floats("B", "T"), context: floats("B", 2)}
    return program(feeds, [probabilities, classes, scores], save=save)


@whole_program(
    "a hypernetwork: a small LSTM scales the weights of a large one in each step, classifier by the last of each row"
)
def hyper_lstm():
    units, hyper, z = 4, 3, 2
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")

    class HyperLSTM(cells.RNNCell):
        state_size = (units, units, 2 * hyper)
        output_size = units

        def call(self, x, state):
            c, h, packed = state
            small = cells.BasicLSTMCell(hyper, state_is_tuple=False)
            given, packed = small(tf.concat([x, h], 1), packed)
            xs = tf.matmul(x, tf.get_variable("W_x", [3, 4 * units]))
            hs = tf.matmul(h, tf.get_variable("W_h", [units, 4 * units]))
            parts = []
            for number, one in enumerate(zip(tf.split(xs, 4, 1), tf.split(hs, 4, 1))):
                scaled = []
                for side, value in zip("xh", one):
                    inner = tf.layers.dense(given, z, name=f"z_{side}{number}")
                    alpha = tf.layers.dense(inner, units, use_bias=False, name=f"alpha_{side}{number}")
                    scaled.append(alpha * value)
                bias = tf.layers.dense(given, units, use_bias=False, name=f"beta_{number}")
                parts.append(tf.contrib.layers.layer_norm(scaled[0] + scaled[1] + bias, scope=f"ln_{number}"))
            i, j, f, o = parts
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(j)
            h = tf.tanh(c) * tf.sigmoid(o)
            return h, (c, h, packed)

    outputs, _ = tf.nn.dynamic_rnn(HyperLSTM(), x, sizes, dtype=tf.float32)
    rows = tf.stack([tf.range(tf.shape(x)[0]), sizes - 1], 1)
    last = tf.gather_nd(outputs, rows, name="last")
    scores = tf.layers.dense(last, 3, activation=tf.nn.softmax, name="scores")
    named = tf.identity(scores, name="probabilities")
    return program({x: floats("B", "T", 3), sizes: filled()}, [named])
