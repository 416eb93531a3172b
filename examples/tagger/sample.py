"""Write orders that nobody sent, one character at a time, for load tests.

python sample.py --train    learns from data/train.txt and writes served/sampler.ckpt
python sample.py            prints what it writes
"""

import argparse

import numpy as np
import tensorflow as tf

from data_utils import Vocabulary, read_orders, text_of

UNITS = 20
LAYERS = 2


class CharModel(object):
    """Next character from the characters so far; the state comes in and goes out."""

    def __init__(self, size, learning_rate=None):
        self.inputs = tf.placeholder(tf.int32, [None, None], name="inputs")
        cells = [tf.contrib.rnn.BasicLSTMCell(UNITS) for _ in range(LAYERS)]
        cell = tf.contrib.rnn.MultiRNNCell(cells)
        self.initial_state = cell.zero_state(tf.shape(self.inputs)[0], tf.float32)
        table = tf.get_variable("embeddings", [size, 8])
        outputs, self.final_state = tf.nn.dynamic_rnn(
            cell, tf.nn.embedding_lookup(table, self.inputs), initial_state=self.initial_state
        )
        self.logits = tf.layers.dense(outputs, size, name="scores")
        self.probabilities = tf.nn.softmax(self.logits, name="probabilities")
        if learning_rate is not None:
            self.targets = tf.placeholder(tf.int32, [None, None], name="targets")
            self.loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.targets, logits=self.logits)
            )
            self.train_op = tf.train.AdamOptimizer(learning_rate).minimize(self.loss)


def train(args, text, chars):
    """Learn from windows of the text; save."""
    ids = np.array([chars.id_of(c) for c in text], np.int32)
    random = np.random.RandomState(1)
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.set_random_seed(1)
        model = CharModel(len(chars), learning_rate=0.01)
        sess.run(tf.global_variables_initializer())
        for step in range(args.steps):
            starts = random.randint(0, len(ids) - 41, 16)
            window = np.array([ids[start : start + 41] for start in starts])
            feed = {model.inputs: window[:, :-1], model.targets: window[:, 1:]}
            loss, _ = sess.run([model.loss, model.train_op], feed)
            if step % 300 == 299:
                print("step %4d  loss %.3f" % (step + 1, loss))
        tf.train.Saver(tf.trainable_variables()).save(sess, args.out + "/sampler.ckpt")
    save_for_sampling(args, len(chars))
    chars.save(args.out + "/sampler_chars.txt")


def save_for_sampling(args, size):
    """Save again with the graph that samples, which has no loss."""
    with tf.Graph().as_default(), tf.Session() as sess:
        CharModel(size)
        saver = tf.train.Saver()
        saver.restore(sess, args.out + "/sampler.ckpt")
        saver.save(sess, args.out + "/sampler.ckpt")


def sample(sess, model, chars, start, length, seed=0):
    """Draw one character after the other, each fed back with the state that came out with it.

    Returns the text and the probabilities of each step.
    """
    random = np.random.RandomState(seed)
    state = sess.run(model.initial_state, {model.inputs: [[chars.id_of(start)]]})
    text, seen = start, []
    for _ in range(length):
        feed = {model.inputs: [[chars.id_of(text[-1])]], model.initial_state: state}
        probabilities, state = sess.run([model.probabilities, model.final_state], feed)
        edges = np.cumsum(probabilities[0, 0].astype(np.float64))
        text += chars.tokens[np.searchsorted(edges, random.random_sample() * edges[-1])]
        seen.append(probabilities[0, 0])
    return text, np.array(seen)


def restored(args):
    """Return a session on the saved model, the model and its characters."""
    chars = Vocabulary.load(args.out + "/sampler_chars.txt")
    model, sess = CharModel(len(chars)), tf.Session()
    tf.train.Saver().restore(sess, args.out + "/sampler.ckpt")
    return sess, model, chars


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--data", default="data")
    parser.add_argument("--out", default="served")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--length", type=int, default=120)
    args = parser.parse_args()
    if args.train:
        text = text_of(read_orders(args.data + "/train.txt"))
        train(args, text, Vocabulary.build(text))
    else:
        print(sample(*restored(args), start=".", length=args.length)[0])
