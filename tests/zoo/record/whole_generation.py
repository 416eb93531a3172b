"""Whole programs that write: summaries that copy, captions, sketches, handwriting, waves, sampled text."""

import numpy as np
import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints
from tests.zoo.record.saving import program, save_frozen, save_signatures
from tests.zoo.record.whole_attention import filled

cells = tf.nn.rnn_cell


@whole_program(
    "a summariser that copies: coverage, a copy distribution over an extended vocabulary, steps in Python"
)
def pointer_generator():
    words, units, extra = 7, 4, 3
    article = tf.placeholder(tf.int32, [None, None], name="enc_batch")
    extended = tf.placeholder(tf.int32, [None, None], name="enc_batch_extend_vocab")
    lengths = tf.placeholder(tf.int32, [None], name="enc_lens")
    mask = tf.sequence_mask(lengths, tf.shape(article)[1], tf.float32)
    summary = tf.placeholder(tf.int32, [None, 3], name="dec_batch")
    table = tf.get_variable("embedding", [words, 5])
    with tf.variable_scope("encoder"):
        both, ends = tf.nn.bidirectional_dynamic_rnn(
            cells.LSTMCell(units),
            cells.LSTMCell(units),
            tf.nn.embedding_lookup(table, article),
            lengths,
            dtype=tf.float32,
        )
    states = tf.concat(both, 2)
    with tf.variable_scope("reduce_final_st"):
        c = tf.layers.dense(tf.concat([one.c for one in ends], 1), units, tf.nn.relu, name="c")
        h = tf.layers.dense(tf.concat([one.h for one in ends], 1), units, tf.nn.relu, name="h")
    state = cells.LSTMStateTuple(c, h)

    batch = tf.shape(states)[0]
    states4 = tf.expand_dims(states, 2)
    w_h = tf.get_variable("W_h", [1, 1, 2 * units, 2 * units])
    w_c = tf.get_variable("w_c", [1, 1, 1, 2 * units])
    v = tf.get_variable("v", [2 * units])
    features = tf.nn.conv2d(states4, w_h, [1, 1, 1, 1], "SAME")

    def attend(state, coverage):
        with tf.variable_scope("attention", reuse=tf.AUTO_REUSE):
            decoder = tf.layers.dense(tf.concat(state, 1), 2 * units, name="decoder_features")
            decoder = tf.expand_dims(tf.expand_dims(decoder, 1), 1)
            covered = tf.nn.conv2d(coverage, w_c, [1, 1, 1, 1], "SAME")
            e = tf.reduce_sum(v * tf.nn.tanh(features + decoder + covered), [2, 3])
            weights = tf.nn.softmax(e) * mask
            weights = weights / tf.reshape(tf.reduce_sum(weights, 1), [-1, 1])
            coverage += tf.reshape(weights, [batch, -1, 1, 1])
            context = tf.reduce_sum(tf.reshape(weights, [batch, -1, 1, 1]) * states4, [1, 2])
            return tf.reshape(context, [-1, 2 * units]), weights, coverage

    cell = cells.LSTMCell(units)
    coverage = tf.zeros([batch, tf.shape(article)[1], 1, 1])
    context = tf.zeros([batch, 2 * units])
    finals = []
    with tf.variable_scope("decoder"):
        for step in range(3):
            if step:
                tf.get_variable_scope().reuse_variables()
            given = tf.nn.embedding_lookup(table, summary[:, step])
            x = tf.layers.dense(tf.concat([given, context], 1), 5, name="merge", reuse=bool(step))
            output, state = cell(x, state)
            context, attention, coverage = attend(state, coverage)
            p_gen = tf.sigmoid(
                tf.layers.dense(
                    tf.concat([context, state.c, state.h, x], 1), 1, name="p_gen", reuse=bool(step)
                )
            )
            output = tf.layers.dense(tf.concat([output, context], 1), units, name="out", reuse=bool(step))
            vocabulary = p_gen * tf.nn.softmax(tf.layers.dense(output, words, name="words", reuse=bool(step)))
            vocabulary = tf.concat([vocabulary, tf.zeros([batch, extra])], 1)
            rows = tf.tile(tf.expand_dims(tf.range(0, limit=batch), 1), [1, tf.shape(article)[1]])
            places = tf.stack((rows, extended), axis=2)
            copied = tf.scatter_nd(places, (1 - p_gen) * attention, [batch, words + extra])
            finals.append(vocabulary + copied)
    distributions = tf.stack(finals, 1, name="final_dists")
    values, ids = tf.nn.top_k(finals[-1], 2)
    feeds = {
        article: ints(7, "B", "T"),
        extended: ints(10, "B", "T"),
        lengths: filled(),
        summary: ints(7, "B", 3),
    }
    return program(feeds, [distributions, ids, values, coverage], named=True)


@whole_program(
    "a caption model as it is served: features of an image start the LSTM, then one step from a fed state"
)
def caption_model():
    image = tf.placeholder(tf.float32, [None, 8, 8, 3], name="image_feed")
    words = tf.placeholder(tf.int64, [None], name="input_feed")
    fed = tf.placeholder(tf.float32, [None, 12], name="state_feed")
    with tf.variable_scope("cnn"):
        net = tf.layers.conv2d(image, 4, 3, 2, "same", activation=tf.nn.relu, name="conv1")
        net = tf.layers.batch_normalization(net, training=False, name="bn1")
        net = tf.layers.max_pooling2d(net, 2, 2)
        features = tf.layers.dense(tf.layers.flatten(net), 5, name="image_embedding")
    table = tf.get_variable("seq_embedding/map", [9, 5])
    with tf.variable_scope("lstm") as scope:
        cell = cells.BasicLSTMCell(6)
        zero = cell.zero_state(tf.shape(features)[0], tf.float32)
        _, start = cell(features, zero)
        scope.reuse_variables()
        initial = tf.concat(axis=1, values=start, name="initial_state")
        state = tf.split(value=fed, num_or_size_splits=2, axis=1)
        output, state = cell(tf.nn.embedding_lookup(table, words), cells.LSTMStateTuple(*state))
        new = tf.concat(axis=1, values=state, name="state")
    logits = tf.contrib.layers.fully_connected(output, 9, activation_fn=None, scope="logits")
    softmax = tf.nn.softmax(logits, name="softmax")
    feeds = {
        image: floats("B", 8, 8, 3),
        words: lambda g, s: ints(9, "B")(g, s).astype("int64"),
        fed: floats("B", 12),
    }

    save = save_signatures(
        start=({"image": image}, {"state": initial}),
        step=({"words": words, "state": fed}, {"probabilities": softmax, "state": new}),
    )
    return program(feeds, [initial, softmax, new], save=save)


@whole_program(
    "a sketch decoder: a hand-written LSTM with layer norm in static steps, a mixture of two-dimensional normals"
)
def sketch_mixture():
    units, mixtures = 5, 2
    strokes = tf.placeholder(tf.float32, [None, 4, 5], name="strokes")
    z = tf.placeholder(tf.float32, [None, 3], name="z")

    class LayerNormLSTM(tf.contrib.rnn.RNNCell):
        state_size = output_size = property(lambda self: units)
        state_size = property(lambda self: 2 * units)

        def __call__(self, x, state, scope="ln_lstm"):
            with tf.variable_scope(scope, reuse=tf.AUTO_REUSE):
                c, h = tf.split(state, 2, 1)
                kernel = tf.get_variable("W", [x.shape[1].value + units, 4 * units])
                gates = tf.reshape(tf.matmul(tf.concat([x, h], 1), kernel), [-1, 4, units])
                mean = tf.reduce_mean(gates, [2], keep_dims=True)
                shifted = gates - mean
                rstd = tf.rsqrt(tf.reduce_mean(tf.square(shifted), [2], keep_dims=True) + 1e-3)
                gamma = tf.get_variable("ln_gamma", [4 * units])
                beta = tf.get_variable("ln_beta", [4 * units])
                normed = tf.reshape(shifted * rstd, [-1, 4 * units]) * gamma + beta
                i, j, f, o = tf.split(normed, 4, 1)
                new_c = c * tf.sigmoid(f + 1.0) + tf.sigmoid(i) * tf.tanh(j)
                centred = new_c - tf.reduce_mean(new_c, [1], keep_dims=True)
                spread = tf.rsqrt(tf.reduce_mean(tf.square(centred), [1], keep_dims=True) + 1e-3)
                gamma = tf.get_variable("ln_c/ln_gamma", [units])
                beta = tf.get_variable("ln_c/ln_beta", [units])
                new_h = tf.tanh(centred * spread * gamma + beta) * tf.sigmoid(o)
                return new_h, tf.concat([new_c, new_h], 1)

    start = tf.tanh(tf.layers.dense(z, 2 * units, name="initial_state"))
    tiled = tf.tile(tf.reshape(z, [-1, 1, 3]), [1, 4, 1])
    x = tf.concat([strokes, tiled], 2)
    with tf.variable_scope("RNN"):
        output, last = tf.nn.dynamic_rnn(LayerNormLSTM(), x, initial_state=start)
    flat = tf.reshape(output, [-1, units])
    out = tf.nn.xw_plus_b(
        flat,
        tf.get_variable("output_w", [units, 3 + 6 * mixtures]),
        tf.get_variable("output_b", [3 + 6 * mixtures]),
    )
    pen, rest = out[:, :3], out[:, 3:]
    pi, mu1, mu2, sigma1, sigma2, corr = tf.split(rest, 6, 1)
    pi = tf.nn.softmax(pi)
    sigma1, sigma2, corr = tf.exp(sigma1), tf.exp(sigma2), tf.tanh(corr)
    target = tf.reshape(strokes[:, :, :2], [-1, 2])
    x1, x2 = tf.split(target, 2, 1)
    norm1, norm2 = (x1 - mu1) / sigma1, (x2 - mu2) / sigma2
    s1s2 = tf.multiply(sigma1, sigma2)
    score = tf.square(norm1) + tf.square(norm2) - 2 * corr * norm1 * norm2
    neg_rho = 1 - tf.square(corr)
    density = tf.div(tf.exp(tf.div(-score, 2 * neg_rho)), 2 * np.pi * tf.multiply(s1s2, tf.sqrt(neg_rho)))
    likelihood = -tf.log(tf.reduce_sum(density * pi, 1, keep_dims=True) + 1e-6, name="nll")
    pen = tf.nn.softmax(pen, name="pen")
    feeds = {strokes: floats("B", 4, 5), z: floats("B", 3)}
    return program(feeds, [pi, mu1, sigma1, corr, pen, likelihood, last], named=True)


@whole_program(
    "handwriting by a text: a Gaussian window that slides over one-hot characters, a skip to the second layer"
)
def handwriting_window():
    units, windows, letters = 5, 2, 6
    strokes = tf.placeholder(tf.float32, [None, None, 3], name="strokes")
    text = tf.placeholder(tf.int32, [None, None], name="text")
    lengths = tf.placeholder(tf.int32, [None], name="text_lengths")
    one_hot = tf.one_hot(text, letters)
    places = tf.cast(tf.range(tf.shape(text)[1]), tf.float32)

    class Window(cells.RNNCell):
        state_size = (units, windows, letters, units)
        output_size = units

        def call(self, x, state):
            h1, kappa, w, h2 = state
            with tf.variable_scope("first"):
                _, h1 = cells.GRUCell(units)(tf.concat([w, x], 1), h1)
            parameters = tf.exp(tf.layers.dense(h1, 3 * windows, name="window"))
            alpha, beta, step = tf.split(parameters, 3, 1)
            kappa = kappa + step / 25.0
            offset = tf.square(kappa[:, :, None] - places)
            phi = tf.reduce_sum(alpha[:, :, None] * tf.exp(-beta[:, :, None] * offset), 1)
            phi = tf.where(tf.sequence_mask(lengths, tf.shape(phi)[1]), phi, tf.zeros_like(phi))
            w = tf.squeeze(tf.matmul(tf.expand_dims(phi, 1), one_hot), 1)
            with tf.variable_scope("second"):
                _, h2 = cells.GRUCell(units)(tf.concat([x, h1, w], 1), h2)
            return h2, (h1, kappa, w, h2)

    outputs, state = tf.nn.dynamic_rnn(Window(), strokes, dtype=tf.float32)
    e, pi, mu = tf.split(tf.layers.dense(outputs, 9, name="gmm"), [1, 4, 4], 2)
    pi = tf.nn.softmax(pi, name="pi")
    e = tf.sigmoid(e, name="end_of_stroke")
    feeds = {strokes: floats("B", "T", 3), text: ints(6, "B", "T"), lengths: filled()}
    return program(feeds, [e, pi, mu, state[1], state[2]], named=True)


@whole_program(
    "waves sample by sample: dilated layers whose queues are states of a while loop, ids fed back by argmax"
)
def wave_generation():
    channels, dilations, levels = 4, (1, 2, 4), 8
    seed = tf.placeholder(tf.int32, [None], name="seed")
    steps = tf.placeholder(tf.int32, [], name="sample_count")
    batch = tf.shape(seed)[0]
    table = tf.get_variable("causal", [levels, channels])
    weights = []
    for number in range(len(dilations)):
        with tf.variable_scope(f"layer{number}"):
            shapes = {"past": [channels, 2 * channels], "now": [channels, 2 * channels]}
            shapes.update({"dense": [channels, channels], "skip": [channels, channels]})
            weights.append({name: tf.get_variable(name, shape) for name, shape in sorted(shapes.items())})
    post = tf.get_variable("postprocess", [channels, levels])

    def step(time, ids, samples, queues):
        x, skips, new = tf.nn.embedding_lookup(table, ids), 0.0, []
        for one, queue in zip(weights, queues):
            both = tf.matmul(queue[:, 0], one["past"]) + tf.matmul(x, one["now"])
            filtered, gate = tf.split(both, 2, 1)
            out = tf.tanh(filtered) * tf.sigmoid(gate)
            new.append(tf.concat([queue[:, 1:], tf.expand_dims(x, 1)], 1))
            skips = skips + tf.matmul(out, one["skip"])
            x = x + tf.matmul(out, one["dense"])
        logits = tf.matmul(tf.nn.relu(skips), post)
        ids = tf.cast(tf.argmax(logits, 1), tf.int32)
        return time + 1, ids, samples.write(time, logits), new

    queues = [tf.zeros([batch, dilation, channels]) for dilation in dilations]
    samples = tf.TensorArray(tf.float32, size=steps)
    _, _, samples, _ = tf.while_loop(lambda time, *_: time < steps, step, (0, seed, samples, queues))
    logits = tf.transpose(samples.stack(), [1, 0, 2], name="logits")
    wave = tf.argmax(logits, 2, name="wave")
    feeds = {seed: ints(levels, "B"), steps: lambda generator, sizes: np.array(sizes["T"], "int32")}
    return program(feeds, [logits, wave], save=save_frozen(logits, wave), named=True)


@whole_program("text sampled with noise that is given: temperature, Gumbel argmax, an LSTM by raw_rnn")
def gumbel_sampler():
    units, words, most = 5, 7, 6
    first = tf.placeholder(tf.int32, [None], name="first")
    noise = tf.placeholder(tf.float32, [most, None, words], name="noise")
    temperature = tf.placeholder_with_default(0.7, [], name="temperature")
    table = tf.get_variable("embedding", [words, 4])
    cell = cells.BasicLSTMCell(units)
    w, b = tf.get_variable("w", [units, words]), tf.get_variable("b", [words])
    batch = tf.shape(first)[0]

    def loop(time, output, state, loop_state):
        if output is None:
            state = cell.zero_state(batch, tf.float32)
            ids, chosen = first, tf.TensorArray(tf.int32, size=most)
            return time >= most, tf.nn.embedding_lookup(table, ids), state, None, chosen
        logits = (tf.matmul(output, w) + b) / temperature
        uniform = tf.clip_by_value(tf.sigmoid(noise[time - 1]), 1e-6, 1 - 1e-6)
        ids = tf.cast(tf.argmax(logits - tf.log(-tf.log(uniform)), 1), tf.int32)
        return (
            time >= most,
            tf.nn.embedding_lookup(table, ids),
            state,
            output,
            loop_state.write(time - 1, ids),
        )

    outputs, state, chosen = tf.nn.raw_rnn(cell, loop)
    ids = tf.transpose(chosen.stack(), name="ids")
    hidden = tf.transpose(outputs.stack(), [1, 0, 2], name="hidden")
    feeds = {
        first: ints(words, "B"),
        noise: floats(most, "B", words),
        temperature: lambda g, s: np.float32(0.7),
    }
    return program(feeds, [ids, hidden, state.c])
