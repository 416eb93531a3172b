"""Whole translators with attention: trained, greedy, with a beam."""

import tensorflow as tf

from tests.zoo.record.artefact import whole_program
from tests.zoo.record.feeds import ints
from tests.zoo.record.saving import program, save_frozen

cells = tf.nn.rnn_cell
seq2seq = tf.contrib.seq2seq

WORDS, UNITS, START, END = 9, 6, 1, 2


def filled(low="T"):
    """A length a row, int32 [B], none empty."""

    def draw(generator, sizes):
        return generator.randint(1, sizes[low] + 1, size=sizes["B"]).astype("int32")

    return draw


def source_and_memory(bidirectional=False):
    """Placeholders of the source and of its lengths, the encoder's outputs and its final state."""
    ids = tf.placeholder(tf.int32, [None, None], name="source_ids")
    sizes = tf.placeholder(tf.int32, [None], name="source_lengths")
    table = tf.get_variable("source_embedding", [WORDS, 5])
    inputs = tf.nn.embedding_lookup(table, ids)
    with tf.variable_scope("encoder"):
        if bidirectional:
            both, ends = tf.nn.bidirectional_dynamic_rnn(
                cells.GRUCell(UNITS // 2), cells.GRUCell(UNITS // 2), inputs, sizes, dtype=tf.float32
            )
            return ids, sizes, tf.concat(both, 2), tf.concat(ends, 1)
        memory, end = tf.nn.dynamic_rnn(cells.LSTMCell(UNITS), inputs, sizes, dtype=tf.float32)
    return ids, sizes, memory, end


@whole_program(
    "a translator in training: GRU both ways, Bahdanau's normed attention, TrainingHelper, a projection"
)
def nmt_bahdanau_trained():
    ids, sizes, memory, end = source_and_memory(bidirectional=True)
    targets = tf.placeholder(tf.int32, [None, None], name="target_ids")
    lengths = tf.placeholder(tf.int32, [None], name="target_lengths")
    table = tf.get_variable("target_embedding", [WORDS, 5])
    mechanism = seq2seq.BahdanauAttention(UNITS, memory, sizes, normalize=True)
    cell = seq2seq.AttentionWrapper(cells.GRUCell(UNITS), mechanism, attention_layer_size=4)
    start = cell.zero_state(tf.shape(ids)[0], tf.float32).clone(cell_state=end)
    helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, targets), lengths)
    decoder = seq2seq.BasicDecoder(cell, helper, start, tf.layers.Dense(WORDS, use_bias=False, name="logits"))
    outputs, _, _ = seq2seq.dynamic_decode(decoder)
    logits = tf.identity(outputs.rnn_output, name="scores")
    feeds = {ids: ints(WORDS, "B", "T"), sizes: filled(), targets: ints(WORDS, "B", "T"), lengths: filled()}
    return program(feeds, [logits])


@whole_program(
    "the same by Luong, scaled, with alignments kept, imputed rows and the final state of the decoder"
)
def nmt_luong_trained():
    ids, sizes, memory, end = source_and_memory()
    targets = tf.placeholder(tf.int32, [None, None], name="target_ids")
    lengths = tf.placeholder(tf.int32, [None], name="target_lengths")
    table = tf.get_variable("target_embedding", [WORDS, 5])
    mechanism = seq2seq.LuongAttention(UNITS, memory, sizes, scale=True)
    cell = seq2seq.AttentionWrapper(
        cells.LSTMCell(UNITS), mechanism, attention_layer_size=UNITS, alignment_history=True
    )
    start = cell.zero_state(tf.shape(ids)[0], tf.float32).clone(cell_state=end)
    helper = seq2seq.TrainingHelper(tf.nn.embedding_lookup(table, targets), lengths)
    decoder = seq2seq.BasicDecoder(cell, helper, start, tf.layers.Dense(WORDS, name="logits"))
    outputs, state, _ = seq2seq.dynamic_decode(decoder, impute_finished=True)
    logits = tf.identity(outputs.rnn_output, name="scores")
    words = tf.argmax(logits, 2, name="words")
    history = tf.transpose(state.alignment_history.stack(), [1, 2, 0], name="alignments")
    feeds = {ids: ints(WORDS, "B", "T"), sizes: filled(), targets: ints(WORDS, "B", "T"), lengths: filled()}
    return program(feeds, [logits, words, history], named=True)


@whole_program(
    "a served translator: greedy words with Luong attention, as a frozen graph, until all have ended"
)
def nmt_greedy():
    ids, sizes, memory, end = source_and_memory()
    table = tf.get_variable("target_embedding", [WORDS, 5])
    cell = seq2seq.AttentionWrapper(
        cells.LSTMCell(UNITS), seq2seq.LuongAttention(UNITS, memory, sizes), attention_layer_size=UNITS
    )
    start = cell.zero_state(tf.shape(ids)[0], tf.float32).clone(cell_state=end)
    helper = seq2seq.GreedyEmbeddingHelper(table, tf.fill([tf.shape(ids)[0]], START), END)
    decoder = seq2seq.BasicDecoder(cell, helper, start, tf.layers.Dense(WORDS, name="logits"))
    most = tf.reduce_max(sizes) * 2
    outputs, _, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=most)
    words = tf.identity(outputs.sample_id, name="words")
    lengths = tf.identity(lengths, name="word_count")
    feeds = {ids: ints(WORDS, "B", "T"), sizes: filled()}
    return program(feeds, [words, lengths], save=save_frozen(words, lengths))


@whole_program("a beam of three with a length penalty, gathered by its parents")
def nmt_beam():
    beam = 3
    ids, sizes, memory, end = source_and_memory()
    table = tf.get_variable("target_embedding", [WORDS, 5])
    batch = tf.shape(ids)[0]
    memory, end, tiled = seq2seq.tile_batch((memory, end, sizes), multiplier=beam)
    cell = seq2seq.AttentionWrapper(
        cells.LSTMCell(UNITS), seq2seq.BahdanauAttention(UNITS, memory, tiled), attention_layer_size=UNITS
    )
    start = cell.zero_state(batch * beam, tf.float32).clone(cell_state=end)
    decoder = seq2seq.BeamSearchDecoder(
        cell,
        table,
        tf.fill([batch], START),
        END,
        start,
        beam,
        tf.layers.Dense(WORDS, name="logits"),
        length_penalty_weight=0.6,
    )
    outputs, state, _ = seq2seq.dynamic_decode(decoder, maximum_iterations=5)
    words = tf.identity(outputs.predicted_ids, name="words")
    scores = tf.identity(state.log_probs, name="log_probs")
    feeds = {ids: ints(WORDS, "B", "T"), sizes: filled()}
    return program(feeds, [words, scores])
