"""Tensors that are equal, edges that only order, lengths that are constants, and sizes that are fixed here or there."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import bidirectional, dynamic, gru, gru_named, lstm, named, recurrence
from tests.zoo.record.feeds import floats, ints, lengths
from tf2_lstm.migrate.pairs import Call

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


ONE = ({"B": 2, "T": 4},)
STEPS = Call("static_rnn", cell=lstm())


def only(x, said, **more):
    """An artefact of placeholders of fixed sizes alone."""
    places = x if isinstance(x, list) else [x]
    return Built({one: floats(*one.shape.as_list()) for one in places}, [said], sizes=ONE, **more)


@artefact("the batch is fixed, and lost above the first layer but for the arrays of its outputs")
def sizes_between_layers():
    x = tf.placeholder(tf.float32, [2, 4, 3], name="x")
    said, below = [], x
    for name in ("low", "high"):
        outputs, state = tf.nn.dynamic_rnn(cells.GRUCell(5), below, dtype=tf.float32, scope=name)
        said.append(recurrence(name, dynamic(gru()), gru_named(name + "/gru_cell"), below, outputs, state))
        below = tf.concat([outputs, outputs], 2)
    return Built({x: floats(2, 4, 3)}, said, sizes=ONE)


@artefact("a step a placeholder, of a fixed batch")
def sizes_of_steps():
    xs = [tf.placeholder(tf.float32, [2, 3], name=f"x{number}") for number in range(4)]
    outputs, state = tf.nn.static_rnn(cells.BasicLSTMCell(5), xs, dtype=tf.float32)
    return only(xs, recurrence("rnn", STEPS, named("rnn/basic_lstm_cell"), xs, outputs, state, form="static"))


@artefact("steps that are stacked for one fused operation; the masks have batch and time in them")
def sizes_of_masks():
    xs = [tf.placeholder(tf.float32, [2, 3], name=f"x{number}") for number in range(4)]
    sizes = tf.placeholder(tf.int32, [2], name="lengths")
    whole = tf.nn.relu(tf.layers.dense(tf.stack(xs), 3, name="dense"), name="whole")
    outputs, state = tf.contrib.rnn.LSTMBlockFusedCell(5)(whole, dtype=tf.float32, sequence_length=sizes)
    found = recurrence(
        "lstm_fused_cell",
        dynamic(lstm()),
        named("lstm_fused_cell"),
        whole,
        outputs,
        state,
        form="block",
        time_major=True,
        sequence_length=sizes,
    )
    built = only(xs, found, unclaimed=named("dense"))
    built.feeds[sizes] = lengths()
    return built


@artefact("only the zeros that the program made as a state have a batch")
def sizes_of_a_state():
    x, cell = tf.placeholder(tf.float32, [None, None, 3], name="x"), cells.BasicLSTMCell(5)
    start = cell.zero_state(4, tf.float32)
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    names = named("rnn/basic_lstm_cell")
    found = recurrence("rnn", dynamic(lstm()), names, x, outputs, state, initial_state=start, zero=True)
    return Built({x: floats("B", "T", 3)}, [found], sizes=({"B": 4, "T": 5}, {"B": 4, "T": 3}))


@artefact("one step from zeros that the program made, which may be fed")
def sizes_of_a_step():
    x = tf.placeholder(tf.float32, [2, 3], name="x")
    start = cells.LSTMStateTuple(tf.zeros([2, 5], name="c_in"), tf.zeros([2, 5], name="h_in"))
    outputs, state = cells.BasicLSTMCell(5)(x, start)
    found = recurrence(
        "basic_lstm_cell",
        Call("python_loop", cell=lstm()),
        named("basic_lstm_cell"),
        x,
        outputs,
        state,
        form="step",
        initial_state=start,
        zero=True,
    )
    feeds = {x: floats("B", 3), start.c: floats("B", 5), start.h: floats("B", 5)}
    return Built(feeds, [found], sizes=({"B": 2},))


@artefact(
    "only seq_len_max says how many steps there are; of fewer the operation would read beyond them",
    name="steps_of_an_operation",
    steps=None,
)
@artefact("the operation itself, one tensor of zeros for c and h")
def sizes_of_an_operation(steps=4):
    x, zeros = tf.placeholder(tf.float32, [steps, 2, 3], name="x"), tf.zeros([2, 5], name="start")
    kernel, bias = tf.get_variable("rnn/kernel", [8, 20]), tf.get_variable("rnn/bias", [20])
    peephole = tf.zeros([5])
    made = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.constant(4, tf.int64),
        x=x,
        cs_prev=zeros,
        h_prev=zeros,
        w=kernel,
        wci=peephole,
        wcf=peephole,
        wco=peephole,
        b=bias,
        cell_clip=0.0,
        use_peephole=False,
    )
    found = recurrence(
        "",
        dynamic(lstm()),
        named("rnn"),
        x,
        made.h,
        {"c": "", "h": ""},
        form="block",
        time_major=True,
        initial_state={"c": zeros, "h": zeros},
        zero=True,
    )
    outside = [made.cs.name]
    return Built({x: floats(4, 2, 3), zeros: floats(2, 5)}, [found], sizes=ONE, outside=outside)


@artefact(
    "a variable holds the state and its batch; the arrays of the outputs have that batch, the input has none"
)
def sizes_of_a_variable():
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    start = tf.get_variable("start", [4, 5], trainable=False)
    outputs, state = tf.nn.dynamic_rnn(cells.GRUCell(5), x, initial_state=start)
    start.assign(state, name="keep")
    start = tensor("start/read:0")
    names = gru_named("rnn/gru_cell")
    found = recurrence("rnn", dynamic(gru()), names, x, outputs, state, initial_state=start)
    built = Built({x: floats("B", "T", 3)}, [found], sizes=({"B": 4, "T": 5}, {"B": 4, "T": 3}))
    built.unclaimed = ["start"]
    return built


@artefact("only the number of pieces that tf.unstack makes says how many steps there are")
def sizes_of_unstack():
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    steps = tf.unstack(x, num=4, axis=1)
    outputs, state = tf.nn.static_rnn(cells.GRUCell(5), steps, dtype=tf.float32)
    found = recurrence(
        "rnn", Call("static_rnn", cell=gru()), gru_named("rnn/gru_cell"), x, outputs, state, form="static"
    )
    return Built({x: floats("B", 4, 3)}, [found])
