"""Stacks, wrappers, and cells that are used more than once."""

import tensorflow as tf

from tests.zoo.record.artefact import SIZES, Built, artefact
from tests.zoo.record.expectation import dynamic, gru, gru_named, lstm, named, recurrence, rnn, stack
from tests.zoo.record.feeds import floats, lengths, value
from tests.zoo.record.write import twin
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell
MULTI = "rnn/multi_rnn_cell/cell_{}/{}"
KEPT = ("input_keep_prob", "state_keep_prob", "output_keep_prob")
KEEP_ALL = "in a graph of the same program with keep_prob 1"


def layer(number, cell="basic_lstm_cell"):
    """The checkpoint names of one layer's cell."""
    scope = MULTI.format(number, cell)
    return gru_named(scope) if cell == "gru_cell" else named(scope)


def plain(cell, call, variables, width=4, **options):
    """dynamic_rnn over a batch-major placeholder, nothing else."""
    x = tf.placeholder(tf.float32, [None, None, width], name="x")
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    found = recurrence("rnn", dynamic(call), variables, x, outputs, state, **options)
    return Built({x: floats("B", "T", width)}, [found])


def dropout(cell, **options):
    return Call("dropout", cell=cell, **options)


def residual(cell):
    return Call("residual", cell=cell)


@artefact("a stack of one: the state is a tuple of one tuple")
def stack_of_one():
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(5)])
    return plain(cell, stack(lstm()), layer(0))


@artefact("two layers from a list comprehension, lengths")
def stack_of_two():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(units) for units in (5, 3)])
    outputs, state = tf.nn.dynamic_rnn(cell, x, sizes, dtype=tf.float32)
    call = dynamic(stack(lstm(), lstm(3)))
    found = recurrence("rnn", call, layer(0) + layer(1), x, outputs, state, sequence_length=sizes)
    return Built({x: floats("B", "T", 4), sizes: lengths()}, [found])


@artefact("three layers, all fed, of which every weight has the same shape")
def stack_of_three():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    start = tuple(
        cells.LSTMStateTuple(
            tf.placeholder(tf.float32, [None, 4], name=f"c{n}"),
            tf.placeholder(tf.float32, [None, 4], name=f"h{n}"),
        )
        for n in range(3)
    )
    cell = cells.MultiRNNCell([cells.BasicLSTMCell(4) for _ in range(3)])
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    call = dynamic(stack(lstm(4), lstm(4), lstm(4)))
    names = layer(0) + layer(1) + layer(2)
    found = recurrence("rnn", call, names, x, outputs, state, initial_state=start)
    feeds = {x: floats("B", "T", 4)}
    feeds.update({tensor: floats("B", 4) for one in start for tensor in one})
    return Built(feeds, [found])


@artefact("three kinds of cell in one stack")
def stack_mixed():
    cell = cells.MultiRNNCell(
        [cells.LSTMCell(5, num_proj=3, use_peepholes=True), cells.GRUCell(4), cells.BasicRNNCell(6)]
    )
    first = named(MULTI.format(0, "lstm_cell"), "kernel", "bias", "w_i_diag", "w_f_diag", "w_o_diag")
    first += [MULTI.format(0, "lstm_cell/projection/kernel")]
    names = first + layer(1, "gru_cell") + layer(2, "basic_rnn_cell")
    return plain(cell, stack(lstm(num_proj=3, use_peepholes=True), gru(4), rnn(6)), names)


@artefact("[cell] * 3: one cell object, one set of weights, three states")
def stack_of_one_object():
    call = lstm(4)
    return plain(cells.MultiRNNCell([cells.BasicLSTMCell(4)] * 3), stack(call, call, call), layer(0))


@artefact("one packed state of all layers, as state_is_tuple=False makes it")
def stack_flat_state():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    start = tf.placeholder(tf.float32, [None, 16], name="start")
    cell = cells.MultiRNNCell(
        [cells.BasicLSTMCell(units, state_is_tuple=False) for units in (5, 3)], state_is_tuple=False
    )
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    flat = {"state_is_tuple": False}
    call = dynamic(stack(lstm(5, **flat), lstm(3, **flat), **flat))
    found = recurrence("rnn", call, layer(0) + layer(1), x, outputs, state, initial_state=start)
    return Built({x: floats("B", "T", 4), start: floats("B", 16)}, [found])


@artefact("one placeholder [layers, 2, N, U], taken apart with unstack")
def stack_packed_placeholder():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    packed = tf.placeholder(tf.float32, [2, 2, None, 5], name="state")
    start = tuple(cells.LSTMStateTuple(one[0], one[1]) for one in tf.unstack(packed, axis=0))
    cell = cells.MultiRNNCell([cells.LSTMCell(5) for _ in range(2)])
    outputs, state = tf.nn.dynamic_rnn(cell, x, initial_state=start)
    names = layer(0, "lstm_cell") + layer(1, "lstm_cell")
    found = recurrence("rnn", dynamic(stack(lstm(), lstm())), names, x, outputs, state, initial_state=start)
    return Built({x: floats("B", "T", 4), packed: floats(2, 2, "B", 5)}, [found])


@artefact("dropout whose keep_prob is a placeholder, fed 1")
def dropout_placeholder():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    keep = tf.placeholder(tf.float32, [], name="keep_prob")
    cell = cells.DropoutWrapper(cells.BasicLSTMCell(5), input_keep_prob=keep, output_keep_prob=keep)
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    probs = {"input_keep_prob": keep.name, "output_keep_prob": keep.name}
    call = dynamic(dropout(lstm(), **probs))
    found = recurrence("rnn", call, named("rnn/basic_lstm_cell"), x, outputs, state, keep_probs=probs)
    return Built({x: floats("B", "T", 4), keep: value(1.0)}, [found])


@artefact("dropout with numbers: the graph draws noise at inference too")
def dropout_constant():
    def build(noisy):
        probs = dict(zip(KEPT[::2], (0.75, 0.5) if noisy else (1.0, 1.0)))
        cell = cells.DropoutWrapper(cells.BasicLSTMCell(5), **probs)
        return plain(cell, dropout(lstm(), **probs), named("rnn/basic_lstm_cell"), keep_probs=probs)

    return _noisy(build)


def _noisy(build):
    """The graph with its dropout, and results of the same program that keeps all."""
    built = build(True)
    built.ran, built.results = KEEP_ALL, twin(lambda: build(False))
    return built


@artefact("all three kinds of dropout on a GRU: its bare state is dropped whole")
def dropout_state_gru():
    def build(noisy):
        probs = dict(zip(KEPT, (0.75, 0.875, 0.5) if noisy else (1.0, 1.0, 1.0)))
        cell = cells.DropoutWrapper(cells.GRUCell(5), **probs)
        return plain(cell, dropout(gru(), **probs), gru_named("rnn/gru_cell"), keep_probs=probs)

    return _noisy(build)


@artefact("variational dropout: one mask for all steps, drawn outside the loop")
def dropout_variational():
    def build(noisy):
        probs = dict(zip(KEPT, (0.75, 0.875, 0.5) if noisy else (1.0, 1.0, 1.0)))
        options = dict(probs, variational_recurrent=True, dtype=tf.float32, input_size=4)
        cell = cells.DropoutWrapper(cells.BasicLSTMCell(5), **options)
        call = dropout(lstm(), variational_recurrent=True, **probs)
        return plain(cell, call, named("rnn/basic_lstm_cell"), keep_probs=probs)

    return _noisy(build)


@artefact("one dropout a layer, of one placeholder")
def dropout_in_stack():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    keep = tf.placeholder_with_default(1.0, [], name="keep_prob")
    cell = cells.MultiRNNCell(
        [cells.DropoutWrapper(cells.BasicLSTMCell(units), output_keep_prob=keep) for units in (5, 3)]
    )
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    probs = {"output_keep_prob": keep.name}
    call = dynamic(stack(dropout(lstm(), **probs), dropout(lstm(3), **probs)))
    found = recurrence("rnn", call, layer(0) + layer(1), x, outputs, state, keep_probs=probs)
    return Built({x: floats("B", "T", 4), keep: value(1.0)}, [found])


@artefact("one dropout around the whole stack")
def dropout_around_stack():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    keep = tf.placeholder(tf.float32, [], name="keep_prob")
    inner = cells.MultiRNNCell([cells.LSTMCell(5), cells.GRUCell(3)])
    cell = cells.DropoutWrapper(inner, input_keep_prob=keep, output_keep_prob=keep)
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    probs = {"input_keep_prob": keep.name, "output_keep_prob": keep.name}
    call = dynamic(dropout(stack(lstm(), gru(3)), **probs))
    names = layer(0, "lstm_cell") + layer(1, "gru_cell")
    found = recurrence("rnn", call, names, x, outputs, state, keep_probs=probs)
    return Built({x: floats("B", "T", 4), keep: value(1.0)}, [found])


@artefact("keep_prob is one minus a placeholder")
def dropout_one_minus():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    rate = tf.placeholder(tf.float32, [], name="dropout")
    keep = 1.0 - rate
    cell = cells.DropoutWrapper(cells.GRUCell(5), output_keep_prob=keep)
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    probs = {"output_keep_prob": keep.name}
    call = dynamic(dropout(gru(), **probs))
    found = recurrence("rnn", call, gru_named("rnn/gru_cell"), x, outputs, state, keep_probs=probs)
    return Built({x: floats("B", "T", 4), rate: value(0.0)}, [found])


@artefact("the input is added to the output and not to the state")
def residual_lstm():
    cell = cells.ResidualWrapper(cells.BasicLSTMCell(4))
    return plain(cell, residual(lstm(4)), named("rnn/basic_lstm_cell"))


@artefact("residual with lengths: a padded step gives zero, not the input")
def residual_lengths():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    outputs, state = tf.nn.dynamic_rnn(cells.ResidualWrapper(cells.GRUCell(4)), x, sizes, dtype=tf.float32)
    call = dynamic(residual(gru(4)))
    found = recurrence("rnn", call, gru_named("rnn/gru_cell"), x, outputs, state, sequence_length=sizes)
    return Built({x: floats("B", "T", 4), sizes: lengths()}, [found])


@artefact("residual from the second layer on, around dropout, the usual deep stack")
def residual_in_stack_with_dropout():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    keep = tf.placeholder(tf.float32, [], name="keep_prob")

    def one(number):
        cell = cells.DropoutWrapper(cells.LSTMCell(4), input_keep_prob=keep)
        return cells.ResidualWrapper(cell) if number else cell

    outputs, state = tf.nn.dynamic_rnn(
        cells.MultiRNNCell([one(number) for number in range(3)]), x, dtype=tf.float32
    )
    probs = {"input_keep_prob": keep.name}
    calls = [dropout(lstm(4), **probs) for _ in range(3)]
    call = dynamic(stack(calls[0], residual(calls[1]), residual(calls[2])))
    names = layer(0, "lstm_cell") + layer(1, "lstm_cell") + layer(2, "lstm_cell")
    found = recurrence("rnn", call, names, x, outputs, state, keep_probs=probs)
    return Built({x: floats("B", "T", 4), keep: value(1.0)}, [found], sizes=SIZES[:1])


@artefact("one residual around a whole stack")
def residual_around_stack():
    cell = cells.ResidualWrapper(cells.MultiRNNCell([cells.BasicLSTMCell(5), cells.BasicLSTMCell(4)]))
    return plain(cell, residual(stack(lstm(5), lstm(4))), layer(0) + layer(1))


@artefact("/gpu:0 is written into the graph")
def device_gpu():
    cell = cells.MultiRNNCell(
        [cells.DeviceWrapper(cells.BasicLSTMCell(5), f"/gpu:{number}") for number in range(2)]
    )
    return plain(cell, stack(lstm(), lstm()), layer(0) + layer(1))


@artefact("one cell object run over two inputs: two recurrences, one set of weights")
def one_cell_two_inputs():
    questions = tf.placeholder(tf.float32, [3, 5, 4], name="questions")
    answers = tf.placeholder(tf.float32, [3, 5, 4], name="answers")
    with tf.variable_scope("shared") as scope:
        cell = cells.LSTMCell(5)
        first = tf.nn.dynamic_rnn(cell, questions, dtype=tf.float32)
        scope.reuse_variables()
        second = tf.nn.dynamic_rnn(cell, answers, dtype=tf.float32)
    names = named("shared/rnn/lstm_cell")
    found = [
        recurrence("shared/rnn", dynamic(lstm()), names, questions, *first),
        recurrence("shared/rnn_1", dynamic(lstm()), names, answers, *second),
    ]
    return Built({questions: floats("B", "T", 4), answers: floats("B", "T", 4)}, found, sizes=SIZES[:1])


@artefact("a siamese pair: two cell objects on the same variables by AUTO_REUSE")
def siamese_reuse():
    left = tf.placeholder(tf.float32, [3, 5, 4], name="left")
    right = tf.placeholder(tf.float32, [3, 5, 4], name="right")

    def encode(x):
        with tf.variable_scope("siamese", reuse=tf.AUTO_REUSE):
            return tf.nn.dynamic_rnn(cells.GRUCell(5), x, dtype=tf.float32)

    first, second = encode(left), encode(right)
    distance = tf.reduce_sum(tf.abs(first[1] - second[1]), 1)
    names = gru_named("siamese/rnn/gru_cell")
    found = [
        recurrence("siamese/rnn", dynamic(gru()), names, left, *first),
        recurrence("siamese_1/rnn", dynamic(gru()), names, right, *second),
    ]
    return Built(
        {left: floats("B", "T", 4), right: floats("B", "T", 4)}, found, fetches=[distance], sizes=SIZES[:1]
    )


@artefact("the decoder starts from the encoder's final state")
def decoder_from_encoder_state():
    source = tf.placeholder(tf.float32, [None, None, 4], name="source")
    target = tf.placeholder(tf.float32, [None, None, 3], name="target")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    with tf.variable_scope("encoder"):
        encoded = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), source, sizes, dtype=tf.float32)
    with tf.variable_scope("decoder"):
        decoded = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), target, initial_state=encoded[1])
    found = [
        recurrence(
            "encoder/rnn",
            dynamic(lstm()),
            named("encoder/rnn/basic_lstm_cell"),
            source,
            *encoded,
            sequence_length=sizes,
        ),
        recurrence(
            "decoder/rnn",
            dynamic(lstm()),
            named("decoder/rnn/basic_lstm_cell"),
            target,
            *decoded,
            initial_state=encoded[1],
        ),
    ]
    feeds = {source: floats("B", "T", 4), target: floats("B", "T", 3), sizes: lengths()}
    return Built(feeds, found)


@artefact("one recurrence feeds the next; both are plain loops in scopes of their own")
def two_loops_in_a_row():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    with tf.variable_scope("lower"):
        first = tf.nn.dynamic_rnn(cells.GRUCell(5), x, dtype=tf.float32)
    with tf.variable_scope("upper"):
        second = tf.nn.dynamic_rnn(cells.BasicRNNCell(3), first[0], dtype=tf.float32)
    found = [
        recurrence("lower/rnn", dynamic(gru()), gru_named("lower/rnn/gru_cell"), x, *first),
        recurrence("upper/rnn", dynamic(rnn(3)), named("upper/rnn/basic_rnn_cell"), first[0], *second),
    ]
    return Built({x: floats("B", "T", 4)}, found, sizes=SIZES[:1])
