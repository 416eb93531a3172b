"""Whole programs that read sound or pictures of text."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import floats, ints, lengths, shorter, value
from tests.zoo.record.saving import program

cells = tf.nn.rnn_cell
contrib = tf.contrib.rnn


@whole_program(
    "a CRNN: convolutions and pools over a picture, its columns as steps of two BiLSTMs, the best path"
)
def crnn():
    image = tf.placeholder(tf.float32, [None, 8, None, 1], name="image")
    training = tf.placeholder(tf.bool, [], name="is_training")
    x = tf.layers.conv2d(image, 3, 3, padding="same", activation=tf.nn.relu)
    x = tf.layers.max_pooling2d(x, [2, 2], [2, 2])
    x = tf.layers.conv2d(x, 4, (3, 3), padding="same", use_bias=False)
    x = tf.nn.relu(tf.layers.batch_normalization(x, training=training))
    x = tf.layers.max_pooling2d(x, [2, 1], [2, 1], padding="same")
    x = tf.layers.conv2d(x, 5, 2, padding="valid", activation=tf.nn.relu)
    columns = tf.squeeze(x, [1])
    batch = tf.shape(columns)[0]
    sizes = tf.fill([batch], tf.shape(columns)[1])
    for number in range(2):
        with tf.variable_scope(f"bdrnn{number}"):
            outputs, _ = tf.nn.bidirectional_dynamic_rnn(
                cells.LSTMCell(3), cells.LSTMCell(3), columns, sequence_length=sizes, dtype=tf.float32
            )
            columns = tf.concat(outputs, -1)
    logits = tf.layers.dense(columns, 5)
    time_major = tf.transpose(logits, (1, 0, 2), name="logits")
    decoded, _ = tf.nn.ctc_greedy_decoder(time_major, sizes)
    best = tf.argmax(tf.nn.softmax(logits), -1, name="best_path")
    found = decoded[0]
    text = tf.sparse_to_dense(found.indices, found.dense_shape, found.values, -1, name="text")
    feeds = {image: floats("B", 8, "T", 1), training: value(False, "bool")}
    return program(feeds, [time_major, best, text], sizes=({"B": 2, "T": 8}, {"B": 1, "T": 12}), named=True)


@whole_program(
    "a speech model that a CTC loss trains: the best path, how far it is from the labels, a beam search, dense words"
)
def ctc_speech():
    features = tf.placeholder(tf.float32, [None, None, 3], name="features")
    sizes = tf.placeholder(tf.int32, [None], name="seq_len")
    targets = tf.sparse_placeholder(tf.int32, name="targets")
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(
        cells.LSTMCell(3), cells.LSTMCell(3), features, sequence_length=sizes, dtype=tf.float32
    )
    rows = tf.reshape(tf.concat(outputs, 2), [-1, 6])
    kernel, bias = tf.get_variable("W", [6, 5]), tf.get_variable("b", [5])
    logits = tf.reshape(tf.matmul(rows, kernel) + bias, [tf.shape(features)[0], -1, 5])
    logits = tf.transpose(logits, (1, 0, 2), name="logits")
    cost = tf.reduce_mean(tf.nn.ctc_loss(targets, logits, sizes), name="cost")
    tf.train.MomentumOptimizer(0.01, 0.9).minimize(cost)
    decoded, score = tf.nn.ctc_greedy_decoder(logits, sizes)
    score = tf.divide(score, 2.0, name="score")
    text = tf.sparse_tensor_to_dense(decoded[0], default_value=-1, name="text")
    tf.reduce_mean(tf.edit_distance(tf.cast(decoded[0], tf.int32), targets), name="label_error_rate")
    beams, chances = tf.nn.ctc_beam_search_decoder(logits, sizes, beam_width=8)
    chances = tf.exp(chances, name="chances")
    words = tf.to_int32(tf.sparse.to_dense(beams[0]), name="words")
    feeds = {features: floats("B", "T", 3), sizes: lengths()}
    return program(feeds, [text, score, words, chances], sizes=({"B": 3, "T": 9}, {"B": 1, "T": 12}))


@whole_program(
    "an acoustic model: frames stacked with their neighbours, fused LSTMs both ways, log-probabilities"
)
def acoustic_model():
    features = tf.placeholder(tf.float32, [None, None, 3], name="features")
    sizes = tf.placeholder(tf.int32, [None], name="seq_lens")
    batch, steps = tf.shape(features)[0], tf.shape(features)[1]
    padded = tf.pad(features, [[0, 0], [1, 1], [0, 0]])
    windows = tf.concat([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], axis=-1)
    x = tf.reshape(tf.transpose(windows, [1, 0, 2]), [-1, 9])
    for number in range(2):
        with tf.variable_scope(f"dense_{number}"):
            kernel, bias = (
                tf.get_variable("weights", [9 if not number else 5, 5]),
                tf.get_variable("bias", [5]),
            )
            x = tf.minimum(tf.nn.relu(tf.nn.xw_plus_b(x, kernel, bias)), 20.0)
    x = tf.reshape(x, [steps, batch, 5])
    with tf.variable_scope("cudnn_lstm"):
        forward, _ = contrib.LSTMBlockFusedCell(4, forget_bias=0)(x, dtype=tf.float32, sequence_length=sizes)
        backward_cell = contrib.TimeReversedFusedRNN(contrib.LSTMBlockFusedCell(4, name="bw"))
        backward, _ = backward_cell(x, dtype=tf.float32, sequence_length=sizes)
    joined = tf.reshape(tf.concat([forward, backward], 2), [-1, 8])
    logits = tf.reshape(tf.layers.dense(joined, 6), [steps, batch, 6])
    log_probs = tf.nn.log_softmax(logits, name="log_probs")
    feeds = {features: floats("B", "T", 3), sizes: shorter()}
    return program(feeds, [log_probs])


def _highway(x, units, scope):
    with tf.variable_scope(scope):
        hidden = tf.layers.dense(x, units, activation=tf.nn.relu, name="H")
        gate = tf.layers.dense(
            x, units, activation=tf.nn.sigmoid, name="T", bias_initializer=tf.constant_initializer(-1.0)
        )
        return hidden * gate + x * (1.0 - gate)


@whole_program(
    "the CBHG of a tacotron: a bank of convolutions, pooling, batch norms, highways, a BiGRU, a spectrum"
)
def tacotron_encoder():
    letters = tf.placeholder(tf.int32, [None, None], name="inputs")
    sizes = tf.placeholder(tf.int32, [None], name="input_lengths")
    training = tf.constant(False)
    table = tf.get_variable("embedding", [11, 4], initializer=tf.truncated_normal_initializer(stddev=0.5))
    x = tf.nn.embedding_lookup(table, letters)
    for number, units in enumerate((5, 4)):
        x = tf.layers.dense(x, units, activation=tf.nn.relu, name=f"prenet_{number}")
        x = tf.layers.dropout(x, rate=0.5, training=training)
    prenet = x

    def conv1d(inputs, width, channels, activation, scope):
        with tf.variable_scope(scope):
            out = tf.layers.conv1d(inputs, channels, width, activation=activation, padding="same")
            return tf.layers.batch_normalization(out, training=training)

    with tf.variable_scope("cbhg"):
        bank = tf.concat([conv1d(x, k, 3, tf.nn.relu, f"conv1d_{k}") for k in range(1, 5)], axis=-1)
        pooled = tf.layers.max_pooling1d(bank, pool_size=2, strides=1, padding="same")
        x = conv1d(pooled, 3, 5, tf.nn.relu, "proj_1")
        x = conv1d(x, 3, 4, None, "proj_2") + prenet
        x = tf.layers.dense(x, 5, name="to_highway")
        for number in range(2):
            x = _highway(x, 5, f"highway_{number}")
        outputs, _ = tf.nn.bidirectional_dynamic_rnn(
            cells.GRUCell(3), cells.GRUCell(3), x, sequence_length=sizes, dtype=tf.float32
        )
        encoded = tf.concat(outputs, axis=2)
    frames = tf.layers.dense(encoded, 4, name="linear")
    spectrum = tf.reshape(frames, [tf.shape(letters)[0], -1, 2], name="spectrum")
    feeds = {letters: ints(11, "B", "T"), sizes: shorter()}
    return program(feeds, [spectrum])
