"""Graphs and sessions, and TF1's cells and unrolls where they still run."""

import numpy as np
import tensorflow as tf

from legacy_tf1.compat import rnn_cell

v1 = tf.compat.v1
X = np.zeros((2, 3, 4), "float32")
GRAPH = {}
EAGER = {
    "placeholder-eager": lambda folder: v1.placeholder(tf.float32, [None]),
    "empty-graph": lambda folder: v1.Session().run(tf.constant(1.0)),
    "meta-graph-eager": lambda folder: v1.train.import_meta_graph("./none.meta"),
    "eval-eager": lambda folder: tf.ones(3).eval(),
}


def eager(function):
    EAGER[function.__name__.strip("_").replace("_", "-")] = lambda folder: function()


def graph(function):
    def provoke(folder):
        with tf.Graph().as_default(), v1.Session() as session:
            function(session)

    GRAPH[function.__name__.strip("_").replace("_", "-")] = provoke


def unrolled(cell, inputs, **options):
    return v1.nn.dynamic_rnn(cell, tf.constant(inputs), **options)


@eager
def loss_is_no_function():
    variable = tf.Variable(1.0)
    v1.train.GradientDescentOptimizer(0.1).minimize(variable * variable)


@eager
def no_default_session():
    with tf.Graph().as_default():
        tf.constant(1.0).eval()


@graph
def closed_session(session):
    value = tf.constant(1.0)
    session.close()
    session.run(value)


@graph
def uninitialised(session):
    session.run(v1.get_variable("w", [2], use_resource=True))


@graph
def uninitialised_ref(session):
    session.run(v1.get_variable("w", [2], use_resource=False))


@graph
def must_feed(session):
    session.run(v1.placeholder(tf.float32, [2, 3], name="x") + 1)


@graph
def feed_shape(session):
    x = v1.placeholder(tf.float32, [2, 3])
    session.run(x, {x: np.ones((4, 3))})


@graph
def feed_of_a_tensor(session):
    x = v1.placeholder(tf.float32, [])
    session.run(x, {x: tf.constant(1.0)})


@graph
def not_in_this_graph(session):
    tf.constant(1.0)
    with tf.Graph().as_default():
        other = tf.constant(1.0)
    session.run(other)


@graph
def no_such_feed(session):
    session.run(tf.constant(1.0), {"x:0": 1})


@graph
def no_such_tensor(session):
    session.graph.get_tensor_by_name("rnn/output:0")


@graph
def name_without_output(session):
    session.graph.get_tensor_by_name("rnn/output")


@graph
def freeze_name(session):
    v1.graph_util.convert_variables_to_constants(session, session.graph.as_graph_def(), ["out"])


@graph
def variable_exists(session):
    for _ in range(2):
        unrolled(rnn_cell.LSTMCell(4), X, dtype=tf.float32)


@graph
def variable_does_not_exist(session):
    with v1.variable_scope("a", reuse=True):
        unrolled(rnn_cell.LSTMCell(4), X, dtype=tf.float32)


@graph
def share_variable(session):
    for shape, reuse in (([2, 4], False), ([3, 4], True)):
        with v1.variable_scope("", reuse=reuse):
            v1.get_variable("kernel", shape)


@graph
def cell_times_n(session):
    stack = rnn_cell.MultiRNNCell([rnn_cell.LSTMCell(4)] * 2)
    unrolled(stack, np.zeros((2, 3, 7), "float32"), dtype=tf.float32)


@graph
def no_dtype(session):
    unrolled(rnn_cell.LSTMCell(4), X)


@graph
def no_depth(session):
    v1.nn.dynamic_rnn(rnn_cell.LSTMCell(4), v1.placeholder(tf.float32, [None, None, None]), dtype=tf.float32)


@graph
def state_is_no_tuple(session):
    unrolled(rnn_cell.MultiRNNCell([rnn_cell.GRUCell(4)]), X, initial_state=tf.zeros((2, 4)))


@graph
def batch_of_the_state(session):
    unrolled(rnn_cell.GRUCell(4), X, initial_state=tf.zeros((3, 4)))


@graph
def static_inputs(session):
    v1.nn.static_rnn(rnn_cell.LSTMCell(4), tf.constant(X), dtype=tf.float32)


@graph
def no_rnn_cell_object(session):
    unrolled(4, X, dtype=tf.float32)


@graph
def inputs_are_integers(session):
    unrolled(rnn_cell.LSTMCell(4), X.astype("int32"), dtype=tf.float32)


@graph
def lengths_are_no_vector(session):
    unrolled(rnn_cell.LSTMCell(4), X, sequence_length=tf.ones((2, 1), tf.int32), dtype=tf.float32)


@graph
def lengths_of_another_batch(session):
    lengths = v1.placeholder(tf.int32, [None])
    outputs, _ = unrolled(rnn_cell.LSTMCell(4), X, sequence_length=lengths, dtype=tf.float32)
    session.run(v1.global_variables_initializer())
    session.run(outputs, {lengths: [1, 2, 3]})


@graph
def loop_shape(session):
    values = [tf.constant(0), tf.zeros((1, 4))]
    v1.while_loop(lambda step, _: step < 3, lambda step, h: (step + 1, tf.concat([h, h], 0)), values)


def _wrong(operation, gradient):
    return tf.zeros((7,))


tf.RegisterGradient("OfAnotherShape")(_wrong)


@graph
def gradient_shape(session):
    x = v1.placeholder(tf.float32, [3])
    with session.graph.gradient_override_map({"Tanh": "OfAnotherShape"}):
        y = tf.tanh(x)
    v1.gradients(y, x)


@graph
def no_gradient(session):
    x, zeros, peephole = tf.ones((2, 3)), tf.zeros((2, 4)), tf.zeros(4)
    step = tf.raw_ops.LSTMBlockCell(
        x=x,
        cs_prev=zeros,
        h_prev=zeros,
        w=tf.ones((7, 16)),
        wci=peephole,
        wcf=peephole,
        wco=peephole,
        b=tf.zeros(16),
    )
    v1.gradients(step.h, x)


@graph
def no_variables_to_optimise(session):
    v1.train.AdamOptimizer().minimize(v1.placeholder(tf.float32, []))


@graph
def no_gradients(session):
    v1.get_variable("w", [2])
    v1.train.AdamOptimizer().minimize(v1.placeholder(tf.float32, []))


PROVOKED = EAGER | GRAPH
