"""Tensors that are equal, edges that only order, lengths that are constants, and sizes that are fixed here or there."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import bidirectional, dynamic, gru, gru_named, lstm, named, recurrence
from tests.zoo.record.feeds import floats, ints, lengths

cells = tf.nn.rnn_cell


def tensor(name):
    return tf.get_default_graph().get_tensor_by_name(name)


@artefact("three models, each on its own reshape of one tensor: equal inputs are one, in the replay too")
def equal_inputs():
    x, said = tf.placeholder(tf.float32, [None, 4], name="x"), []
    for name in ("actor", "critic", "target"):
        with tf.variable_scope(name):
            steps = tf.reshape(x, [-1, 3, 4])
            outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), steps, dtype=tf.float32)
        names = named(name + "/rnn/basic_lstm_cell")
        said.append(recurrence(name + "/rnn", dynamic(lstm()), names, steps, outputs, state))
    return Built({x: floats("B", 4)}, said, sizes=({"B": 9}, {"B": 6}))


@artefact("everything waits for the embedding, which is cut away, and for a check of the ids")
def waits_for_ids():
    ids = tf.placeholder(tf.int32, [None, None], name="ids")
    embedded = tf.nn.embedding_lookup(tf.get_variable("table", [9, 4]), ids)
    with tf.control_dependencies([embedded, tf.assert_less(ids, 9)]):
        outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), embedded, dtype=tf.float32)
    found = recurrence("rnn", dynamic(lstm()), named("rnn/basic_lstm_cell"), embedded, outputs, state)
    return Built({ids: ints(9, "B", "T")}, [found], unclaimed=["table"])


@artefact("int64 lengths: both directions have casts of their own, the reversal none")
def lengths_int64():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int64, [None], name="lengths")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.GRUCell(5), cells.GRUCell(5), x, sequence_length=sizes, dtype=tf.float32
    )
    found = recurrence(
        "bidirectional_rnn",
        bidirectional(gru(), gru()),
        gru_named("bidirectional_rnn/fw/gru_cell") + gru_named("bidirectional_rnn/bw/gru_cell"),
        x,
        {"fw": outputs[0], "bw": outputs[1]},
        {"fw": states[0], "bw": states[1]},
        sequence_length=sizes,
    )
    cast = tensor("bidirectional_rnn/bw/bw/Cast:0")
    return Built({x: floats("B", "T", 4), sizes: lengths("int64")}, [found], fetches=[cast])


@artefact(
    "the lengths are a constant, whose numbers stand elsewhere in the graph too: they are part of the model"
)
def lengths_fixed():
    x = tf.placeholder(tf.float32, [2, 5, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(cells.GRUCell(5), x, sequence_length=[5, 3], dtype=tf.float32)
    other = tf.add(tf.constant([5, 3]), 1, name="other")
    found = recurrence("rnn", dynamic(gru()), gru_named("rnn/gru_cell"), x, outputs, state)
    return Built({x: floats(2, 5, 4)}, [found], fetches=[other], sizes=({"B": 2},))
