"""Known cells that a program wrote itself: gates in another order, a matrix a gate, input and state apart."""

from collections import OrderedDict

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import bidirectional, dynamic, gru, lstm, recurrence
from tests.zoo.record.feeds import floats
from tests.zoo.record.files import freeze
from tf2_lstm.migrate.pairs import Call

cells, flatten = tf.nn.rnn_cell, tf.contrib.framework.nest.flatten
SIZES = ({"B": 3, "T": 3}, {"B": 2, "T": 3})


def variable(name, *shape):
    return tf.get_variable(name, shape)


def step(gates, c):
    """The equations of BasicLSTMCell without a forget_bias."""
    c = tf.sigmoid(gates["f"]) * c + tf.sigmoid(gates["i"]) * tf.tanh(gates["j"])
    return c, tf.sigmoid(gates["o"]) * tf.tanh(c)


def each(order, x, h, units=4):
    """A pair of matrices and a bias for each gate: {gate: sum}."""
    depth, found = x.shape.as_list()[1], {}
    with tf.variable_scope("gates", reuse=tf.AUTO_REUSE):
        for gate in order:
            w, u, b = (
                variable("W" + gate, depth, units),
                variable("U" + gate, units, units),
                variable("b" + gate, units),
            )
            found[gate] = tf.matmul(x, w) + tf.matmul(h, u) + b
    return found


def names(order):
    return [f"gates/{kind}{gate}" for gate in order for kind in "WUb"]


def loop(body, start):
    """Three steps in a loop of Python: (input, outputs, last state)."""
    x = tf.placeholder(tf.float32, [None, 3, 3], name="x")
    state, outputs = start, []
    for one in tf.unstack(x, axis=1):
        state, output = body(one, state)
        outputs.append(output)
    return x, tf.stack(outputs, 1), state


def pair(units=4):
    return tuple(tf.placeholder(tf.float32, [None, units], name=name) for name in "ch")


def written(call, variables, x, outputs, state, start):
    """A frozen graph of one loop in Python, its first state fed."""
    kinds = dict(zip("ch", start)), dict(zip("ch", state))
    before, after = kinds if len(start) == 2 else (start[0], state[0])
    said = recurrence(
        "", Call("static_rnn", cell=call), variables, x, outputs, after, form="static", initial_state=before
    )
    feeds = {x: floats("B", 3, 3)}
    feeds.update((one, floats("B", 4)) for one in start)
    return Built(feeds, [said], sizes=SIZES, save=freeze(flatten([outputs, state])))


@artefact("a cell with a pair of matrices for each gate under dynamic_rnn, as papers write the LSTM")
def clothes_each_gate():
    class Separate(cells.RNNCell):
        state_size, output_size = cells.LSTMStateTuple(4, 4), 4

        def call(self, x, state):
            c, h = step(each("ifjo", x, state[1]), state[0])
            return h, cells.LSTMStateTuple(c, h)

    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    outputs, state = tf.nn.dynamic_rnn(Separate(), x, dtype=tf.float32)
    variables = ["rnn/separate/" + name for name in names("ifjo")]
    said = recurrence("rnn", dynamic(lstm(4, forget_bias=0.0)), variables, x, outputs, state)
    return Built({x: floats("B", "T", 3)}, [said])


@artefact("one kernel whose gates stand as o, f, i, j and whose first rows are those of h")
def clothes_order():
    kernel, bias, start = variable("K", 7, 16), variable("b", 16), pair()

    def body(x, state):
        gates = tf.split(tf.matmul(tf.concat([state[1], x], 1), kernel) + bias, 4, 1)
        state = step(dict(zip("ofij", gates)), state[0])
        return state, state[1]

    return written(lstm(4, forget_bias=0.0), ["K", "b"], *loop(body, start), start=start)


@artefact("a kernel for x and one for h, each with its bias, gates f, i, o, j; the kernel of h transposed")
def clothes_two_biases():
    start = pair()
    w, u, b, d = variable("W", 3, 16), variable("U", 16, 4), variable("b", 16), variable("d", 16)

    def body(x, state):
        sums = tf.matmul(x, w) + b + tf.matmul(state[1], u, transpose_b=True) + d
        state = step(dict(zip("fioj", tf.split(sums, 4, 1))), state[0])
        return state, state[1]

    return written(lstm(4, forget_bias=0.0), ["W", "U", "b", "d"], *loop(body, start), start=start)


@artefact("peepholes, and kernels of the gates in a Python list that are joined before they are multiplied")
def clothes_peepholes():
    start = pair()
    kernels, biases = (
        [variable(kind + g, *shape) for g in "jiof"] for kind, shape in (("K", (7, 4)), ("b", (4,)))
    )
    looks = {g: variable("w" + g, 4) for g in "ifo"}

    def body(x, state):
        sums = tf.matmul(tf.concat([x, state[1]], 1), tf.concat(kernels, 1)) + tf.concat(biases, 0)
        z, c = dict(zip("jiof", tf.split(sums, 4, 1))), state[0]
        new = tf.sigmoid(z["f"] + 1.0 + looks["f"] * c) * c + tf.sigmoid(z["i"] + looks["i"] * c) * tf.tanh(
            z["j"]
        )
        h = tf.sigmoid(z["o"] + looks["o"] * new) * tf.tanh(new)
        return (new, h), h

    variables = [kind + g for g in "jiof" for kind in "Kb"] + ["w" + g for g in "ifo"]
    return written(lstm(4, use_peepholes=True), variables, *loop(body, start), start=start)


@artefact("a projection behind gates that have each a kernel of [x, h] and no bias")
def clothes_projection():
    start = tf.placeholder(tf.float32, [None, 4], name="c"), tf.placeholder(tf.float32, [None, 2], name="h")
    kernels = {g: variable("K" + g, 5, 4) for g in "jiof"}
    after = variable("P", 4, 2)

    def body(x, state):
        both = tf.concat([x, state[1]], 1)
        c, h = step({g: tf.matmul(both, one) for g, one in kernels.items()}, state[0])
        h = tf.matmul(h, after)
        return (c, h), h

    call = lstm(4, forget_bias=0.0, num_proj=2)
    built = written(call, ["K" + g for g in "jiof"] + ["P"], *loop(body, start), start=start)
    built.feeds[start[1]] = floats("B", 2)
    return built


@artefact(
    "a GRU whose update gate keeps the candidate and not the state: (1 - u) * h + u * c, without biases of c"
)
def clothes_gru_turned():
    start = (tf.placeholder(tf.float32, [None, 4], name="h"),)
    kernel, bias, inner = variable("K", 7, 8), variable("b", 8), variable("C", 7, 4)

    def body(x, state):
        (h,) = state
        u, r = tf.split(tf.sigmoid(tf.matmul(tf.concat([x, h], 1), kernel) + bias), 2, 1)
        new = (1 - u) * h + u * tf.tanh(tf.matmul(tf.concat([x, r * h], 1), inner))
        return (new,), new

    return written(gru(4), ["K", "b", "C"], *loop(body, start), start=start)


@artefact("a GRU with a pair of matrices for each gate")
def clothes_gru():
    start = (tf.placeholder(tf.float32, [None, 4], name="h"),)

    def body(x, state):
        (h,) = state
        z = {g: tf.sigmoid(one) for g, one in each("zr", x, h).items()}
        new = z["z"] * h + (1 - z["z"]) * tf.tanh(each("c", x, z["r"] * h)["c"])
        return (new,), new

    return written(gru(4), names("zrc"), *loop(body, start), start=start)


class Blended(cells.RNNCell):
    """A GRU whose new state is written with a difference."""

    state_size = output_size = 4

    def __init__(self, blend, name):
        super().__init__(name=name)
        self.blend = blend

    def call(self, x, h):
        kernel, bias = variable("K", 7, 8), variable("b", 8)
        r, u = tf.split(tf.sigmoid(tf.matmul(tf.concat([x, h], 1), kernel) + bias), 2, 1)
        kernel, bias = variable("W", 7, 4), variable("c", 4)
        h = self.blend(h, u, tf.tanh(tf.matmul(tf.concat([x, r * h], 1), kernel) + bias))
        return h, h


@artefact(
    "GRUs whose new states are written h + u * (c - h), and c + u * (h - c) over the sequence turned round"
)
def gru_by_differences():
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    forward = Blended(lambda h, u, c: h + u * (c - h), "forward")
    backward = Blended(lambda h, u, c: c + u * (h - c), "backward")
    outputs, state = tf.nn.bidirectional_dynamic_rnn(forward, backward, x, dtype=tf.float32)
    own = [
        f"bidirectional_rnn/{side}/{name}/{leaf}"
        for side, name in (("fw", "forward"), ("bw", "backward"))
        for leaf in "KbWc"
    ]
    outputs, state = OrderedDict(zip(("fw", "bw"), outputs)), OrderedDict(zip(("fw", "bw"), state))
    said = recurrence("bidirectional_rnn", bidirectional(gru(4), gru(4)), own, x, outputs, state)
    return Built({x: floats("B", "T", 3)}, [said])
