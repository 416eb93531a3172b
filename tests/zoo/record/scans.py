"""A cell in the step of tf.scan, which collects the states of every step beside the outputs."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import dynamic, gru, gru_named, lstm, named, recurrence, stack
from tests.zoo.record.feeds import floats

cells = tf.nn.rnn_cell


@artefact("tf.scan over a stack: the program reads the outputs, a lower c of every step, and the last states")
def scan_stack():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.GRUCell(3)])
    start = cell.zero_state(tf.shape(x)[1], tf.float32)
    outputs, (lower, upper) = tf.scan(
        lambda before, step: cell(step, before[1]), x, (tf.zeros([tf.shape(x)[1], 3]), start)
    )
    mean, scores = tf.reduce_mean(lower.c, axis=0), tf.tanh(outputs, name="scores")
    last = [tf.identity(one) for one in (lower.c[-1], lower.h[-1], upper[-1])]
    ends = [tf.get_default_graph().get_tensor_by_name(f"scan/while/Exit_{n}:0") for n in (3, 4, 5)]
    scope = "multi_rnn_cell/cell_{}/{}"
    found = recurrence(
        "scan",
        dynamic(stack(lstm(), gru(3))),
        named(scope.format(0, "basic_lstm_cell")) + gru_named(scope.format(1, "gru_cell")),
        x,
        outputs,
        (cells.LSTMStateTuple(*ends[:2]), ends[2]),
        initial_state=start,
        zero=True,
        time_major=True,
    )
    return Built({x: floats("T", "B", 4)}, [found], fetches=[mean, scores, *last], outside=[lower.c.name])
