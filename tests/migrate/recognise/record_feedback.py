"""Records feedback/ with TensorFlow 1.15: `python tests/migrate/recognise/record_feedback.py`."""

import os

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


RESET = (reset_by_where, reset_by_factor, reset_by_factor_gru)
LOST = (mixed_state, clipped_state, attention_between_steps, *RESET, variable_decays)
KEPT = (variable_keeps, encoder_decoder, siamese, trained_step)

if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "feedback")
    for build in (*LOST, *KEPT):
        with tf.Graph().as_default():
            build()
            meta = tf.compat.v1.train.export_meta_graph(strip_default_attrs=True)
        with open(os.path.join(folder, f"{build.__name__}.pb"), "wb") as file:
            file.write(meta.graph_def.SerializeToString())
