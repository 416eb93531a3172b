"""Two directions, stacked directions, and a backward run without a partner."""

import tensorflow as tf

from tests.zoo.record.artefact import SIZES, Built, artefact
from tests.zoo.record.expectation import (
    bidirectional,
    dynamic,
    gru,
    gru_named,
    lstm,
    named,
    recurrence,
    rnn,
    stack,
)
from tests.zoo.record.feeds import floats, lengths

cells = tf.nn.rnn_cell
FIXED_TIME = ({"B": 3, "T": 5}, {"B": 2, "T": 5})
FW, BW = "bidirectional_rnn/fw/", "bidirectional_rnn/bw/"


def sides(pair):
    """A (forward, backward) pair by name."""
    return {"fw": pair[0], "bw": pair[1]}


@artefact("no lengths: the backward direction reverses with ReverseV2")
def bidirectional_plain():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.BasicLSTMCell(5), cells.BasicLSTMCell(5), x, dtype=tf.float32
    )
    merged = tf.concat(outputs, 2)
    names = named(FW + "basic_lstm_cell") + named(BW + "basic_lstm_cell")
    found = recurrence(
        "bidirectional_rnn", bidirectional(lstm(), lstm()), names, x, sides(outputs), sides(states)
    )
    return Built({x: floats("B", "T", 4)}, [found], fetches=[merged])


@artefact("lengths: the backward direction reverses each row by its length")
def bidirectional_lengths():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.LSTMCell(5), cells.LSTMCell(5), x, sequence_length=sizes, dtype=tf.float32
    )
    names = named(FW + "lstm_cell") + named(BW + "lstm_cell")
    found = recurrence(
        "bidirectional_rnn",
        bidirectional(lstm(), lstm()),
        names,
        x,
        sides(outputs),
        sides(states),
        sequence_length=sizes,
    )
    return Built({x: floats("B", "T", 4), sizes: lengths()}, [found])


@artefact("two classes of two widths")
def bidirectional_different_cells():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.LSTMCell(5, num_proj=3), cells.GRUCell(6), x, dtype=tf.float32
    )
    names = named(FW + "lstm_cell", "kernel", "bias", "projection/kernel") + gru_named(BW + "gru_cell")
    call = bidirectional(lstm(num_proj=3), gru(6))
    found = recurrence("bidirectional_rnn", call, names, x, sides(outputs), sides(states))
    return Built({x: floats("B", "T", 4)}, [found], sizes=SIZES[:1])


@artefact("one cell object for both directions: one set of weights, saved under fw")
def bidirectional_same_cell():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    cell, call = cells.BasicLSTMCell(5), lstm()
    outputs, states = tf.nn.bidirectional_dynamic_rnn(cell, cell, x, sizes, dtype=tf.float32)
    found = recurrence(
        "bidirectional_rnn",
        bidirectional(call, call),
        named(FW + "basic_lstm_cell"),
        x,
        sides(outputs),
        sides(states),
        sequence_length=sizes,
    )
    return Built({x: floats("B", "T", 4), sizes: lengths()}, [found], sizes=SIZES[:1])


@artefact("[T, B, D], lengths, and both states fed")
def bidirectional_time_major_initial_states():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    starts = [
        cells.LSTMStateTuple(
            tf.placeholder(tf.float32, [None, 5], name=side + "_c"),
            tf.placeholder(tf.float32, [None, 5], name=side + "_h"),
        )
        for side in ("fw", "bw")
    ]
    outputs, states = tf.nn.bidirectional_dynamic_rnn(
        cells.BasicLSTMCell(5),
        cells.BasicLSTMCell(5),
        x,
        sequence_length=sizes,
        initial_state_fw=starts[0],
        initial_state_bw=starts[1],
        time_major=True,
        scope="bi",
    )
    names = named("bi/fw/basic_lstm_cell") + named("bi/bw/basic_lstm_cell")
    found = recurrence(
        "bi",
        bidirectional(lstm(), lstm()),
        names,
        x,
        sides(outputs),
        sides(states),
        sequence_length=sizes,
        initial_state=sides(starts),
        time_major=True,
    )
    feeds = {x: floats("T", "B", 4), sizes: lengths()}
    feeds.update({tensor: floats("B", 5) for start in starts for tensor in start})
    return Built(feeds, [found])


@artefact("only the backward output is used by the program")
def bidirectional_gru_one_side_used():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    outputs, states = tf.nn.bidirectional_dynamic_rnn(cells.GRUCell(5), cells.GRUCell(5), x, dtype=tf.float32)
    last = tf.reduce_max(outputs[1], 1)
    names = gru_named(FW + "gru_cell") + gru_named(BW + "gru_cell")
    found = recurrence(
        "bidirectional_rnn", bidirectional(gru(), gru()), names, x, sides(outputs), sides(states)
    )
    return Built({x: floats("B", "T", 4)}, [found], fetches=[last], sizes=SIZES[:1])


@artefact("a stack of two layers in each direction")
def bidirectional_of_stacks():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    both = [cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.BasicRNNCell(3)]) for _ in range(2)]
    outputs, states = tf.nn.bidirectional_dynamic_rnn(both[0], both[1], x, dtype=tf.float32)
    layer = "multi_rnn_cell/cell_{}/{}"
    names = []
    for side in (FW, BW):
        names += named(side + layer.format(0, "basic_lstm_cell")) + named(
            side + layer.format(1, "basic_rnn_cell")
        )
    calls = [stack(lstm(), rnn(3)) for _ in range(2)]
    found = recurrence("bidirectional_rnn", bidirectional(*calls), names, x, sides(outputs), sides(states))
    return Built({x: floats("B", "T", 4)}, [found], sizes=SIZES[:1])


@artefact("both directions unrolled; the outputs are concatenated step by step")
def static_bidirectional():
    x = tf.placeholder(tf.float32, [None, 4, 4], name="x")
    outputs, fw, bw = tf.nn.static_bidirectional_rnn(
        cells.BasicLSTMCell(5), cells.BasicLSTMCell(3), tf.unstack(x, axis=1), dtype=tf.float32
    )
    names = named(FW + "basic_lstm_cell") + named(BW + "basic_lstm_cell")
    call = bidirectional(lstm(), lstm(3), "static_bidirectional_rnn")
    found = recurrence("bidirectional_rnn", call, names, x, list(outputs), sides((fw, bw)), form="static")
    return Built({x: floats("B", "T", 4)}, [found], sizes=({"B": 3, "T": 4}, {"B": 2, "T": 4}))


@artefact("both directions unrolled, with lengths")
def static_bidirectional_lengths():
    x = tf.placeholder(tf.float32, [None, 2, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    outputs, fw, bw = tf.nn.static_bidirectional_rnn(
        cells.GRUCell(5), cells.GRUCell(5), tf.unstack(x, axis=1), dtype=tf.float32, sequence_length=sizes
    )
    outputs = tf.stack(outputs, 1)
    names = gru_named(FW + "gru_cell") + gru_named(BW + "gru_cell")
    found = recurrence(
        "bidirectional_rnn",
        bidirectional(gru(), gru(), "static_bidirectional_rnn"),
        names,
        x,
        outputs,
        sides((fw, bw)),
        form="static",
        sequence_length=sizes,
    )
    return Built(
        {x: floats("B", "T", 4), sizes: lengths()}, [found], sizes=({"B": 3, "T": 2}, {"B": 2, "T": 2})
    )


@artefact("contrib's stack of bidirectional layers: one recurrence a layer")
def stack_bidirectional_dynamic():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    outputs, fw, bw = tf.contrib.rnn.stack_bidirectional_dynamic_rnn(
        [cells.LSTMCell(5), cells.BasicRNNCell(3)],
        [cells.LSTMCell(5), cells.BasicRNNCell(3)],
        x,
        dtype=tf.float32,
    )
    top = "stack_bidirectional_rnn/cell_{}/bidirectional_rnn"
    found = []
    # The function keeps the layers' tensors to itself: their names are those that TensorFlow gives.
    for layer, (call, cell) in enumerate(((lstm, "lstm_cell"), (rnn, "basic_rnn_cell"))):
        scope, units = top.format(layer), (5, 3)[layer]
        inner = scope + "/{}/{}/transpose_1:0"
        found.append(
            recurrence(
                scope,
                bidirectional(call(units), call(units)),
                named(scope + "/fw/" + cell) + named(scope + "/bw/" + cell),
                x if layer == 0 else "stack_bidirectional_rnn/cell_0/concat:0",
                {"fw": inner.format("fw", "fw"), "bw": BACKWARD.format(layer)},
                {"fw": fw[layer], "bw": bw[layer]},
            )
        )
    return Built({x: floats("B", "T", 4)}, found, fetches=[outputs], sizes=SIZES[:1])


BACKWARD = "stack_bidirectional_rnn/cell_{}/ReverseV2:0"


@artefact("bidirectional layers stacked by the program, in two scopes")
def stacked_by_hand():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    inputs, found = x, []
    for layer in range(2):
        with tf.variable_scope(f"layer_{layer}"):
            outputs, states = tf.nn.bidirectional_dynamic_rnn(
                cells.BasicLSTMCell(3), cells.BasicLSTMCell(3), inputs, dtype=tf.float32
            )
        scope = f"layer_{layer}/bidirectional_rnn"
        names = named(scope + "/fw/basic_lstm_cell") + named(scope + "/bw/basic_lstm_cell")
        call = bidirectional(lstm(3), lstm(3))
        found.append(recurrence(scope, call, names, inputs, sides(outputs), sides(states)))
        inputs = tf.concat(outputs, 2)
    return Built({x: floats("B", "T", 4)}, found, fetches=[inputs], sizes=SIZES[:1])


@artefact("contrib's static stack of bidirectional layers")
def stack_bidirectional_static():
    x = tf.placeholder(tf.float32, [None, 2, 4], name="x")
    outputs, fw, bw = tf.contrib.rnn.stack_bidirectional_rnn(
        [cells.BasicLSTMCell(3), cells.BasicLSTMCell(2)],
        [cells.BasicLSTMCell(3), cells.BasicLSTMCell(2)],
        tf.unstack(x, axis=1),
        dtype=tf.float32,
    )
    between = [f"stack_bidirectional_rnn/cell_0/{name}:0" for name in ("concat", "concat_1")]
    found = []
    for layer, units in enumerate((3, 2)):
        scope = f"stack_bidirectional_rnn/cell_{layer}"
        found.append(
            recurrence(
                scope,
                bidirectional(lstm(units), lstm(units), "static_bidirectional_rnn"),
                named(scope + "/fw/basic_lstm_cell") + named(scope + "/bw/basic_lstm_cell"),
                x if layer == 0 else between,
                between if layer == 0 else list(outputs),
                {"fw": fw[layer], "bw": bw[layer]},
                form="static",
            )
        )
    return Built({x: floats("B", "T", 4)}, found, sizes=({"B": 3, "T": 2}, {"B": 2, "T": 2}))


@artefact("a backward loop without a partner")
def backward_alone():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), tf.reverse(x, [1]), dtype=tf.float32)
    outputs = tf.reverse(outputs, [1])
    found = recurrence("rnn", dynamic(lstm()), named("rnn/basic_lstm_cell"), x, outputs, state, reverse=True)
    return Built({x: floats("B", "T", 4)}, [found])


@artefact("two dynamic_rnn that a program made a bidirectional layer of, by reverse_sequence")
def bidirectional_by_hand():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    with tf.variable_scope("forward"):
        fw, fw_state = tf.nn.dynamic_rnn(cells.GRUCell(5), x, sizes, dtype=tf.float32)
    with tf.variable_scope("backward"):
        turned = tf.reverse_sequence(x, sizes, seq_axis=1, batch_axis=0)
        bw, bw_state = tf.nn.dynamic_rnn(cells.GRUCell(5), turned, sizes, dtype=tf.float32)
        bw = tf.reverse_sequence(bw, sizes, seq_axis=1, batch_axis=0)
    names = gru_named("forward/rnn/gru_cell") + gru_named("backward/rnn/gru_cell")
    call = bidirectional(gru(), gru())
    found = recurrence(
        "", call, names, x, sides((fw, bw)), sides((fw_state, bw_state)), sequence_length=sizes
    )
    return Built({x: floats("B", "T", 4), sizes: lengths()}, [found])
