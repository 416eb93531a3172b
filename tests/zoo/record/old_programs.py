"""Programs and files of before 1.2: names of TensorFlow 0.x in checkpoints that stand alone or meet a later graph."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import bidirectional, dynamic, lstm, named, recurrence
from tests.zoo.record.feeds import floats
from tests.zoo.record.files import NO_GRAPH
from tests.zoo.record.write import CHECKPOINT

cells = tf.nn.rnn_cell
OLD = {
    "bidirectional_rnn/fw": "BiRNN/FW",
    "bidirectional_rnn/bw": "BiRNN/BW",
    "basic_lstm_cell/kernel": "BasicLSTMCell/Linear/Matrix",
    "basic_lstm_cell/bias": "BasicLSTMCell/Linear/Bias",
}


def old_name(name):
    """The name that a variable had in 0.x."""
    for new, old in OLD.items():
        name = name.replace(new, old)
    return name


@artefact("no .meta, both directions in the names of 0.x: BiRNN/BW is no second forward layer")
def weights_alone_bidirectional_of_0_x():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.BasicLSTMCell(5), cells.BasicLSTMCell(5), x, dtype=tf.float32
    )
    names = named("bidirectional_rnn/fw/basic_lstm_cell") + named("bidirectional_rnn/bw/basic_lstm_cell")
    sides = [{"fw": one[0], "bw": one[1]} for one in (outputs, states)]
    call = bidirectional(lstm(), lstm())
    found = recurrence("bidirectional_rnn", call, names, x, *sides, **NO_GRAPH)

    def save(session):
        variables = {old_name(variable.op.name): variable for variable in tf.global_variables()}
        saver = tf.train.Saver(variables, save_relative_paths=True)
        saver.save(session, "./" + CHECKPOINT, write_meta_graph=False)
        return CHECKPOINT

    return Built({x: floats("B", "T", 4)}, [found], save=save, options={"assume_defaults": True})


@artefact(
    "a frozen graph whose carried state stayed a variable: the state is an input, the constants are weights"
)
def frozen_with_a_state_variable():
    x = tf.placeholder(tf.float32, [1, 4, 4], name="x")
    zeros = tf.zeros([1, 5])
    start = cells.LSTMStateTuple(*[tf.Variable(zeros, False, name="before_" + leaf) for leaf in ("c", "h")])
    outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), x, initial_state=start)
    with tf.control_dependencies([start.c.assign(state.c), start.h.assign(state.h)]):
        scores = tf.identity(outputs, name="scores")
    read = cells.LSTMStateTuple(*[one.value() for one in start])
    call, names = dynamic(lstm()), named("rnn/basic_lstm_cell")
    found = recurrence("rnn", call, names, x, outputs, state, initial_state=read)

    def save(session):
        kept = [one.op.name for one in start]
        graph = session.graph.as_graph_def()
        frozen = tf.graph_util.convert_variables_to_constants(
            session, graph, [scores.op.name], variable_names_blacklist=kept
        )
        with open("frozen.pb", "wb") as file:
            file.write(frozen.SerializeToString())
        return "frozen.pb"

    return Built({x: floats(1, 4, 4)}, [found], save=save, sizes=({"B": 1, "T": 4},))
