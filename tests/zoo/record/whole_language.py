"""Whole programs of language: models of characters and words, and codes of sentences."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints, lengths, value
from tests.zoo.record.saving import program, save_frozen, save_signatures

cells = tf.nn.rnn_cell
contrib = tf.contrib.rnn


@whole_program(
    "a character model of static steps: one packed state of a GRU stack, one-hot letters, a temperature"
)
def char_model_static():
    steps = 3
    letters = tf.placeholder(tf.uint8, [None, steps], name="X")
    keep = tf.placeholder(tf.float32, name="pkeep")
    packed = tf.placeholder(tf.float32, [None, 10], name="Hin")
    temperature = tf.placeholder(tf.float32, [], name="temperature")
    one_hot = tf.one_hot(letters, 6, 1.0, 0.0)

    def one():
        return cells.DropoutWrapper(cells.GRUCell(5), input_keep_prob=keep)

    cell = cells.MultiRNNCell([one() for _ in range(2)], state_is_tuple=False)
    outputs, state = tf.nn.static_rnn(cell, tf.unstack(one_hot, steps, 1), initial_state=packed)
    flat = tf.reshape(tf.stack(outputs, 1), [-1, 5])
    logits = tf.contrib.layers.linear(flat, 6)
    scores = tf.reshape(tf.nn.softmax(logits / temperature), [-1, steps, 6], name="Yo")
    best = tf.cast(tf.argmax(scores, 2), tf.uint8, name="Y")

    def drawn(generator, sizes):
        return generator.randint(6, size=(sizes["B"], steps)).astype("uint8")

    feeds = {letters: drawn, keep: value(1.0), packed: floats("B", 10), temperature: value(0.7)}
    return program(feeds, [scores, best, tf.identity(state, "H")], named=True)


@whole_program(
    "the PTB model with words that are fed: layers of its own config, a state that is fed, the perplexity"
)
def ptb_fed():
    words = tf.placeholder(tf.int32, [2, None], name="input")
    targets = tf.placeholder(tf.int32, [2, None], name="targets")
    with tf.variable_scope("Model", initializer=tf.random_uniform_initializer(-0.1, 0.1)):
        with tf.device("/cpu:0"):
            inputs = tf.nn.embedding_lookup(tf.get_variable("embedding", [9, 5]), words)

        def one(number):
            kind = (contrib.BasicLSTMCell, contrib.LSTMBlockCell, contrib.BasicLSTMCell)[number]
            return kind(5, forget_bias=0.0)

        cell = contrib.MultiRNNCell([one(number) for number in range(3)], state_is_tuple=True)
        start = cell.zero_state(2, tf.float32)
        outputs, state = tf.nn.dynamic_rnn(cell, inputs, initial_state=start, scope="RNN")
        flat = tf.reshape(outputs, [-1, 5])
        kernel, bias = tf.get_variable("softmax_w", [5, 9]), tf.get_variable("softmax_b", [9])
        logits = tf.reshape(tf.nn.xw_plus_b(flat, kernel, bias), [2, -1, 9], name="logits")
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
        cost = tf.reduce_mean(loss, name="cost")
    optimizer = tf.train.GradientDescentOptimizer(0.1)
    gradients, _ = tf.clip_by_global_norm(tf.gradients(cost, tf.trainable_variables()), 5)
    optimizer.apply_gradients(zip(gradients, tf.trainable_variables()))
    probabilities = tf.nn.softmax(logits, name="probabilities")
    ends = [tf.identity(part, f"state_{n}_{p}") for n, one in enumerate(state) for p, part in zip("ch", one)]
    feeds = {words: ints(9, 2, "T"), targets: ints(9, 2, "T")}
    states = [part for one in start for part in one]
    feeds.update({part: floats(2, 5) for part in states})
    return program(feeds, [probabilities, *ends], named=states)


@whole_program(
    "a sequence autoencoder: the code starts a decoder that reads its own outputs, the error of each row"
)
def sequence_autoencoder():
    inputs = tf.placeholder(tf.float32, [None, 4, 2], name="inputs")
    steps = [tf.squeeze(one, [1]) for one in tf.split(inputs, 4, 1)]
    with tf.variable_scope("encoder"):
        _, code = contrib.static_rnn(contrib.LSTMCell(5), steps, dtype=tf.float32)
    with tf.variable_scope("decoder") as scope:
        kernel = tf.Variable(tf.truncated_normal([5, 2], dtype=tf.float32), name="dec_weight")
        bias = tf.Variable(tf.constant(0.1, shape=[2], dtype=tf.float32), name="dec_bias")
        cell, state, outputs = contrib.LSTMCell(5), code, []
        step = tf.zeros_like(steps[0])
        for number in range(4):
            if number > 0:
                scope.reuse_variables()
            step, state = cell(step, state)
            step = tf.matmul(step, kernel) + bias
            outputs.append(step)
    decoded = tf.transpose(tf.stack(outputs[::-1]), [1, 0, 2], name="decoded")
    error = tf.reduce_mean(tf.square(inputs - decoded), axis=[1, 2], name="error")
    return program({inputs: floats("B", 4, 2)}, [error, tf.concat(code, 1, name="code"), decoded], named=True)


@whole_program(
    "the encoder of a text VAE: mean and deviation of a code, a sample with the noise that is given, its KL"
)
def text_vae():
    words = tf.placeholder(tf.int32, [None, None], name="encoder_inputs")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    noise = tf.placeholder(tf.float32, [None, 3], name="epsilon")
    embedded = tf.nn.embedding_lookup(tf.get_variable("emb", [11, 4]), words)
    with tf.variable_scope("encoder"):
        _, (forward, backward) = tf.nn.bidirectional_dynamic_rnn(
            cells.GRUCell(3), cells.GRUCell(3), embedded, sizes, dtype=tf.float32
        )
    last = tf.concat([forward, backward], -1)
    mean = tf.layers.dense(last, 3, name="mu")
    log_variance = tf.layers.dense(last, 3, tf.nn.softplus, name="logvar")
    z = tf.add(mean, tf.exp(0.5 * log_variance) * noise, name="z")
    kl = 0.5 * tf.reduce_sum(tf.exp(log_variance) + mean**2 - 1.0 - log_variance, 1)
    start = tf.layers.dense(z, 4, tf.nn.elu, name="to_state")
    first = tf.nn.softmax(tf.layers.dense(start, 11, name="first_word"), name="first")
    signatures = {
        "encode": ({"words": words, "lengths": sizes}, {"mean": mean, "log_variance": log_variance}),
        "sample": ({"words": words, "lengths": sizes, "noise": noise}, {"z": z, "kl": kl, "first": first}),
    }
    feeds = {words: ints(11, "B", "T"), sizes: lengths(), noise: floats("B", 3)}
    return program(feeds, [mean, log_variance, z, kl, first], save=save_signatures(**signatures))


@whole_program("a character convolutional language model: words of letters, two highways, an LSTM, frozen")
def char_cnn_lm():
    letters = tf.placeholder(tf.int32, [2, 3, 6], name="input")
    with tf.variable_scope("Embedding"):
        table = tf.get_variable("char_embedding", [10, 3])
        clear = tf.scatter_update(table, [0], tf.constant(0.0, shape=[1, 3]))
        assert clear.op.name
        embedded = tf.reshape(tf.nn.embedding_lookup(table, letters), [-1, 6, 3])
    layers = []
    x = tf.expand_dims(embedded, 1)
    for width, filters in ((1, 2), (2, 3), (3, 2)):
        with tf.variable_scope(f"TDNN/kernel_{width}"):
            kernel, bias = tf.get_variable("w", [1, width, 3, filters]), tf.get_variable("b", [filters])
            conv = tf.nn.conv2d(x, kernel, strides=[1, 1, 1, 1], padding="VALID") + bias
            size = 6 - width + 1
            layers.append(
                tf.squeeze(tf.nn.max_pool(tf.tanh(conv), [1, 1, size, 1], [1, 1, 1, 1], "VALID"), [1, 2])
            )
    x = tf.concat(layers, 1)
    for number in range(2):
        with tf.variable_scope(f"Highway/{number}"):
            gate = tf.nn.sigmoid(tf.layers.dense(x, 7, name="gate") - 2.0)
            x = gate * tf.nn.relu(tf.layers.dense(x, 7, name="lin")) + (1.0 - gate) * x
    with tf.variable_scope("LSTM"):
        cell = contrib.MultiRNNCell([contrib.BasicLSTMCell(4, forget_bias=0.0) for _ in range(2)])
        steps = [tf.squeeze(one, [1]) for one in tf.split(tf.reshape(x, [2, 3, -1]), 3, 1)]
        outputs, _ = contrib.static_rnn(cell, steps, initial_state=cell.zero_state(2, tf.float32))
        with tf.variable_scope("WordEmbedding"):
            kernel, bias = tf.get_variable("w", [4, 8]), tf.get_variable("b", [8])
            logits = [tf.matmul(one, kernel) + bias for one in outputs]
    scores = tf.nn.log_softmax(tf.stack(logits, 1), name="log_probs")
    return program(
        {letters: ints(10, 2, 3, 6)},
        [scores],
        save=save_frozen(scores),
        sizes=({"B": 2, "T": 3}, {"B": 2, "T": 4}),
    )
