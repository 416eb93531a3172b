"""Programs that are refused, one for each sentence, written live and small: weights without values, nothing is run."""

import tensorflow as tf
from test_graphs import connect, shape_of

from legacy_tf1.compat import rnn_cell
from legacy_tf1.unroll import dynamic_rnn, static_rnn
from tf2_lstm.migrate.model import TF1Model, Variable

v1 = tf.compat.v1
UNITS = 4


def variable(name, *shape):
    return v1.get_variable(name, shape)


def fed(name, *shape, dtype=tf.float32):
    return v1.placeholder(dtype, shape, name=name)


def lengths(name="lengths"):
    return fed(name, 2, dtype=tf.int32)


def lstm(x, c, h, name="cell"):
    """One step of an LSTM."""
    with v1.variable_scope(name, reuse=v1.AUTO_REUSE):
        w, b = variable("w", x.shape[1] + UNITS, 4 * UNITS), variable("b", 4 * UNITS)
    i, j, f, o = tf.split(tf.matmul(tf.concat([x, h], 1), w) + b, 4, 1)
    c = c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j)
    return c, tf.tanh(c) * tf.sigmoid(o)


def unrolled(step, start, go_on=lambda t: t < 5):
    """A while loop over x [2, 5, 3]; `step(t, x, *carried)` gives what is carried next."""
    steps = v1.TensorArray(tf.float32, 5).unstack(tf.transpose(fed("x", 2, 5, 3), [1, 0, 2]))
    v1.while_loop(
        lambda t, *_: go_on(t),
        lambda t, *old: (t + 1, *step(t, steps.read(t), *old)),
        (tf.constant(0), *start),
    )


def zeros(width=UNITS):
    return tf.zeros([2, width])


def outputs(**options):
    return tf.TensorArray(tf.float32, 5, **options)


def the_sequence_moves():
    x = fed("x", 2, 5, 3)

    def step(t, c, h):
        return (t + 1, *lstm((x * tf.cast(t, tf.float32))[:, t], c, h))

    v1.while_loop(lambda t, *_: t < 5, step, (tf.constant(0), zeros(), zeros()))


def one_state_stops():
    rows = lengths()

    def step(t, x, c, h):
        new, out = lstm(x, c, h)
        return v1.where(t >= rows, c, new), out

    unrolled(step, (zeros(), zeros()))


def flat_state_with_more():
    def step(t, x, state):
        c, h, more = tf.split(state, 3, 1)
        return (tf.concat([*lstm(x, c, h), more + 1.0], 1),)

    unrolled(step, (zeros(3 * UNITS),))


def flat_and_dropped():
    def step(t, x, state):
        c, h = tf.split(state, 2, 1)
        return (v1.nn.dropout(tf.concat(lstm(x, c, h), 1), rate=0.5),)

    unrolled(step, (zeros(2 * UNITS),))


def states_stacked():
    """tf.scan carries one tensor: c and h are stacked in it."""

    def step(t, x, kept):
        return (tf.stack(lstm(x, *tf.unstack(kept))),)

    unrolled(step, [tf.zeros([2, 2, UNITS])])


def a_layer_between():
    """What OutputProjectionWrapper makes of the lower cell's output goes into the upper one."""
    collected = outputs()

    def step(t, x, c, h, c2, h2, made):
        c, h = lstm(x, c, h)
        c2, h2 = lstm(tf.nn.relu(tf.matmul(h, variable("between", UNITS, 3))), c2, h2, "upper")
        return c, h, c2, h2, made.write(t, h2)

    unrolled(step, [zeros(), zeros(), zeros(), zeros(), collected])


def states_as_h_c():
    def step(t, x, state):
        h, c = tf.split(state, 2, 1)
        return (tf.concat(lstm(x, c, h)[::-1], 1),)

    unrolled(step, (zeros(2 * UNITS),))


def states_crossed():
    unrolled(lambda t, x, c, h: lstm(x, c, h)[::-1], (zeros(), zeros()))


def steps_in_a_loop():
    """Each turn of a loop runs a step from the same states: what is carried is no state of it."""
    v1.disable_control_flow_v2()
    x, cell = fed("x", 2, 5, 3), rnn_cell.BasicLSTMCell(UNITS)
    start = rnn_cell.LSTMStateTuple(zeros(), zeros())
    v1.while_loop(
        lambda t, _: t < 5,
        lambda t, total: (t + 1, total + cell(x[:, 0], start)[0]),
        (tf.constant(0), zeros()),
    )


def fused_in_a_loop():
    """Each turn of a loop runs a whole sequence."""
    v1.disable_control_flow_v2()
    x, zero, peephole = fed("x", 5, 2, 3), zeros(), tf.zeros([UNITS])
    w, b = variable("lstm_cell/kernel", 3 + UNITS, 4 * UNITS), variable("lstm_cell/bias", 4 * UNITS)
    weights = {"w": w, "b": b, "wci": peephole, "wcf": peephole, "wco": peephole}

    def turn(t, total):
        run = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.constant(5, tf.int64), x=x, cs_prev=zero, h_prev=zero, cell_clip=-1.0, **weights
        )
        return t + 1, total + run.h[-1]

    v1.while_loop(lambda t, _: t < 5, turn, (tf.constant(0), zero))


def written_elsewhere():
    def step(t, x, c, h, ys):
        c, h = lstm(x, c, h)
        return c, h, ys.write(4 - t, h)

    unrolled(step, (zeros(), zeros(), outputs()))


def cells_side_by_side():
    def step(t, x, *old):
        return (*lstm(x, *old[:2], name="one"), *lstm(x, *old[2:], name="other"))

    unrolled(step, (zeros(), zeros(), zeros(), zeros()))


def stopping(of_outputs):
    """States that stop at the end of a row, and outputs that do what a function makes of them."""
    rows, others = lengths(), lengths("others")

    def step(t, x, c, h, ys):
        new, out = lstm(x, c, h)
        after = t >= rows
        return v1.where(after, c, new), v1.where(after, h, out), ys.write(t, of_outputs(t >= others, out))

    unrolled(step, (zeros(), zeros(), outputs()))


def outputs_stop_elsewhere():
    stopping(lambda after, out: v1.where(after, tf.zeros_like(out), out))


def outputs_go_on():
    stopping(lambda after, out: out)


def c_is_dropped():
    def step(t, x, c, h):
        c, h = lstm(x, c, h)
        return v1.nn.dropout(c, rate=0.5), h

    unrolled(step, (zeros(), zeros()))


def to_the_longest(rows, others=None, most=None, **options):
    """A loop that ends when all rows have ended; its states stop at other lengths, or are not stopped."""

    def step(t, x, c, h, ys):
        new, out = lstm(x, c, h)
        if others is not None:
            after = t >= others
            return (
                v1.where(after, c, new),
                v1.where(after, h, out),
                ys.write(t, v1.where(after, tf.zeros_like(out), out)),
            )
        return new, out, ys.write(t, out)

    def go_on(t):
        some = tf.logical_not(tf.reduce_all(t >= rows))
        return some if most is None else tf.logical_and(some, t < most)

    unrolled(step, (zeros(), zeros(), outputs(**options)), go_on)


def ends_by_other_lengths():
    to_the_longest(lengths(), lengths("others"))


def most_is_computed():
    rows = lengths()
    to_the_longest(rows, most=tf.reduce_max(rows) * 2)


def room_after_the_longest():
    to_the_longest(lengths())


def block(x, longest, w=None):
    weights = variable("w", 3 + UNITS, 4 * UNITS) if w is None else w
    more = {name: variable(name, UNITS) for name in ("wci", "wcf", "wco")}
    b = variable("b", 4 * UNITS)
    return tf.raw_ops.BlockLSTM(
        seq_len_max=longest, x=x, cs_prev=zeros(), h_prev=zeros(), w=weights, b=b, **more
    )


def block_of_fed_weights():
    block(fed("x", 5, 2, 3), tf.constant(5, tf.int64), fed("w", 3 + UNITS, 4 * UNITS))


def block_in_a_loop():
    def step(t, total):
        return t + 1, tf.reduce_sum(block(fed_x + tf.cast(t, tf.float32), tf.constant(5, tf.int64)).h)

    fed_x = fed("x", 5, 2, 3)
    with v1.variable_scope("", reuse=v1.AUTO_REUSE):
        v1.while_loop(lambda t, _: t < 3, step, (tf.constant(0), tf.constant(0.0)))


def block_of_fed_length():
    block(fed("x", 5, 2, 3), fed("longest", dtype=tf.int64))


def block_not_masked():
    block(fed("x", 5, 2, 3), tf.cast(tf.reduce_max(lengths()), tf.int64))


def cudnn_without_a_lowest_kernel():
    state = tf.zeros([1, 2, UNITS])
    tf.raw_ops.CudnnRNN(
        input=fed("x", 5, 2, UNITS),
        input_h=state,
        input_c=state,
        params=variable("blob", 200),
        input_mode="skip_input",
    )


def by_no_known_cell():
    x, h = fed("x", 2, 5, 3), zeros()
    w = variable("rnn/odd/w", 3 + UNITS, UNITS)
    for t in range(5):
        h = tf.sinh(tf.matmul(tf.concat([x[:, t], h], 1), w))


def one_step_is_odd():
    x, c, h = fed("x", 2, 5, 3), zeros(), zeros()
    for t in range(4):
        c, h = lstm(x[:, t], c, h, "rnn/cell")
    w = next(one for one in v1.global_variables() if one.op.name.endswith("w"))
    tf.sinh(tf.matmul(tf.concat([x[:, 4], h], 1), w), name="odd")


def joined_at_once():
    x, c, h = [fed(name, 2, 2) for name in "ab"], zeros(), zeros()
    w, b = variable("cell/w", 4 + UNITS, 4 * UNITS), variable("cell/b", 4 * UNITS)
    i, j, f, o = tf.split(tf.matmul(tf.concat([*x, h], 1), w) + b, 4, 1)
    c = c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j)
    tf.multiply(tf.tanh(c), tf.sigmoid(o), name="out")


class Squashing(rnn_cell.BasicLSTMCell):
    """A cell that squashes what it is given."""

    def call(self, inputs, state):
        return super().call(tf.tanh(inputs), state)


def squashed_in_branches():
    """With lengths each step of static_rnn stands in a conditional, which is a function here."""
    steps = tf.unstack(fed("x", 2, 3, 3), axis=1)
    v1.enable_control_flow_v2()
    static_rnn(Squashing(UNITS), steps, sequence_length=lengths(), dtype=tf.float32)


def a_loop_in_a_branch():
    """The branches of a conditional are functions, and a loop in one too."""
    v1.enable_control_flow_v2()
    x, cell = fed("x", 2, 5, 3), rnn_cell.GRUCell(UNITS)
    cell.build((2, 3))
    v1.cond(
        fed("on", dtype=tf.bool),
        lambda: dynamic_rnn(cell, x, dtype=tf.float32)[0],
        lambda: tf.zeros([2, 5, UNITS]),
        name="chosen",
    )


def decoder(choose):
    """A loop whose input is made of what the step before gave out."""
    words, scores = variable("words", 7, 3), variable("scores", UNITS, 7)

    def step(t, x, c, h):
        c, h = lstm(x, c, h)
        return t + 1, choose(words, tf.matmul(h, scores), x), c, h

    v1.while_loop(lambda t, *_: t < 5, step, (tf.constant(0), fed("first", 2, 3), zeros(), zeros()))


def the_largest():
    decoder(lambda words, scores, x: tf.gather(words, tf.argmax(scores, 1)))


def drawn():
    decoder(lambda words, scores, x: tf.reshape(tf.gather(words, v1.multinomial(scores, 1)), [2, 3]))


def by_chance():
    decoder(
        lambda words, scores, x: (
            x
            + tf.scatter_nd(
                tf.where(tf.reduce_sum(scores, 1) > 0.5),
                tf.matmul(scores, words),
                tf.shape(x, out_type=tf.int64),
            )
        )
    )


def fed_back():
    """A dense layer of the output is the next input, as a loop_fn of raw_rnn may have it."""
    decoder(lambda words, scores, x: tf.matmul(scores, words))


def the_best():
    decoder(lambda words, scores, x: tf.gather(words, tf.reshape(tf.math.top_k(scores, 1).indices, [2])))


def memory_that_is_written():
    def step(t, x, c, h, memory):
        read = tf.matmul(tf.nn.softmax(tf.matmul(h[:, None], memory, transpose_b=True)), memory)
        c, h = lstm(tf.concat([x, read[:, 0]], 1), c, h)
        return c, h, memory * 0.9 + h[:, None]

    unrolled(step, (zeros(), zeros(), fed("memory", 2, 6, UNITS)))


def built(program):
    """The model of a program's graph."""
    with tf.Graph().as_default() as made:
        program()
    return model_of(made, program.__name__)


def model_of(made, name="model"):
    """A model of which the graph alone is there; every global variable is in its checkpoint."""
    graph = made.as_graph_def()
    held = [node for node in graph.node if node.op in ("VariableV2", "VarHandleOp")]
    variables = {node.name: Variable(node.name, shape_of(node), "float32", None) for node in held}
    nodes, variables, _ = connect(graph, "", variables, name)
    return TF1Model("checkpoint", name, graph=graph, variables=variables, nodes=nodes)


def named(*shapes):
    """A checkpoint without a graph, of names and shapes."""
    return TF1Model("weights", "weights", variables={n: Variable(n, s, "float32", None) for n, s in shapes})
