"""Records graphs/ with TensorFlow 1.15 and Python 3.7: `python tests/migrate/recognise/record_graphs.py`."""

import os

import numpy as np
import tensorflow as tf
from tensorflow.contrib import rnn as contrib

cells = tf.nn.rnn_cell
TABLE = {}


def graph(build):
    TABLE[build.__name__] = build
    return build


def x(steps=None):
    return tf.placeholder(tf.float32, [None, steps, 4], name="x")


def lengths():
    return tf.placeholder(tf.int32, [None], name="lengths")


def dynamic(cell, **options):
    return tf.nn.dynamic_rnn(cell, x(), dtype=tf.float32, **options)


@graph
def reversed_with_padding():
    outputs, _ = tf.nn.dynamic_rnn(cells.GRUCell(5), tf.reverse(x(), [1]), lengths(), dtype=tf.float32)
    tf.reverse(outputs, [1])


@graph
def elementwise_recurrence():
    dynamic(contrib.IndRNNCell(4))


@graph
def gates_that_do_not_see_the_state():
    dynamic(contrib.SRUCell(4))


@graph
def conditional_random_field():
    tags = tf.placeholder(tf.int32, [None, None], name="tags")
    tf.contrib.crf.crf_log_likelihood(x(), tags, lengths())


@graph
def fused_over_fused():
    outputs = tf.placeholder(tf.float32, [None, None, 4], name="x")
    size = lengths()
    for scope in ("lower", "upper"):
        outputs, _ = contrib.LSTMBlockFusedCell(4, name=scope)(
            outputs, dtype=tf.float32, sequence_length=size
        )


@graph
def sizes_fixed_by_words():
    table = tf.get_variable("table", [9, 3])
    words = tf.placeholder(tf.int32, [3, 4], name="words")
    tf.nn.dynamic_rnn(cells.GRUCell(5), tf.nn.embedding_lookup(table, words), dtype=tf.float32)


@graph
def elements_of_a_data_set():
    every = tf.data.Dataset.from_tensors((np.ones((2, 3, 4), np.float32), np.ones(2, np.int32)))
    values, size = tf.compat.v1.data.make_one_shot_iterator(every).get_next()
    tf.nn.dynamic_rnn(cells.GRUCell(5), values, size, dtype=tf.float32)


@graph
def loop_in_a_loop():
    several = tf.placeholder(tf.float32, [None, None, None, 4], name="x")
    tf.map_fn(lambda one: tf.nn.dynamic_rnn(cells.GRUCell(5), one, dtype=tf.float32)[0], several)


@graph
def one_static_step_with_lengths():
    step = tf.placeholder(tf.float32, [None, 4], name="x")
    tf.nn.static_rnn(cells.LSTMCell(5), [step], dtype=tf.float32, sequence_length=lengths())


@graph
def residual_of_half():
    dynamic(cells.ResidualWrapper(cells.LSTMCell(4), residual_fn=lambda a, b: a * 0.5 + b))


@graph
def input_projection():
    dynamic(contrib.InputProjectionWrapper(cells.LSTMCell(5), 3))


@graph
def output_projection():
    dynamic(contrib.OutputProjectionWrapper(cells.LSTMCell(5), 3))


@graph
def highway():
    dynamic(contrib.HighwayWrapper(cells.GRUCell(4)))


@graph
def forget_bias_fed():
    dynamic(cells.LSTMCell(5, forget_bias=tf.placeholder(tf.float32, [])))


def _sliced(stop):
    whole, cell = x(6), cells.GRUCell(5)

    def body(time, state):
        return time + 1, cell(whole[:, time], state)[1]

    tf.while_loop(lambda time, _: time < stop, body, [0, cell.zero_state(tf.shape(whole)[0], tf.float32)])


@graph
def sliced_steps():
    _sliced(6)


@graph
def sliced_steps_not_all():
    _sliced(4)


@graph
def dense_after_a_step():
    start = cells.LSTMStateTuple(
        tf.placeholder(tf.float32, [None, 5], name="c"), tf.placeholder(tf.float32, [None, 5], name="h")
    )
    output, _ = cells.BasicLSTMCell(5)(tf.placeholder(tf.float32, [None, 4], name="x"), start)
    tf.layers.dense(output, 5, use_bias=False)


@graph
def static_residual_with_lengths():
    stack = cells.MultiRNNCell([cells.LSTMCell(4), cells.ResidualWrapper(cells.LSTMCell(4))])
    tf.nn.static_rnn(stack, tf.unstack(x(3), axis=1), dtype=tf.float32, sequence_length=lengths())


@graph
def static_feedback():
    cell, weights = cells.BasicLSTMCell(5), tf.get_variable("weights", [5, 4])
    step, state = tf.placeholder(tf.float32, [3, 4], name="x"), cell.zero_state(3, tf.float32)
    for _ in range(3):
        output, state = cell(step, state)
        step = tf.matmul(output, weights)


@graph
def keras_bidirectional():
    tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(5, return_sequences=True))(x())


def _placeholder(width, name):
    return tf.placeholder(tf.float32, [None, width], name=name)


@graph
def dense_over_features():
    features = tf.layers.dense(_placeholder(7, "words"), 5, activation=tf.tanh, name="features")
    both = tf.concat([_placeholder(4, "x"), features], 1)
    tf.layers.dense(both, 5, activation=tf.tanh, name="layer")


@graph
def dense_over_features_of_another_width():
    both = tf.concat([_placeholder(4, "x"), _placeholder(6, "more")], 1)
    tf.layers.dense(both, 5, activation=tf.tanh, name="layer")


@graph
def gates_of_a_cell_of_ones_own():
    x, h = _placeholder(4, "x"), _placeholder(5, "h")
    forget = tf.layers.dense(tf.concat([x, h], 1), 5, activation=tf.sigmoid, name="forget")
    candidate = tf.layers.dense(tf.concat([x, forget * h], 1), 5, activation=tf.tanh, name="candidate")
    tf.add((1 - forget) * h, forget * candidate, name="new_h")


@graph
def projection_that_is_assigned():
    c, h = (tf.get_variable(name, [1, 5], trainable=False) for name in "ch")
    cell = cells.BasicLSTMCell(5)
    output, state = cell(tf.placeholder(tf.float32, [1, 4], name="x"), cells.LSTMStateTuple(c, h))
    projected = tf.matmul(output, tf.get_variable("weights", [5, 5]))
    tf.group(c.assign(state.c), h.assign(projected))


@graph
def layer_called_projection_after_h_that_is_assigned():
    c, h = (tf.get_variable(name, [1, 5], trainable=False) for name in "ch")
    cell = cells.BasicLSTMCell(5)
    output, state = cell(tf.placeholder(tf.float32, [1, 4], name="x"), cells.LSTMStateTuple(c, h))
    tf.layers.dense(output, 5, use_bias=False, name="projection")
    tf.group(c.assign(state.c), h.assign(state.h))


def _keras_step(width):
    x, h = _placeholder(width, "x"), _placeholder(5, "h")
    tf.keras.layers.SimpleRNNCell(5, name="cell")(x, [h])


@graph
def keras_simple_step():
    _keras_step(4)


@graph
def keras_simple_step_whose_input_is_as_wide():
    _keras_step(5)


@graph
def keras_gru_of_v2():
    tf.compat.v2.keras.layers.GRU(5, name="gru")(x())


@graph
def keras_gru_whole():
    tf.keras.layers.GRU(5, name="gru", implementation=2)(x())


@graph
def keras_stack_of_cells():
    cells = [tf.keras.layers.LSTMCell(4), tf.keras.layers.GRUCell(3)]
    tf.keras.layers.RNN(cells, return_sequences=True, name="rnn")(x())


@graph
def keras_masking():
    tf.keras.layers.LSTM(5, name="lstm")(tf.keras.layers.Masking()(x()))


@graph
def keras_dropout():
    tf.keras.layers.LSTM(5, name="lstm", dropout=0.2)(x())


@graph
def step_of_an_unknown_cell():
    state = cells.LSTMStateTuple(*(tf.placeholder(tf.float32, [None, 5], name=name) for name in "ch"))
    step = tf.placeholder(tf.float32, [None, 4], name="x")
    with tf.variable_scope("policy"):
        contrib.LayerNormBasicLSTMCell(5, layer_norm=False, dropout_keep_prob=0.5)(step, state)


@graph
def partitioned_by_columns():
    def two_columns(shape, dtype):
        return [1] * (len(shape) - 1) + [2]

    with tf.variable_scope("columns", partitioner=two_columns):
        dynamic(cells.BasicLSTMCell(5))


@graph
def textbook_lstm():
    def matrices(name, rows):
        return {gate: tf.get_variable(f"{name}_{gate}", [rows, 5]) for gate in "ifog"}

    inputs, kernel, recurrent = x(3), matrices("W", 4), matrices("U", 5)
    c = h = tf.zeros([tf.shape(inputs)[0], 5])
    for step in range(3):
        sums = {
            gate: tf.matmul(inputs[:, step], kernel[gate]) + tf.matmul(h, recurrent[gate]) for gate in "ifog"
        }
        c = tf.sigmoid(sums["f"]) * c + tf.sigmoid(sums["i"]) * tf.tanh(sums["g"])
        h = tf.sigmoid(sums["o"]) * tf.tanh(c)


if __name__ == "__main__":
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "graphs")
    for name, build in TABLE.items():
        with tf.Graph().as_default() as made:
            build()
            text = tf.compat.v1.train.export_meta_graph(
                strip_default_attrs=True
            ).graph_def.SerializeToString()
        with open(os.path.join(folder, name + ".pb"), "wb") as file:
            file.write(text)
