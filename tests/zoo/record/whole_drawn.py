"""Whole programs that draw random numbers at inference: these are what a Keras model is fed."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints
from tests.zoo.record.saving import program

cells = tf.nn.rnn_cell


def _drawn(name):
    """The tensor that an operation of the graph draws."""
    return tf.get_default_graph().get_tensor_by_name(f"{name}:0")


def _uniform(*dims):
    drawn = floats(*dims)
    return lambda generator, sizes: (abs(drawn(generator, sizes)) % 1).astype("float32")


@whole_program(
    "a sentence VAE that draws: words left out at random, the code's noise, the states of its decoder, its training"
)
def drawing_autoencoder():
    words = tf.placeholder(tf.int32, [None, None], name="words")
    table = tf.get_variable("table", [11, 4])
    with tf.variable_scope("encoder"):
        _, state = tf.nn.dynamic_rnn(cells.GRUCell(5), tf.nn.embedding_lookup(table, words), dtype=tf.float32)
    mean = tf.layers.dense(state, 3, name="mean")
    log_variance = tf.layers.dense(state, 3, name="log_variance")
    code = mean + tf.exp(0.5 * log_variance) * tf.random_normal(tf.shape(mean))
    start = cells.LSTMStateTuple(
        tf.layers.dense(code, 4, tf.tanh, name="c"), tf.layers.dense(code, 4, tf.tanh, name="h")
    )
    left_out = tf.less(tf.random_uniform(tf.shape(words)), 0.3)
    seen = tf.where(left_out, tf.zeros_like(words), words)
    with tf.variable_scope("decoder"):
        outputs, _ = tf.nn.dynamic_rnn(
            cells.BasicLSTMCell(4), tf.nn.embedding_lookup(table, seen), initial_state=start
        )
    scores = tf.layers.dense(outputs, 11, name="scores")
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=words, logits=scores)
    divergence = -0.5 * tf.reduce_mean(1 + log_variance - tf.square(mean) - tf.exp(log_variance))
    tf.train.AdamOptimizer(1e-3).minimize(tf.reduce_mean(losses) + divergence)
    feeds = {words: ints(11, "B", "T"), _drawn("random_normal/RandomStandardNormal"): floats("B", 3)}
    feeds[_drawn("random_uniform/RandomUniform")] = _uniform("B", "T")
    return program(feeds, [scores], named=True)


@whole_program("an actor of distributions: a normal one of several actions, one of classes, their chances")
def drawing_actor():
    seen = tf.placeholder(tf.float32, [None, None, 6], name="seen")
    _, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), seen, dtype=tf.float32)
    deviation = tf.nn.softplus(tf.layers.dense(state.h, 3, name="deviation"))
    moves = tf.contrib.distributions.MultivariateNormalDiag(
        tf.layers.dense(state.h, 3, name="moves"), deviation
    )
    move = moves.sample()
    tool = tf.distributions.Categorical(logits=tf.layers.dense(state.h, 4, name="tools"))
    chosen = tool.sample()
    value = tf.layers.dense(tf.concat([state.h, tf.one_hot(chosen, 4)], 1), 1, name="value")
    fetches = [tf.clip_by_value(move, -1.0, 1.0, name="move"), value, tool.entropy(), moves.log_prob(move)]

    def noise(generator, sizes):
        return floats(sizes["B"] * 3)(generator, sizes)

    feeds = {seen: floats("B", "T", 6), _drawn("Normal/sample/random_normal/RandomStandardNormal"): noise}
    sampled = _drawn("Categorical/sample/multinomial/Multinomial")
    feeds[sampled] = lambda generator, sizes: ints(4, "B", 1)(generator, sizes).astype("int64")
    return program(feeds, fetches, named=True)


@whole_program("a character model that samples its next character: it ends at the scores of the sample")
def drawing_char_model():
    ids = tf.placeholder(tf.int32, [None, None], name="ids")
    outputs, _ = tf.nn.dynamic_rnn(
        cells.GRUCell(5), tf.nn.embedding_lookup(tf.get_variable("characters", [9, 4]), ids), dtype=tf.float32
    )
    scores = tf.layers.dense(outputs[:, -1], 9, name="scores") / 0.7
    tf.squeeze(tf.multinomial(scores, 1), 1, name="next")
    return program({ids: ints(9, "B", "T")}, [scores])
