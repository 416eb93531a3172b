"""Whole programs that give each token of a sentence a tag."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import ints, lengths, value
from tests.zoo.record.saving import program, save_signatures

cells = tf.nn.rnn_cell
crf = tf.contrib.crf


def _both_directions(inputs, sizes, units):
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(
        cells.LSTMCell(units), cells.LSTMCell(units), inputs, sequence_length=sizes, dtype=tf.float32
    )
    return tf.concat(outputs, axis=-1)


def _project(outputs, width, tags):
    """The logits of each token: a product of all tokens of all sentences, and back."""
    steps = tf.shape(outputs)[1]
    kernel = tf.get_variable("W", [width, tags])
    bias = tf.get_variable("b", [tags], initializer=tf.zeros_initializer())
    flat = tf.matmul(tf.reshape(outputs, [-1, width]), kernel) + bias
    return tf.reshape(flat, [-1, steps, tags], name="logits")


@whole_program(
    "a word and character tagger whose tags the graph decodes: crf_decode over the scores of a BiLSTM"
)
def crf_tagger():
    words = tf.placeholder(tf.int32, [None, None], name="word_ids")
    sizes = tf.placeholder(tf.int32, [None], name="sequence_lengths")
    chars = tf.placeholder(tf.int32, [None, None, None], name="char_ids")
    word_sizes = tf.placeholder(tf.int32, [None, None], name="word_lengths")
    keep = tf.placeholder(tf.float32, [], name="dropout")
    with tf.variable_scope("chars"):
        embedded = tf.nn.embedding_lookup(tf.get_variable("_char_embeddings", [9, 3]), chars)
        shape = tf.shape(embedded)
        flat = tf.reshape(embedded, [shape[0] * shape[1], shape[-2], 3])
        flat_sizes = tf.reshape(word_sizes, [shape[0] * shape[1]])
        _, ((_, forward), (_, backward)) = tf.nn.bidirectional_dynamic_rnn(
            cells.LSTMCell(2), cells.LSTMCell(2), flat, sequence_length=flat_sizes, dtype=tf.float32
        )
        spelling = tf.reshape(tf.concat([forward, backward], -1), [shape[0], shape[1], 4])
    with tf.variable_scope("words"):
        table = tf.Variable(tf.random_uniform([12, 3]), name="_word_embeddings", trainable=False)
        inputs = tf.nn.dropout(tf.concat([tf.nn.embedding_lookup(table, words), spelling], -1), keep)
    with tf.variable_scope("bi-lstm"):
        outputs = tf.nn.dropout(_both_directions(inputs, sizes, 4), keep)
    with tf.variable_scope("proj"):
        logits = _project(outputs, 8, 4)
    transitions = tf.get_variable("transitions", [4, 4])
    tags, score = crf.crf_decode(logits, transitions, sizes)
    feeds = {words: ints(12, "B", "T"), chars: ints(9, "B", "T", 3), keep: value(1.0)}
    feeds[sizes] = lambda generator, sizes: generator.randint(1, sizes["T"] + 1, sizes["B"]).astype("int32")
    feeds[word_sizes] = lambda generator, sizes: generator.randint(1, 4, (sizes["B"], sizes["T"])).astype(
        "int32"
    )
    return program(feeds, [logits, tf.identity(tags, "tags"), tf.identity(score, "best_score")], named=True)


@whole_program(
    "a tagger that is served with the likelihood of given tags: crf_log_norm and the score of a sequence"
)
def crf_likelihood():
    words = tf.placeholder(tf.int32, [None, None], name="tokens")
    tags = tf.placeholder(tf.int32, [None, None], name="tags")
    mask = tf.sign(tf.abs(words))
    sizes = tf.cast(tf.reduce_sum(mask, reduction_indices=1), tf.int32)
    inputs = tf.nn.embedding_lookup(tf.get_variable("embedding", [10, 4]), words)
    with tf.variable_scope("rnn"):
        outputs = _both_directions(inputs, sizes, 3)
    logits = tf.layers.dense(outputs, 3, name="project")
    transitions = tf.get_variable("transitions", [3, 3])
    norm = crf.crf_log_norm(logits, sizes, transitions)
    score = crf.crf_sequence_score(logits, tags, sizes, transitions)
    likelihood = tf.subtract(score, norm, name="log_likelihood")

    def padded(generator, sizes):
        drawn = generator.randint(1, 10, (sizes["B"], sizes["T"]))
        drawn[1, -2:] = 0
        return drawn.astype("int32")

    signatures = {
        "serving_default": ({"tokens": words}, {"logits": logits}),
        "likelihood": ({"tokens": words, "tags": tags}, {"log_likelihood": likelihood, "log_norm": norm}),
    }
    feeds = {words: padded, tags: ints(3, "B", "T")}
    return program(feeds, [logits, likelihood, norm], save=save_signatures(**signatures))


@whole_program("two heads over one BiLSTM: a tag a word, and the intent of the sentence from its last states")
def multi_task_tagger():
    words = tf.placeholder(tf.int32, [None, None], name="inputs")
    sizes = tf.placeholder(tf.int32, [None], name="inputs_length")
    embedded = tf.nn.embedding_lookup(tf.get_variable("embedding", [11, 4]), words)
    time_major = tf.transpose(embedded, [1, 0, 2])
    (forward, backward), (ends_fw, ends_bw) = tf.nn.bidirectional_dynamic_rnn(
        cells.LSTMCell(4),
        cells.LSTMCell(4),
        inputs=time_major,
        sequence_length=sizes,
        dtype=tf.float32,
        time_major=True,
    )
    outputs = tf.concat((forward, backward), 2)
    ends = tf.concat((ends_fw.h, ends_bw.h), 1)
    intent_w = tf.Variable(tf.random_uniform([8, 3], -0.1, 0.1), name="intent_W")
    intent_b = tf.Variable(tf.zeros([3]), name="intent_b")
    intent = tf.argmax(tf.add(tf.matmul(ends, intent_w), intent_b), axis=1, name="intent")
    attended = tf.concat([outputs, tf.tile(tf.expand_dims(ends, 0), [tf.shape(outputs)[0], 1, 1])], 2)
    slots = tf.layers.dense(tf.layers.dense(attended, 6, tf.tanh), 5)
    confidence = tf.reduce_max(tf.nn.softmax(slots), -1, name="confidence")
    decoded = tf.transpose(tf.argmax(slots, axis=2), [1, 0], name="slots")
    feeds = {words: ints(11, "B", "T"), sizes: lengths()}
    return program(feeds, [intent, confidence, decoded])
