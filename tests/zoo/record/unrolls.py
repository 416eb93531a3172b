"""The ways to run a cell over time, each with a plain cell."""

import tensorflow as tf

from tests.zoo.record.artefact import SIZES, Built, artefact
from tests.zoo.record.expectation import dynamic, gru, gru_named, lstm, named, recurrence, rnn
from tests.zoo.record.feeds import floats, lengths, value
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell
LSTM = named("rnn/basic_lstm_cell")
FIXED_TIME = ({"B": 3, "T": 5}, {"B": 2, "T": 5})


def static(cell):
    return Call("static_rnn", cell=cell)


def step(cell):
    return Call("python_loop", cell=cell)


@artefact("sequence_length: padded steps give zeros and keep the state")
def dynamic_lengths():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), x, sequence_length=sizes, dtype=tf.float32)
    found = recurrence("rnn", dynamic(lstm()), LSTM, x, outputs, state, sequence_length=sizes)
    return Built({x: floats("B", "T", 4), sizes: lengths()}, [found])


@artefact("the lengths are computed from a mask, as taggers do")
def dynamic_lengths_computed():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.reduce_sum(tf.cast(tf.reduce_max(tf.abs(x), 2) > 0, tf.int32), 1)
    outputs, state = tf.nn.dynamic_rnn(cells.GRUCell(5), x, sizes, dtype=tf.float32)
    names = gru_named("rnn/gru_cell")
    found = recurrence("rnn", dynamic(gru()), names, x, outputs, state, sequence_length=sizes)
    return Built({x: floats("B", "T", 4)}, [found])


@artefact("the state comes from placeholders")
def dynamic_initial_state():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    start = cells.LSTMStateTuple(
        tf.placeholder(tf.float32, [None, 5], name="c"), tf.placeholder(tf.float32, [None, 5], name="h")
    )
    outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), x, initial_state=start)
    found = recurrence("rnn", dynamic(lstm()), LSTM, x, outputs, state, initial_state=start)
    return Built({x: floats("B", "T", 4), start.c: floats("B", 5), start.h: floats("B", 5)}, [found])


@artefact("zero_state as a feed key: an internal tensor is what the program feeds")
def dynamic_zero_state_fed():
    x = tf.placeholder(tf.float32, [3, None, 4], name="x")
    cell = cells.BasicLSTMCell(5)
    start = cell.zero_state(3, tf.float32)
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    found = recurrence("rnn", dynamic(lstm()), LSTM, x, outputs, state, initial_state=start, zero=True)
    feeds = {x: floats("B", "T", 4), start.c: floats("B", 5), start.h: floats("B", 5)}
    return Built(feeds, [found], sizes=({"B": 3, "T": 5}, {"B": 3, "T": 3}))


@artefact("the state is a placeholder_with_default over a zero_state")
def dynamic_state_with_default():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    cell = cells.GRUCell(5)
    start = tf.placeholder_with_default(cell.zero_state(tf.shape(x)[0], tf.float32), [None, 5], name="start")
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    names = gru_named("rnn/gru_cell")
    found = recurrence("rnn", dynamic(gru()), names, x, outputs, state, initial_state=start)
    return Built({x: floats("B", "T", 4), start: floats("B", 5)}, [found])


@artefact("[T, B, D] in and out")
def dynamic_time_major():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), x, dtype=tf.float32, time_major=True)
    found = recurrence("rnn", dynamic(lstm()), LSTM, x, outputs, state, time_major=True)
    return Built({x: floats("T", "B", 4)}, [found])


@artefact("[T, B, D] with lengths, a state that is fed, and a scope of its own")
def dynamic_time_major_lengths():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    start = tf.placeholder(tf.float32, [None, 5], name="start")
    outputs, state = tf.nn.dynamic_rnn(
        cells.GRUCell(5), x, sizes, initial_state=start, time_major=True, scope="encoder"
    )
    names = gru_named("encoder/gru_cell")
    found = recurrence(
        "encoder",
        dynamic(gru()),
        names,
        x,
        outputs,
        state,
        sequence_length=sizes,
        initial_state=start,
        time_major=True,
    )
    return Built({x: floats("T", "B", 4), sizes: lengths(), start: floats("B", 5)}, [found])


@artefact("every size is fixed in the graph, and the loop may swap memory")
def dynamic_fixed_sizes():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(
        cells.BasicLSTMCell(5), x, dtype=tf.float32, swap_memory=True, parallel_iterations=1
    )
    found = recurrence("rnn", dynamic(lstm()), LSTM, x, outputs, state)
    return Built({x: floats("B", "T", 4)}, [found], sizes=SIZES[:1])


@artefact("a graph-unrolled cell: no loop, T copies")
def static_rnn():
    x = tf.placeholder(tf.float32, [None, 5, 4], name="x")
    outputs, state = tf.nn.static_rnn(cells.BasicLSTMCell(5), tf.unstack(x, 5, 1), dtype=tf.float32)
    found = recurrence("rnn", static(lstm()), LSTM, x, list(outputs), state, form="static")
    return Built({x: floats("B", "T", 4)}, [found], sizes=FIXED_TIME)


@artefact("lengths in an unrolled graph: one tf.cond a step")
def static_rnn_lengths():
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    outputs, state = tf.nn.static_rnn(
        cells.BasicLSTMCell(5), tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=sizes
    )
    outputs = tf.stack(outputs, axis=1)
    found = recurrence("rnn", static(lstm()), LSTM, x, outputs, state, form="static", sequence_length=sizes)
    return Built(
        {x: floats("B", "T", 4), sizes: lengths()}, [found], sizes=({"B": 3, "T": 3}, {"B": 2, "T": 3})
    )


@artefact("each step is a placeholder of its own, and the state is fed")
def static_rnn_separate_steps():
    steps = [tf.placeholder(tf.float32, [None, 4], name=f"step_{t}") for t in range(3)]
    start = tf.placeholder(tf.float32, [None, 5], name="start")
    outputs, state = tf.nn.static_rnn(cells.BasicRNNCell(5), steps, initial_state=start)
    names = named("rnn/basic_rnn_cell")
    found = recurrence(
        "rnn", static(rnn()), names, steps, list(outputs), state, form="static", initial_state=start
    )
    feeds = {step: floats("B", 4) for step in steps}
    feeds[start] = floats("B", 5)
    return Built(feeds, [found])


@artefact("steps that the layer reads one by one are joined beside it as well, for something else")
def static_rnn_joined_beside():
    x = tf.placeholder(tf.float32, [None, 2, 3], name="x")
    steps = [tf.tanh(step) for step in tf.unstack(x, axis=1)]
    tf.reduce_mean(tf.stack(steps), name="mean")
    outputs, state = tf.nn.static_rnn(cells.GRUCell(2), steps, dtype=tf.float32)
    names = gru_named("rnn/gru_cell")
    found = recurrence("rnn", static(gru(2)), names, steps, list(outputs), state, form="static")
    return Built({x: floats("B", "T", 3)}, [found], sizes=({"B": 3, "T": 2}, {"B": 2, "T": 2}))


@artefact("time-major steps by tf.split and tf.squeeze, as pre-1.0 tutorials did")
def static_rnn_split():
    x = tf.placeholder(tf.float32, [None, 5, 4], name="x")
    steps = tf.split(tf.reshape(tf.transpose(x, [1, 0, 2]), [-1, 4]), 5, 0)
    outputs, state = tf.nn.static_rnn(cells.BasicLSTMCell(5), steps, dtype=tf.float32)
    found = recurrence("rnn", static(lstm()), LSTM, steps, list(outputs), state, form="static")
    return Built({x: floats("B", "T", 4)}, [found], sizes=FIXED_TIME)


@artefact("the PTB loop: a cell called in Python, reuse_variables, a list of outputs")
def hand_unrolled():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    cell = cells.BasicLSTMCell(5, forget_bias=0.0)
    start = state = cell.zero_state(3, tf.float32)
    outputs = []
    with tf.variable_scope("RNN"):
        for time_step in range(5):
            if time_step > 0:
                tf.get_variable_scope().reuse_variables()
            output, state = cell(x[:, time_step, :], state)
            outputs.append(output)
    outputs = tf.stack(outputs, axis=1)
    found = recurrence(
        "RNN",
        static(lstm(forget_bias=0.0)),
        named("RNN/basic_lstm_cell"),
        x,
        outputs,
        state,
        form="static",
        initial_state=start,
        zero=True,
    )
    return Built({x: floats("B", "T", 4)}, [found], sizes=SIZES[:1])


@artefact("an LSTM of plain matmuls whose weights are one kernel in TF1's order, unrolled by hand")
def hand_written_equations():
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    h = tf.placeholder(tf.float32, [None, 5], name="h")
    c = tf.placeholder(tf.float32, [None, 5], name="c")
    kernel = tf.get_variable("weights", [9, 20])
    bias = tf.get_variable("bias", [20])
    start, outputs = cells.LSTMStateTuple(c, h), []
    for step_input in tf.unstack(x, axis=1):
        gates = tf.matmul(tf.concat([step_input, h], 1), kernel) + bias
        i, j, f, o = tf.split(gates, 4, 1)
        c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * tf.tanh(c)
        outputs.append(h)
    outputs, state = tf.stack(outputs, 1), cells.LSTMStateTuple(c, h)
    found = recurrence(
        "", static(lstm()), ["weights", "bias"], x, outputs, state, form="static", initial_state=start
    )
    feeds = {x: floats("B", "T", 4), start.h: floats("B", 5), start.c: floats("B", 5)}
    return Built(feeds, [found], sizes=({"B": 3, "T": 3}, {"B": 2, "T": 3}))


@artefact("one step a call: the state goes out and comes back through feeds")
def one_step():
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    cell = cells.BasicLSTMCell(5)
    start = cells.LSTMStateTuple(
        tf.placeholder(tf.float32, [None, 5], name="c"), tf.placeholder(tf.float32, [None, 5], name="h")
    )
    output, state = cell(x, start)
    found = recurrence(
        "basic_lstm_cell",
        step(lstm()),
        named("basic_lstm_cell"),
        x,
        output,
        state,
        form="step",
        initial_state=start,
    )
    return Built({x: floats("B", 4), start.c: floats("B", 5), start.h: floats("B", 5)}, [found])


@artefact("raw_rnn with the loop function of the documentation")
def raw_rnn():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    cell, max_time, batch = cells.LSTMCell(5), tf.shape(x)[0], tf.shape(x)[1]
    inputs = tf.TensorArray(tf.float32, max_time).unstack(x)

    def loop_fn(time, cell_output, cell_state, loop_state):
        next_state = cell.zero_state(batch, tf.float32) if cell_output is None else cell_state
        finished = time >= sizes
        next_input = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([batch, 4], tf.float32), lambda: inputs.read(time)
        )
        next_input.set_shape([None, 4])
        return finished, next_input, next_state, cell_output, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    outputs = emitted.stack()
    names = named("rnn/lstm_cell")
    found = recurrence(
        "rnn",
        dynamic(lstm()),
        names,
        x,
        outputs,
        state,
        sequence_length=sizes,
        time_major=True,
        ends="with the longest row",
    )
    return Built({x: floats("T", "B", 4), sizes: lengths()}, [found])


@artefact("raw_rnn whose rows all end with the sequence: no lengths are fed")
def raw_rnn_without_lengths():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    cell, steps, batch = cells.GRUCell(5), tf.shape(x)[0], tf.shape(x)[1]
    inputs = tf.TensorArray(tf.float32, steps).unstack(x)

    def loop_fn(time, cell_output, cell_state, loop_state):
        next_state = cell.zero_state(batch, tf.float32) if cell_output is None else cell_state
        finished = time >= tf.fill([batch], steps)
        next_input = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([batch, 4], tf.float32), lambda: inputs.read(time)
        )
        next_input.set_shape([None, 4])
        return finished, next_input, next_state, cell_output, None

    emitted, state, _ = tf.nn.raw_rnn(cell, loop_fn)
    names = gru_named("rnn/gru_cell")
    found = recurrence("rnn", dynamic(gru()), names, x, emitted.stack(), state, time_major=True)
    return Built({x: floats("T", "B", 4)}, [found])


@artefact("a tf.while_loop of the program's own around a cell")
def own_while_loop():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    cell = cells.GRUCell(5)
    start = cell.zero_state(tf.shape(x)[1], tf.float32)
    inputs = tf.TensorArray(tf.float32, tf.shape(x)[0]).unstack(x)
    outputs = tf.TensorArray(tf.float32, tf.shape(x)[0])

    def body(time, state, outputs):
        output, state = cell(inputs.read(time), state)
        return time + 1, state, outputs.write(time, output)

    _, state, outputs = tf.while_loop(lambda time, *_: time < tf.shape(x)[0], body, [0, start, outputs])
    outputs = outputs.stack()
    names = gru_named("gru_cell")
    found = recurrence(
        "", dynamic(gru()), names, x, outputs, state, initial_state=start, zero=True, time_major=True
    )
    return Built({x: floats("T", "B", 4)}, [found])


def _functional(build):
    tf.compat.v1.enable_control_flow_v2()
    try:
        return build()
    finally:
        tf.compat.v1.disable_control_flow_v2()


@artefact("functional While: the loop's body is a function of the library")
def functional_while():
    def build():
        x = tf.placeholder(tf.float32, [None, None, 4], name="x")
        outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), x, dtype=tf.float32)
        found = recurrence("rnn", dynamic(lstm()), LSTM, x, outputs, state, form="functional_while")
        return Built({x: floats("B", "T", 4)}, [found])

    return _functional(build)


@artefact("functional While with lengths, peepholes and a fed state")
def functional_while_lengths():
    def build():
        x = tf.placeholder(tf.float32, [None, None, 4], name="x")
        sizes = tf.placeholder(tf.int32, [None], name="lengths")
        start = cells.LSTMStateTuple(
            tf.placeholder(tf.float32, [None, 5], name="c"), tf.placeholder(tf.float32, [None, 5], name="h")
        )
        cell = cells.LSTMCell(5, use_peepholes=True)
        outputs, state = tf.nn.dynamic_rnn(cell, x, sizes, initial_state=start)
        names = named("rnn/lstm_cell", "kernel", "bias", "w_i_diag", "w_f_diag", "w_o_diag")
        found = recurrence(
            "rnn",
            dynamic(lstm(use_peepholes=True)),
            names,
            x,
            outputs,
            state,
            form="functional_while",
            sequence_length=sizes,
            initial_state=start,
        )
        feeds = {x: floats("B", "T", 4), sizes: lengths(), start.c: floats("B", 5), start.h: floats("B", 5)}
        return Built(feeds, [found])

    return _functional(build)


@artefact("the loop stands in a branch of tf.cond")
def in_a_cond():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    use = tf.placeholder(tf.bool, [], name="use_rnn")
    held = []

    def branch():
        held.extend(tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), x, dtype=tf.float32))
        return held[0]

    result = tf.cond(use, branch, lambda: tf.identity(x))
    outputs, state = held
    names = named("rnn/basic_lstm_cell")
    found = recurrence("cond/rnn", dynamic(lstm(4)), names, x, outputs, state)
    # TF1 forbids to fetch what is in a branch; an imported graph does not know of it.
    return Built(
        {x: floats("B", "T", 4), use: value(True, "bool")},
        [found],
        fetches=[result],
        prepare=lambda session: session.graph._unfetchable_ops.clear(),
    )
