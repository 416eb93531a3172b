"""A tagger in TF1, saved as its users save it, and the Keras model of it that somebody writes by hand."""

import keras
import numpy as np
from keras import layers, ops

from legacy_tf1.bidirectional import bidirectional_dynamic_rnn
from legacy_tf1.cells.lstm import LSTMCell
from legacy_tf1.compat import tf
from tf2_lstm import SequenceMask

WORDS, WIDTH, UNITS, TAGS = 9, 4, 5, 3


def save(folder):
    """Write the checkpoint of the tagger, weights drawn wide; return its prefix and the variables by name."""
    draws, graph = np.random.RandomState(0), tf.Graph()
    with graph.as_default(), tf.Session(graph=graph) as session:
        ids = tf.placeholder(tf.int32, [None, None], name="word_ids")
        lengths = tf.placeholder(tf.int32, [None], name="lengths")
        keep = tf.placeholder_with_default(1.0, [], name="keep_prob")
        table = tf.get_variable("embeddings", [WORDS, WIDTH])
        x = tf.nn.dropout(tf.nn.embedding_lookup(table, ids), keep)
        cells = LSTMCell(UNITS), LSTMCell(UNITS)
        outputs, _ = bidirectional_dynamic_rnn(*cells, x, sequence_length=lengths, dtype=tf.float32)
        w, b = tf.get_variable("proj/w", [2 * UNITS, TAGS]), tf.get_variable("proj/b", [TAGS])
        scores = tf.tensordot(tf.concat(outputs, 2), w, 1) + b
        tf.nn.softmax(scores, name="probabilities")
        tf.argmax(scores, 2, name="tags", output_type=tf.int32)
        variables = {one.op.name: one for one in tf.global_variables()}
        values = {name: draws.uniform(-1, 1, one.shape.as_list()) for name, one in variables.items()}
        for name, one in variables.items():
            one.load(values[name].astype("float32"), session)
        prefix = tf.train.Saver().save(session, str(folder / "model.ckpt"))
    return prefix, {name: value.astype("float32") for name, value in values.items()}


def hand_written(values, off=0, softmax=True, swapped=False, dtype="int32", drops=None, wrong=0.0, bias=1.0):
    """The Keras model; every argument makes one mistake."""
    ids = keras.Input((None,), dtype=dtype, name="word_ids")
    lengths = keras.Input((), dtype="int32", name="lengths")
    x = layers.Embedding(WORDS, WIDTH, name="embeddings")((ids + off) % WORDS)
    x = SequenceMask()([layers.Dropout(0.5)(x, training=drops), lengths])
    lstm = layers.LSTM(UNITS, return_sequences=True, zero_output_for_mask=True)
    x = layers.Bidirectional(lstm, name="lstm")(x)
    scores = layers.Dense(TAGS, name="proj")(x)
    found = [ops.softmax(scores) if softmax else scores, ops.argmax(scores, 2)]
    names = ["tags", "probabilities"] if swapped else ["probabilities", "tags"]
    model = keras.Model({"word_ids": ids, "lengths": lengths}, dict(zip(names, found, strict=True)))
    held = {
        "embeddings": [values["embeddings"]],
        "lstm": [*lstm_weights(values, "fw", bias), *lstm_weights(values, "bw", bias)],
        "proj": [values["proj/w"] * (1 + wrong), values["proj/b"]],
    }
    for name, arrays in held.items():
        model.get_layer(name).set_weights(arrays)
    return model


def lstm_weights(values, side, forget_bias):
    """The kernel, the recurrent kernel and the bias of a direction: gates i, j, f, o become i, f, j, o."""
    scope = f"bidirectional_rnn/{side}/lstm_cell/"
    kernel, bias = (np.split(values[scope + leaf], 4, -1) for leaf in ("kernel", "bias"))
    bias[2] = bias[2] + forget_bias
    kernel, bias = (np.concatenate([one[0], one[2], one[1], one[3]], -1) for one in (kernel, bias))
    return [kernel[:WIDTH], kernel[WIDTH:], bias]
