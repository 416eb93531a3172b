"""A variable that a program uses twice is one weight of the Keras model."""

from dataclasses import replace

import numpy as np
import tensorflow as tf
from live_models import model_of

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.writing.sharing import held_twice

v1 = tf.compat.v1
WORDS = np.random.RandomState(0).uniform(-1, 1, (7, 4)).astype("float32")


def whole_of(program, fetch):
    with tf.Graph().as_default() as graph:
        ids = v1.placeholder(tf.int32, [None], name="ids")
        program(
            tf.gather(table := v1.raw_ops.VariableV2(shape=(7, 4), dtype=tf.float32, name="words"), ids),
            table,
        )
    tf1 = model_of(graph, {"words": WORDS})
    findings = Findings(shapes=inferred(tf1.graph))
    whole = translate(tf1, findings, boundary_of(tf1, findings, fetch))
    model = build_whole(whole, tf1)
    assert prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed
    return model


def rows_of(*parts):
    """Look up rows of slices of the variable `words`, each a node of its own; return its model and its notes."""
    with tf.Graph().as_default() as graph:
        ids = v1.placeholder(tf.int32, [None], name="ids")
        held = [
            v1.raw_ops.VariableV2(shape=(one.stop - one.start, 4), dtype=tf.float32, name=f"part_{number}")
            for number, one in enumerate(parts)
        ]
        tf.concat([tf.gather(one, ids) * 2.0 for one in held], 1, name="rows")
    nodes = {f"part_{number}": ("words", (one, slice(0, 4))) for number, one in enumerate(parts)}
    tf1 = replace(model_of(graph, {"words": WORDS}), nodes=nodes)
    findings = Findings(shapes=inferred(tf1.graph))
    whole = translate(tf1, findings, boundary_of(tf1, findings, ["rows:0"]))
    return held_twice(whole, tf1)


def test_slices_of_a_variable_are_no_copies_and_the_same_slice_twice_is_one():
    low, high = slice(0, 3), slice(3, 7)
    assert rows_of(low, high) == {}
    assert rows_of(low, high, low) == {"words": ["part_0", "part_2"]}


def test_a_tied_embedding_is_one_weight():
    model = whole_of(lambda x, table: tf.matmul(x, table, transpose_b=True, name="scores"), ["scores:0"])
    assert [weight.shape for weight in model.trainable_weights] == [(7, 4)]
