"""Whole classifiers on cells of their own: highway, gated by hand, zoneout, normed weights, independent, clockwork."""

import numpy as np
import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints
from tests.zoo.record.saving import program, save_frozen
from tests.zoo.record.whole_attention import filled

cells = tf.nn.rnn_cell
contrib = tf.contrib.rnn


@whole_program(
    "a language model on a recurrent highway network: depth in a step, coupled gates, static steps"
)
def recurrent_highway():
    words, units, depth = 7, 4, 2
    ids = tf.placeholder(tf.int32, [None, 3], name="ids")
    start = tf.placeholder(tf.float32, [None, units], name="state")
    inputs = tf.nn.embedding_lookup(tf.get_variable("embedding", [words, units]), ids)
    state, outputs = start, []
    for step in range(3):
        with tf.variable_scope("rhn", reuse=step > 0):
            x = inputs[:, step]
            for layer in range(depth):
                with tf.variable_scope(f"depth_{layer}"):
                    given = tf.concat([x, state], 1) if layer == 0 else state
                    h = tf.tanh(tf.layers.dense(given, units, name="h"))
                    t = tf.sigmoid(tf.layers.dense(given, units, name="t") - 2.0)
                    state = h * t + state * (1 - t)
            outputs.append(state)
    flat = tf.reshape(tf.concat(outputs, 1), [-1, units])
    probabilities = tf.nn.softmax(tf.layers.dense(flat, words, name="softmax"), name="probabilities")
    return program({ids: ints(words, "B", 3), start: floats("B", units)}, [probabilities, state], named=True)


def votes_of(*cells_of):
    """A program of several cells on one sequence: their last states are added up to scores."""
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    times = tf.placeholder(tf.float32, [None, None, 1], name="times")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    ends, feeds = [], {x: floats("B", "T", 4), sizes: filled()}
    for name, make in cells_of:
        with tf.variable_scope(name):
            given = (times, x) if name == "phased" else x
            _, state = tf.nn.dynamic_rnn(make(), given, sizes, dtype=tf.float32)
            ends.append(state[1] if isinstance(state, tuple) else state)
    votes = [tf.layers.dense(end, 3, name=f"vote_{number}") for number, end in enumerate(ends)]
    scores = tf.nn.softmax(tf.add_n(votes), name="scores")
    if len(ends) == 2:
        feeds[times] = lambda g, s: np.cumsum(g.rand(s["B"], s["T"], 1), 1).astype("float32")
    return program(feeds, [scores])


@whole_program("cells of contrib side by side, their last states vote: NAS, UGRNN, groups")
def odd_cells_vote():
    return votes_of(
        ("nas", lambda: contrib.NASCell(4)),
        ("ugrnn", lambda: contrib.UGRNNCell(4)),
        ("groups", lambda: contrib.GLSTMCell(4, number_of_groups=2)),
    )


@whole_program("the same of two that gate by time and by layer norm")
def timed_cells_vote():
    return votes_of(
        ("phased", lambda: contrib.PhasedLSTMCell(4)), ("norm", lambda: contrib.LayerNormBasicLSTMCell(4))
    )


@whole_program(
    "gates as a module of objects wrote them: w_gates and b_gates, gates i, j, f, o; a GRU of w and u apart; as frozen"
)
def gated_by_hand():
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    units = 4

    class LSTM(cells.RNNCell):
        state_size = cells.LSTMStateTuple(units, units)
        output_size = units

        def __call__(self, x, state, scope=None):
            with tf.variable_scope("lstm", reuse=tf.AUTO_REUSE):
                w = tf.get_variable("w_gates", [x.shape[1].value + units, 4 * units])
                b = tf.get_variable("b_gates", [4 * units])
            i, f, o, j = tf.split(tf.matmul(tf.concat([state.h, x], 1), w) + b, 4, 1)
            c = tf.sigmoid(f + 0.5) * state.c + tf.sigmoid(i) * tf.tanh(j)
            h = tf.sigmoid(o) * tf.tanh(c)
            return h, cells.LSTMStateTuple(c, h)

    class GRU(cells.RNNCell):
        state_size = output_size = units

        def __call__(self, x, h, scope=None):
            with tf.variable_scope("gru", reuse=tf.AUTO_REUSE):
                w = [tf.get_variable("w" + gate, [x.shape[1].value, units]) for gate in "zra"]
                u = [tf.get_variable("u" + gate, [units, units]) for gate in "zra"]
                b = [tf.get_variable("b" + gate, [units]) for gate in "zra"]
            z = tf.sigmoid(tf.matmul(x, w[0]) + tf.matmul(h, u[0]) + b[0])
            r = tf.sigmoid(tf.matmul(x, w[1]) + tf.matmul(h, u[1]) + b[1])
            a = tf.tanh(tf.matmul(x, w[2]) + tf.matmul(r * h, u[2]) + b[2])
            new = (1 - z) * h + z * a
            return new, new

    with tf.variable_scope("core"):
        lower, _ = tf.nn.dynamic_rnn(LSTM(), x, dtype=tf.float32, scope="lower")
        upper, end = tf.nn.dynamic_rnn(GRU(), lower, dtype=tf.float32, scope="upper")
    scores = tf.layers.dense(end, 3, name="scores")
    mean = tf.reduce_mean(upper, 1, name="mean")
    named = tf.identity(scores, name="logits")
    return program({x: floats("B", "T", 3)}, [named, mean], save=save_frozen(named, mean))


@whole_program(
    "a zoneout LSTM at inference: what was kept or renewed by chance is weighed, in a wrapper with a training flag"
)
def zoneout_classifier():
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    training = tf.placeholder_with_default(False, [], name="is_training")
    rate = 0.2

    class Zoneout(cells.RNNCell):
        def __init__(self, cell):
            super().__init__()
            self._cell = cell

        state_size = property(lambda self: self._cell.state_size)
        output_size = property(lambda self: self._cell.output_size)

        def __call__(self, x, state, scope=None):
            output, new = self._cell(x, state, scope)

            def train():
                return [(1 - rate) * tf.nn.dropout(n - o, 1 - rate) + o for n, o in zip(new, state)]

            def infer():
                return [rate * o + (1 - rate) * n for n, o in zip(new, state)]

            c, h = tf.cond(training, train, infer)
            return output, cells.LSTMStateTuple(c, h)

    outputs, state = tf.nn.dynamic_rnn(Zoneout(cells.LSTMCell(4)), x, dtype=tf.float32)
    scores = tf.layers.dense(tf.concat([tf.reduce_max(outputs, 1), state.h], 1), 3, name="scores")
    named = tf.nn.softmax(scores, name="probabilities")
    return program({x: floats("B", "T", 3)}, [named])


@whole_program(
    "a multiplicative LSTM with weight normalisation, as a sentiment neuron is read: bytes, a mask, the last state"
)
def weight_normed_mlstm():
    units = 4
    ids = tf.placeholder(tf.int32, [None, None], name="bytes")
    mask = tf.placeholder(tf.float32, [None, None, 1], name="mask")
    inputs = tf.nn.embedding_lookup(tf.get_variable("model/embedding/w", [9, 3]), ids)

    def normed(name, rows, columns):
        w, g = tf.get_variable("w" + name, [rows, columns]), tf.get_variable("g" + name, [columns])
        return tf.nn.l2_normalize(w, axis=0) * g

    with tf.variable_scope("model/rnn"):
        wx, wh = normed("x", 3, 4 * units), normed("h", units, 4 * units)
        wmx, wmh = normed("mx", 3, units), normed("mh", units, units)
        b = tf.get_variable("b", [4 * units])

    def step(before, given):
        c, h = before
        x, keep = given
        m = tf.matmul(x, wmx) * tf.matmul(h, wmh)
        i, f, o, u = tf.split(tf.matmul(x, wx) + tf.matmul(m, wh) + b, 4, 1)
        new_c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(u)
        new_h = tf.sigmoid(o) * tf.tanh(new_c)
        return new_c * keep + c * (1 - keep), new_h * keep + h * (1 - keep)

    by_time = (tf.transpose(inputs, [1, 0, 2]), tf.transpose(mask, [1, 0, 2]))
    zero = tf.zeros([tf.shape(ids)[0], units])
    c, h = tf.scan(step, by_time, (zero, zero))
    neuron = tf.identity(c[-1], name="features")
    sentiment = tf.reduce_mean(h[:, :, 2], 0, name="sentiment")
    feeds = {ids: ints(9, "B", "T"), mask: lambda g, s: (g.rand(s["B"], s["T"], 1) < 0.7).astype("float32")}
    return program(feeds, [neuron, sentiment])


@whole_program(
    "IndRNN: a vector for the recurrent weights, clipped; two layers with batch norm between, static shapes of pixels"
)
def independent_rnn():
    pixels = tf.placeholder(tf.float32, [None, 6, 1], name="pixels")
    training = tf.placeholder(tf.bool, [], name="in_training")
    limit = pow(2, 1 / 6)

    class IndRNN(cells.RNNCell):
        state_size = output_size = 5

        def call(self, x, h):
            w = tf.get_variable("input_kernel", [x.shape[1].value, 5])
            u = tf.get_variable("recurrent_kernel", [5])
            b = tf.get_variable("bias", [5])
            new = tf.nn.relu(tf.matmul(x, w) + tf.multiply(h, tf.clip_by_value(u, -limit, limit)) + b)
            return new, new

    layer = pixels
    for number in range(2):
        with tf.variable_scope(f"rnn{number}"):
            layer, end = tf.nn.dynamic_rnn(IndRNN(), layer, dtype=tf.float32)
            layer = tf.layers.batch_normalization(layer, training=training)
    scores = tf.layers.dense(layer[:, -1], 4, name="scores")
    named = tf.nn.softmax(scores, name="probabilities")
    return program(
        {pixels: floats("B", 6, 1), training: lambda g, s: np.array(False)}, [named, end], named=True
    )


@whole_program(
    "an echo state network: its reservoir is fixed, leaks and starts after a wash-out; a ridge readout"
)
def echo_state():
    units = 6
    u = tf.placeholder(tf.float32, [None, 2], name="u")
    generator = np.random.RandomState(7)
    w = generator.uniform(-1, 1, (units, units)) * (generator.rand(units, units) < 0.4)
    w *= 0.9 / max(abs(np.linalg.eigvals(w)))
    reservoir = tf.get_variable("reservoir", initializer=w.astype("float32"), trainable=False)
    w_in = tf.constant(generator.uniform(-0.5, 0.5, (3, units)).astype("float32"))
    leak = 0.3

    def step(state, given):
        given = tf.concat([[1.0], given], 0)
        pre = tf.tensordot(given, w_in, 1) + tf.tensordot(state, reservoir, 1)
        return (1 - leak) * state + leak * tf.tanh(pre)

    states = tf.scan(step, u, initializer=tf.zeros([units]))
    washed = states[1:]
    both = tf.concat([tf.ones([tf.shape(washed)[0], 1]), u[1:], washed], 1)
    readout = tf.matmul(both, tf.get_variable("w_out", [units + 3, 2]), name="readout")
    return program({u: floats("T", 2)}, [readout, states], named=True)


@whole_program(
    "a clockwork RNN: groups of units that run at their own periods, steps unrolled, a triangle of weights masked"
)
def clockwork():
    units, periods, steps = 6, (1, 2, 4), 4
    x = tf.placeholder(tf.float32, [None, steps, 2], name="x")
    group = units // len(periods)
    block = np.kron(np.triu(np.ones((3, 3))), np.ones((group, group))).astype("float32")
    w_in = tf.get_variable("w_in", [2, units])
    w_h = tf.get_variable("w_h", [units, units]) * tf.constant(block)
    b = tf.get_variable("b", [units])
    state = tf.zeros([tf.shape(x)[0], units])
    for step, given in enumerate(tf.unstack(x, steps, 1)):
        active = sum(step % period == 0 for period in periods) * group
        new = tf.tanh(
            tf.matmul(given, tf.slice(w_in, [0, 0], [-1, active]))
            + tf.matmul(state, tf.transpose(tf.slice(w_h, [0, 0], [active, -1])))
            + tf.slice(b, [0], [active])
        )
        state = tf.concat([new, tf.slice(state, [0, active], [-1, -1])], 1)
    out = tf.nn.xw_plus_b(state, tf.get_variable("w_out", [units, 2]), tf.get_variable("b_out", [2]))
    named = tf.squeeze(tf.slice(out, [0, 0], [-1, 1]), 1, name="forecast")
    return program({x: floats("B", steps, 2)}, [named, state], named=True)
