"""Records feedback/ with TensorFlow 1.15: `python tests/migrate/recognise/record_feedback.py NAME...`."""

import os
import sys

import tensorflow as tf

cells, States = tf.nn.rnn_cell, tf.nn.rnn_cell.LSTMStateTuple


def fed(*names):
    return [tf.placeholder(tf.float32, [3, 4], name=name) for name in names]


def steps():
    return [tf.placeholder(tf.float32, [3, 4], name=f"x{step}") for step in range(3)]


def mixed_state():
    x, c, h = fed("x", "c", "h")
    _, new = cells.BasicLSTMCell(4)(x, States(c, h))
    tf.add(0.9 * new.c, 0.1 * c, name="mixed")


def clipped_state():
    x, c, h = fed("x", "c", "h")
    _, new = cells.BasicLSTMCell(4)(x, States(c, h))
    tf.clip_by_value(new.c, -0.5, 0.5)


def attention_between_steps():
    memory, cell = tf.placeholder(tf.float32, [3, 6, 4], name="memory"), cells.BasicLSTMCell(4)
    state, output, outputs = cell.zero_state(3, tf.float32), tf.zeros([3, 4]), []
    for x in steps():
        weights = tf.nn.softmax(tf.reduce_sum(memory * output[:, None], 2), name="weights")
        context = tf.reduce_sum(memory * weights[:, :, None], 1)
        output, state = cell(tf.concat([x, context], 1), state)
        outputs.append(output)
    tf.stack(outputs, 1)


def reset_by_where():
    done, cell = tf.placeholder(tf.bool, [3, 3], name="done"), cells.BasicLSTMCell(4)
    first = state = States(*fed("c0", "h0"))
    for step, x in enumerate(steps()):
        state = States(*[tf.where(done[:, step], first[n], state[n], name="reset") for n in range(2)])
        _, state = cell(x, state)


def reset_by_factor():
    done, cell = tf.placeholder(tf.float32, [3, 3], name="done"), cells.BasicLSTMCell(4)
    state = States(*fed("c0", "h0"))
    for step, x in enumerate(steps()):
        state = States(*[tf.multiply(one, 1 - done[:, step, None], name="kept") for one in state])
        _, state = cell(x, state)


def reset_by_factor_gru():
    done, cell, (state,) = tf.placeholder(tf.float32, [3, 3], name="done"), cells.GRUCell(4), fed("h0")
    for step, x in enumerate(steps()):
        _, state = cell(x, tf.multiply(state, 1 - done[:, step, None], name="kept"))


def states_reshaped(cell, change):
    """Steps over x of any batch size whose states are changed in between, c and h of an LSTM."""
    x, state = (
        tf.placeholder(tf.float32, [None, 3, 4], name="x"),
        tf.placeholder(tf.float32, [None, 4], name="h0"),
    )
    state = (
        States(state, tf.placeholder(tf.float32, [None, 4], name="h1"))
        if cell is cells.BasicLSTMCell
        else state
    )
    made, outputs = cell(4), []
    for step in range(3):
        output, state = made(x[:, step], state)
        state = tf.contrib.framework.nest.map_structure(change, state)
        outputs.append(output)
    tf.stack(outputs, 1)


def state_of_its_own_shape():
    states_reshaped(cells.GRUCell, lambda one: tf.reshape(one, [-1, 4]))


def states_by_way_of_another_shape():
    states_reshaped(cells.BasicLSTMCell, lambda one: tf.squeeze(tf.expand_dims(one, 1), 1))


def state_turned():
    """Two columns and the next two change places in part."""
    states_reshaped(
        cells.GRUCell,
        lambda one: tf.reshape(tf.transpose(tf.reshape(one, [-1, 2, 2], name="pairs"), [0, 2, 1]), [-1, 4]),
    )


def states_stacked(order):
    """Steps by hand that keep c and h in one tensor [2, B, 4], which tf.stack puts together after each."""
    x, kept = (
        tf.placeholder(tf.float32, [None, 3, 4], name="x"),
        tf.placeholder(tf.float32, [2, None, 4], name="kept"),
    )
    cell, outputs = cells.BasicLSTMCell(4), []
    for step in range(3):
        output, new = cell(x[:, step], States(*tf.unstack(kept)))
        kept = tf.stack(order(new))
        outputs.append(output)
    tf.stack(outputs, 1)


def states_in_a_stack():
    states_stacked(lambda new: [new.c, new.h])


def states_in_a_stack_exchanged():
    states_stacked(lambda new: [new.h, new.c])


def zeroed(done, state, name):
    """The state, or zeros where `done` is fed True."""
    new = tf.cond(done, lambda: [tf.zeros_like(one) for one in state], lambda: list(state), name=name)
    return States(*new)


def variable_reset_by_cond():
    x = tf.placeholder(tf.float32, [3, 6, 4], name="x")
    old = States(*[tf.get_variable(name, [3, 4], trainable=False) for name in "ch"])
    first = zeroed(tf.placeholder(tf.bool, [], name="done"), old, "reset")
    _, new = tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, initial_state=first)
    tf.group(*[old[n].assign(new[n]) for n in range(2)])


def steps_reset_by_cond():
    done, cell = tf.placeholder(tf.bool, [3], name="done"), cells.BasicLSTMCell(4)
    state = States(*fed("c0", "h0"))
    for step, x in enumerate(steps()):
        _, state = cell(x, zeroed(done[step], state, "reset"))


def step_reset_behind():
    x, c, h = fed("x", "c", "h")
    _, new = cells.BasicLSTMCell(4)(x, States(c, h))
    new = zeroed(tf.placeholder(tf.bool, [], name="done"), new, "reset")
    tf.identity(new.c, name="next_c")
    tf.identity(new.h, name="next_h")


def reset_in_front():
    x = tf.placeholder(tf.float32, [3, 6, 4], name="x")
    first = zeroed(tf.placeholder(tf.bool, [], name="done"), States(*fed("c0", "h0")), "reset")
    tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, initial_state=first)


def variable_decays(factor=0.5):
    x = tf.placeholder(tf.float32, [3, 6, 4], name="x")
    old = States(*[tf.get_variable(name, [3, 4], trainable=False) for name in "ch"])
    _, new = tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, initial_state=old)
    tf.group(*[old[n].assign(new[n] * factor if factor else new[n]) for n in range(2)])


def variable_keeps():
    variable_decays(None)


def encoder_decoder():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    with tf.variable_scope("encoder"):
        outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, dtype=tf.float32)
    with tf.variable_scope("decoder"):
        tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), tf.tanh(outputs), initial_state=state)


def siamese():
    for name in ("left", "right"):
        with tf.variable_scope("both", reuse=tf.AUTO_REUSE):
            x = tf.placeholder(tf.float32, [None, None, 4], name=name)
            tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, dtype=tf.float32)


def trained_step():
    x, c, h = fed("x", "c", "h")
    output, _ = cells.BasicLSTMCell(4)(x, States(c, h))
    tf.train.AdamOptimizer().minimize(tf.reduce_mean(tf.square(tf.layers.dense(output, 2))))


def loop(post, cell=None, collect=True):
    """Three steps by hand; `post` makes of each output and input what the program collects."""
    cell, outputs = cell or cells.BasicLSTMCell(4), []
    state = cell.zero_state(3, tf.float32)
    for x in steps():
        output, state = cell(x, state)
        outputs.append(post(output, x))
    return tf.stack(outputs, 1) if collect else outputs


def highway_by_hand():
    weights = tf.get_variable("carry", [4, 4])

    def highway(output, x):
        gate = tf.sigmoid(tf.matmul(x, weights), name="gate")
        return gate * output + (1 - gate) * x

    loop(highway)


def projection_by_hand():
    weights = tf.get_variable("projection", [4, 2])
    loop(lambda output, x: tf.matmul(output, weights), collect=False)


def loss_of_each_step():
    weights, target = tf.get_variable("softmax", [4, 2]), tf.placeholder(tf.float32, [3, 2])
    logits = loop(lambda output, x: tf.matmul(output, weights), cells.GRUCell(4), collect=False)
    tf.train.AdamOptimizer().minimize(sum(tf.reduce_mean(tf.square(one - target)) for one in logits))


def gru_state_mixed():
    x, h = fed("x", "h")
    _, new = cells.GRUCell(4)(x, h)
    tf.add(0.9 * new, 0.1 * h, name="mixed")


def output_mixed_as_state():
    x, c, h = fed("x", "c", "h")
    _, new = cells.BasicLSTMCell(4)(x, States(c, h))
    tf.where(tf.placeholder(tf.bool, [3]), h, new.h, name="kept")


def states_exchanged():
    x = tf.placeholder(tf.float32, [3, 6, 4], name="x")
    c, h = (tf.get_variable(name, [3, 4], trainable=False) for name in "ch")
    _, new = tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, initial_state=States(c, h))
    tf.group(c.assign(new.h), h.assign(new.c))


def residual_by_hand():
    loop(lambda output, x: output + x, cells.GRUCell(4))


def dropout_by_hand():
    keep = tf.placeholder(tf.float32, [], name="keep")
    loop(lambda output, x: tf.nn.dropout(output, keep))


def wrapped_without_a_scope():
    keep = tf.placeholder(tf.float32, [], name="keep")
    cell = cells.DropoutWrapper(cells.LSTMCell(4), output_keep_prob=keep, state_keep_prob=keep)
    loop(lambda output, x: output, cells.ResidualWrapper(cell), collect=False)


def residual_step():
    x, c, h = fed("x", "c", "h")
    cells.ResidualWrapper(cells.BasicLSTMCell(4))(x, States(c, h))


def residual_between_layers():
    lower, upper, outputs = cells.GRUCell(4), cells.GRUCell(4), []
    states = [cell.zero_state(3, tf.float32) for cell in (lower, upper)]
    for x in steps():
        with tf.variable_scope("lower", reuse=tf.AUTO_REUSE):
            output, states[0] = lower(x, states[0])
        with tf.variable_scope("upper", reuse=tf.AUTO_REUSE):
            output, states[1] = upper(output + x, states[1])
        outputs.append(output)
    tf.stack(outputs, 1)


def dropout_meets_dropout():
    x, keep = tf.placeholder(tf.float32, [None, None, 4]), tf.placeholder(tf.float32, [], name="keep")
    layers = [cells.DropoutWrapper(cells.LSTMCell(4), keep, keep) for _ in range(2)]
    tf.nn.dynamic_rnn(cells.MultiRNNCell([layers[0], cells.ResidualWrapper(layers[1])]), x, dtype=tf.float32)


def rates_with_defaults():
    keep, rate = (
        tf.placeholder_with_default(value, [], name) for value, name in ((0.75, "keep"), (0.4, "rate"))
    )
    fed = tf.placeholder(tf.float32, [], name="fed")
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    tf.nn.dynamic_rnn(cells.DropoutWrapper(cells.GRUCell(4), 1 - rate, keep, fed), x, dtype=tf.float32)


def average_over_time():
    tf.add_n(loop(lambda output, x: output, collect=False)) / 3.0


def layer_after_the_last_step():
    tf.layers.dense(loop(lambda output, x: output, collect=False)[-1], 2)


RESET = (reset_by_where, reset_by_factor, reset_by_factor_gru)
BY_COND = (variable_reset_by_cond, steps_reset_by_cond, step_reset_behind)
LOST = (
    *(mixed_state, clipped_state, attention_between_steps, *RESET, variable_decays),
    *(highway_by_hand, projection_by_hand, loss_of_each_step),
    *(
        gru_state_mixed,
        output_mixed_as_state,
        states_exchanged,
        states_in_a_stack_exchanged,
        state_turned,
        *BY_COND,
    ),
)
KEPT = (
    *(variable_keeps, encoder_decoder, siamese, trained_step),
    *(residual_by_hand, dropout_by_hand, wrapped_without_a_scope, residual_step, residual_between_layers),
    *(average_over_time, layer_after_the_last_step, dropout_meets_dropout, rates_with_defaults),
    states_in_a_stack,
    *(reset_in_front, state_of_its_own_shape, states_by_way_of_another_shape),
)

if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "feedback")
    chosen = sys.argv[1:]
    for build in [one for one in (*LOST, *KEPT) if not chosen or one.__name__ in chosen]:
        with tf.Graph().as_default():
            build()
            meta = tf.compat.v1.train.export_meta_graph(strip_default_attrs=True)
        with open(os.path.join(folder, f"{build.__name__}.pb"), "wb") as file:
            file.write(meta.graph_def.SerializeToString())
