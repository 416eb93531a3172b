"""A word tagger: bidirectional over padded sentences, a softmax a step, a loss over valid steps.

Twin: `tf2_lstm/programs/tagger.py`. Run it: `python -m legacy_tf1.programs.tagger`.
"""

import collections

import numpy as np

from legacy_tf1 import session
from legacy_tf1.bidirectional import bidirectional_dynamic_rnn
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf

SENTENCES = (
    "the/D old/A dog/N sleeps/V",
    "a/D cat/N sees/V the/D small/A bird/N",
    "birds/N sing/V",
    "she/P reads/V a/D long/A old/A book/N",
    "they/P sleep/V",
    "the/D small/A cat/N reads/V",
    "he/P sees/V a/D dog/N",
    "it/P sings/V",
)
PAIRS = [[pair.split("/") for pair in sentence.split()] for sentence in SENTENCES]
WORDS = sorted({word for sentence in PAIRS for word, _ in sentence})
TAGS = sorted({tag for sentence in PAIRS for _, tag in sentence})
EMBEDDING_SIZE = 8
UNITS = 6
LEARNING_RATE = 0.5
TRAIN_STEPS = 10

Graph = collections.namedtuple("Graph", "words lengths tags logits probabilities predictions loss train")


def batch():
    """The sentences as (words [8, T], lengths [8], tags [8, T]), int32, padded with 0."""
    lengths = np.array([len(sentence) for sentence in PAIRS], np.int32)
    words = np.zeros([len(PAIRS), lengths.max()], np.int32)
    tags = np.zeros_like(words)
    for row, sentence in enumerate(PAIRS):
        words[row, : len(sentence)] = [WORDS.index(word) for word, _ in sentence]
        tags[row, : len(sentence)] = [TAGS.index(tag) for _, tag in sentence]
    return words, lengths, tags


def build():
    """Add the model, its loss and its train op to the default graph; return a `Graph`."""
    words = tf.placeholder(tf.int32, [None, None], name="words")
    lengths = tf.placeholder(tf.int32, [None], name="lengths")
    tags = tf.placeholder(tf.int32, [None, None], name="tags")

    embedding = tf.get_variable("embedding", [len(WORDS), EMBEDDING_SIZE])
    (fw, bw), _ = bidirectional_dynamic_rnn(
        LSTMCell(UNITS),
        LSTMCell(UNITS),
        tf.nn.embedding_lookup(embedding, words),
        sequence_length=lengths,
        dtype=tf.float32,
    )
    softmax_w = tf.get_variable("softmax_w", [2 * UNITS, len(TAGS)])
    softmax_b = tf.get_variable("softmax_b", [len(TAGS)], initializer=tf.zeros_initializer())
    time = tf.shape(words)[1]
    flat = tf.reshape(tf.concat([fw, bw], axis=2), [-1, 2 * UNITS])
    logits = tf.reshape(tf.matmul(flat, softmax_w) + softmax_b, [-1, time, len(TAGS)])

    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tags, logits=logits)
    mask = tf.sequence_mask(lengths, time, dtype=tf.float32)
    loss = tf.reduce_sum(losses * mask) / tf.reduce_sum(mask)
    train = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    predictions = tf.argmax(logits, axis=2, output_type=tf.int32)
    return Graph(words, lengths, tags, logits, tf.nn.softmax(logits), predictions, loss, train)


def _feed(built):
    return dict(zip([built.words, built.lengths, built.tags], batch()))


def train(session, built, steps):
    """Train on the sentences; return the loss before each of the `steps`, float32 [steps]."""
    feed = _feed(built)
    losses = [session.run([built.loss, built.train], feed_dict=feed)[0] for _ in range(steps)]
    return np.array(losses, np.float32)


def run(session, built):
    """Take the loss, train, then tag.

    Args:
        session: a session on the graph of `built`, its variables set.
        built: what `build` returned.

    Returns:
        An OrderedDict of `loss` [], before training; `losses` [TRAIN_STEPS]; and after training
        `logits` and `probabilities` [8, T, tags], `predictions` int32 [8, T], padding included.
    """
    loss = session.run(built.loss, feed_dict=_feed(built))
    losses = train(session, built, TRAIN_STEPS)
    fetches = [built.logits, built.probabilities, built.predictions]
    logits, probabilities, predictions = session.run(fetches, feed_dict=_feed(built))
    return collections.OrderedDict(
        [
            ("loss", np.asarray(loss)),
            ("losses", losses),
            ("logits", logits),
            ("probabilities", probabilities),
            ("predictions", predictions),
        ]
    )


def main():
    """Initialise, train, print the loss as it falls and the tags of each sentence."""
    with session.graph(seed=1) as graph:
        built = build()
    with session.session(graph) as sess:
        losses = train(sess, built, steps=100)
        for step in range(0, 100, 20):
            print(f"step {step:3d}  loss {losses[step]:.4f}")
        predictions = sess.run(built.predictions, feed_dict=_feed(built))
    for sentence, row in zip(PAIRS, predictions):
        print(" ".join(f"{word}/{TAGS[tag]}" for (word, _), tag in zip(sentence, row)))


if __name__ == "__main__":
    main()
