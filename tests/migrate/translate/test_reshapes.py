"""What a graph makes at once of a tensor that is fed sets how many rows it is fed in the proof."""

import pytest
import tensorflow as tf
from live_models import model_of

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.prove.programs import run_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate

v1 = tf.compat.v1


def fixed(x):
    return tf.reshape(x, [4, 2, 3])


def steps_open(x):
    return tf.reshape(tf.identity(x), [2, -1, 3])


def batch_open(x):
    return tf.reshape(x, [-1, 5, 3])


def wider(x):
    return tf.reshape(x, [-1, 6])


def not_always(x):
    """What a row of 3 is not, and 2 or 4 rows are."""
    return tf.reshape(x, [-1, 2])


def not_at_once(x):
    return tf.reshape(x * 2.0, [-1, 3])


#: Program -> what the graph makes of x, and the rows that each sample has.
CASES = [
    (fixed, (4, 2, 3), {8}),
    (steps_open, (2, None, 3), {10, 2, 8}),
    (batch_open, (None, 5, 3), {15, 5, 20}),
    (wider, (None, 6), {6, 2, 8}),
    (not_always, (None, 2), {2, 4}),
    (not_at_once, None, {3, 1, 4}),
]


@pytest.mark.parametrize(("program", "shape", "rows"), CASES, ids=lambda one: getattr(one, "__name__", ""))
def test_each_sample_has_rows_that_the_graph_takes(program, shape, rows):
    with tf.Graph().as_default() as graph:
        tf.tanh(program(v1.placeholder(tf.float32, [None, 3], "x")), name="y")
    tf1, findings = model_of(graph, {}), Findings(shapes=inferred(graph.as_graph_def()))
    whole = translate(tf1, findings, boundary_of(tf1, findings, ["y:0"]))
    assert whole.reshapes.get("x:0") == shape
    assert {len(run.sample.values["x:0"]) for run in run_whole(tf1, whole).runs} == rows
