"""Loops over the steps of a sequence: name -> a function of what is fed to what is fetched.

The variables are made by `held`, which gives each program its own: what two layers would hold is in no cell.
"""

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
WIDTH = 4


def held(name, *shape):
    """A variable of a program, by its name under the program's scope."""
    return tf.identity(v1.raw_ops.VariableV2(shape=shape, dtype=tf.float32, name=name), name=f"{name}/read")


class Cell:
    """What `dynamic_rnn` takes for a cell: one whose equations are `step(x, state) -> (output, state)`."""

    def __init__(self, sizes, step):
        self.state_size, self.output_size, self._step = sizes, WIDTH, step

    def __call__(self, x, state, scope=None):
        return self._step(x, state)

    def zero_state(self, batch, dtype):
        """As TF1's cells."""
        return tf.nest.map_structure(lambda size: tf.zeros([batch, size], dtype), self.state_size)


def gated():
    """A gate between the old state and what is new, as UGRNNCell."""
    kernel = held("rnn/own_cell/kernel", 2 * WIDTH, 2 * WIDTH)
    bias = held("rnn/own_cell/bias", 2 * WIDTH)

    def step(x, h):
        a, b = tf.split(tf.concat([x, h], 1) @ kernel + bias, 2, 1)
        g = tf.sigmoid(a + 1.0)
        h = g * h + (1.0 - g) * tf.tanh(b)
        return h, h

    return Cell(WIDTH, step)


def ugrnn(x, start):
    """dynamic_rnn around a cell of its own: outputs and the last state."""
    return v1.nn.dynamic_rnn(gated(), x, dtype=tf.float32)


def from_a_state(x, start):
    """From a state that is fed, and the outputs time-major."""
    turned = tf.transpose(x, [1, 0, 2])
    return v1.nn.dynamic_rnn(gated(), turned, initial_state=start, time_major=True)[0]


def with_lengths(x, start):
    """Rows of other lengths than the longest, of none too, from a state that is fed."""
    lengths = tf.cast(tf.reduce_sum(tf.abs(x), [1, 2]) * 7.0, tf.int32) % (tf.shape(x)[1] + 1)
    return v1.nn.dynamic_rnn(gated(), x, sequence_length=lengths, initial_state=start)


def two_states(x, start):
    """Two states of one size and two matrices of one size; what is given out is the new one less the old one."""
    matrix, scale = held("rnn/own_cell/input/kernel", WIDTH, WIDTH), held("rnn/own_cell/scale", WIDTH)
    hidden = held("rnn/own_cell/hidden/kernel", WIDTH, WIDTH)

    def step(x, state):
        c, h = state
        new = tf.tanh(x @ matrix + h * scale)
        c = 0.5 * c + tf.sigmoid(h @ hidden) * new
        return tf.nn.relu(c) - 0.3 * h, (c, new)

    outputs, (c, h) = v1.nn.dynamic_rnn(Cell((WIDTH, WIDTH), step), x, dtype=tf.float32)
    return outputs, c, h


def by_hand(x, start):
    """tf.while_loop with arrays, a vector of constants, and what is computed of a weight before the loop begins."""
    steps, turned = tf.shape(x)[1], tf.transpose(x, [1, 0, 2])
    read, written = tf.TensorArray(tf.float32, steps).unstack(turned), tf.TensorArray(tf.float32, steps)
    matrix, offsets = held("weights", WIDTH, WIDTH), tf.constant(np.linspace(-1, 1, WIDTH), tf.float32)

    def body(step, h, array):
        new = tf.tanh(h @ matrix * 0.5 + offsets + read.read(step))
        return step + 1, new, array.write(step, h)

    start = [0, tf.zeros_like(x[:, 0]), written]
    return tf.transpose(tf.while_loop(lambda step, *_: step < steps, body, start)[2].stack(), [1, 0, 2])


def loop(x, step, matrix, *, place=lambda step, steps: step, goes_on=None):
    """A loop over the steps, in a way of its own."""
    steps, turned = tf.shape(x)[1], tf.transpose(x, [1, 0, 2])
    read, written = tf.TensorArray(tf.float32, steps).unstack(turned), tf.TensorArray(tf.float32, steps)

    def body(now, h, array):
        new = step(now, read.read(now), h @ matrix)
        return now + 1, new, array.write(place(now, steps), new)

    start = [0, tf.zeros_like(x[:, 0]), written]
    within = lambda now, *_: now < steps  # noqa: E731
    both = lambda now, *_: tf.logical_and(now < steps, goes_on(now))  # noqa: E731
    found = tf.while_loop(both if goes_on else within, body, start)
    return found[2].stack(), found[0]


def plain(now, x, h):
    return tf.tanh(x + h)


def two_sequences(x, start):
    """Each step reads two sequences."""
    other = tf.TensorArray(tf.float32, tf.shape(x)[1]).unstack(tf.transpose(x * x, [1, 0, 2]))
    return loop(x, lambda now, x, h: tf.tanh(x + h) * other.read(now), held("w", WIDTH, WIDTH))[0]


def numbers(x, start):
    """A number for each row and step, which begins each row anew; the state is a number too. Two arrays come out."""
    turned = tf.transpose(x, [1, 0, 2])
    factor = held("factor", WIDTH)

    def step(old, now):
        (h, total), (x, ends) = old, now
        return tf.tanh(x * factor + h) * ends[:, None], total * ends + tf.reduce_sum(h, 1)

    initial = tf.zeros_like(start), tf.zeros_like(start[:, 0])
    return tf.scan(step, (turned, tf.sigmoid(turned[:, :, 0])), initial)


def from_the_end(x, start):
    """tf.scan from the last step to the first, from a state that is fed."""
    matrix = held("w", WIDTH, WIDTH)
    return tf.scan(lambda h, x: tf.tanh(x + h @ matrix), tf.transpose(x, [1, 0, 2]), start, reverse=True)


def down(x, start):
    """A counter that falls from the last step to 0, and ends it."""
    turned, matrix = tf.transpose(x, [1, 0, 2]), held("w", WIDTH, WIDTH)
    steps = tf.shape(turned)[0]
    read, written = tf.TensorArray(tf.float32, steps).unstack(turned), tf.TensorArray(tf.float32, steps)

    def body(step, h, array):
        h = tf.tanh(read.read(step) + h @ matrix)
        return step - 1, h, array.write(step, h)

    return tf.while_loop(lambda step, *_: step >= 0, body, [steps - 1, start, written])[2].stack()


def squares(x, start):
    """States and inputs of more axes: a square for each row."""
    turned = tf.reshape(tf.transpose(x, [1, 0, 2]), [tf.shape(x)[1], -1, 2, 2])
    matrix = held("w", 2, 2)

    def step(h, x):
        return tf.tanh(x @ h + tf.tensordot(x, matrix, 1))

    return tf.scan(step, turned, tf.reshape(start, [-1, 2, 2]))


def last_alone(x, start):
    """Of the outputs nothing is read."""
    return v1.nn.dynamic_rnn(gated(), x, dtype=tf.float32)[1]


def of_a_part(x, start):
    """What is computed of a vector in front of the loop."""
    vector = held("v", 2 * WIDTH)
    scale, offset = tf.exp(vector[:WIDTH]), vector[WIDTH:]
    return tf.scan(lambda h, x: tf.tanh(x * scale + h + offset), tf.transpose(x, [1, 0, 2]), start)


CELLS = {
    one.__name__: one
    for one in (
        *(ugrnn, from_a_state, with_lengths, two_states, by_hand),
        *(two_sequences, numbers, from_the_end, down, squares, last_alone, of_a_part),
    )
}


def counted(x, start):
    """The step's own number is in its equations."""
    return loop(x, lambda now, x, h: tf.tanh(x + h) * tf.cast(now, tf.float32), held("w", WIDTH, WIDTH))[0]


def attending(x, start):
    """What is computed of what is fed is in each step."""
    return loop(x, lambda now, x, h: tf.tanh(x + h + start), held("w", WIDTH, WIDTH))[0]


def another_end(x, start):
    """It ends at another number too, which happens to be no smaller."""
    end = tf.shape(x)[0] + 100
    return loop(x, plain, held("w", WIDTH, WIDTH), goes_on=lambda step: step < end)[0]


def backwards(x, start):
    """It writes from back to front."""
    return loop(x, plain, held("w", WIDTH, WIDTH), place=lambda step, steps: steps - 1 - step)[0]


def how_many(x, start):
    """The number of steps is fetched."""
    return loop(x, plain, held("w", WIDTH, WIDTH))


def read_elsewhere(x, start):
    """The weight is read behind the loop too."""
    matrix = held("w", WIDTH, WIDTH)
    return loop(x, plain, matrix)[0], start @ matrix


def without_a_state(x, start):
    """No step knows of the one before."""
    matrix = held("w", WIDTH, WIDTH)
    return tf.map_fn(lambda row: tf.tanh(row @ matrix), tf.transpose(x, [1, 0, 2]))


def integers(x, start):
    """What each step reads is an integer."""
    ids, table = tf.cast(tf.transpose(x[:, :, 0]) > 0, tf.int32), held("table", 2, WIDTH)
    return tf.scan(lambda h, one: tf.tanh(h + tf.gather(table, one)), ids, start)


def by_place(x, start):
    """A weight has a row for each step."""
    places = tf.TensorArray(tf.float32, 7).unstack(held("places", 7, WIDTH))
    step = lambda now, x, h: tf.tanh(x + h + places.read(now))  # noqa: E731
    return loop(x, step, held("w", WIDTH, WIDTH))[0]


def normed(x, start):
    """A matrix is computed of a weight in front of the loop."""
    matrix = tf.nn.l2_normalize(held("w", WIDTH, WIDTH), 0)
    return tf.scan(lambda h, x: tf.tanh(x + h @ matrix), tf.transpose(x, [1, 0, 2]), start)


#: A program -> why its loop is no cell.
REASONS = {
    counted: "a step reads step, which is no weight and no constant",
    attending: "a step reads start, which is no weight and no constant",
    integers: "it reads no sequence of floats",
    by_place: "the sequences that it reads are not of one size",
    normed: "each step would compute anew what is computed of normed/w, a matrix",
    another_end: "it ends elsewhere than the sequence that it reads",
    backwards: "it reads or writes elsewhere than at the step, or in both directions",
    how_many: "the number of its steps is read behind it",
    read_elsewhere: "read_elsewhere/w is read by another layer too",
    without_a_state: "it has no state, or states of another dtype than the sequence's",
}
LOOPS = {one.__name__: one for one in REASONS}
