"""What must not be converted, each for a reason of its own, and what is no recurrence at all."""

import tensorflow as tf

from tests.zoo.record.artefact import SIZES, Built, artefact
from tests.zoo.record.expectation import dynamic, gru, gru_named, lstm, named, not_converted, recurrence
from tests.zoo.record.feeds import floats, ints, lengths

cells = tf.nn.rnn_cell
contrib = tf.contrib.rnn


def foreign(cell, nearest, variables, why, width=4):
    """A cell that has no row, under a plain dynamic_rnn."""
    x = tf.placeholder(tf.float32, [None, None, width], name="x")
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    fetches = [outputs, *tf.contrib.framework.nest.flatten(state)]
    return Built(
        {x: floats("B", "T", width)},
        not_converted=[not_converted("rnn", nearest, variables, why)],
        fetches=fetches,
    )


@artefact("layer normalisation inside the gates")
def layer_norm_lstm():
    scope = "rnn/layer_norm_basic_lstm_cell"
    names = [scope + "/kernel"] + [
        f"{scope}/{part}/{leaf}"
        for part in ("input", "transform", "forget", "output", "state")
        for leaf in ("gamma", "beta")
    ]
    why = "each gate and c are normalised"
    return foreign(contrib.LayerNormBasicLSTMCell(5), "basic_lstm", names, why)


@artefact("a cell found by search: two kernels and eight branches")
def nas_cell():
    names = named("rnn/nas_cell", "kernel", "recurrent_kernel")
    return foreign(contrib.NASCell(5), "", names, "the equations are of no row")


@artefact("update gate RNN: one gate, one candidate, one kernel")
def ugrnn_cell():
    names = named("rnn/ugrnn_cell", "kernel", "bias")
    return foreign(contrib.UGRNNCell(5), "gru", names, "one gate and no reset")


class IfogCell(cells.RNNCell):
    """An LSTM as many wrote it: gates in the order i, f, o, g, and no forget_bias."""

    def __init__(self, units, **options):
        super().__init__(**options)
        self._units = units

    @property
    def state_size(self):
        return cells.LSTMStateTuple(self._units, self._units)

    @property
    def output_size(self):
        return self._units

    def call(self, inputs, state):
        c, h = state
        w = tf.get_variable("W", [inputs.shape[1] + self._units, 4 * self._units])
        b = tf.get_variable("b", [4 * self._units])
        i, f, o, g = tf.split(tf.matmul(tf.concat([inputs, h], 1), w) + b, 4, 1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        return h, cells.LSTMStateTuple(c, h)


@artefact("a class of the program's own with gates in the order i, f, o, g")
def own_cell_ifog():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(IfogCell(5), x, dtype=tf.float32)
    call = dynamic(lstm(forget_bias=0.0))
    return Built(
        {x: floats("B", "T", 4)},
        [recurrence("rnn", call, named("rnn/ifog_cell", "W", "b"), x, outputs, state)],
    )


class Liar(cells.RNNCell):
    """Named LSTMCell, with an LSTM's weights; forget and input gates are coupled."""

    def __init__(self, units):
        super().__init__(name="lstm_cell")
        self._units = units

    @property
    def state_size(self):
        return cells.LSTMStateTuple(self._units, self._units)

    @property
    def output_size(self):
        return self._units

    def build(self, shape):
        self.kernel = self.add_variable("kernel", [shape[1].value + self._units, 4 * self._units])
        self.bias = self.add_variable("bias", [4 * self._units])
        self.built = True

    def call(self, inputs, state):
        c, h = state
        gates = tf.nn.bias_add(tf.matmul(tf.concat([inputs, h], 1), self.kernel), self.bias)
        i, j, f, o = tf.split(gates, 4, 1)
        f = tf.sigmoid(f + 1.0)
        c = f * c + (1.0 - f) * tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * tf.tanh(c)
        return h, cells.LSTMStateTuple(c, h)


@artefact("the name, the variables and the shapes of an LSTMCell, other equations")
def lying_lstm_cell():
    names = named("rnn/lstm_cell")
    return foreign(Liar(5), "basic_lstm", names, "the input gate is multiplied by one minus the forget gate")


class HalfOutput(Liar):
    """An LSTM whose output alone is halved."""

    def call(self, inputs, state):
        c, h = state
        gates = tf.nn.bias_add(tf.matmul(tf.concat([inputs, h], 1), self.kernel), self.bias)
        i, j, f, o = tf.split(gates, 4, 1)
        c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * tf.tanh(c)
        return 0.5 * h, cells.LSTMStateTuple(c, h)


@artefact("an LSTM to the last operation, where the output is halved")
def lstm_half_output():
    return foreign(HalfOutput(5), "basic_lstm", named("rnn/lstm_cell"), "the output is half of h")


@artefact("a convolution in place of the matmul")
def conv_lstm():
    x = tf.placeholder(tf.float32, [None, None, 4, 4, 2], name="x")
    cell = contrib.ConvLSTMCell(2, [4, 4, 2], 3, [3, 3])
    outputs, state = tf.nn.dynamic_rnn(cell, x, dtype=tf.float32)
    names = named("rnn/conv_lstm_cell", "kernel", "biases")
    return Built(
        {x: floats("B", "T", 4, 4, 2)},
        not_converted=[not_converted("rnn", "basic_lstm", names, "the gates come from a convolution")],
        fetches=[outputs, state[0], state[1]],
    )


@artefact("an LSTM that opens by the clock: inputs are a pair of times and values")
def phased_lstm():
    times = tf.placeholder(tf.float32, [None, None, 1], name="times")
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    outputs, state = tf.nn.dynamic_rnn(contrib.PhasedLSTMCell(5), (times, x), dtype=tf.float32)
    scope = "rnn/phased_lstm_cell"
    gates = [
        f"{scope}/{part}/{leaf}"
        for part in ("mask_gates", "new_input", "output_gate")
        for leaf in ("kernel", "bias")
    ]
    names = gates + named(scope, "period", "phase", "ratio_on")
    return Built(
        {times: floats("B", "T", 1), x: floats("B", "T", 4)},
        not_converted=[not_converted("rnn", "basic_lstm", names, "a time gate mixes old state and new")],
        fetches=[outputs, state.c, state.h],
    )


@artefact("a decoder with attention: the encoder converts, the decoder does not")
def attention_decoder():
    source = tf.placeholder(tf.float32, [3, 5, 4], name="source")
    target = tf.placeholder(tf.float32, [3, 5, 3], name="target")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    with tf.variable_scope("encoder"):
        memory, state = tf.nn.dynamic_rnn(cells.GRUCell(5), source, dtype=tf.float32)
    attention = tf.contrib.seq2seq.LuongAttention(5, memory)
    cell = tf.contrib.seq2seq.AttentionWrapper(cells.GRUCell(5), attention, attention_layer_size=4)
    start = cell.zero_state(tf.shape(source)[0], tf.float32).clone(cell_state=state)
    helper = tf.contrib.seq2seq.TrainingHelper(target, sizes)
    decoder = tf.contrib.seq2seq.BasicDecoder(cell, helper, start)
    outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(decoder)
    names = gru_named("decoder/attention_wrapper/gru_cell")
    names += ["decoder/attention_wrapper/attention_layer/kernel"]
    found = recurrence(
        "encoder/rnn", dynamic(gru()), gru_named("encoder/rnn/gru_cell"), source, memory, state
    )
    why = "the step reads the encoder's outputs through attention"
    return Built(
        {source: floats("B", "T", 4), target: floats("B", "T", 3), sizes: lengths()},
        [found],
        [not_converted("decoder", "gru", names, why)],
        unclaimed=["memory_layer/kernel"],
        fetches=[outputs.rnn_output],
        sizes=SIZES[:1],
    )


@artefact("greedy decoding: each step's input is the embedding of the step before")
def greedy_decoder():
    source = tf.placeholder(tf.float32, [None, None, 4], name="source")
    embedding = tf.get_variable("embedding", [7, 3])
    with tf.variable_scope("encoder"):
        encoded, state = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), source, dtype=tf.float32)
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, tf.fill([tf.shape(source)[0]], 1), 2)
    decoder = tf.contrib.seq2seq.BasicDecoder(
        cells.BasicLSTMCell(5), helper, state, tf.layers.Dense(7, use_bias=False)
    )
    outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=4)
    found = recurrence(
        "encoder/rnn", dynamic(lstm()), named("encoder/rnn/basic_lstm_cell"), source, encoded, state
    )
    names = ["embedding", *named("decoder/basic_lstm_cell"), "decoder/dense/kernel"]
    why = "the next input is computed from the output"
    return Built(
        {source: floats("B", "T", 4)},
        [found],
        [not_converted("decoder", "basic_lstm", names, why)],
        fetches=[outputs.rnn_output, outputs.sample_id],
    )


@artefact("two recurrences of which one cannot be converted: the other still is")
def half_convertible():
    x = tf.placeholder(tf.float32, [3, 5, 4], name="x")
    with tf.variable_scope("known"):
        first = tf.nn.dynamic_rnn(cells.BasicLSTMCell(5), x, dtype=tf.float32)
    with tf.variable_scope("unknown"):
        second = tf.nn.dynamic_rnn(contrib.UGRNNCell(4), first[0], dtype=tf.float32)
    found = recurrence("known/rnn", dynamic(lstm()), named("known/rnn/basic_lstm_cell"), x, *first)
    names = named("unknown/rnn/ugrnn_cell")
    return Built(
        {x: floats("B", "T", 4)},
        [found],
        [not_converted("unknown/rnn", "gru", names, "one gate and no reset")],
        fetches=list(second),
        sizes=SIZES[:1],
    )


@artefact("a while loop that only counts is no recurrence")
def counter_loop():
    limit = tf.placeholder(tf.int32, [], name="limit")
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    count, total = tf.while_loop(
        lambda i, total: i < limit, lambda i, total: (i + 1, total + tf.cast(i, tf.float32)), [0, 0.0]
    )
    y = tf.layers.dense(x, 3) * total
    return Built(
        {limit: lambda generator, sizes: generator.randint(2, 5), x: floats("B", 4)},
        unclaimed=named("dense"),
        fetches=[count, total, y],
    )


@artefact("a map over time: a loop that reads weights and carries no state")
def map_over_time():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    w = tf.get_variable("w", [4, 3])
    outputs = tf.map_fn(lambda one: tf.tanh(tf.matmul(one, w)), x)
    return Built({x: floats("T", "B", 4)}, unclaimed=["w"], fetches=[outputs])


@artefact("no loop and no recurrence: an embedding, two dense layers")
def no_recurrence():
    words = tf.placeholder(tf.int32, [None, None], name="words")
    embedding = tf.get_variable("embedding", [9, 4])
    pooled = tf.reduce_mean(tf.nn.embedding_lookup(embedding, words), 1)
    logits = tf.layers.dense(tf.layers.dense(pooled, 8, tf.nn.relu), 3)
    names = ["embedding", *named("dense"), *named("dense_1")]
    return Built({words: ints(9, "B", "T")}, unclaimed=names, fetches=[logits])


@artefact("tf.contrib.quantize rewrites every step: one recurrence, whatever scopes the ranges get")
def quantised_training():
    x = tf.placeholder(tf.float32, [2, 3, 4], name="x")
    _, state = tf.nn.static_rnn(cells.BasicLSTMCell(3), tf.unstack(x, axis=1), dtype=tf.float32)
    scores = tf.layers.dense(state.h, 2)
    tf.contrib.quantize.experimental_create_training_graph()
    mine = [one.op.name for one in tf.global_variables() if one.op.name.startswith("rnn/basic_lstm_cell/")]
    other = [one.op.name for one in tf.global_variables() if one.op.name not in mine]
    why = "weights and activations are rounded by FakeQuant"
    said = not_converted("rnn", "basic_lstm", mine, why)
    return Built({x: floats(2, 3, 4)}, not_converted=[said], unclaimed=other, fetches=[scores], sizes=ONCE)


ONCE = ({"B": 2, "T": 3}, {"B": 2, "T": 3})


class MemoryCell(cells.RNNCell):
    """A controller that writes where its memory is least used, as a DNC allocates: usage is sorted by top_k."""

    ROWS, WIDTH = 4, 3
    state_size = (cells.LSTMStateTuple(3, 3), ROWS * WIDTH, ROWS, WIDTH)
    output_size = 3

    def __init__(self):
        super().__init__()
        self._controller = cells.BasicLSTMCell(3)

    def call(self, inputs, state):
        inner, memory, usage, read = state
        memory = tf.reshape(memory, [-1, self.ROWS, self.WIDTH])
        output, inner = self._controller(tf.concat([inputs, read], 1), inner)
        key = tf.matmul(output, tf.get_variable("key", [3, self.WIDTH]))
        least, order = tf.nn.top_k(-usage, k=self.ROWS)
        free = (1 + least) * tf.cumprod(-least, axis=1, exclusive=True)
        where = tf.batch_gather(free, order)
        memory += where[:, :, None] * key[:, None]
        usage = usage + where - usage * where
        weights = tf.nn.softmax(tf.reduce_sum(memory * key[:, None], 2))
        read = tf.reduce_sum(weights[:, :, None] * memory, 1)
        return output, (inner, tf.reshape(memory, [-1, self.ROWS * self.WIDTH]), usage, read)


@artefact("a memory whose usage is sorted by top_k: no beam search")
def memory_sorted_by_usage():
    scope = "rnn/memory_cell/"
    variables = [scope + "key", scope + "basic_lstm_cell/kernel", scope + "basic_lstm_cell/bias"]
    return foreign(MemoryCell(), "basic_lstm", variables, "it reads and writes a memory", 2)
