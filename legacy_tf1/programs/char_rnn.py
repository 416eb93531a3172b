"""A character model: trained with dropout, then sampled from, its state fed back step by step.

Twin: `tf2_lstm/programs/char_rnn.py`. Run it: `python -m legacy_tf1.programs.char_rnn`.
"""

import collections

import numpy as np

from legacy_tf1 import session
from legacy_tf1.cells.basic_lstm import BasicLSTMCell
from legacy_tf1.compat import tf
from legacy_tf1.stack import MultiRNNCell
from legacy_tf1.unroll import dynamic_rnn
from legacy_tf1.wrappers import DropoutWrapper

TEXT = (
    "the cell reads the input and the state. the input gate lets the new in, the forget gate lets "
    "the old go, and the output gate tells what the cell has kept. then the state goes on to the "
    "next step, and the next step reads the input and the state. "
)
VOCABULARY = sorted(set(TEXT))
EMBEDDING_SIZE = 8
UNITS = 32
LAYERS = 2
BATCH, TIME = 8, 32
LEARNING_RATE = 0.5
TRAIN_STEPS = 10
SAMPLE_LENGTH = 40

Graph = collections.namedtuple(
    "Graph",
    "inputs targets keep_prob initial_state final_state probabilities loss train",
)


def batch():
    """The text as (inputs, targets), int32 [BATCH, TIME] each, targets one character ahead."""
    ids = [VOCABULARY.index(character) for character in TEXT]
    ids = np.resize(np.array(ids, np.int32), BATCH * TIME + 1)
    return ids[:-1].reshape(BATCH, TIME), ids[1:].reshape(BATCH, TIME)


def build():
    """Add the model, its loss and its train op to the default graph; return a `Graph`."""
    inputs = tf.placeholder(tf.int32, [None, None], name="inputs")
    targets = tf.placeholder(tf.int32, [None, None], name="targets")
    keep_prob = tf.placeholder(tf.float32, [], name="keep_prob")

    def lstm_cell():
        cell = BasicLSTMCell(UNITS, forget_bias=0.0)
        return DropoutWrapper(cell, output_keep_prob=keep_prob)

    cell = MultiRNNCell([lstm_cell() for _ in range(LAYERS)])
    initial_state = cell.zero_state(tf.shape(inputs)[0], tf.float32)
    with tf.variable_scope("rnnlm"):
        embedding = tf.get_variable("embedding", [len(VOCABULARY), EMBEDDING_SIZE])
        softmax_w = tf.get_variable("softmax_w", [UNITS, len(VOCABULARY)])
        softmax_b = tf.get_variable("softmax_b", [len(VOCABULARY)])
        embedded = tf.nn.embedding_lookup(embedding, inputs)
        outputs, final_state = dynamic_rnn(cell, embedded, initial_state=initial_state)

    logits = tf.matmul(tf.reshape(outputs, [-1, UNITS]), softmax_w) + softmax_b
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits)
    loss = tf.reduce_mean(losses)
    train = tf.train.GradientDescentOptimizer(LEARNING_RATE).minimize(loss)
    return Graph(inputs, targets, keep_prob, initial_state, final_state, tf.nn.softmax(logits), loss, train)


def train(session, built, steps, keep_prob):
    """Train on the text; return the loss before each of the `steps`, float32 [steps]."""
    inputs, targets = batch()
    feed = {built.inputs: inputs, built.targets: targets, built.keep_prob: keep_prob}
    losses = [session.run([built.loss, built.train], feed_dict=feed)[0] for _ in range(steps)]
    return np.array(losses, np.float32)


def draw(probabilities, random):
    """An id with the probabilities given, from one number of the NumPy `RandomState`."""
    edges = np.cumsum(probabilities.astype(np.float64))
    return int(np.searchsorted(edges, random.random_sample() * edges[-1]))


def sample(session, built, length, seed=0):
    """Draw characters one at a time, each fed back with the state; start at the text's first.

    Args:
        session: a session on the graph of `built`, its variables set.
        built: what `build` returned.
        length: how many characters to draw.
        seed: of the NumPy `RandomState`.

    Returns:
        (probabilities float32 [length, vocabulary], ids int32 [length], the last state).
    """
    random = np.random.RandomState(seed)
    character = VOCABULARY.index(TEXT[0])
    state = session.run(built.initial_state, feed_dict={built.inputs: [[character]]})
    probabilities, ids = [], []
    for _ in range(length):
        feed = {
            built.inputs: [[character]],
            built.keep_prob: 1.0,
            built.initial_state: state,
        }
        step, state = session.run([built.probabilities, built.final_state], feed_dict=feed)
        character = draw(step[0], random)
        probabilities.append(step[0])
        ids.append(character)
    return np.array(probabilities), np.array(ids, np.int32), state


def run(session, built):
    """Train without dropout, then sample.

    Args:
        session: a session on the graph of `built`, its variables set.
        built: what `build` returned.

    Returns:
        An OrderedDict of `losses` [TRAIN_STEPS], `probabilities` [SAMPLE_LENGTH, vocabulary],
        `sampled` int32 [SAMPLE_LENGTH] and, of the last state, `state[N].c` and `state[N].h`
        [1, UNITS] for each layer N.
    """
    losses = train(session, built, TRAIN_STEPS, keep_prob=1.0)
    probabilities, ids, state = sample(session, built, SAMPLE_LENGTH)
    results = collections.OrderedDict(
        [("losses", losses), ("probabilities", probabilities), ("sampled", ids)]
    )
    for layer, (c, h) in enumerate(state):
        results[f"state[{layer}].c"] = c
        results[f"state[{layer}].h"] = h
    return results


def main():
    """Initialise, train with dropout on, print the loss as it falls and a sampled text."""
    with session.graph(seed=1) as graph:
        built = build()
    with session.session(graph) as sess:
        losses = train(sess, built, steps=100, keep_prob=0.75)
        for step in range(0, 100, 20):
            print(f"step {step:3d}  loss {losses[step : step + 20].mean():.4f}")
        ids = sample(sess, built, SAMPLE_LENGTH)[1]
        print("sampled: {!r}".format("".join(VOCABULARY[i] for i in ids)))


if __name__ == "__main__":
    main()
