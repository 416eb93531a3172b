"""The cells with their options, each under a plain dynamic_rnn."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import dynamic, gru, gru_named, lstm, named, recurrence, rnn
from tests.zoo.record.feeds import floats, lengths

cells = tf.nn.rnn_cell

PEEPHOLES = ("kernel", "bias", "w_i_diag", "w_f_diag", "w_o_diag")
PROJECTED = ("kernel", "bias", "projection/kernel")


def plain(cell, call, variables):
    """dynamic_rnn over a batch-major placeholder, nothing else."""
    x = tf.placeholder(tf.float32, [None, None, 4])
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return Built({x: floats("B", "T", 4)}, [recurrence("rnn", dynamic(call), variables, x, outputs, state)])


@artefact("the plainest recurrence")
def basic_rnn():
    return plain(cells.BasicRNNCell(5), rnn(), named("rnn/basic_rnn_cell"))


@artefact("an activation that is not the default")
def basic_rnn_relu():
    cell = cells.BasicRNNCell(5, activation=tf.nn.relu)
    return plain(cell, rnn(activation="relu"), named("rnn/basic_rnn_cell"))


@artefact("the most common cell, all defaults, saved as everybody saves it")
def basic_lstm():
    return plain(cells.BasicLSTMCell(5), lstm(), named("rnn/basic_lstm_cell"))


@artefact("forget_bias 0 leaves a constant 0 in the graph")
def basic_lstm_forget_bias_0():
    cell = cells.BasicLSTMCell(5, forget_bias=0.0)
    return plain(cell, lstm(forget_bias=0.0), named("rnn/basic_lstm_cell"))


@artefact("a forget_bias that nobody guesses")
def basic_lstm_forget_bias_2_5():
    cell = cells.BasicLSTMCell(5, forget_bias=2.5)
    return plain(cell, lstm(forget_bias=2.5), named("rnn/basic_lstm_cell"))


@artefact("forget_bias is computed in the graph from constants, outside the loop")
def basic_lstm_forget_bias_computed():
    forget_bias = tf.constant(1.0) + tf.constant(0.75)
    cell = cells.LSTMCell(5, forget_bias=forget_bias)
    return plain(cell, lstm(forget_bias=1.75), named("rnn/lstm_cell"))


@artefact("relu on the candidate and on the output")
def basic_lstm_relu():
    cell = cells.BasicLSTMCell(5, activation=tf.nn.relu)
    return plain(cell, lstm(activation="relu"), named("rnn/basic_lstm_cell"))


@artefact("sigmoid as the activation: the same operation as the gates'")
def basic_lstm_sigmoid():
    cell = cells.BasicLSTMCell(5, activation=tf.sigmoid)
    return plain(cell, lstm(activation="sigmoid"), named("rnn/basic_lstm_cell"))


@artefact("one flat state [c, h], fed through a placeholder")
def basic_lstm_flat_state():
    x = tf.placeholder(tf.float32, [None, None, 4])
    start = tf.placeholder(tf.float32, [None, 10], name="start")
    cell = cells.BasicLSTMCell(5, state_is_tuple=False)
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    call = dynamic(lstm(state_is_tuple=False))
    found = recurrence("rnn", call, named("rnn/basic_lstm_cell"), x, outputs, state, initial_state=start)
    return Built({x: floats("B", "T", 4), start: floats("B", 10)}, [found])


@artefact("as many units as inputs: shapes cannot tell input rows from recurrent rows")
def basic_lstm_square():
    x = tf.placeholder(tf.float32, [None, None, 4])
    outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, dtype=tf.float32)
    names = named("rnn/basic_lstm_cell")
    return Built({x: floats("B", "T", 4)}, [recurrence("rnn", dynamic(lstm(4)), names, x, outputs, state)])


@artefact("LSTMCell without options is the same cell by other operations")
def lstm_plain():
    return plain(cells.LSTMCell(5), lstm(), named("rnn/lstm_cell"))


@artefact("three diagonal weights")
def lstm_peepholes():
    cell = cells.LSTMCell(5, use_peepholes=True)
    return plain(cell, lstm(use_peepholes=True), named("rnn/lstm_cell", *PEEPHOLES))


@artefact("c is clipped before the output gate sees it")
def lstm_cell_clip():
    return plain(cells.LSTMCell(5, cell_clip=0.6), lstm(cell_clip=0.6), named("rnn/lstm_cell"))


@artefact("h is narrower than c")
def lstm_projection():
    cell = cells.LSTMCell(5, num_proj=3)
    return plain(cell, lstm(num_proj=3), named("rnn/lstm_cell", *PROJECTED))


@artefact("as wide as the cell: only the data flow shows the projection")
def lstm_projection_square():
    cell = cells.LSTMCell(4, num_proj=4)
    return plain(cell, lstm(4, num_proj=4), named("rnn/lstm_cell", *PROJECTED))


@artefact("h is clipped after the projection")
def lstm_proj_clip():
    cell = cells.LSTMCell(5, num_proj=3, proj_clip=0.5)
    return plain(cell, lstm(num_proj=3, proj_clip=0.5), named("rnn/lstm_cell", *PROJECTED))


@artefact("every option of LSTMCell at once, with lengths and a fed state")
def lstm_all_options():
    x = tf.placeholder(tf.float32, [None, None, 4])
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    c = tf.placeholder(tf.float32, [None, 5], name="c")
    h = tf.placeholder(tf.float32, [None, 3], name="h")
    options = {"use_peepholes": True, "cell_clip": 0.8, "num_proj": 3, "proj_clip": 0.4, "forget_bias": 0.5}
    cell = cells.LSTMCell(5, activation=tf.nn.relu, **options)
    start = cells.LSTMStateTuple(c, h)
    outputs, state = tf.nn.dynamic_rnn(cell, x, sequence_length=sizes, initial_state=start)
    names = named("rnn/lstm_cell", *(PEEPHOLES + PROJECTED[2:]))
    found = recurrence(
        "rnn",
        dynamic(lstm(activation="relu", **options)),
        names,
        x,
        outputs,
        state,
        sequence_length=sizes,
        initial_state=start,
    )
    feeds = {x: floats("B", "T", 4), sizes: lengths(), c: floats("B", 5), h: floats("B", 3)}
    return Built(feeds, [found])


@artefact("the flat state of a projected cell is units + num_proj wide")
def lstm_flat_state_projection():
    cell = cells.LSTMCell(5, num_proj=3, state_is_tuple=False)
    return plain(cell, lstm(num_proj=3, state_is_tuple=False), named("rnn/lstm_cell", *PROJECTED))


@artefact("the kernel is three variables in the graph and one tensor in the checkpoint")
def lstm_unit_shards():
    cell = cells.LSTMCell(5, num_unit_shards=3)
    return plain(cell, lstm(), named("rnn/lstm_cell"))


@artefact("kernel and projection are both sharded")
def lstm_unit_and_proj_shards():
    cell = cells.LSTMCell(6, num_unit_shards=2, num_proj=4, num_proj_shards=2)
    return plain(cell, lstm(6, num_proj=4), named("rnn/lstm_cell", *PROJECTED))


@artefact("the gates' matrix and the candidate's")
def gru_cell():
    return plain(cells.GRUCell(5), gru(), gru_named("rnn/gru_cell"))


@artefact("relu on the candidate only")
def gru_relu():
    return plain(cells.GRUCell(5, activation=tf.nn.relu), gru(activation="relu"), gru_named("rnn/gru_cell"))


@artefact("a name that says another class")
def gru_named_lstm():
    return plain(cells.GRUCell(5, name="lstm_cell"), gru(), gru_named("rnn/lstm_cell"))
