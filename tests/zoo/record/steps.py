"""Cells that are called once, by the equation of a dense layer or with a matrix after them; small as frozen graphs."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import lstm, named, recurrence, rnn, stack
from tests.zoo.record.feeds import floats
from tests.zoo.record.files import freeze
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell


def placeholder(width, name):
    return tf.placeholder(tf.float32, [None, width], name=name)


def once(cell, call, variables, start):
    """A cell that is called once, its state fed; the scope is that of its variables."""
    x = placeholder(4, "x")
    output, state = cell(x, start)
    said = recurrence(
        "" if "multi_rnn" in variables[0] else variables[0].rpartition("/")[0],
        Call("python_loop", cell=call),
        variables,
        x,
        output,
        state,
        form="step",
        initial_state=start,
    )
    flat = tf.contrib.framework.nest.flatten
    feeds = {x: floats("B", 4)}
    feeds.update((one, floats("B", one.shape.as_list()[1])) for one in flat(start))
    return Built(feeds, [said], save=freeze(flat([output, state])))


def pair(c, h):
    return cells.LSTMStateTuple(placeholder(c, "c"), placeholder(h, "h"))


@artefact("BasicRNNCell called once: the equation of a dense layer over x and a fed h")
def step_basic_rnn():
    return once(cells.BasicRNNCell(5), rnn(), named("basic_rnn_cell"), placeholder(5, "h"))


@artefact("the same equation, written with a dense layer over a concatenation")
def step_by_a_dense_layer():
    x, h = placeholder(4, "x"), placeholder(5, "h")
    new = tf.layers.dense(tf.concat([x, h], 1), 5, activation=tf.nn.relu, name="step")
    scores = tf.layers.dense(new, 3, name="scores")
    said = recurrence(
        "step",
        Call("python_loop", cell=rnn(activation="relu")),
        named("step"),
        x,
        new,
        new,
        form="step",
        initial_state=h,
    )
    built = Built({x: floats("B", 4), h: floats("B", 5)}, [said], fetches=[scores], save=freeze([scores]))
    built.unclaimed = named("scores")
    return built


@artefact("BasicRNNCell called once on a state that a variable keeps")
def step_basic_rnn_variable():
    x = tf.placeholder(tf.float32, [1, 4], name="x")
    h = tf.get_variable("h", [1, 5], trainable=False, initializer=tf.zeros_initializer())
    output, state = cells.BasicRNNCell(5)(x, h)
    h.assign(state, name="keep")
    start = tf.identity(h, name="start")
    said = recurrence(
        "basic_rnn_cell",
        Call("python_loop", cell=rnn()),
        named("basic_rnn_cell"),
        x,
        output,
        state,
        form="step",
        initial_state=h.value(),
    )
    built = Built({x: floats("B", 4)}, [said], fetches=[start], sizes=({"B": 1, "T": 1},))
    built.unclaimed = ["h"]
    return built


@artefact("a stack of an LSTM and a BasicRNN cell called once: neither layer may be lost")
def step_stack():
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.BasicRNNCell(3)])
    scope = "multi_rnn_cell/cell_{}/{}"
    variables = named(scope.format(0, "basic_lstm_cell")) + named(scope.format(1, "basic_rnn_cell"))
    return once(cell, stack(lstm(), rnn(3)), variables, (pair(5, 5), placeholder(3, "h1")))


@artefact("a projection to as many units as before, called once: only its name tells it from a dense layer")
def step_square_projection():
    variables = named("lstm_cell", "kernel", "bias", "projection/kernel")
    return once(cells.LSTMCell(5, num_proj=5), lstm(num_proj=5), variables, pair(5, 5))


@artefact("a clipped projection, called once")
def step_projection_clip():
    variables = named("lstm_cell", "kernel", "bias", "projection/kernel")
    call = lstm(num_proj=3, proj_clip=0.25)
    return once(cells.LSTMCell(5, num_proj=3, proj_clip=0.25), call, variables, pair(5, 3))


@artefact(
    "backpropagation truncated by hand: tf.stop_gradient between the calls of a cell, and on what goes in next"
)
def truncated_by_hand():
    x = tf.placeholder(tf.float32, [None, 4, 4], name="x")
    cell, outputs = cells.BasicLSTMCell(5), []
    start = state = cell.zero_state(tf.shape(x)[0], tf.float32)
    for step in range(4):
        if step == 2:
            stopped, state = state, cells.LSTMStateTuple(*map(tf.stop_gradient, state))
        output, state = cell(x[:, step], state)
        outputs.append(output)
    scores = tf.tanh(tf.stop_gradient(outputs[-1]), name="scores")
    call, names = Call("static_rnn", cell=lstm()), named("basic_lstm_cell")
    options = {"form": "static", "initial_state": start, "zero": True}
    found = recurrence("", call, names, x, outputs, state, **options)
    sizes = ({"B": 3, "T": 4}, {"B": 2, "T": 4})
    return Built({x: floats("B", 4, 4)}, [found], fetches=[scores], sizes=sizes, outside=[stopped.c.name])
