"""Programs that a command refuses, written live, each small; what to do then is followed in `test_refusals`."""

import numpy as np
import tensorflow as tf
from expected_recurrences import ZOO

v1 = tf.compat.v1


def session_of(build, seed=0):
    """Build a graph in a session of its own, every variable drawn; the session, entered by the caller."""
    graph = tf.Graph()
    with graph.as_default():
        build()
        drawn = np.random.default_rng(seed)
        session = v1.Session(graph=graph)
        session.run(v1.global_variables_initializer())
        for one in v1.trainable_variables():
            one.load(drawn.uniform(-1, 1, one.shape.as_list()).astype(one.dtype.as_numpy_dtype), session)
    return session


def save(session, prefix, names=lambda name: name, meta=True):
    """Write a checkpoint whose variables are called `names(name)`; the prefix."""
    with session.graph.as_default():
        own = v1.train.Saver({names(one.op.name): one for one in v1.global_variables()})
        own.save(session, str(prefix), write_meta_graph=False, write_state=False)
        if meta:
            v1.train.Saver().export_meta_graph(f"{prefix}.meta")
    return str(prefix)


def lstm(kernel=lambda kernel: kernel, gates=lambda z: z, cell=lambda c: c, scope="rnn/cell"):
    """A loop of an LSTM written by hand, over x [2, 5, 3], with a function of its kernel, of its gates, of c."""
    x = v1.placeholder(tf.float32, [2, 5, 3], name="x")
    with v1.variable_scope(scope or v1.get_variable_scope()):
        w, b = v1.get_variable("w", [7, 16]), v1.get_variable("b", [16])

    def step(states, x):
        c, h = states
        i, j, f, o = tf.split(gates(tf.matmul(tf.concat([x, h], 1), kernel(w)) + b), 4, 1)
        c = cell(c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j))
        return c, tf.tanh(c) * tf.sigmoid(o)

    return x, w, b, step


def unrolled(**options):
    """The LSTM's steps one after the other."""
    x, _, _, step = lstm(**options)
    states = tf.zeros([2, 4]), tf.zeros([2, 4])
    for number in range(5):
        states = step(states, x[:, number])
    return tf.identity(states[1], name="out")


def looped(**options):
    """The LSTM's steps in a while loop."""
    x, _, _, step = lstm(**options)
    steps = tf.TensorArray(tf.float32, 5).unstack(tf.transpose(x, [1, 0, 2]))
    start = tf.constant(0), tf.zeros([2, 4]), tf.zeros([2, 4])
    ran = v1.while_loop(lambda t, c, h: t < 5, lambda t, c, h: (t + 1, *step((c, h), steps.read(t))), start)
    return tf.identity(ran[2], name="out")


def normalised(gates):
    """Each row with mean 0 and variance 1."""
    mean, variance = v1.nn.moments(gates, [1], keep_dims=True)
    return (gates - mean) * tf.math.rsqrt(variance + 1e-5)


__all__ = ["ZOO", "looped", "lstm", "normalised", "save", "session_of", "unrolled"]
