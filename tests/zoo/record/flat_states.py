"""Flat states, state_is_tuple=False, where the steps stand in the graph one by one; steps that no input goes into."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import (
    bidirectional,
    gru,
    gru_named,
    lstm,
    named,
    not_converted,
    recurrence,
    stack,
)
from tests.zoo.record.feeds import floats, lengths
from tests.zoo.record.files import freeze
from tf2_lstm.migrate.pairs import Call

cells, flatten = tf.nn.rnn_cell, tf.contrib.framework.nest.flatten
FLAT = {"state_is_tuple": False}


def basic(units=4, **options):
    return cells.BasicLSTMCell(units, state_is_tuple=False, **options)


def flat(units=4, **options):
    return lstm(units, **dict(FLAT, **options))


def static(cell):
    return Call("static_rnn", cell=cell)


def sequence(batch=None):
    x = tf.placeholder(tf.float32, [batch, 4, 3], name="x")
    return x, tf.unstack(x, axis=1)


def frozen(x, said, results, more=None):
    """A frozen graph with one recurrence over a sequence of four steps."""
    feeds = {x: floats(x.shape.as_list()[0] or "B", 4, 3)}
    feeds.update(more or {})
    return Built(feeds, [said], save=freeze(flatten(results)), sizes=({"B": 3, "T": 4}, {"B": 2, "T": 4}))


LAYERS = [one for n in (0, 1) for one in named(f"rnn/multi_rnn_cell/cell_{n}/basic_lstm_cell")]


@artefact("a flat state under static_rnn: c and h are cut from one tensor of zeros")
def flat_static():
    x, steps = sequence()
    outputs, state = tf.nn.static_rnn(basic(), steps, dtype=tf.float32)
    said = recurrence("rnn", static(flat()), named("rnn/basic_lstm_cell"), x, outputs, state, form="static")
    return frozen(x, said, [outputs, state])


@artefact("a flat state under static_rnn with lengths: the choice of ended rows is of the whole state")
def flat_static_lengths():
    x, steps = sequence()
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    start = tf.placeholder(tf.float32, [None, 8], name="start")
    outputs, state = tf.nn.static_rnn(basic(), steps, initial_state=start, sequence_length=sizes)
    names = named("rnn/basic_lstm_cell")
    more = {"form": "static", "initial_state": start, "sequence_length": sizes}
    said = recurrence("rnn", static(flat()), names, x, outputs, state, **more)
    return frozen(x, said, [outputs, state], more={sizes: lengths(), start: floats("B", 8)})


@artefact("a stack whose cells have each a flat state, in a tuple")
def flat_static_stack():
    x, steps = sequence()
    outputs, state = tf.nn.static_rnn(cells.MultiRNNCell([basic(), basic()]), steps, dtype=tf.float32)
    said = recurrence("rnn", static(stack(flat(), flat())), LAYERS, x, outputs, state, form="static")
    return frozen(x, said, [outputs, state])


@artefact("a stack with one flat state of an LSTM with a projection and a GRU, under static_rnn")
def flat_static_whole():
    x, steps = sequence()
    layers = [cells.LSTMCell(4, num_proj=2, state_is_tuple=False), cells.GRUCell(3)]
    outputs, state = tf.nn.static_rnn(
        cells.MultiRNNCell(layers, state_is_tuple=False), steps, dtype=tf.float32
    )
    names = named("rnn/multi_rnn_cell/cell_0/lstm_cell", "kernel", "bias", "projection/kernel")
    names += gru_named("rnn/multi_rnn_cell/cell_1/gru_cell")
    call = static(stack(flat(num_proj=2), gru(3), **FLAT))
    return frozen(x, recurrence("rnn", call, names, x, outputs, state, form="static"), [outputs, state])


@artefact("a stack in a tuple, each cell with a flat state, under dynamic_rnn")
def flat_dynamic_stack():
    x = tf.placeholder(tf.float32, [None, 4, 3], name="x")
    outputs, state = tf.nn.dynamic_rnn(cells.MultiRNNCell([basic(), basic()]), x, dtype=tf.float32)
    said = recurrence("rnn", Call("dynamic_rnn", cell=stack(flat(), flat())), LAYERS, x, outputs, state)
    return frozen(x, said, [outputs, state])


@artefact("one flat state of a stack that a loop in Python carries; the program feeds it whole")
def flat_loop():
    x, steps = sequence(3)
    start = state = tf.placeholder(tf.float32, [3, 16], name="start")
    cell, outputs = cells.MultiRNNCell([basic(), basic()], state_is_tuple=False), []
    for step in steps:
        output, state = cell(step, state)
        outputs.append(output)
    said = recurrence(
        "",
        static(stack(flat(), flat(), **FLAT)),
        [name[len("rnn/") :] for name in LAYERS],
        x,
        outputs,
        state,
        form="static",
        initial_state=start,
    )
    return frozen(x, said, [outputs, state], more={start: floats(3, 16)})


@artefact("an LSTM with a projection called once on a flat state: c is wider than h")
def flat_once():
    x, start = (tf.placeholder(tf.float32, [None, n], name=name) for n, name in ((3, "x"), (7, "start")))
    output, state = cells.LSTMCell(4, num_proj=3, state_is_tuple=False)(x, start)
    names = named("lstm_cell", "kernel", "bias", "projection/kernel")
    call = Call("python_loop", cell=flat(num_proj=3))
    said = recurrence("lstm_cell", call, names, x, output, state, form="step", initial_state=start)
    return Built({x: floats("B", 3), start: floats("B", 7)}, [said], save=freeze([output, state]))


@artefact("both directions of static_bidirectional_rnn with flat states")
def flat_both():
    x, steps = sequence()
    outputs, fw, bw = tf.nn.static_bidirectional_rnn(basic(), basic(), steps, dtype=tf.float32)
    names = [one for side in ("fw", "bw") for one in named(f"bidirectional_rnn/{side}/basic_lstm_cell")]
    call = bidirectional(flat(), flat(), "static_bidirectional_rnn")
    state = {"fw": fw, "bw": bw}
    said = recurrence("bidirectional_rnn", call, names, x, outputs, state, form="static")
    return frozen(x, said, [outputs, fw, bw])


@artefact(
    "a cell called once, and again on a flat state that the program splits: two models, one cell's weights"
)
def flat_second_call():
    image, x = (tf.placeholder(tf.float32, [None, 3], name=name) for name in ("image", "x"))
    start, cell = tf.placeholder(tf.float32, [None, 8], name="start"), cells.BasicLSTMCell(4)
    with tf.variable_scope("lstm") as scope:
        zeros = cell.zero_state(tf.shape(image)[0], tf.float32)
        first, between = cell(image, zeros)
        scope.reuse_variables()
        second, last = cell(x, cells.LSTMStateTuple(*tf.split(start, 2, 1)))
    whole, names = tf.concat(last, 1, name="whole"), named("lstm/basic_lstm_cell")
    call = Call("python_loop", cell=lstm(4))
    again = Call("python_loop", cell=flat())
    said = [
        recurrence(
            "lstm/basic_lstm_cell",
            call,
            names,
            image,
            first,
            between,
            form="step",
            initial_state=zeros,
            zero=True,
        ),
        recurrence("lstm/basic_lstm_cell", again, names, x, second, whole, form="step", initial_state=start),
    ]
    results = freeze([*flatten(between), second, whole])
    return Built({image: floats("B", 3), x: floats("B", 3), start: floats("B", 8)}, said, save=results)


@artefact("a loop in Python whose one tensor of states is [h, c]: split, stepped, and joined again")
def flat_exchanged():
    x, steps = sequence()
    start = state = tf.placeholder(tf.float32, [None, 8], name="start")
    cell, outputs, first = cells.BasicLSTMCell(4), [], None
    for one in steps:
        h, c = tf.split(state, 2, 1)
        first = first or cells.LSTMStateTuple(c, h)
        output, last = cell(one, cells.LSTMStateTuple(c, h))
        state = tf.concat([last.h, last.c], 1)
        outputs.append(output)
    names = named("basic_lstm_cell")
    said = recurrence("", static(lstm(4)), names, x, outputs, last, form="static", initial_state=first)
    return frozen(x, said, [outputs, state], more={start: floats("B", 8)})


def attention(own):
    """AttentionCellWrapper around an LSTM, all states in one tensor [c, h, attention, last two outputs], fed."""
    x, start = (
        tf.placeholder(tf.float32, [None, *own], name=name) for name, own in (("x", own), ("start", [20]))
    )
    return x, start, tf.contrib.rnn.AttentionCellWrapper(basic(), 2, state_is_tuple=False)


def of_attention(x, start, said, results, outside):
    """A frozen graph of which the cell inside is converted, and the attention named."""
    built = Built(
        {x: floats("B", *x.shape.as_list()[1:]), start: floats("B", 20)}, [said], save=freeze(results)
    )
    own = ["attention/" + one for one in ("attn_v", "attn_w", "bias", "kernel")]
    own += [scope + one for scope in ("attn_output_projection/", "") for one in ("bias", "kernel")]
    why = "its attention is no part of a known cell"
    inner = named("attention_cell_wrapper/basic_lstm_cell", "bias", "kernel") if len(outside) > 1 else []
    names = sorted(named("attention_cell_wrapper", *own) + inner)
    built.not_converted = [not_converted("attention_cell_wrapper", "basic_lstm" if inner else "", names, why)]
    built.outside = outside
    return built


@artefact(
    "AttentionCellWrapper called once on a fed flat state: it holds more than the states of the cell inside"
)
def attention_flat_once():
    x, start, cell = attention([3])
    output, state = cell(x, start)
    at, call = tf.get_default_graph().get_tensor_by_name, Call("python_loop", cell=flat())
    scope = "attention_cell_wrapper/"
    inner = scope + "basic_lstm_cell"
    said = recurrence(
        inner,
        call,
        named(inner),
        at(scope + "BiasAdd:0"),
        at(inner + "/Mul_2:0"),
        at(inner + "/concat_1:0"),
        form="step",
        initial_state=at(scope + "Slice:0"),
    )
    return of_attention(x, start, said, [output, state], [state.name])


@artefact(
    "the same in a loop of Python: between two steps the state of the cell is in a wider one, and cut out again"
)
def attention_flat_loop():
    x, start, cell = attention([3, 3])
    outputs, state = [], start
    for number, one in enumerate(tf.unstack(x, axis=1)):
        with tf.variable_scope(tf.get_variable_scope(), reuse=number > 0):
            output, state = cell(one, state)
        outputs.append(output)
    at, call = tf.get_default_graph().get_tensor_by_name, static(flat())
    scope = "attention_cell_wrapper/"
    inner = scope + "basic_lstm_cell"
    said = recurrence(
        "attention_cell_wrapper",
        call,
        named(inner),
        [at(f"{scope}BiasAdd{end}:0") for end in ("", "_1", "_2")],
        [at(f"{inner}/Mul_{number}:0") for number in (2, 5, 8)],
        at(inner + "/concat_5:0"),
        form="static",
        initial_state=at(scope + "Slice:0"),
    )
    return of_attention(x, start, said, [*outputs, state], [inner + "/Mul_2:0", state.name])


@artefact(
    "TimeFreqLSTMCell: the state of the frequency before is joined with the input and the state at once"
)
def time_freq_called():
    x, start = (tf.placeholder(tf.float32, [1, n], name=name) for n, name in ((4, "x"), (32, "start")))
    cell = tf.contrib.rnn.TimeFreqLSTMCell(num_units=8, feature_size=2, frequency_skip=2)
    output, state = cell(x, start)
    why = "its input is no tensor of the graph"
    said = not_converted("time_freq_lstm_cell", "basic_lstm", named("time_freq_lstm_cell", "W_0", "B"), why)
    built = Built(
        {x: floats(1, 4), start: floats(1, 32)}, fetches=[output, state], save=freeze([output, state])
    )
    built.not_converted = [said]
    return built
