"""Whole programs as people write them, small."""

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
    stack,
)
from tests.zoo.record.feeds import floats, ints, lengths, value
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell
contrib = tf.contrib.rnn


@artefact("a character model: embedding, two layers with dropout, softmax, one packed state that is fed back")
def char_model():
    ids = tf.placeholder(tf.int32, [3, None], name="input_data")
    targets = tf.placeholder(tf.int32, [3, None], name="targets")
    keep = tf.placeholder_with_default(1.0, [], name="keep_prob")
    packed = tf.placeholder(tf.float32, [2, 2, 3, 5], name="packed_state")
    start = tuple(cells.LSTMStateTuple(packed[n, 0], packed[n, 1]) for n in range(2))
    with tf.variable_scope("rnnlm"):
        softmax_w = tf.get_variable("softmax_w", [5, 7])
        softmax_b = tf.get_variable("softmax_b", [7])
        embedding = tf.get_variable("embedding", [7, 4])
        inputs = tf.nn.embedding_lookup(embedding, ids)

        def one():
            return cells.DropoutWrapper(cells.BasicLSTMCell(5), output_keep_prob=keep)

        cell = cells.MultiRNNCell([one() for _ in range(2)])
        outputs, state = tf.nn.dynamic_rnn(cell, inputs, initial_state=start)
    logits = tf.matmul(tf.reshape(outputs, [-1, 5]), softmax_w) + softmax_b
    probs = tf.nn.softmax(logits, name="probs")
    loss = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=tf.reshape(targets, [-1]), logits=logits)
    )
    final = tf.stack([tf.stack(one) for one in state], name="final_state")
    kept = {"output_keep_prob": keep.name}
    call = dynamic(stack(*[Call("dropout", cell=lstm(), **kept) for _ in range(2)]))
    scope = "rnnlm/rnn/multi_rnn_cell/cell_{}/basic_lstm_cell"
    names = named(scope.format(0)) + named(scope.format(1))
    found = recurrence("rnnlm/rnn", call, names, inputs, outputs, state, initial_state=start, keep_probs=kept)
    feeds = {ids: ints(7, "B", "T"), targets: ints(7, "B", "T"), packed: floats(2, 2, "B", 5)}
    feeds[keep] = value(1.0)
    return Built(
        feeds,
        [found],
        unclaimed=["rnnlm/softmax_w", "rnnlm/softmax_b", "rnnlm/embedding"],
        fetches=[probs, loss, final],
        sizes=({"B": 3, "T": 5}, {"B": 3, "T": 1}),
    )


def _ptb(steps, training):
    """One of the models of the PTB program: a stack of block cells that is unrolled by hand."""
    ids = tf.placeholder(tf.int32, [2, steps], name="ids")
    targets = tf.placeholder(tf.int32, [2, steps], name="targets")
    embedding = tf.get_variable("embedding", [7, 4])
    inputs = tf.nn.embedding_lookup(embedding, ids)
    cell = cells.MultiRNNCell([contrib.LSTMBlockCell(4, forget_bias=0.0) for _ in range(2)])
    start = state = cell.zero_state(2, tf.float32)
    outputs = []
    with tf.variable_scope("RNN"):
        for time_step in range(steps):
            if time_step > 0:
                tf.get_variable_scope().reuse_variables()
            step_inputs = inputs[:, time_step, :]
            output, state = cell(step_inputs, state)
            outputs.append(output)
    flat = tf.reshape(tf.concat(outputs, 1), [-1, 4])
    logits = tf.nn.xw_plus_b(flat, tf.get_variable("softmax_w", [4, 7]), tf.get_variable("softmax_b", [7]))
    logits = tf.reshape(logits, [2, steps, 7])
    loss = tf.contrib.seq2seq.sequence_loss(
        logits, targets, tf.ones([2, steps]), average_across_timesteps=False, average_across_batch=True
    )
    cost = tf.reduce_sum(loss)
    if training:
        rate = tf.Variable(0.0, trainable=False)
        weights = tf.trainable_variables()
        gradients, _ = tf.clip_by_global_norm(tf.gradients(cost, weights), 5)
        tf.train.GradientDescentOptimizer(rate).apply_gradients(
            zip(gradients, weights), global_step=tf.train.get_or_create_global_step()
        )
        tf.assign(rate, tf.placeholder(tf.float32, [], name="new_learning_rate"))
    scope = "Model/RNN/multi_rnn_cell/cell_{}/lstm_cell"
    calls = [lstm(4, forget_bias=0.0) for _ in range(2)]
    found = recurrence(
        ("Train" if training else "Test") + "/Model/RNN",
        Call("static_rnn" if steps > 1 else "python_loop", cell=stack(*calls)),
        named(scope.format(0)) + named(scope.format(1)),
        inputs if steps > 1 else step_inputs,
        list(outputs) if steps > 1 else outputs[0],
        state,
        form="static" if steps > 1 else "step",
        initial_state=start,
        zero=True,
    )
    feeds = {ids: ints(7, "B", "T" if training else 1), targets: ints(7, "B", "T" if training else 1)}
    feeds.update({tensor: floats("B", 4) for layer in start for tensor in layer})
    return found, feeds, cost


@artefact(
    "the PTB program: a model that trains and one that is stepped, on block cells, zero states as feed keys"
)
def ptb_model():
    with tf.name_scope("Train"), tf.variable_scope("Model"):
        train, feeds, cost = _ptb(3, True)
    with tf.name_scope("Test"), tf.variable_scope("Model", reuse=True):
        test, more, test_cost = _ptb(1, False)
    feeds.update(more)
    unclaimed = [
        "Model/embedding",
        "Model/softmax_w",
        "Model/softmax_b",
        "Train/Model/Variable",
        "Model/global_step",
    ]
    return Built(
        feeds, [train, test], unclaimed=unclaimed, fetches=[cost, test_cost], sizes=({"B": 2, "T": 3},)
    )


@artefact("a tagger: characters and words, each in both directions, a softmax a word")
def tagger():
    chars = tf.placeholder(tf.int32, [None, None, None], name="char_ids")
    char_sizes = tf.placeholder(tf.int32, [None, None], name="word_lengths")
    words = tf.placeholder(tf.int32, [None, None], name="word_ids")
    sizes = tf.placeholder(tf.int32, [None], name="sequence_lengths")
    with tf.variable_scope("chars"):
        embedded = tf.nn.embedding_lookup(tf.get_variable("char_embeddings", [9, 3]), chars)
        shape = tf.shape(embedded)
        flat = tf.reshape(embedded, [shape[0] * shape[1], shape[-2], 3])
        flat_sizes = tf.reshape(char_sizes, [shape[0] * shape[1]])
        inner_outputs, inner = tf.nn.bidirectional_dynamic_rnn(
            cells.LSTMCell(3), cells.LSTMCell(3), flat, sequence_length=flat_sizes, dtype=tf.float32
        )
        spelling = tf.reshape(tf.concat([inner[0].h, inner[1].h], -1), [shape[0], shape[1], 6])
    with tf.variable_scope("words"):
        looked_up = tf.nn.embedding_lookup(tf.get_variable("word_embeddings", [8, 4]), words)
        joined = tf.concat([looked_up, spelling], -1)
    with tf.variable_scope("bi-lstm"):
        outputs, states = tf.nn.bidirectional_dynamic_rnn(
            cells.LSTMCell(4), cells.LSTMCell(4), joined, sequence_length=sizes, dtype=tf.float32
        )
        context = tf.concat(outputs, -1)
    with tf.variable_scope("proj"):
        w, b = tf.get_variable("W", [8, 5]), tf.get_variable("b", [5], initializer=tf.zeros_initializer())
        scores = tf.matmul(tf.reshape(context, [-1, 8]), w) + b
    labels = tf.argmax(tf.reshape(scores, [-1, tf.shape(context)[1], 5]), -1)
    found = []
    for scope, units, x, both, ends, many in (
        ("chars/bidirectional_rnn", 3, flat, inner_outputs, inner, flat_sizes),
        ("bi-lstm/bidirectional_rnn", 4, joined, outputs, states, sizes),
    ):
        names = named(scope + "/fw/lstm_cell") + named(scope + "/bw/lstm_cell")
        call = bidirectional(lstm(units), lstm(units))
        sides = [{"fw": pair[0], "bw": pair[1]} for pair in (both, ends)]
        found.append(recurrence(scope, call, names, x, *sides, sequence_length=many))
    feeds = {
        chars: ints(9, "B", "T", 4),
        char_sizes: lambda generator, size: generator.randint(0, 5, (size["B"], size["T"])).astype("int32"),
        words: ints(8, "B", "T"),
        sizes: lengths(),
    }
    unclaimed = ["chars/char_embeddings", "words/word_embeddings", "proj/W", "proj/b"]
    return Built(feeds, found, unclaimed=unclaimed, fetches=[scores, labels])


@artefact("a speech model: dense layers with clipped relu around a fused cell and a reversed one, time-major")
def speech_model():
    features = tf.placeholder(tf.float32, [None, None, 6], name="input_node")
    sizes = tf.placeholder(tf.int32, [None], name="input_lengths")

    def dense(name, x, width):
        with tf.variable_scope(name):
            w = tf.get_variable("weights", [x.shape[-1], width])
            b = tf.get_variable("bias", [width])
        return tf.minimum(tf.nn.relu(tf.matmul(x, w) + b), 20.0)

    batch = tf.shape(features)[0]
    flat = tf.reshape(tf.transpose(features, [1, 0, 2]), [-1, 6])
    hidden = tf.reshape(dense("layer_1", flat, 4), [-1, batch, 4])
    with tf.variable_scope("fw"):
        cell = contrib.LSTMBlockFusedCell(5, forget_bias=0.0)
        fw = cell(hidden, dtype=tf.float32, sequence_length=sizes)
    with tf.variable_scope("bw"):
        cell = contrib.TimeReversedFusedRNN(contrib.LSTMBlockFusedCell(5, forget_bias=0.0))
        bw = cell(hidden, dtype=tf.float32, sequence_length=sizes)
    both = tf.reshape(tf.concat([fw[0], bw[0]], 2), [-1, 10])
    logits = tf.reshape(dense("layer_6", both, 7), [-1, batch, 7], name="raw_logits")
    names = named("fw/lstm_fused_cell") + named("bw/lstm_fused_cell")
    found = recurrence(
        "",
        bidirectional(lstm(forget_bias=0.0), lstm(forget_bias=0.0)),
        names,
        hidden,
        {"fw": fw[0], "bw": bw[0]},
        {"fw": fw[1], "bw": bw[1]},
        form="block",
        sequence_length=sizes,
        time_major=True,
    )
    unclaimed = named("layer_1", "weights", "bias") + named("layer_6", "weights", "bias")
    feeds = {features: floats("B", "T", 6), sizes: lengths()}
    return Built(feeds, [found], unclaimed=unclaimed, fetches=[logits])


@artefact("an encoder and a decoder of two layers each, one embedding, teacher forcing, a projection")
def encoder_decoder():
    source = tf.placeholder(tf.int32, [None, None], name="encoder_inputs")
    target = tf.placeholder(tf.int32, [None, None], name="decoder_inputs")
    sizes = tf.placeholder(tf.int32, [None], name="encoder_lengths")
    embedding = tf.get_variable("embedding", [9, 4])
    layer = "multi_rnn_cell/cell_{}/lstm_cell"

    def make():
        return cells.MultiRNNCell([cells.LSTMCell(4) for _ in range(2)])

    inputs = [tf.nn.embedding_lookup(embedding, ids) for ids in (source, target)]
    encoded = tf.nn.dynamic_rnn(make(), inputs[0], sizes, dtype=tf.float32, scope="plain_encoder")
    decoded = tf.nn.dynamic_rnn(make(), inputs[1], initial_state=encoded[1], scope="plain_decoder")
    logits = tf.layers.dense(decoded[0], 9, name="projection")
    found = []
    for scope, x, result, options in (
        ("plain_encoder", inputs[0], encoded, {"sequence_length": sizes}),
        ("plain_decoder", inputs[1], decoded, {"initial_state": encoded[1]}),
    ):
        names = named(scope + "/" + layer.format(0)) + named(scope + "/" + layer.format(1))
        found.append(recurrence(scope, dynamic(stack(lstm(4), lstm(4))), names, x, *result, **options))
    feeds = {source: ints(9, "B", "T"), target: ints(9, "B", 3), sizes: lengths()}
    return Built(feeds, found, unclaimed=["embedding", *named("projection")], fetches=[logits])


@artefact("a policy that is stepped once a call: dense, LSTM cell, action and value, state in and out")
def policy():
    observation = tf.placeholder(tf.float32, [1, 6], name="observation")
    c = tf.placeholder(tf.float32, [1, 5], name="c_in")
    h = tf.placeholder(tf.float32, [1, 5], name="h_in")
    features = tf.nn.elu(tf.layers.dense(observation, 4, name="l1"))
    start = cells.LSTMStateTuple(c, h)
    output, state = cells.BasicLSTMCell(5)(features, start)
    action = tf.nn.softmax(tf.layers.dense(output, 3, name="action"))
    worth = tf.layers.dense(output, 1, name="value")
    found = recurrence(
        "basic_lstm_cell",
        Call("python_loop", cell=lstm()),
        named("basic_lstm_cell"),
        features,
        output,
        state,
        form="step",
        initial_state=start,
    )
    unclaimed = named("l1") + named("action") + named("value")
    feeds = {observation: floats("B", 6), c: floats("B", 5), h: floats("B", 5)}
    return Built(feeds, [found], unclaimed=unclaimed, fetches=[action, worth], sizes=({"B": 1, "T": 1},))


@artefact("an actor of the A3C kind: one episode is one sequence, batch 1, state in and out")
def episode_policy():
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    features = tf.expand_dims(tf.nn.relu(tf.layers.dense(x, 3, name="conv")), [0])
    start = tf.placeholder(tf.float32, [1, 5], name="state_in")
    size = tf.shape(x)[:1]
    outputs, state = tf.nn.dynamic_rnn(cells.GRUCell(5), features, initial_state=start, sequence_length=size)
    logits = tf.layers.dense(tf.reshape(outputs, [-1, 5]), 2, name="logits")
    found = recurrence(
        "rnn",
        dynamic(gru()),
        gru_named("rnn/gru_cell"),
        features,
        outputs,
        state,
        sequence_length=size,
        initial_state=start,
    )
    feeds = {x: floats("T", 4), start: floats(1, 5)}
    return Built(feeds, [found], unclaimed=named("conv") + named("logits"), fetches=[logits], sizes=SIZES)
