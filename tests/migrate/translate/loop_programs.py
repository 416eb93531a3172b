"""Loops of their own as people write them: name -> a function of what is fed and the variables to a tensor."""

import tensorflow as tf

v1 = tf.compat.v1


def count(x, w):
    """Ends by its own condition, which the input decides."""
    goes_on = lambda step, total: tf.reduce_sum(total) < 6.0  # noqa: E731
    return tf.while_loop(goes_on, lambda step, total: (step + 1, total * 1.5 + 0.25), [0, tf.abs(x[:, 0])])


def fibonacci(x, w):
    """Two that are exchanged at each step."""
    body = lambda step, a, b: (step + 1, b, tf.tanh(a @ w + b))  # noqa: E731
    return tf.while_loop(lambda step, a, b: step < 5, body, [0, x[:, 0], x[:, 0] * 0.5])[2]


def no_step(x, w):
    """A loop that takes no step."""
    return tf.while_loop(lambda step, a: step < 0, lambda step, a: (step + 1, a @ w), [0, x[:, 0]])[1]


def scan(x, w):
    """tf.scan, whose first step is the first element."""
    return tf.scan(lambda state, now: tf.tanh(state @ w + now), tf.transpose(x, [1, 0, 2]))


def scan_from(x, w):
    """tf.scan from a state, from back to front."""
    start = tf.zeros_like(x[:, 0])
    return tf.scan(
        lambda state, now: tf.tanh(state @ w - now), tf.transpose(x, [1, 0, 2]), start, reverse=True
    )


def mapped(x, w):
    """tf.map_fn over the rows."""
    return tf.map_fn(lambda row: tf.nn.softmax(row @ w), x)


def rows_to(x, w):
    """A loop whose number of steps is a size, and which writes from back to front."""
    steps = tf.shape(x)[1]
    turned = tf.transpose(x, [1, 0, 2])
    read = tf.TensorArray(tf.float32, steps).unstack(turned)
    written = tf.TensorArray(tf.float32, steps)
    body = lambda step, state, array: (  # noqa: E731
        step + 1,
        tf.sigmoid(state @ w) + read.read(step),
        array.write(steps - 1 - step, state),
    )
    found = tf.while_loop(lambda step, *_: step < steps, body, [0, tf.zeros_like(x[:, 0]), written])
    return tf.concat([found[2].stack(), found[1][None]], 0)


def images(x, w):
    """Images read from an array, whose sizes TensorFlow does not follow: padded, pooled and convolved."""
    read = tf.TensorArray(tf.float32, tf.shape(x)[1], infer_shape=False)
    read = read.unstack(tf.reshape(tf.transpose(x, [1, 0, 2]), [tf.shape(x)[1], tf.shape(x)[0], 2, 2, 1]))

    def body(step, state):
        now = tf.pad(read.read(step), [[0, 0], [0, 1], [0, 1], [0, 0]])
        pooled = tf.nn.max_pool2d(now, 2, 1, "VALID")
        return step + 1, tf.tanh(tf.nn.conv2d(state + pooled, w[:2, :2, None, None], 1, "SAME"))

    start = tf.reshape(x[:, 0], [-1, 2, 2, 1])
    return tf.while_loop(lambda step, _: step < tf.shape(x)[1], body, (0, start))[1]


def inside(x, w):
    """A loop in a loop, as long as the step of the outer one."""

    def body(step, state):
        turn = lambda turn, state: (turn + 1, tf.tanh(state @ w + x[:, 0]))  # noqa: E731
        return step + 1, tf.while_loop(lambda turn, _: turn < step, turn, [0, state])[1] + 0.1

    return tf.while_loop(lambda step, _: step < 4, body, [0, x[:, 0]])[1]


def chosen(x, w):
    """A conditional in a step."""

    def body(step, state):
        low = lambda: tf.tanh(state @ w) - 0.5  # noqa: E731
        return step + 1, v1.cond(tf.reduce_sum(state) > 0.0, low, lambda: state + 1.0)

    return tf.while_loop(lambda step, _: step < 6, body, [0, x[:, 0]])[1]


def chosen_twice(x, w):
    """A conditional in a branch of another one, in no loop."""
    state = x[:, 0]
    inner = lambda: v1.cond(tf.reduce_sum(x) > 1.0, lambda: tf.tanh(state @ w), lambda: state * 0.5)  # noqa: E731
    return v1.cond(tf.reduce_sum(state) > 0.0, inner, lambda: state - 1.0)


def chosen_numbers(x, w):
    """A conditional of two constants, alone and in a step."""

    def number(given):
        return v1.cond(tf.reduce_sum(given) > 0.0, lambda: tf.constant(0.5), lambda: tf.constant(2.0))

    body = lambda step, state: (step + 1, tf.tanh(state @ w) * number(state))  # noqa: E731
    return tf.while_loop(lambda step, _: step < 3, body, [0, x[:, 0]])[1] * number(x)


def chosen_loop(x, w):
    """A loop in a branch of a conditional."""
    turn = lambda step, state: (step + 1, tf.tanh(state @ w))  # noqa: E731
    loop = lambda: tf.while_loop(lambda step, _: step < 3, turn, [0, x[:, 0]])[1]  # noqa: E731
    return v1.cond(tf.reduce_sum(x) > 0.0, loop, lambda: x[:, 0] - 1.0)


def unchanged(x, w):
    """A value that goes round as it is, and is read behind the loop."""
    body = lambda step, scale, state: (step + 1, tf.identity(scale), tf.tanh(state @ w) * scale)  # noqa: E731
    start = [0, tf.reduce_sum(x[:, 0], 1, keepdims=True), x[:, 0]]
    _, scale, state = tf.while_loop(lambda step, *_: step < 3, body, start)
    return scale + state


def called(x, w):
    """A function that is called in a step, whose tensors are called as those of the graph."""
    step = tf.function(lambda state: tf.tanh(tf.matmul(state, w)) + 0.1 * state)
    outside = tf.matmul(x[:, 0], w)
    body = lambda number, state: (number + 1, step(state))  # noqa: E731
    return tf.while_loop(lambda number, _: number < 3, body, [0, outside])[1] + step(outside)


def called_once(x, w):
    """A function in which a product is read twice; the one of that name in the graph is read once."""

    @tf.function
    def step(given):
        found = tf.matmul(given, w, name="product")
        return tf.tanh(found) + found

    return step(tf.matmul(x[:, 0], tf.ones([4, 4]) * 0.5, name="product"))


def greedy(x, w):
    """What a step chooses is looked up for the next one."""
    table = tf.concat([w, w * 0.5 - 0.1, w + 0.3], 0)

    def body(step, state, now, array):
        state = tf.tanh(state @ w + tf.gather(table, now))
        now = tf.argmax(state @ tf.transpose(table), 1, output_type=tf.int32)
        return step + 1, state, now, array.write(step, now)

    start = [0, x[:, 0], tf.zeros_like(x[:, 0, 0], tf.int32), tf.TensorArray(tf.int32, 7)]
    return tf.while_loop(lambda step, *_: step < 7, body, start)[3].stack()


def joined(x, w):
    """Elements of two rows each, one behind the other."""
    array = tf.TensorArray(tf.float32, 3, element_shape=[2, 4])
    row = lambda step: tf.tanh(w[step : step + 2] + x[0, 0] * tf.cast(step, tf.float32))  # noqa: E731
    body = lambda step, array: (step + 1, array.write(step, row(step)))  # noqa: E731
    return tf.while_loop(lambda step, _: step < 3, body, (0, array))[1].concat()


def joined_rows(x, w):
    """Elements of as many rows as are fed."""
    array = tf.TensorArray(tf.float32, 3)
    body = lambda step, h, array: (step + 1, tf.tanh(h @ w), array.write(step, h))  # noqa: E731
    return tf.while_loop(lambda step, *_: step < 3, body, (0, x[:, 0], array))[2].concat()


def growing(x, w):
    """A decoder: its array grows, and it ends when the longest row is finished."""
    lengths = tf.cast(tf.reduce_sum(tf.abs(x), [1, 2]), tf.int32) % 4 + 1

    def body(step, finished, state, array):
        given = tf.tanh(state @ w)
        done = tf.logical_or(step + 1 >= lengths, finished)
        kept = tf.where(tf.tile(finished[:, None], [1, 4]), state, given)
        return step + 1, done, kept, array.write(step, kept)

    array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[None, 4])
    start = [0, lengths <= 0, x[:, 0], array]
    goes_on = lambda step, finished, *_: tf.logical_not(tf.reduce_all(finished))  # noqa: E731
    return tf.while_loop(goes_on, body, start)[3].stack()


def bounded(x, w):
    """An array that grows, and a most of steps, as maximum_iterations gives it."""
    body = lambda step, state, array: (step + 1, tf.tanh(state @ w), array.write(step, state))  # noqa: E731
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[None, 4])
    goes_on = lambda step, state, _: tf.logical_or(step < 1, tf.reduce_sum(state) < 0.7)  # noqa: E731
    return tf.while_loop(goes_on, body, (0, x[:, 0], array), maximum_iterations=6)[2].stack()


def dropped(x, w):
    """A step with a dropout that keeps everything at inference."""
    keep = v1.placeholder_with_default(1.0, [], "keep_prob")
    body = lambda step, state: (step + 1, v1.nn.dropout(tf.tanh(state @ w), keep_prob=keep))  # noqa: E731
    return tf.while_loop(lambda step, _: step < 3, body, [0, x[:, 0]])[1]


def dropped_by_a_number(x, w):
    """The same with a constant rate: TF1 drops at inference too, the model does not."""
    body = lambda step, state: (step + 1, v1.nn.dropout(tf.tanh(state @ w), rate=0.3))  # noqa: E731
    return tf.while_loop(lambda step, _: step < 3, body, [0, x[:, 0]])[1]


def filled(x, w):
    """The end of all rows as one value that is filled, as a loop_fn of raw_rnn without lengths has it."""
    steps, array = tf.shape(x)[1], tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[None, 4])

    def body(step, finished, state, array):
        ended = tf.fill([tf.shape(x)[0]], step + 1 >= steps)
        return step + 1, tf.logical_or(finished, ended), tf.tanh(state @ w), array.write(step, state)

    start = [0, tf.zeros([tf.shape(x)[0]], tf.bool), x[:, 0], array]
    goes_on = lambda step, finished, *_: tf.logical_not(tf.reduce_all(finished))  # noqa: E731
    return tf.while_loop(goes_on, body, start)[3].stack()


def dropped_within(x, w):
    """Two rates in a loop in a loop, one that is fed and a number; the same in front of both."""
    keep = v1.placeholder_with_default(1.0, [], "keep_prob")
    inner = lambda turn, h: (turn + 1, v1.nn.dropout(tf.tanh(h @ w), keep_prob=keep))  # noqa: E731
    twice = lambda h: tf.while_loop(lambda turn, _: turn < 2, inner, [0, h])[1]  # noqa: E731
    body = lambda step, state: (step + 1, twice(v1.nn.dropout(state, rate=0.25)))  # noqa: E731
    first = v1.nn.dropout(x[:, 0], keep_prob=keep)
    return tf.while_loop(lambda step, _: step < 3, body, [0, first])[1]


def grown_and_joined(x, w):
    """An array that grows, whose elements are joined."""
    row = lambda state: tf.tanh(w[:2] + state[0])  # noqa: E731
    body = lambda step, state, array: (step + 1, tf.tanh(state @ w), array.write(step, row(state)))  # noqa: E731
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[2, 4])
    goes_on = lambda step, state, _: tf.logical_or(step < 1, tf.reduce_sum(state) < 0.7)  # noqa: E731
    return tf.while_loop(goes_on, body, (0, x[:, 0], array), maximum_iterations=6)[2].concat()


def measured(x, w):
    """A step that asks how long its array is, which grows."""
    body = lambda step, state, array: (  # noqa: E731
        step + 1,
        state + tf.cast(array.size(), tf.float32),
        array.write(step, state),
    )
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[None, 4])
    return tf.while_loop(lambda step, *_: step < 3, body, (0, x[:, 0] @ w, array))[2].stack()


def begun(x, w):
    """An array that grows from two elements on."""
    body = lambda step, array: (step + 1, array.write(step, x[:, 0] @ w))  # noqa: E731
    array = tf.TensorArray(tf.float32, 2, dynamic_size=True, element_shape=[None, 4])
    return tf.while_loop(lambda step, _: step < 4, body, (0, array))[1].stack()


def twice_a_step(x, w):
    """An array that grows by two elements a step."""
    write = lambda step, array: array.write(2 * step, x[:, 0]).write(2 * step + 1, x[:, 0] @ w)  # noqa: E731
    array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=[None, 4])
    body = lambda step, array: (step + 1, write(step, array))  # noqa: E731
    return tf.while_loop(lambda step, _: step < 2, body, (0, array))[1].stack()


PROGRAMS = {
    one.__name__: one
    for one in (
        count,
        dropped,
        fibonacci,
        no_step,
        scan,
        scan_from,
        mapped,
        rows_to,
        images,
        inside,
        chosen,
        chosen_twice,
        chosen_numbers,
        chosen_loop,
        unchanged,
        called,
        greedy,
        joined,
        joined_rows,
        growing,
        bounded,
        filled,
        grown_and_joined,
    )
}
