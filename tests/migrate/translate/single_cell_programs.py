"""Known cells in what is no recurrence of theirs: name -> a function of what is fed to what is fetched."""

import tensorflow as tf
from step_programs import WIDTH, held

UNITS = 3


def lstm_gates(weights, x, h):
    """The four gates of TF1's LSTM."""
    kernel, bias = weights
    return tf.split(tf.concat([x, h], 1) @ kernel + bias, 4, 1)


def lstm(weights, x, c, h, forget_bias=1.0):
    """A step of BasicLSTMCell: the next c and h."""
    i, j, f, o = lstm_gates(weights, x, h)
    c = c * tf.sigmoid(f + forget_bias) + tf.sigmoid(i) * tf.tanh(j)
    return c, tf.tanh(c) * tf.sigmoid(o)


def lstm_weights(width, scope="lstm_cell"):
    """The kernel and the bias of an LSTM whose inputs have a width."""
    return held(f"{scope}/kernel", width + UNITS, 4 * UNITS), held(f"{scope}/bias", 4 * UNITS)


def gru_weights(width, scope="gru_cell"):
    """The kernels and the biases of a GRU whose inputs have a width."""
    return tuple(
        held(f"{scope}/{name}", *shape)
        for name, shape in {
            "gates/kernel": (width + UNITS, 2 * UNITS),
            "gates/bias": (2 * UNITS,),
            "candidate/kernel": (width + UNITS, UNITS),
            "candidate/bias": (UNITS,),
        }.items()
    )


def gru(weights, x, h):
    """A step of GRUCell."""
    gates, gates_bias, candidate, bias = weights
    r, u = tf.split(tf.sigmoid(tf.concat([x, h], 1) @ gates + gates_bias), 2, 1)
    new = tf.tanh(tf.concat([x, r * h], 1) @ candidate + bias)
    return u * h + (1.0 - u) * new


def zeros(x, units=UNITS):
    """A state of zeros, a row for each of x."""
    return tf.zeros([tf.shape(x)[0], units])


def attend(x, query):
    """Luong's attention over a sequence and its mean, of the query's width."""
    memory = tf.concat([x, tf.reduce_mean(x, 1, keepdims=True)], 1)
    scores = tf.reduce_sum(memory * query[:, None], 2)
    return tf.reduce_sum(memory * tf.nn.softmax(scores)[:, :, None], 1)


def attention(x, start):
    """A decoder of four steps that attends: what it reads at a step is computed of its last state."""
    weights, into = lstm_weights(2 * WIDTH), held("query", UNITS, WIDTH)

    def body(step, c, h, context):
        c, h = lstm(weights, tf.concat([start, context], 1), c, h)
        return step + 1, c, h, attend(x, h @ into)

    first = [0, zeros(x), zeros(x), tf.zeros_like(start)]
    return tuple(tf.while_loop(lambda step, *_: step < 4, body, first)[1:])


def fed_back(x, start):
    """A GRU that reads what it gave, through a dense layer."""
    weights, out = gru_weights(WIDTH), held("out", UNITS, WIDTH)

    def body(step, h, now):
        h = gru(weights, now, h)
        return step + 1, h, tf.tanh(h @ out)

    return tuple(tf.while_loop(lambda step, *_: step < 5, body, [0, zeros(x), start])[1:])


def residual(x, start):
    """Two layers, the second one with what the first one read beside it, over the steps of a sequence."""
    first, second = lstm_weights(WIDTH, "cell_0"), gru_weights(UNITS + WIDTH, "cell_1")

    def step(state, now):
        c, h, top = state
        c, h = lstm(first, now, c, h, 0.25)
        return c, h, 0.5 * gru(second, tf.concat([h, now], 1), top) + 0.5 * h

    return tuple(tf.scan(step, tf.transpose(x, [1, 0, 2]), (zeros(x), zeros(x), zeros(x))))


def joined_at_once(x, start):
    """The parts of the input and the state in one concatenation, and another cell of the same sizes on top."""
    weights, top = gru_weights(2 * WIDTH), gru_weights(2 * WIDTH, "top_cell")

    def step(weights, a, b, h):
        gates, gates_bias, candidate, bias = weights
        r, u = tf.split(tf.sigmoid(tf.concat([a, b, h], 1) @ gates + gates_bias), 2, 1)
        return u * h + (1.0 - u) * tf.tanh(tf.concat([a, b, r * h], 1) @ candidate + bias)

    def body(number, h, other):
        h = step(weights, start, tf.sin(start), h)
        return number + 1, h, step(top, start, tf.pad(h, [[0, 0], [0, 1]]), other)

    return tuple(tf.while_loop(lambda step, *_: step < 3, body, [0, zeros(x), zeros(x)])[1:])


def twice_in_a_step(x, start):
    """One cell that a step calls twice."""
    weights = gru_weights(UNITS)

    def body(step, h, now):
        h = gru(weights, now, h)
        return step + 1, gru(weights, tf.sin(h), h), now * 0.5

    return tf.while_loop(lambda step, *_: step < 3, body, [0, zeros(x), start[:, :UNITS]])[1]


def in_a_loop(x, start):
    """A loop in a loop: the inner one calls the cell."""
    weights = gru_weights(UNITS)

    def inner(step, h, now):
        return step + 1, gru(weights, now, h), now

    def body(step, h):
        turned = tf.while_loop(lambda step, *_: step < 2, inner, [0, h, tf.sin(h)])[1]
        return step + 1, turned * 0.5

    return tf.while_loop(lambda step, *_: step < 3, body, [0, start[:, :UNITS]])[1]


def plain(x, start):
    """A BasicRNNCell that reads what it gave; some rows keep their state."""
    kernel, bias = held("rnn_cell/kernel", WIDTH + UNITS, UNITS), held("rnn_cell/bias", UNITS)
    out = held("out", UNITS, WIDTH)

    def body(step, h, now):
        new = tf.tanh(tf.concat([now, h], 1) @ kernel + bias)
        h = tf.where(start[:, :1] > tf.cast(step, tf.float32) - 1.5, new, h)
        return step + 1, h, h @ out

    return tuple(tf.while_loop(lambda step, *_: step < 4, body, [0, zeros(x), start])[1:])


def unrolled(x, start):
    """Three steps by hand, each of which attends over the sequence."""
    weights, into = lstm_weights(2 * WIDTH), held("query", UNITS, WIDTH)
    c, h, context, found = zeros(x), zeros(x), tf.zeros_like(start), []
    for number in range(3):
        c, h = lstm(weights, tf.concat([start * (number + 1.0), context], 1), c, h)
        context = attend(x, h @ into)
        found.append(context)
    return tf.stack(found, 1), c


def unrolled_alike(x, start):
    """Steps by hand that are alike, and no known recurrence: each state goes through a sine."""
    weights = lstm_weights(WIDTH)
    c, h, found = zeros(x), zeros(x), []
    for now in tf.unstack(tf.stack([start, 2.0 * start, 3.0 * start], 1), 3, 1):
        c, h = lstm(weights, now, c, h)
        h = tf.sin(h * 3.0)
        found.append(h)
    return tf.stack(found, 1), c


def without_bias(x, start):
    """An LSTM that adds no bias."""
    kernel = held("lstm_cell/kernel", WIDTH + UNITS, 4 * UNITS)
    body = lambda step, c, h: (step + 1, *lstm((kernel, 0.0), start, c, h))  # noqa: E731
    return tuple(tf.while_loop(lambda step, *_: step < 3, body, [0, zeros(x), zeros(x)])[1:])


def gate_is_read(x, start):
    """What it gives out is a gate: the equations are needed beside the cell."""
    weights = lstm_weights(WIDTH)

    def body(step, c, h, gate):
        gate = tf.sigmoid(lstm_gates(weights, start, h)[3])
        c, h = lstm(weights, start, c, h)
        return step + 1, c, h, gate

    first = [0, zeros(x), zeros(x), zeros(x)]
    return tuple(tf.while_loop(lambda step, *_: step < 3, body, first)[1:])


def shared(x, start):
    """Two loops with one cell."""
    weights = gru_weights(UNITS)

    def run(steps, h):
        def body(step, h):
            return step + 1, gru(weights, tf.cos(h), h)

        return tf.while_loop(lambda step, *_: step < steps, body, [0, h])[1]

    return run(2, start[:, :UNITS]) + run(4, zeros(x))


def dense(x, start):
    """A dense layer with tanh over two tensors, which has the equation of a BasicRNNCell and carries no state."""
    kernel, bias = held("dense/kernel", 2 * WIDTH, WIDTH), held("dense/bias", WIDTH)

    def body(step, state, other):
        return step + 1, other * 0.5, tf.tanh(tf.concat([state, other], 1) @ kernel + bias) + state

    return tuple(tf.while_loop(lambda step, *_: step < 3, body, [0, start, tf.sin(start)])[1:])


def called_twice(x, start):
    """A function with the cell in it, called twice: two of its arguments are one tensor in the first call alone."""
    weights, first = gru_weights(UNITS), start[:, :UNITS]
    step = tf.function(lambda more, now, h, *weights: more + gru(weights, now, h), autograph=False)
    return step(tf.cos(first), tf.sin(first), step(first, first, zeros(x), *weights), *weights)


#: Program -> the names of the cells that its model calls; () where the equations stay.
CELLS = {
    attention: ("lstm_cell",),
    fed_back: ("gru_cell",),
    residual: ("cell_0_cell", "cell_1_cell"),
    joined_at_once: ("gru_cell", "top_cell"),
    twice_in_a_step: ("gru_cell",),
    in_a_loop: ("gru_cell",),
    plain: ("rnn_cell",),
    unrolled: ("lstm_cell",),
    unrolled_alike: ("lstm_cell",),
    without_bias: (),
    gate_is_read: (),
    shared: (),
    called_twice: (),
    dense: (),
}
