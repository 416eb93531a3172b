"""Checkpoints in the single-file format V1, which TensorFlow wrote until 0.12."""

import tensorflow as tf
from tensorflow.core.protobuf.saver_pb2 import SaverDef

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import gru, gru_named, lstm, named, recurrence, rnn
from tests.zoo.record.feeds import floats
from tests.zoo.record.files import NO_GRAPH, plain
from tests.zoo.record.write import CHECKPOINT
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell


def save_in_one_file(names, **options):
    """Save in the format V1 under other names; `names` is a function from the variable's name."""

    def save(session):
        variables = {names(variable.op.name): variable for variable in tf.global_variables()}
        saver = tf.train.Saver(variables, write_version=SaverDef.V1, save_relative_paths=True)
        saver.save(session, "./" + CHECKPOINT, **options)
        return CHECKPOINT

    return save


def step(cell, call, variables, scope):
    """A cell that is called once: a small graph."""
    x, start = (tf.placeholder(tf.float32, [None, width], name=name) for width, name in ((4, "x"), (5, "h")))
    output, state = cell(x, start)
    call = Call("python_loop", cell=call)
    said = recurrence(scope, call, variables, x, output, state, form="step", initial_state=start)
    return Built({x: floats("B", 4), start: floats("B", 5)}, [said])


def old_name(name):
    """The name of 1.0."""
    return name.replace("kernel", "weights").replace("bias", "biases")


@artefact("the format V1, no .meta, names of 0.x with the shards of the old LSTMCell")
def weights_alone_v1():
    cell = cells.LSTMCell(5, num_unit_shards=2, num_proj=3)
    names = named("rnn/lstm_cell", "kernel", "bias", "projection/kernel")
    built = plain(cell, lstm(num_proj=3), names, **NO_GRAPH)
    old = {
        "rnn/lstm_cell/kernel/part_0": "RNN/LSTMCell/W_0",
        "rnn/lstm_cell/kernel/part_1": "RNN/LSTMCell/W_1",
        "rnn/lstm_cell/bias": "RNN/LSTMCell/B",
        "rnn/lstm_cell/projection/kernel": "RNN/LSTMCell/W_P_0",
    }
    built.save = save_in_one_file(old.get, write_meta_graph=False)
    built.options = {"assume_defaults": True}
    return built


@artefact("the format V1 with a graph and names of 1.0, in a folder whose file `checkpoint` names the file")
def v1_with_graph():
    built = step(cells.GRUCell(5), gru(), [old_name(name) for name in gru_named("gru_cell")], "gru_cell")
    save = save_in_one_file(old_name)
    built.save = lambda session: save(session) and "."
    return built


@artefact("the format V1 in a file for each device, slices of a partitioned kernel in both")
def v1_sharded():
    def by_part(operation):
        return "/cpu:1" if "part_1" in operation.name else "/cpu:0"

    with tf.variable_scope("", partitioner=tf.fixed_size_partitioner(2)), tf.device(by_part):
        built = step(cells.BasicRNNCell(5), rnn(), named("basic_rnn_cell"), "basic_rnn_cell")

    def save(session):
        saver = tf.train.Saver(sharded=True, write_version=SaverDef.V1, save_relative_paths=True)
        saver.save(session, "./" + CHECKPOINT)
        return "."

    built.save = save
    return built
