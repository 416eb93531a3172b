"""Whole programs that act: policies and values of reinforcement learning."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints, value
from tests.zoo.record.saving import program

cells = tf.nn.rnn_cell


@whole_program(
    "an A3C agent: convolutions, one LSTM whose state is fed back, a policy and a value, and its training"
)
def a3c_policy():
    frames = tf.placeholder(tf.float32, [None, 72], name="s")
    actions = tf.placeholder(tf.int32, [None], name="a")
    returns = tf.placeholder(tf.float32, [None], name="r")
    with tf.variable_scope("global"):
        image = tf.reshape(frames, shape=[-1, 6, 6, 2])
        conv = tf.contrib.slim.conv2d(
            image, 3, [3, 3], stride=[2, 2], padding="VALID", activation_fn=tf.nn.elu
        )
        hidden = tf.contrib.slim.fully_connected(tf.contrib.slim.flatten(conv), 5, activation_fn=tf.nn.elu)
        cell = cells.BasicLSTMCell(4, state_is_tuple=True)
        c_in = tf.placeholder(tf.float32, [1, cell.state_size.c], name="c_in")
        h_in = tf.placeholder(tf.float32, [1, cell.state_size.h], name="h_in")
        steps = tf.shape(image)[:1]
        outputs, (c_out, h_out) = tf.nn.dynamic_rnn(
            cell,
            tf.expand_dims(hidden, [0]),
            initial_state=cells.LSTMStateTuple(c_in, h_in),
            sequence_length=steps,
            time_major=False,
        )
        flat = tf.reshape(outputs, [-1, 4])
        policy = tf.contrib.slim.fully_connected(
            flat, 3, activation_fn=tf.nn.softmax, biases_initializer=None, scope="policy"
        )
        values = tf.contrib.slim.fully_connected(flat, 1, activation_fn=None, scope="value")
    responsible = tf.reduce_sum(policy * tf.one_hot(actions, 3, dtype=tf.float32), [1])
    value_loss = 0.5 * tf.reduce_sum(tf.square(returns - tf.reshape(values, [-1])))
    entropy = -tf.reduce_sum(policy * tf.log(policy))
    loss = 0.5 * value_loss - tf.reduce_sum(tf.log(responsible) * returns) - entropy * 0.01
    gradients = tf.gradients(loss, tf.trainable_variables())
    clipped, _ = tf.clip_by_global_norm(gradients, 40.0)
    tf.train.AdamOptimizer(1e-4).apply_gradients(zip(clipped, tf.trainable_variables()))
    feeds = {frames: floats("T", 72), actions: ints(3, "T"), returns: floats("T")}
    feeds.update({c_in: floats(1, 4), h_in: floats(1, 4)})
    ends = [c_out[:1, :], h_out[:1, :]]
    return program(feeds, [policy, values, *ends], named=True)


@whole_program(
    "a deep recurrent Q network: convolutions in front, batch and length fed apart, dueling heads, its action"
)
def drqn():
    scalars = tf.placeholder(tf.float32, [None, 48], name="scalarInput")
    length = tf.placeholder(dtype=tf.int32, name="trainLength")
    batch = tf.placeholder(dtype=tf.int32, shape=[], name="batch_size")
    image = tf.reshape(scalars, shape=[-1, 4, 4, 3])
    conv = tf.contrib.slim.convolution2d(
        inputs=image,
        num_outputs=4,
        kernel_size=[2, 2],
        stride=[2, 2],
        padding="VALID",
        biases_initializer=None,
    )
    conv = tf.contrib.slim.convolution2d(
        inputs=conv,
        num_outputs=6,
        kernel_size=[2, 2],
        stride=[1, 1],
        padding="VALID",
        biases_initializer=None,
    )
    flat = tf.reshape(tf.contrib.slim.flatten(conv), [batch, length, 6])
    cell = cells.BasicLSTMCell(num_units=6, state_is_tuple=True)
    start = cell.zero_state(batch, tf.float32)
    rnn, state = tf.nn.dynamic_rnn(
        inputs=flat, cell=cell, dtype=tf.float32, initial_state=start, scope="main_rnn"
    )
    rnn = tf.reshape(rnn, shape=[-1, 6])
    advantage_stream, value_stream = tf.split(rnn, 2, 1)
    advantage_w, value_w = tf.Variable(tf.random_normal([3, 4])), tf.Variable(tf.random_normal([3, 1]))
    advantage, values = tf.matmul(advantage_stream, advantage_w), tf.matmul(value_stream, value_w)
    q = values + tf.subtract(advantage, tf.reduce_mean(advantage, axis=1, keep_dims=True))
    q = tf.identity(q, "Qout")
    predict = tf.argmax(q, 1, name="predict")
    feeds = {
        scalars: lambda generator, sizes: floats(sizes["B"] * sizes["T"], 48)(generator, sizes),
        length: lambda generator, sizes: value(sizes["T"], "int32")(generator, sizes),
        batch: lambda generator, sizes: value(sizes["B"], "int32")(generator, sizes),
    }
    feeds.update({part: floats("B", 6) for part in start})
    return program(feeds, [q, predict, state.c, state.h], named=list(start))
