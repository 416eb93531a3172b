"""The TF1 programs of `whole_speed`, and their session; Python 3.7, TensorFlow 1.15 or compat.v1 on TensorFlow 2.x.

`python -m benchmarks.whole_programs NAME FOLDER` builds a program, saves FOLDER/model.ckpt, FOLDER/inputs.npz and
FOLDER/outputs.npz, and then answers each line of its input, a number of runs, with the seconds that one took.
"""

import sys
import time

import numpy as np

from legacy_tf1 import session
from legacy_tf1.compat import rnn_cell, tf

BATCH, STEPS, UNITS, WORDS = 32, 50, 128, 1000


class UGRNNCell(rnn_cell.RNNCell):
    """The update gate RNN as `tf.contrib.rnn.UGRNNCell` computes it: a cell that Keras does not have."""

    @property
    def state_size(self):
        """The number of units."""
        return UNITS

    @property
    def output_size(self):
        """The number of units."""
        return UNITS

    def call(self, inputs, state):
        """One step: inputs [B, D] and state [B, U] -> output and new state."""
        kernel = tf.get_variable("kernel", [inputs.shape[-1] + UNITS, 2 * UNITS])
        bias = tf.get_variable("bias", [2 * UNITS])
        both = tf.matmul(tf.concat([inputs, state], 1), kernel) + bias
        gate, candidate = tf.split(both, 2, 1)
        gate = tf.sigmoid(gate + 1.0)
        new = gate * state + (1.0 - gate) * tf.tanh(candidate)
        return new, new


def own_cell():
    """A cell of its own over a sequence, and a dense layer on every step."""
    ids = tf.placeholder(tf.int32, [None, None], "ids")
    inputs = tf.nn.embedding_lookup(tf.get_variable("embedding", [WORDS, UNITS]), ids)
    outputs, _ = tf.nn.dynamic_rnn(UGRNNCell(), inputs, dtype=tf.float32)
    return [ids], _dense("logits", outputs, 50)


def attention_decoder():
    """An encoder, and a decoder that looks at its outputs at every step (Bahdanau) and reads what it found."""
    source, target = (tf.placeholder(tf.int32, [None, None], name) for name in ("source", "target"))
    table = tf.get_variable("embedding", [WORDS, UNITS])
    memory, state = tf.nn.dynamic_rnn(
        rnn_cell.BasicLSTMCell(UNITS),
        tf.nn.embedding_lookup(table, source),
        dtype=tf.float32,
        scope="encoder",
    )
    keys = _dense("memory_layer", memory, UNITS)
    query_kernel, v = tf.get_variable("query", [UNITS, UNITS]), tf.get_variable("v", [UNITS])
    words = tf.transpose(tf.nn.embedding_lookup(table, target), [1, 0, 2])
    steps = tf.shape(words)[0]
    given = tf.TensorArray(tf.float32, steps).unstack(words)
    cell = rnn_cell.BasicLSTMCell(UNITS, name="decoder_cell")

    def body(time_, c, h, context, outputs):
        new, (c, h) = cell(tf.concat([given.read(time_), context], 1), rnn_cell.LSTMStateTuple(c, h))
        scores = tf.reduce_sum(v * tf.tanh(keys + tf.expand_dims(tf.matmul(new, query_kernel), 1)), 2)
        context = tf.reduce_sum(tf.expand_dims(tf.nn.softmax(scores), 2) * memory, 1)
        return time_ + 1, c, h, context, outputs.write(time_, tf.concat([new, context], 1))

    start = (0, state.c, state.h, tf.zeros_like(state.h), tf.TensorArray(tf.float32, steps))
    *_, outputs = tf.while_loop(lambda time_, *_: time_ < steps, body, start)
    return [source, target], _dense("logits", tf.transpose(outputs.stack(), [1, 0, 2]), 50)


def language_model():
    """Ids, an embedding, two LSTM layers, the probabilities of the next word."""
    ids = tf.placeholder(tf.int32, [None, None], "ids")
    inputs = tf.nn.embedding_lookup(tf.get_variable("embedding", [WORDS, UNITS]), ids)
    cell = rnn_cell.MultiRNNCell([rnn_cell.BasicLSTMCell(UNITS) for _ in range(2)])
    outputs, _ = tf.nn.dynamic_rnn(cell, inputs, dtype=tf.float32)
    return [ids], tf.nn.softmax(_dense("logits", outputs, WORDS))


#: The name of the tensor that is fetched.
FETCHED = "fetched"
#: Name -> function that builds the program in the default graph: (what is fed, what is fetched).
PROGRAMS = {"own cell": own_cell, "attention decoder": attention_decoder, "language model": language_model}


def _dense(name, sequences, units):
    """A dense layer on every step of sequences [B, T, D]."""
    kernel = tf.get_variable(name + "/kernel", [sequences.shape[-1], units])
    bias = tf.get_variable(name + "/bias", [units])
    return tf.tensordot(sequences, kernel, 1) + bias


def serve(name, folder):
    """Build a program, save it, and time it as often as the standard input asks."""
    with session.graph(seed=1) as graph:
        fed, fetched = PROGRAMS[name]()
        fetched = tf.identity(fetched, FETCHED)
    draw = np.random.RandomState(2)
    with session.session(graph) as sess:
        feeds = {one: draw.randint(0, WORDS, (BATCH, STEPS)).astype("int32") for one in fed}
        tf.train.Saver().save(sess, folder + "/model.ckpt")
        np.savez(folder + "/inputs.npz", **{one.op.name: value for one, value in feeds.items()})
        np.savez(folder + "/outputs.npz", **{FETCHED: sess.run(fetched, feeds)})
        print(tf.version.VERSION, flush=True)
        for line in sys.stdin:
            start = time.perf_counter()
            for _ in range(int(line)):
                sess.run(fetched, feeds)
            print((time.perf_counter() - start) / int(line), flush=True)


if __name__ == "__main__":
    serve(*sys.argv[1:])
