"""The tagger: characters of a word, then words of an order, each read in both directions."""

import tensorflow as tf


class Tagger(object):
    """Graph of the tagger; for training too when a learning rate is given."""

    def __init__(self, config, learning_rate=None):
        self.config = config
        self._add_placeholders()
        self._add_logits()
        if learning_rate is not None:
            self._add_train_op(learning_rate)

    def _add_placeholders(self):
        self.words = tf.placeholder(tf.int32, [None, None], name="words")
        self.lengths = tf.placeholder(tf.int32, [None], name="lengths")
        self.chars = tf.placeholder(tf.int32, [None, None, None], name="chars")
        self.word_lengths = tf.placeholder(tf.int32, [None, None], name="word_lengths")
        self.keep_prob = tf.placeholder(tf.float32, [], name="keep_prob")

    def _chars_to_vectors(self):
        """Last state of both directions over the characters of every word."""
        config, shape = self.config, tf.shape(self.chars)
        with tf.variable_scope("char"):
            table = tf.get_variable("embeddings", [config["chars"], config["char_size"]])
            embedded = tf.nn.embedding_lookup(table, self.chars)
            flat = tf.reshape(embedded, [shape[0] * shape[1], shape[2], config["char_size"]])
            _, (state_fw, state_bw) = tf.nn.bidirectional_dynamic_rnn(
                tf.contrib.rnn.LSTMCell(config["char_units"]),
                tf.contrib.rnn.LSTMCell(config["char_units"]),
                flat,
                sequence_length=tf.reshape(self.word_lengths, [-1]),
                dtype=tf.float32,
            )
            both = tf.concat([state_fw.h, state_bw.h], axis=-1)
            return tf.reshape(both, [shape[0], shape[1], 2 * config["char_units"]])

    def _word_cell(self):
        cell = tf.contrib.rnn.LSTMCell(self.config["word_units"], use_peepholes=True)
        return tf.contrib.rnn.DropoutWrapper(cell, output_keep_prob=self.keep_prob)

    def _add_logits(self):
        config = self.config
        spelled = self._chars_to_vectors()
        with tf.variable_scope("word"):
            table = tf.get_variable("embeddings", [config["words"], config["word_size"]])
            embedded = tf.concat([tf.nn.embedding_lookup(table, self.words), spelled], axis=-1)
            embedded = tf.nn.dropout(embedded, self.keep_prob)
            outputs, _ = tf.nn.bidirectional_dynamic_rnn(
                self._word_cell(),
                self._word_cell(),
                embedded,
                sequence_length=self.lengths,
                dtype=tf.float32,
            )
        self.logits = tf.layers.dense(tf.concat(outputs, axis=-1), config["tags"], name="scores")
        self.probabilities = tf.nn.softmax(self.logits, name="probabilities")

    def _add_train_op(self, learning_rate):
        self.labels = tf.placeholder(tf.int32, [None, None], name="labels")
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=self.labels, logits=self.logits)
        mask = tf.sequence_mask(self.lengths, tf.shape(self.words)[1])
        self.loss = tf.reduce_mean(tf.boolean_mask(losses, mask))
        self.train_op = tf.train.AdamOptimizer(learning_rate).minimize(self.loss)

    def feed(self, batch, keep_prob=1.0):
        """Return the feed_dict of a batch of data_utils.batch_of."""
        feed = {getattr(self, name): array for name, array in batch.items()}
        feed[self.keep_prob] = keep_prob
        return feed
