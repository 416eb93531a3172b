"""Decoders of tf.contrib.seq2seq that are fed the right words: dynamic_decode, BasicDecoder, TrainingHelper."""

import tensorflow as tf

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import (
    dynamic,
    gru,
    gru_named,
    lstm,
    named,
    not_converted,
    output_layer,
    recurrence,
    rnn,
    stack,
)
from tests.zoo.record.feeds import floats, ints, shorter, value
from tests.zoo.record.files import freeze
from tests.zoo.record.write import CHECKPOINT
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell
seq2seq = tf.contrib.seq2seq


def decode(cell, helper, start, layer=None, **options):
    """The outputs and the final state of a BasicDecoder."""
    decoder = seq2seq.BasicDecoder(cell, helper, start, layer)
    outputs, state, _ = seq2seq.dynamic_decode(decoder, **options)
    return outputs, state


def save_lean(session):
    """Write a checkpoint whose graph says neither static shapes nor defaults, which are half of its bytes."""
    saver = tf.train.Saver(save_relative_paths=True)
    saver.save(session, "./" + CHECKPOINT, write_meta_graph=False)
    tf.train.export_meta_graph(
        CHECKPOINT + ".meta",
        graph_def=session.graph.as_graph_def(),
        saver_def=saver.as_saver_def(),
        collection_list=[],
        strip_default_attrs=True,
    )
    return CHECKPOINT


@artefact("a translator: dropout, logits inside the loop, rows go on to the longest one's end")
def decoder_translator():
    source = tf.placeholder(tf.int32, [None, None], name="source")
    target = tf.placeholder(tf.int32, [None, None], name="target")
    sizes = tf.placeholder(tf.int32, [None], name="target_lengths")
    keep = tf.placeholder_with_default(1.0, [], name="keep_prob")
    embedding = tf.get_variable("embedding", [7, 4])
    inputs = [tf.nn.embedding_lookup(embedding, ids) for ids in (source, target)]

    with tf.variable_scope("encoder"):
        encoded = tf.nn.dynamic_rnn(cells.BasicLSTMCell(4), inputs[0], dtype=tf.float32)
    cell = cells.DropoutWrapper(cells.BasicLSTMCell(4), output_keep_prob=keep)
    projection = tf.layers.Dense(7, use_bias=False, name="output_projection")
    helper = seq2seq.TrainingHelper(inputs[1], sizes)
    outputs, state = decode(cell, helper, encoded[1], projection)
    kept = {"output_keep_prob": keep.name}
    names = named("encoder/rnn/basic_lstm_cell")
    found = [recurrence("encoder/rnn", dynamic(lstm(4)), names, inputs[0], *encoded)]
    found.append(
        recurrence(
            "decoder",
            dynamic(Call("dropout", cell=lstm(4), **kept)),
            [*named("decoder/basic_lstm_cell"), "decoder/output_projection/kernel"],
            inputs[1],
            outputs.rnn_output,
            state,
            sequence_length=sizes,
            initial_state=encoded[1],
            keep_probs=kept,
            ends="with the longest row",
            past_end=True,
            output_layer=output_layer(7, use_bias=False),
        )
    )
    feeds = {source: ints(7, "B", "T"), target: ints(7, "B", "T"), sizes: shorter(), keep: value(1.0)}
    return Built(
        feeds,
        found,
        unclaimed=["embedding"],
        save=freeze([encoded[0], *encoded[1], *state, outputs.rnn_output]),
    )


@artefact("training and inference share cell and layer: one converts, the other feeds its words back")
def decoder_shared():
    state_in = tf.placeholder(tf.float32, [None, 5], name="context")
    x = tf.placeholder(tf.float32, [None, None, 3], name="decoder_inputs")
    sizes = tf.placeholder(tf.int32, [None], name="target_lengths")
    embedding = tf.get_variable("embedding", [6, 3])
    cell, dense = cells.BasicRNNCell(5), tf.layers.Dense(6)
    with tf.variable_scope("decode"):
        helper = seq2seq.TrainingHelper(x, sizes)
        longest = tf.reduce_max(sizes, name="max_target_len")
        trained, state = decode(
            cell, helper, state_in, dense, impute_finished=True, maximum_iterations=longest
        )
    with tf.variable_scope("decode", reuse=True):
        start = tf.fill([tf.size(sizes)], 1)
        helper = seq2seq.GreedyEmbeddingHelper(embedding, start, 2)
        said, _ = decode(cell, helper, state_in, dense, impute_finished=True, maximum_iterations=4)
    names = named("decode/decoder/basic_rnn_cell") + named("decode/decoder/dense")
    found = recurrence(
        "decode/decoder",
        dynamic(rnn()),
        names,
        x,
        trained.rnn_output,
        state,
        sequence_length=sizes,
        initial_state=state_in,
        ends="with the longest row",
        output_layer=output_layer(6),
    )
    why = "the next input is looked up by the output of the step before"
    return Built(
        {x: floats("B", "T", 3), sizes: shorter(), state_in: floats("B", 5)},
        [found],
        [not_converted("decode_1/decoder", "basic_rnn", ["embedding", *names], why)],
        fetches=[trained.sample_id, said.rnn_output, said.sample_id],
        save=freeze([trained.rnn_output, trained.sample_id, state, said.rnn_output, said.sample_id]),
    )


@artefact(
    "time-major in and out, fixed batch, residual layer, computed lengths; a row that ended keeps its state"
)
def decoder_time_major():
    x = tf.placeholder(tf.float32, [None, 3, 4], name="x")
    there = tf.placeholder(tf.float32, [3, None], name="weights")
    sizes = tf.reduce_sum(tf.cast(there > 0, tf.int32), 1)
    cell = cells.MultiRNNCell([cells.GRUCell(4), cells.ResidualWrapper(cells.BasicRNNCell(4))])
    start = cell.zero_state(3, tf.float32)
    helper = seq2seq.TrainingHelper(x, sizes, time_major=True)
    outputs, state = decode(cell, helper, start, output_time_major=True, impute_finished=True)
    layer = "decoder/multi_rnn_cell/cell_{}/"
    found = recurrence(
        "decoder",
        dynamic(stack(gru(4), Call("residual", cell=rnn(4)))),
        gru_named(layer.format(0) + "gru_cell") + named(layer.format(1) + "basic_rnn_cell"),
        x,
        outputs.rnn_output,
        state,
        time_major=True,
        sequence_length=sizes,
        initial_state=start,
        zero=True,
        ends="with the longest row",
    )

    def weights(generator, sizes):
        steps = shorter()(generator, sizes)
        return (range(sizes["T"]) < steps[:, None]).astype("float32")

    return Built(
        {x: floats("T", "B", 4), there: weights},
        [found],
        sizes=({"B": 3, "T": 5}, {"B": 3, "T": 4}),
        save=save_lean,
    )


@artefact("at most three steps, a layer with a function, in by row and out by time")
def decoder_bounded():
    x = tf.placeholder(tf.float32, [None, None, 4], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    start = tf.placeholder(tf.float32, [None, 5], name="start")
    helper = seq2seq.TrainingHelper(x, sizes)
    turned = tf.get_default_graph().get_tensor_by_name("TrainingHelper/transpose:0")
    dense = tf.layers.Dense(3, tf.nn.tanh, name="head")
    options = {"output_time_major": True, "maximum_iterations": 3}
    outputs, state = decode(cells.BasicRNNCell(5), helper, start, dense, **options)
    found = recurrence(
        "decoder",
        dynamic(rnn()),
        named("decoder/basic_rnn_cell") + named("decoder/head"),
        turned,
        outputs.rnn_output,
        state,
        time_major=True,
        sequence_length=sizes,
        initial_state=start,
        ends="with the longest row",
        most_steps=3,
        past_end=True,
        output_layer=output_layer(3, activation="tanh"),
    )
    return Built({x: floats("B", "T", 4), sizes: shorter(), start: floats("B", 5)}, [found], save=save_lean)
