"""Whole programs that say of a text which of some classes it is."""

import numpy as np
import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import ints, lengths, shorter, value
from tests.zoo.record.saving import program, save_frozen
from tf2_lstm.migrate.equivalence.inputs import wide

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


@whole_program("a convolution over words, pooled by two, then a GRU whose last state is classified")
def cnn_gru_classifier():
    words = tf.placeholder(tf.int32, [None, None], name="text")
    training = tf.placeholder_with_default(False, [], name="is_training")
    embedded = tf.contrib.layers.embed_sequence(words, vocab_size=15, embed_dim=4, scope="words")
    conv = tf.layers.conv1d(embedded, 6, 3, padding="same", activation=tf.nn.relu)
    pooled = tf.layers.max_pooling1d(conv, pool_size=2, strides=2, padding="same")
    dropped = tf.layers.dropout(pooled, rate=0.4, training=training)
    _, state = tf.nn.dynamic_rnn(cells.GRUCell(5), dropped, dtype=tf.float32)
    hidden = tf.contrib.layers.fully_connected(state, 4, activation_fn=tf.nn.relu)
    logits = tf.contrib.layers.fully_connected(hidden, 3, activation_fn=None)
    predictions = {"class": tf.argmax(logits, 1), "prob": tf.nn.softmax(logits, name="prob")}
    feeds = {words: ints(15, "B", "T"), training: value(False, "bool")}
    return program(feeds, [predictions["class"], predictions["prob"]])


def _attended(inputs, size, scope):
    """The attention of a hierarchical attention network: a vector of its own asks the steps."""
    with tf.variable_scope(scope):
        context = tf.get_variable("attention_context_vector", shape=[size], dtype=tf.float32)
        projected = tf.contrib.layers.fully_connected(inputs, size, activation_fn=tf.tanh)
        attention = tf.reduce_sum(tf.multiply(projected, context), axis=2, keep_dims=True)
        weights = tf.nn.softmax(attention, dim=1)
        return tf.reduce_sum(tf.multiply(projected, weights), axis=1), weights


@whole_program(
    "a hierarchical attention network: words of sentences, sentences of documents, attention over each"
)
def hierarchical_attention():
    documents = tf.placeholder(tf.int32, [None, None, None], name="inputs")
    word_sizes = tf.placeholder(tf.int32, [None, None], name="word_lengths")
    sentence_sizes = tf.placeholder(tf.int32, [None], name="sentence_lengths")
    document_size, sentence_size, word_size = tf.unstack(tf.shape(documents))
    with tf.variable_scope("embedding"):
        table = tf.get_variable("embedding_matrix", [14, 4])
        embedded = tf.nn.embedding_lookup(table, documents)
    words = tf.reshape(embedded, [document_size * sentence_size, word_size, 4])

    def both(inputs, sizes, scope):
        with tf.variable_scope(scope):
            (forward, backward), _ = tf.nn.bidirectional_dynamic_rnn(
                cells.GRUCell(3), cells.GRUCell(3), inputs, sequence_length=sizes, dtype=tf.float32
            )
            return tf.concat((forward, backward), 2)

    flat_sizes = tf.reshape(word_sizes, [document_size * sentence_size])
    encoded = both(words, flat_sizes, "word")
    of_words, _ = _attended(encoded, 4, "word_attention")
    sentences = tf.reshape(of_words, [document_size, sentence_size, 4])
    of_sentences, weights = _attended(both(sentences, sentence_sizes, "sentence"), 4, "sentence_attention")
    logits = tf.contrib.layers.fully_connected(of_sentences, 3, activation_fn=None)
    prediction = tf.argmax(logits, axis=-1, name="prediction")
    inner = lambda generator, sizes: generator.randint(1, 4, (sizes["B"], sizes["T"])).astype("int32")  # noqa: E731
    feeds = {documents: ints(14, "B", "T", 3), word_sizes: inner, sentence_sizes: lengths()}
    return program(feeds, [logits, prediction, tf.squeeze(weights, 2, name="importance")], named=True)


@whole_program("structured self-attention: several rows of weights over the outputs of a BiLSTM, frozen")
def self_attention():
    words = tf.placeholder(tf.int32, [None, 6], name="input_text")
    keep = tf.placeholder(tf.float32, name="keep_prob")
    table = tf.Variable(tf.random_uniform([16, 4]), name="W_text")
    with tf.name_scope("bi-lstm"):
        sizes = tf.cast(tf.reduce_sum(tf.sign(tf.abs(words)), reduction_indices=1), tf.int32)
        outputs, _ = tf.nn.bidirectional_dynamic_rnn(
            cell_fw=cells.LSTMCell(3),
            cell_bw=cells.LSTMCell(3),
            inputs=tf.nn.embedding_lookup(table, words),
            sequence_length=sizes,
            dtype=tf.float32,
        )
        hidden = tf.concat(outputs, axis=2)
    with tf.name_scope("self-attention"):
        first = tf.get_variable("W_s1", [6, 4])
        second = tf.get_variable("W_s2", [4, 2])
        flat = tf.matmul(tf.tanh(tf.matmul(tf.reshape(hidden, [-1, 6]), first)), second)
        attention = tf.nn.softmax(tf.transpose(tf.reshape(flat, [-1, 6, 2]), [0, 2, 1]), name="attention")
    sentence = tf.reshape(tf.matmul(attention, hidden), [-1, 12])
    dropped = tf.nn.dropout(tf.nn.relu(tf.layers.dense(sentence, 5)), keep)
    logits = tf.layers.dense(dropped, 2, name="logits")
    transposed = tf.transpose(attention, perm=[0, 2, 1])
    product = tf.matmul(attention, transposed)
    penalty = tf.square(tf.norm(product - tf.eye(2), axis=[-2, -1], ord="fro"), name="penalty")
    feeds = {words: ints(16, "B", 6), keep: value(1.0)}
    outputs = [tf.nn.softmax(logits, name="scores"), penalty, attention]
    return program(feeds, outputs, save=save_frozen(*outputs), named=True)


@whole_program("the language of a text: bytes in a bucket of one length, the mean of what is before the end")
def language_identification():
    letters = tf.placeholder(tf.int64, [None, None], name="bytes")
    sizes = tf.placeholder(tf.int64, [None], name="lengths")
    one_hot = tf.one_hot(letters, 12)
    cell = cells.MultiRNNCell([cells.GRUCell(4), cells.GRUCell(3)])
    outputs, _ = tf.nn.dynamic_rnn(cell, one_hot, sequence_length=sizes, dtype=tf.float32)
    mask = tf.expand_dims(tf.sequence_mask(sizes, tf.shape(letters)[1], dtype=tf.float32), -1)
    total = tf.reduce_sum(outputs * mask, axis=1)
    mean = total / tf.maximum(tf.cast(tf.expand_dims(sizes, 1), tf.float32), 1.0)
    last = tf.gather_nd(
        outputs, tf.stack([tf.range(tf.shape(letters)[0]), tf.maximum(tf.cast(sizes, tf.int32) - 1, 0)], 1)
    )
    logits = tf.layers.dense(tf.concat([mean, last], 1), 5)
    values, indices = tf.nn.top_k(tf.nn.softmax(logits), k=3, name="top")

    def drawn(generator, sizes):
        return generator.randint(12, size=(sizes["B"], sizes["T"])).astype("int64")

    feeds = {letters: drawn, sizes: lambda generator, sizes: shorter()(generator, sizes).astype("int64")}
    return program(feeds, [values, indices])


@whole_program(
    "a post of words and of weighted tags, any number of them: rows of a table, averaged for each post"
)
def tagged_posts():
    words = tf.placeholder(tf.int32, [None, None], name="words")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    tags, weights = (tf.sparse_placeholder(dtype, name=name) for dtype, name in _TAGS)
    read = tf.nn.embedding_lookup(tf.get_variable("word_table", [11, 3]), words)
    _, state = tf.nn.dynamic_rnn(cells.GRUCell(4), read, sequence_length=sizes, dtype=tf.float32)
    table = tf.get_variable("tag_table", [9, 3])
    found = [tf.nn.embedding_lookup_sparse(table, tags, weights, combiner="mean")]
    found += [tf.nn.embedding_lookup_sparse(table, tags, None, combiner=one) for one in ("sum", "sqrtn")]
    scores = tf.layers.dense(tf.concat([state, *found], 1), 3, name="scores")

    def places(sizes):
        return [
            (row, column) for row, count in enumerate([3, 1, 2][-sizes["B"] :]) for column in range(count)
        ]

    feeds = {
        words: ints(11, "B", "T"),
        sizes: shorter(),
        tags.indices: lambda generator, sizes: np.array(places(sizes), "int64"),
        tags.values: lambda generator, sizes: generator.randint(9, size=len(places(sizes))).astype("int64"),
        weights.values: lambda generator, sizes: wide(generator, (len(places(sizes)),), 1.5),
    }
    return program(feeds, [tf.nn.softmax(scores, name="probabilities")])


#: The sparse placeholders of a post.
_TAGS = (tf.int64, "tags"), (tf.float32, "tag_weights")
