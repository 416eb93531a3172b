"""Steps of cells of their own that are unrolled by hand: name -> a function of what is fed to what is fetched."""

import numpy as np
import tensorflow as tf
from step_programs import WIDTH, held

v1 = tf.compat.v1
TIME = 4


def highway():
    """A step of a highway: (x, h) to h."""
    kernel, bias = held("cell/new/kernel", 2 * WIDTH, WIDTH), held("cell/new/bias", WIDTH)
    gate = held("cell/gate/kernel", WIDTH, WIDTH)

    def step(x, h):
        new, keep = tf.tanh(tf.concat([x, h], 1) @ kernel + bias), tf.sigmoid(h @ gate)
        return keep * h + (1.0 - keep) * new

    step.gate = gate
    return step


def along(step, steps, h):
    """The states of all steps."""
    found = []
    for x in steps:
        h = step(x, h)
        found.append(h)
    return found


def stacked(x, start):
    """tf.unstack, and tf.stack of what the steps give; the last state too."""
    found = along(highway(), tf.unstack(x, axis=1), start)
    return tf.stack(found, 1), found[-1]


def joined(x, start):
    """tf.split as the first char models had it, from zeros, and the outputs as rows."""
    steps = [tf.squeeze(one, [1]) for one in tf.split(x, TIME, axis=1)]
    return tf.reshape(tf.concat(along(highway(), steps, tf.zeros_like(start)), 1), [-1, WIDTH])


def indexed(x, start):
    """A step of the sequence is an index; the last state alone is read."""
    return along(highway(), [x[:, number] for number in range(TIME)], start)[-1]


def some(x, start):
    """Two of the steps are read, time-major."""
    found = along(highway(), tf.unstack(tf.transpose(x, [1, 0, 2])), start)
    return found[1], found[2] * 2.0


def backwards(x, start):
    """From the last step to the first."""
    return tf.stack(along(highway(), tf.unstack(x, axis=1)[::-1], start), 1)


def scores_of_each(x, start):
    """What a step gives out is no state: scores of a layer, and the state beside."""
    step, out = highway(), held("out/kernel", WIDTH, 3)
    found = along(step, tf.unstack(x, axis=1), start)
    return tf.stack([tf.nn.softmax(h @ out) for h in found], 1), found[0], found[2]


def two_states(x, start):
    """A memory and what is read of it, in widths of their own."""
    kernel, read = held("cell/kernel", 2 * WIDTH, 3), held("cell/read", 3, WIDTH)
    memory, h, found = tf.zeros([tf.shape(x)[0], 3]), start, []
    for one in tf.unstack(x, axis=1):
        memory = 0.5 * memory + tf.nn.relu(tf.concat([one, h], 1) @ kernel)
        h = tf.tanh(memory @ read)
        found.append(h)
    return tf.stack(found, 1), memory


def two_inputs(x, start):
    """Each step reads two sequences, one of which is computed step by step."""
    step, left, right = highway(), tf.unstack(x, axis=1), tf.unstack(2.0 - x, axis=1)
    weights = held("cell/mix", WIDTH, WIDTH)
    h = start
    for one, other in zip(left, right, strict=True):
        h = step(one, h) + tf.nn.softsign(other @ weights)
    return h


def dropping(x, start):
    """Dropout in each step, its rate fed and a number."""
    keep, step = v1.placeholder_with_default(1.0, [], "keep_prob"), highway()
    h, found = start, []
    for one in tf.unstack(x, axis=1):
        h = v1.nn.dropout(step(v1.nn.dropout(one, keep_prob=keep), h), rate=0.25)
        found.append(h)
    return tf.stack(found, 1)


def added_last(x, start):
    """What is fed is read behind the product."""
    kernel, h, found = held("cell/kernel", WIDTH, WIDTH), start, []
    for one in tf.unstack(x, axis=1):
        h = tf.tanh(h @ kernel + one)
        found.append(h * 2.0)
    return found[-1], found[0]


def around_it(x, start):
    """Each step attends to the whole sequence, which is computed and no weight."""
    step, h = highway(), start
    for one in tf.unstack(x, axis=1):
        shares = tf.nn.softmax(tf.reduce_sum(x * h[:, None], 2))
        h = step(one, h) + tf.reduce_sum(x * shares[:, :, None], 1)
    return h


def attending(x, start):
    """Bahdanau's attention to what is computed of the sequence; its context is a state, which the next step reads."""
    step, weights = highway(), [held(f"attention/{name}", WIDTH, WIDTH) for name in ("keys", "query")]
    keys, v = tf.tensordot(x, weights[0], [[2], [0]]), held("attention/v", WIDTH)
    h, context, states = start, tf.zeros_like(start), []
    for one in tf.unstack(x, axis=1):
        h = step(one + context, h)
        shares = tf.nn.softmax(tf.reduce_sum(v * tf.tanh(keys + (h @ weights[1])[:, None]), 2))
        context = tf.reduce_sum(x * shares[:, :, None], 1)
        states.append(tf.concat([h, context], 1))
    return tf.stack(states, 1)


CELLS = {
    one.__name__: one
    for one in (
        stacked,
        joined,
        indexed,
        some,
        backwards,
        scores_of_each,
        two_states,
        two_inputs,
        dropping,
        added_last,
        around_it,
        attending,
    )
}


def two_steps(x, start):
    """Two are too few to be steps."""
    return along(highway(), tf.unstack(x, axis=1)[:2], start)[-1]


def without_a_state(x, start):
    """The same for each step, with nothing that is carried."""
    weights = held("cell/kernel", WIDTH, WIDTH)
    return tf.stack([tf.tanh(one @ weights) for one in tf.unstack(x, axis=1)], 1)


def fed_back(x, start):
    """What a step gives is what the next one reads: nothing is fed."""
    step, h = highway(), start
    for _ in range(TIME):
        h = step(h, h)
    return h


def one_is_unlike(x, start):
    """The third step has a factor of its own."""
    step, h = highway(), start
    for number, one in enumerate(tf.unstack(x, axis=1)):
        h = step(one, h) * (0.5 if number == 2 else 0.75)
    return h


def of_the_step_before_last(x, start):
    """A step reads what the one two before it gave."""
    step, found = highway(), [tf.zeros([1, WIDTH]), start]
    for one in tf.unstack(x, axis=1):
        found.append(step(one, found[-1]) + 0.5 * found[-2])
    return found[-1]


def two_of_zeros(x, start):
    """The same, where the first two read the same zeros."""
    step, zeros = highway(), tf.zeros([1, WIDTH])
    found = [zeros, zeros]
    for one in tf.unstack(x, axis=1):
        found.append(step(one, found[-1] + 0.0 * start) + 0.5 * found[-2])
    return found[-1]


def from_one_row(x, start):
    """All rows begin with the same one."""
    kernel, h = held("cell/kernel", WIDTH, WIDTH), tf.reduce_mean(start, 0, keepdims=True)
    for one in tf.unstack(x, axis=1):
        h = tf.tanh(h @ kernel + one)
    return h + start


def mean_of_each_step(x, start):
    """What is fed to a step is one row for all."""
    kernel, h = held("cell/kernel", WIDTH, WIDTH), start
    for one in tf.unstack(tf.reduce_mean(x, 0, keepdims=True), axis=1):
        h = tf.tanh(h @ kernel + one)
    return h


def in_turn(x, start):
    """Two factors are there in turn."""
    step, h = highway(), start
    for number, one in enumerate(tf.unstack(x, axis=1)):
        h = step(one, h) * np.array([[0.5, 0.75, 1.0, 1.25], [1.5, 0.25, -1.0, 0.5]][number % 2], "float32")
    return h


def back_and_on(x, start):
    """The inputs go back and on again."""
    steps = tf.unstack(x, axis=1)
    return along(highway(), [steps[1], steps[0], steps[1], steps[2]], start)[-1]


def around_one_row(x, start):
    """Each step reads a memory of one row for all."""
    step, h, memory = highway(), start, tf.reduce_mean(x, 0, keepdims=True)
    for one in tf.unstack(x, axis=1):
        h = step(one, h) + tf.reduce_sum(memory * h[:, None], 1)
    return h


def around_numbers(x, start):
    """Each step reads a number that is computed of what is fed."""
    step, h, number = highway(), start, tf.reduce_mean(x)
    for one in tf.unstack(x, axis=1):
        h = step(one, h) * number
    return h


def weights_elsewhere(x, start):
    """A layer of the steps is called once more, on what is fed."""
    step = highway()
    return along(step, tf.unstack(x, axis=1), start)[-1] + start @ step.gate


def a_step_of_another_place(x, start):
    """The steps read the sequence in an order of its own, one of them twice."""
    steps = tf.unstack(x, axis=1)
    return along(highway(), [steps[0], steps[2], steps[2], steps[1]], start)[-1]


STAY = {
    one.__name__: one
    for one in (
        two_steps,
        without_a_state,
        fed_back,
        one_is_unlike,
        of_the_step_before_last,
        two_of_zeros,
        from_one_row,
        mean_of_each_step,
        in_turn,
        back_and_on,
        around_one_row,
        around_numbers,
        weights_elsewhere,
        a_step_of_another_place,
    )
}
