"""Which sums keras.ops.add computes: on TensorFlow it takes some second tensors for a bias, and adds them elsewhere.

And which of them, and which products, are not written, because their number changes nothing.
"""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import fetched, hold, model_of

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.rows.arithmetic import adds_rightly
from tf2_lstm.migrate.translate.translation import translate

SHAPES = [sizes for rank in range(4) for sizes in itertools.product((1, 2, 3), repeat=rank)]


def outcomes():
    """(Shapes of both tensors, whether Keras gives NumPy's sum), of all that can be broadcast."""
    for one, other in itertools.product(SHAPES, SHAPES):
        x, y = (np.arange(np.prod(sizes)).reshape(sizes).astype("float32") for sizes in (one, other))
        try:
            wanted = x + 10 * y
        except ValueError:
            continue
        found = np.asarray(keras.ops.add(x, 10 * y))
        yield one, other, found.shape == wanted.shape and np.array_equal(found, wanted)


def test_what_is_said_to_be_added_rightly_is():
    seen = list(outcomes())
    assert [(one, other) for one, other, right in seen if adds_rightly(one, other) and not right] == []
    assert ((2, 2), (2, 1), False) in seen
    # It is no rule if it refuses everything.
    assert sum(adds_rightly(one, other) for one, other, _ in seen) > len(seen) / 2


#: What is computed of x [B, 3] -> the function of keras.ops that it is.
NEUTRAL = {
    "x + 0": (lambda x: x + 0.0, ""),
    "0 + x": (lambda x: 0.0 + x, ""),
    "x - 0": (lambda x: x - 0.0, ""),
    "x * 1": (lambda x: x * 1.0, ""),
    "1 * x": (lambda x: 1.0 * x, ""),
    "x / 1": (lambda x: x / 1.0, ""),
    "all at once": (lambda x: (0.0 + 1.0 * x - 0.0) / 1.0, ""),
    "0 - x": (lambda x: 0.0 - x, "subtract"),
    "1 / x": (lambda x: 1.0 / x, "divide"),
    "x + 1": (lambda x: x + 1.0, "add"),
    "x * 0": (lambda x: x * 0.0, "multiply"),
    "x + three zeros": (lambda x: x + tf.zeros(3), "add"),
    "a maximum with 0": (lambda x: tf.maximum(x, 0.0), "maximum"),
}


@pytest.mark.parametrize("name", NEUTRAL)
def test_a_number_that_changes_nothing_is_not_written(name):
    compute, said = NEUTRAL[name]
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [None, 3], name="x")
        tf.tanh(compute(x), name="y")
    tf1 = model_of(graph, {})
    findings = Findings(shapes=inferred(tf1.graph))
    whole = translate(tf1, findings, boundary_of(tf1, findings, ("y:0",)))
    called = {getattr(line.value, "what", "") for line in whole.program.lines}
    functions = {one.removeprefix("keras.ops.") for one in called if one.startswith("keras.ops.")}
    assert functions - {"tanh", "convert_to_tensor"} == {said} - {""}
    feeds = [{"x": np.array([[-1.5, 0.25, 3.0]], "float32")}]
    hold(build_whole(whole, tf1), feeds, fetched(graph, tf1, {"y": "y:0"}, feeds))
