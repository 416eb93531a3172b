"""Whole programs that hold two texts against each other."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import ints, lengths, value
from tests.zoo.record.saving import program, save_signatures

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


@whole_program(
    "a siamese BiLSTM over one embedding, cosine of normalised ends; the encoder is served alone too"
)
def siamese_cosine():
    query = tf.placeholder(tf.int32, [None, 5], name="query")
    document = tf.placeholder(tf.int32, [None, 5], name="document")
    keep = tf.placeholder_with_default(1.0, [], name="keep_prob")
    with tf.device("/cpu:0"), tf.name_scope("embedding"):
        table = tf.get_variable("char_embedding", [13, 4])

    def encoded(words, reuse):
        with tf.variable_scope("side", reuse=reuse):
            inputs = tf.nn.embedding_lookup(table, words)
            steps = tf.unstack(tf.transpose(inputs, perm=[1, 0, 2]))

            def one():
                return cells.DropoutWrapper(cells.BasicLSTMCell(3, forget_bias=1.0), output_keep_prob=keep)

            outputs, _, _ = tf.nn.static_bidirectional_rnn(one(), one(), steps, dtype=tf.float32)
            return tf.nn.l2_normalize(outputs[-1], 1)

    left, right = encoded(query, False), encoded(document, True)
    left = tf.identity(left, name="query_vector")
    score = tf.reduce_sum(tf.multiply(left, right), axis=1, name="cosine")
    distance = tf.sqrt(tf.reduce_sum(tf.square(tf.subtract(left, right)), 1, keep_dims=True))
    norms = tf.sqrt(tf.reduce_sum(tf.square(left), 1, keep_dims=True))
    norms = tf.add(norms, tf.sqrt(tf.reduce_sum(tf.square(right), 1, keep_dims=True)))
    distance = tf.reshape(tf.div(distance, norms), [-1], name="distance")
    signatures = {
        "serving_default": ({"query": query, "document": document}, {"cosine": score, "distance": distance}),
        "encode": ({"query": query}, {"vector": left}),
    }
    feeds = {query: ints(13, "B", 5), document: ints(13, "B", 5), keep: value(1.0)}
    return program(feeds, [score, distance, left], save=save_signatures(**signatures))


@whole_program(
    "a span of an answer as BiDAF finds it: similarity, attention both ways, two pointers, the best span"
)
def bidaf_span():
    context = tf.placeholder(tf.int32, [None, None], name="context")
    question = tf.placeholder(tf.int32, [None, None], name="question")
    c_mask, q_mask = (tf.cast(one, tf.bool) for one in (context, question))
    c_sizes, q_sizes = (tf.reduce_sum(tf.cast(one, tf.int32), axis=1) for one in (c_mask, q_mask))
    table = tf.get_variable("word_mat", [14, 4], trainable=False)

    def encoded(inputs, sizes, scope, reuse=None):
        with tf.variable_scope(scope, reuse=reuse):
            outputs, _ = tf.nn.bidirectional_dynamic_rnn(
                cells.LSTMCell(2), cells.LSTMCell(2), inputs, sizes, dtype=tf.float32
            )
            return tf.concat(outputs, 2)

    c = encoded(tf.nn.embedding_lookup(table, context), c_sizes, "encoding")
    q = encoded(tf.nn.embedding_lookup(table, question), q_sizes, "encoding", reuse=True)
    steps, asked = tf.shape(context)[1], tf.shape(question)[1]
    with tf.variable_scope("bidaf"):
        c_tiled = tf.tile(tf.expand_dims(c, 2), [1, 1, asked, 1])
        q_tiled = tf.tile(tf.expand_dims(q, 1), [1, steps, 1, 1])
        weights = tf.get_variable("w_s", [12])
        joined = tf.concat([c_tiled, q_tiled, c_tiled * q_tiled], -1)
        similarity = tf.reduce_sum(joined * weights, axis=-1)
        hidden = 1.0 - tf.cast(tf.expand_dims(q_mask, 1), tf.float32)
        similarity = similarity + hidden * -1e30
        to_question = tf.matmul(tf.nn.softmax(similarity), q)
        highest = tf.reduce_max(similarity, axis=2) + (1.0 - tf.cast(c_mask, tf.float32)) * -1e30
        to_context = tf.matmul(tf.expand_dims(tf.nn.softmax(highest), 1), c)
        attended = tf.concat([c, to_question, c * to_question, c * to_context], -1)
    with tf.variable_scope("modeling"):
        modelled, _ = tf.nn.dynamic_rnn(cells.GRUCell(3), attended, c_sizes, dtype=tf.float32)

    def pointer(inputs, name):
        scores = tf.squeeze(tf.layers.dense(inputs, 1, use_bias=False, name=name), -1)
        return tf.nn.softmax(scores + (1.0 - tf.cast(c_mask, tf.float32)) * -1e30)

    start = pointer(tf.concat([attended, modelled], -1), "start")
    end = pointer(tf.concat([attended, tf.tanh(modelled)], -1), "end")
    outer = tf.matmul(tf.expand_dims(start, axis=2), tf.expand_dims(end, axis=1))
    outer = tf.matrix_band_part(outer, 0, 3)
    first = tf.argmax(tf.reduce_max(outer, axis=2), axis=1, name="start_index")
    last = tf.argmax(tf.reduce_max(outer, axis=1), axis=1, name="end_index")

    def padded(generator, sizes):
        drawn = generator.randint(1, 14, (sizes["B"], sizes["T"]))
        drawn[1, -2:] = 0
        return drawn.astype("int32")

    feeds = {context: padded, question: ints(14, "B", 3)}
    return program(feeds, [start, end, first, last], named=True)
