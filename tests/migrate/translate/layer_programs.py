"""Layers in the steps of a loop: name -> a function of what is fed to what is fetched."""

import tensorflow as tf
from step_programs import WIDTH, held

v1 = tf.compat.v1
UNITS = 3


def loop(step, *first):
    """What a step makes of some values, four times."""
    body = lambda number, *given: (number + 1, *step(*given))  # noqa: E731
    return tuple(tf.while_loop(lambda number, *_: number < 4, body, [0, *first])[1:])


def zeros(x, units=UNITS):
    """A row of zeros for each of x."""
    return tf.zeros([tf.shape(x)[0], units])


def dense(x, start):
    """A product, a bias and an activation: one layer; a product alone behind it."""
    kernel, bias, out = (
        held("hidden/kernel", WIDTH, UNITS),
        held("hidden/bias", UNITS),
        held("out", UNITS, WIDTH),
    )
    return loop(lambda h: [tf.tanh(bias + h @ kernel) @ out], start)


def read_beside_its_activation(x, start):
    """A product with its bias, which two lines read."""
    kernel, bias = held("output/kernel", WIDTH, WIDTH), held("output/bias", WIDTH)

    def step(h):
        product = tf.nn.bias_add(h @ kernel, bias)
        return [tf.sigmoid(product) * product]

    return loop(step, start)


def bias_of_two(x, start):
    """Two products with one bias."""
    first, second, bias = held("first", WIDTH, WIDTH), held("second", WIDTH, WIDTH), held("bias", WIDTH)
    return loop(lambda h: [tf.sin(tf.sin(h @ first + bias) @ second + bias)], start)


def kernel_of_two(x, start):
    """One kernel in two products of a step: no layer."""
    kernel = held("kernel", WIDTH, WIDTH)
    return loop(lambda h: [tf.sin(tf.sin(h @ kernel) @ kernel)], start)


def read_outside(x, start):
    """A kernel that the loop reads and the program too: no layer."""
    kernel = held("kernel", WIDTH, WIDTH)
    return *loop(lambda h: [tf.sin(h @ kernel)], start), tf.reduce_sum(kernel) * start


def turned(x, start):
    """A product with the transposed kernel: no layer."""
    kernel = held("kernel", WIDTH, WIDTH)
    return loop(lambda h: [tf.sin(tf.matmul(h, kernel, transpose_b=True))], start)


def kernel_in_front(x, start):
    """A product that the kernel is the first factor of: no layer."""
    kernel = held("kernel", WIDTH, WIDTH)
    return loop(lambda h: [tf.sin(tf.transpose(tf.matmul(kernel, tf.transpose(h))))], start)


def in_a_loop(x, start):
    """A product in a loop in the loop: no layer."""
    kernel = held("kernel", WIDTH, WIDTH)
    return loop(lambda h: loop(lambda h: [tf.sin(h @ kernel)], h), start)


def keys_of(x):
    """The keys of a sequence, and the mask of its steps: all but the last one, where there are more."""
    steps = tf.shape(x)[1]
    there = tf.range(steps)[None] < tf.maximum(steps - 1, 1) + tf.zeros([tf.shape(x)[0], 1], tf.int32)
    return tf.tensordot(x, held("memory", WIDTH, UNITS), [[2], [0]]), there


def only(scores, there):
    """Scores that are minus infinity where no step is."""
    return tf.where(there, scores, float("-inf") * tf.ones_like(scores))


def by_products(alignments, values):
    """The sum of values by their alignments, as AttentionWrapper has it."""
    return tf.squeeze(tf.matmul(alignments[:, None], values), [1])


def by_sums(alignments, values):
    """The sum of values by their alignments, as one writes it by hand."""
    return tf.reduce_sum(alignments[:, :, None] * values, 1)


def bahdanau(x, start):
    """The sum of query and keys, masked; the alignments are given out."""
    (keys, there), v, query = keys_of(x), held("bahdanau/v", UNITS), held("query/kernel", WIDTH, UNITS)

    def step(h, _):
        scores = tf.reduce_sum(v * tf.tanh(keys + tf.expand_dims(h @ query, 1)), [2])
        alignments = tf.nn.softmax(only(scores, there))
        return by_products(alignments, x), alignments

    return loop(step, start, tf.zeros(tf.shape(x)[:2]))


def bahdanau_by_hand(x, start):
    """The same without a mask, the context as a sum; nobody reads the alignments."""
    (keys, _), v, query = keys_of(x), held("v", UNITS), held("query/kernel", WIDTH, UNITS)

    def step(h):
        scores = tf.reduce_sum(tf.tanh(tf.expand_dims(h @ query, 1) + keys) * v, -1)
        return [by_sums(tf.nn.softmax(scores), x)]

    return loop(step, start)


def luong(x, start):
    """The products of query and keys, scaled and masked."""
    (keys, there), g, query = keys_of(x), held("luong/g"), held("query/kernel", WIDTH, UNITS)

    def step(h):
        scores = tf.squeeze(tf.matmul(tf.expand_dims(h @ query, 1), keys, transpose_b=True), [1])
        return [by_products(tf.nn.softmax(only(g * scores, there)), x)]

    return loop(step, start)


def luong_without_a_scale(x, start):
    """The products of the state and the sequence: a layer without weights; a line has the name of its result."""

    def step(h):
        scores = tf.squeeze(tf.matmul(h[:, None], x, transpose_b=True), [1])
        return [tf.multiply(by_products(tf.nn.softmax(scores), x), 0.5, name="attention_outputs")]

    return loop(step, start)


def two_memories(x, start):
    """Two layers of one kind without weights."""

    def step(h):
        for memory in (x, tf.sin(x)):
            scores = tf.squeeze(tf.matmul(h[:, None], memory, transpose_b=True), [1])
            h = by_products(tf.nn.softmax(scores), memory) * 0.5
        return [h]

    return loop(step, start)


def values_behind(x, start):
    """The values are computed of what the alignments say: the layer would be called before it has them."""

    def step(h, old):
        alignments = tf.nn.softmax(tf.squeeze(tf.matmul(h[:, None], x, transpose_b=True), [1]))
        covered = old + alignments
        return by_products(alignments, x * tf.sin(covered)[:, :, None]), covered

    return loop(step, start, tf.zeros(tf.shape(x)[:2]))


def in_two_dtypes(x, start):
    """What the loop carries is float64, the weights are float32."""
    kernel = held("kernel", WIDTH, WIDTH)
    body = lambda h: [tf.cast(tf.sin(tf.cast(h, tf.float32) @ kernel), tf.float64)]  # noqa: E731
    return tf.cast(loop(body, tf.cast(start, tf.float64))[0], tf.float32)


def of_numbers(x, start):
    """A loop that carries integers alone: the best class of each step."""
    kernel, table = held("kernel", WIDTH, WIDTH), held("table", WIDTH, WIDTH)
    body = lambda ids: [tf.argmax(tf.nn.embedding_lookup(table, ids) @ kernel + start, 1)]  # noqa: E731
    return loop(body, tf.argmax(start, 1))


def scores_read(x, start):
    """Bahdanau's attention whose scores are given out: no layer of its own, but the query's."""
    (keys, _), v, query = keys_of(x), held("v", UNITS), held("query/kernel", WIDTH, UNITS)

    def step(h, _):
        scores = tf.reduce_sum(v * tf.tanh(keys + tf.expand_dims(h @ query, 1)), 2)
        return by_products(tf.nn.softmax(scores), x), scores

    return loop(step, start, tf.zeros(tf.shape(x)[:2]))


def lowest_of_another_number(x, start):
    """A mask by a low number, not by minus infinity: no layer."""
    (keys, there), v, query = keys_of(x), held("v", UNITS), held("query/kernel", WIDTH, UNITS)

    def step(h):
        scores = tf.reduce_sum(v * tf.tanh(keys + tf.expand_dims(h @ query, 1)), 2)
        masked = tf.where(there, scores, -2.0 * tf.ones_like(scores))
        return [by_products(tf.nn.softmax(masked), x)]

    return loop(step, start)


#: Program -> the layers of its loop: name -> class.
LAYERS = {
    dense: {"hidden": "Dense", "out": "Dense"},
    read_beside_its_activation: {"output_layer": "Dense"},
    bias_of_two: {"first": "Dense", "second": "Dense"},
    kernel_of_two: {},
    read_outside: {},
    turned: {},
    kernel_in_front: {},
    in_a_loop: {},
    bahdanau: {"bahdanau": "AdditiveAttention", "query": "Dense"},
    bahdanau_by_hand: {"bahdanau_by_hand": "AdditiveAttention", "query": "Dense"},
    luong: {"luong": "Attention", "query": "Dense"},
    luong_without_a_scale: {"attention_0": "Attention"},
    two_memories: {"attention_0": "Attention", "attention": "Attention"},
    values_behind: {},
    in_two_dtypes: {"in_two_dtypes": "Dense"},
    of_numbers: {"of_numbers": "Dense"},
    scores_read: {"query": "Dense"},
    lowest_of_another_number: {"query": "Dense"},
}
