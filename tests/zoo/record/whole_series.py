"""Whole programs over series of numbers."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints, lengths
from tests.zoo.record.saving import program, save_signatures

cells = tf.nn.rnn_cell


@whole_program(
    "a forecast as it won a competition: an encoder, a decoder in a while loop that reads what it predicted"
)
def series_forecast():
    history = tf.placeholder(tf.float32, [None, None, 2], name="x")
    features = tf.placeholder(tf.float32, [None, 3, 2], name="decode_features")
    last = tf.placeholder(tf.float32, [None], name="previous_y")
    with tf.variable_scope("encoder"):
        _, encoded = tf.nn.dynamic_rnn(cells.GRUCell(4), history, dtype=tf.float32)
    cell = cells.GRUCell(4)
    by_time = tf.transpose(features, [1, 0, 2])

    def project(output):
        return tf.layers.dense(output, 1, name="decoder_output_proj", reuse=tf.AUTO_REUSE)

    def goes_on(time, before, state, targets):
        return time < 3

    def step(time, before, state, targets):
        joined = tf.concat([before, by_time[time]], axis=1)
        output, new = cell(joined, state)
        predicted = project(output)
        return time + 1, predicted, new, targets.write(time, tf.squeeze(predicted, axis=-1))

    targets = tf.TensorArray(dtype=tf.float32, size=3)
    start = [tf.constant(0, dtype=tf.int32), tf.expand_dims(last, -1), encoded, targets]
    _, _, _, written = tf.while_loop(goes_on, step, start)
    predictions = tf.transpose(written.stack(), name="predictions")
    rounded = tf.round(10.0 * tf.maximum(tf.expm1(-predictions), 0.0), name="visits")
    feeds = {history: floats("B", "T", 2), features: floats("B", 3, 2), last: floats("B")}
    return program(feeds, [predictions, rounded], named=True)


@whole_program(
    "an anomaly detector: a GRU compressed to a code and repeated, the error against a threshold of its own"
)
def anomaly_autoencoder():
    readings = tf.placeholder(tf.float32, [None, None, 2], name="readings")
    sizes = tf.placeholder(tf.int32, [None], name="valid")
    mean = tf.get_variable("mean", [2], trainable=False)
    variance = tf.get_variable("variance", [2], trainable=False)
    threshold = tf.get_variable("threshold", [], trainable=False)
    normal = (readings - mean) / tf.sqrt(variance + 1e-6)
    with tf.variable_scope("encode"):
        _, code = tf.nn.dynamic_rnn(cells.GRUCell(5), normal, sizes, dtype=tf.float32)
        code = tf.layers.dense(code, 2, tf.nn.tanh)
    repeated = tf.tile(tf.expand_dims(code, 1), [1, tf.shape(readings)[1], 1])
    with tf.variable_scope("decode"):
        outputs, _ = tf.nn.dynamic_rnn(cells.GRUCell(5), repeated, sizes, dtype=tf.float32)
        rebuilt = tf.layers.dense(outputs, 2)
    mask = tf.sequence_mask(sizes, tf.shape(readings)[1], dtype=tf.float32)
    squared = tf.reduce_sum(tf.squared_difference(normal, rebuilt), -1) * mask
    score = tf.div(tf.reduce_sum(squared, 1), tf.maximum(tf.reduce_sum(mask, 1), 1.0), name="score")
    anomalous = tf.greater(score, tf.abs(threshold), name="anomalous")
    worst = tf.argmax(squared, axis=1, output_type=tf.int32, name="worst_step")
    outputs = {"score": score, "anomalous": anomalous, "worst_step": worst}
    signatures = {"serving_default": ({"readings": readings, "valid": sizes}, outputs)}
    feeds = {readings: floats("B", "T", 2), sizes: lengths()}
    return program(feeds, list(outputs.values()), save=save_signatures(**signatures))


@whole_program(
    "a session-based recommender: one item in, the state of each layer fed, scores of all items and the best"
)
def gru4rec():
    items = tf.placeholder(tf.int32, [None], name="input")
    states = [tf.placeholder(tf.float32, [None, 4], name=f"rnn_state_{number}") for number in range(2)]
    with tf.variable_scope("gru_layer"):
        table = tf.get_variable("embedding", [12, 4])
        softmax_w = tf.get_variable("softmax_w", [12, 4])
        softmax_b = tf.get_variable("softmax_b", [12], initializer=tf.constant_initializer(0.0))
        stacked = cells.MultiRNNCell([cells.GRUCell(4, activation=tf.nn.tanh) for _ in range(2)])
        inputs = tf.nn.embedding_lookup(table, items)
        output, state = stacked(inputs, tuple(states))
    logits = tf.matmul(output, softmax_w, transpose_b=True) + softmax_b
    scores = tf.nn.softmax(logits, name="yhat")
    best = tf.nn.top_k(logits, 5, name="best")
    ends = [tf.identity(one, f"final_state_{number}") for number, one in enumerate(state)]
    feeds = {items: ints(12, "B"), **{one: floats("B", 4) for one in states}}
    return program(feeds, [scores, best.indices, *ends], named=True)


@whole_program(
    "a click model: embeddings, a GRU over what was bought, attention of the candidate, PReLU and Dice layers"
)
def interest_network():
    item = tf.placeholder(tf.int32, [None], name="mid_batch_ph")
    category = tf.placeholder(tf.int32, [None], name="cat_batch_ph")
    items = tf.placeholder(tf.int32, [None, None], name="mid_his_batch_ph")
    categories = tf.placeholder(tf.int32, [None, None], name="cat_his_batch_ph")
    mask = tf.placeholder(tf.float32, [None, None], name="mask")
    sizes = tf.placeholder(tf.int32, [None], name="seq_len_ph")
    with tf.name_scope("Embedding_layer"):
        item_table, cat_table = tf.get_variable("mid_embedding_var", [11, 2]), tf.get_variable("cat", [5, 2])
        wanted = tf.concat(
            [tf.nn.embedding_lookup(item_table, item), tf.nn.embedding_lookup(cat_table, category)], 1
        )
        history = tf.concat(
            [tf.nn.embedding_lookup(item_table, items), tf.nn.embedding_lookup(cat_table, categories)], 2
        )
    with tf.name_scope("rnn_1"):
        outputs, _ = tf.nn.dynamic_rnn(cells.GRUCell(4), history, sizes, dtype=tf.float32, scope="gru1")

    def prelu(x, scope):
        with tf.variable_scope(scope):
            alpha = tf.get_variable("alpha", x.get_shape()[-1], initializer=tf.constant_initializer(0.1))
            return tf.maximum(0.0, x) + alpha * tf.minimum(0.0, x)

    def dice(x, scope):
        with tf.variable_scope(scope):
            alpha = tf.get_variable("alpha", x.get_shape()[-1], initializer=tf.constant_initializer(0.0))
            normed = tf.layers.batch_normalization(x, center=False, scale=False, epsilon=1e-9)
            gate = tf.sigmoid(normed)
            return alpha * (1.0 - gate) * x + gate * x

    with tf.name_scope("Attention_layer_1"):
        query = prelu(tf.layers.dense(wanted, 4, name="f1_trans"), "prelu_att")
        queries = tf.reshape(tf.tile(query, [1, tf.shape(outputs)[1]]), tf.shape(outputs))
        joined = tf.concat([queries, outputs, queries - outputs, queries * outputs], axis=-1)
        hidden = tf.layers.dense(joined, 3, activation=tf.nn.sigmoid, name="f1_att")
        scores = tf.reshape(tf.layers.dense(hidden, 1, name="f2_att"), [-1, 1, tf.shape(outputs)[1]])
        key_masks = tf.expand_dims(tf.equal(mask, tf.ones_like(mask)), 1)
        scores = tf.where(key_masks, scores, tf.ones_like(scores) * (-(2**32) + 1))
        alphas = tf.nn.softmax(scores)
        interest = tf.reduce_sum(tf.matmul(alphas, outputs), 1)
    total = tf.reduce_sum(history * tf.expand_dims(mask, -1), 1)
    joined = tf.concat([wanted, total, wanted * total, interest], 1)
    normed = tf.layers.batch_normalization(inputs=joined, name="bn1")
    first = dice(tf.layers.dense(normed, 5, name="f1"), "dice_1")
    second = prelu(tf.layers.dense(first, 4, name="f2"), "prelu_2")
    click = tf.nn.softmax(tf.layers.dense(second, 2, name="f3")) + 0.00000001
    click = tf.identity(click, "y_hat")

    def masked(generator, sizes):
        drawn = lengths()(generator, sizes)
        return (range(sizes["T"]) < drawn[:, None]).astype("float32")

    feeds = {item: ints(11, "B"), category: ints(5, "B"), items: ints(11, "B", "T")}
    feeds.update({categories: ints(5, "B", "T"), mask: masked, sizes: lengths()})
    return program(feeds, [click, tf.squeeze(alphas, 1, name="attention")], named=True)
