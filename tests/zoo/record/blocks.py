"""The block operations, the fused cell, and the cells that stand for cuDNN on a CPU."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import (
    bidirectional,
    dynamic,
    gru,
    gru_named,
    lstm,
    named,
    recurrence,
    stack,
)
from tests.zoo.record.feeds import floats, lengths
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell
contrib = tf.contrib.rnn
PEEPHOLES = ("kernel", "bias", "w_i_diag", "w_f_diag", "w_o_diag")
COMPATIBLE_GRU = (
    "gates/kernel",
    "gates/bias",
    "candidate/input_projection/kernel",
    "candidate/input_projection/bias",
    "candidate/hidden_projection/kernel",
    "candidate/hidden_projection/bias",
)


def plain(cell, call, variables):
    """dynamic_rnn over a batch-major placeholder, nothing else."""
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    return Built({x: floats("B", "T", 4)}, [recurrence("rnn", dynamic(call), variables, x, outputs, state)])


@artefact("LSTMBlockCell in a loop saves under lstm_cell")
def lstm_block_cell():
    return plain(contrib.LSTMBlockCell(5), lstm(), named("rnn/lstm_cell"))


@artefact("LSTMBlockCell with everything it has")
def lstm_block_cell_options():
    options = {"forget_bias": 0.5, "cell_clip": 0.25, "use_peepholes": True}
    cell = contrib.LSTMBlockCell(5, forget_bias=0.5, cell_clip=0.25, use_peephole=True)
    return plain(cell, lstm(**options), named("rnn/lstm_cell", *PEEPHOLES))


@artefact("block cells in a stack, with lengths and a forget_bias of 0")
def lstm_block_cell_stack():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    cell = cells.MultiRNNCell([contrib.LSTMBlockCell(units, forget_bias=0.0) for units in (5, 3)])
    outputs, state = tf.nn.dynamic_rnn(cell, x, sizes, dtype=tf.float32)
    scope = "rnn/multi_rnn_cell/cell_{}/lstm_cell"
    names = named(scope.format(0)) + named(scope.format(1))
    call = dynamic(stack(lstm(forget_bias=0.0), lstm(3, forget_bias=0.0)))
    found = recurrence("rnn", call, names, x, outputs, state, sequence_length=sizes)
    return Built({x: floats("B", "T", 4), sizes: lengths()}, [found])


@artefact("GRUBlockCell: the same equations under other names")
def gru_block_cell():
    return plain(contrib.GRUBlockCell(5), gru(), named("rnn/gru_cell", "w_ru", "b_ru", "w_c", "b_c"))


@artefact("GRUBlockCellV2: the same names as GRUCell")
def gru_block_cell_v2():
    return plain(contrib.GRUBlockCellV2(5), gru(), gru_named("rnn/gru_cell"))


@artefact("a block cell that is called once")
def lstm_block_cell_step():
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    start = cells.LSTMStateTuple(
        tf.placeholder(tf.float32, [None, 5], name="c"), tf.placeholder(tf.float32, [None, 5], name="h")
    )
    output, state = contrib.LSTMBlockCell(5)(x, start)
    found = recurrence(
        "lstm_cell",
        Call("python_loop", cell=lstm()),
        named("lstm_cell"),
        x,
        output,
        state,
        form="step",
        initial_state=start,
    )
    return Built({x: floats("B", 4), start.c: floats("B", 5), start.h: floats("B", 5)}, [found])


@artefact("the fused cell: one operation for all steps, time-major")
def fused():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, state = contrib.LSTMBlockFusedCell(5)(x, dtype=tf.float32)
    found = recurrence(
        "lstm_fused_cell",
        dynamic(lstm()),
        named("lstm_fused_cell"),
        x,
        outputs,
        state,
        form="block",
        time_major=True,
    )
    return Built({x: floats("T", "B", 4)}, [found])


@artefact("the fused cell with peepholes, clip, lengths and a fed state")
def fused_options():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    start = cells.LSTMStateTuple(
        tf.placeholder(tf.float32, [None, 5], name="c"), tf.placeholder(tf.float32, [None, 5], name="h")
    )
    cell = contrib.LSTMBlockFusedCell(5, forget_bias=0.25, cell_clip=0.375, use_peephole=True)
    outputs, state = cell(x, initial_state=start, sequence_length=sizes)
    found = recurrence(
        "lstm_fused_cell",
        dynamic(lstm(forget_bias=0.25, cell_clip=0.375, use_peepholes=True)),
        named("lstm_fused_cell", *PEEPHOLES),
        x,
        outputs,
        state,
        form="block",
        sequence_length=sizes,
        initial_state=start,
        time_major=True,
    )
    feeds = {x: floats("T", "B", 4), sizes: lengths(), start.c: floats("B", 5), start.h: floats("B", 5)}
    return Built(feeds, [found])


@artefact("TimeReversedFusedRNN alone")
def fused_reversed():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    cell = contrib.TimeReversedFusedRNN(contrib.LSTMBlockFusedCell(5))
    outputs, state = cell(x, dtype=tf.float32)
    found = recurrence(
        "lstm_fused_cell",
        dynamic(lstm()),
        named("lstm_fused_cell"),
        x,
        outputs,
        state,
        form="block",
        time_major=True,
        reverse=True,
    )
    return Built({x: floats("T", "B", 4)}, [found])


@artefact("a fused cell and a reversed one on the same input, with lengths")
def fused_both_directions():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    with tf.variable_scope("fw"):
        fw = contrib.LSTMBlockFusedCell(5)(x, dtype=tf.float32, sequence_length=sizes)
    with tf.variable_scope("bw"):
        cell = contrib.TimeReversedFusedRNN(contrib.LSTMBlockFusedCell(5))
        bw = cell(x, dtype=tf.float32, sequence_length=sizes)
    merged = tf.concat([fw[0], bw[0]], 2)
    found = recurrence(
        "",
        bidirectional(lstm(), lstm()),
        named("fw/lstm_fused_cell") + named("bw/lstm_fused_cell"),
        x,
        {"fw": fw[0], "bw": bw[0]},
        {"fw": fw[1], "bw": bw[1]},
        form="block",
        sequence_length=sizes,
        time_major=True,
    )
    return Built({x: floats("T", "B", 4), sizes: lengths()}, [found], fetches=[merged])


@artefact("the CPU's stand-in for CudnnLSTM has a forget_bias of 0")
def cudnn_compatible_lstm():
    cell = cells.MultiRNNCell([tf.contrib.cudnn_rnn.CudnnCompatibleLSTMCell(5) for _ in range(2)])
    scope = "rnn/multi_rnn_cell/cell_{}/cudnn_compatible_lstm_cell"
    names = named(scope.format(0)) + named(scope.format(1))
    return plain(cell, stack(lstm(forget_bias=0.0), lstm(forget_bias=0.0)), names)


@artefact("the CPU's stand-in for CudnnGRU resets after the matmul")
def cudnn_compatible_gru():
    cell = tf.contrib.cudnn_rnn.CudnnCompatibleGRUCell(5)
    names = named("rnn/cudnn_compatible_gru_cell", *COMPATIBLE_GRU)
    return plain(cell, gru(reset_after=True), names)
