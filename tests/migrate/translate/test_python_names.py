"""Layers that are called as functions of Python are: the source hides none, and inputs keep their names."""

import ast
import builtins

import numpy as np
import tensorflow as tf
from live_models import fetched, hold, model_of

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate

v1 = tf.compat.v1
#: Names of layers, each of a product; the first two are fed as well, and a variable is called as the third.
NAMES = ("input", "len", "map", "super", "range", "keras", "lambda")
SIZE = 3


def programmed():
    """Return a graph of layers with such names, and the values of its variables."""
    rng, values = np.random.default_rng(0), {}
    with tf.Graph().as_default() as graph:
        given = [v1.placeholder(tf.float32, [None, SIZE], name=name) for name in NAMES[:2]]
        x = given[0] + given[1] + v1.raw_ops.VariableV2(shape=[SIZE], dtype=tf.float32, name="scope/map")
        values["scope/map"] = rng.normal(size=SIZE).astype("float32")
        for name in NAMES:
            values[f"{name}/kernel"] = rng.normal(size=(SIZE, SIZE)).astype("float32")
            kernel = v1.raw_ops.VariableV2(shape=[SIZE, SIZE], dtype=tf.float32, name=f"{name}/kernel")
            x = tf.tanh(tf.matmul(x, kernel), name=f"{name}/Tanh")
        tf.identity(x, name="dict")
    return graph, values


def test_no_function_of_python_is_hidden_and_inputs_keep_their_names():
    graph, values = programmed()
    tf1 = model_of(graph, values)
    findings = Findings(shapes=inferred(tf1.graph))
    whole = translate(tf1, findings, boundary_of(tf1, findings, ["dict:0"]))
    text, written = emit_whole(whole), {}
    stored = {
        node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name) and not _is_read(node)
    }
    assert {"input_", "len_", "map_", "super_", "range_"} <= stored
    assert not [name for name in stored if hasattr(builtins, name)]
    assert "__" not in text.replace("__file__", "")
    exec(compile(text, "model.py", "exec"), written)
    model = written["build_model"]()
    assert ([*model.input], [*model.output]) == ([*NAMES[:2]], ["dict"])
    for layer in model.layers:
        if layer.weights:
            (source,) = whole.layers[layer.name]
            layer.set_weights([values[source]])
    feeds = [{name: np.full((2, SIZE), at + 0.5, "float32") for at, name in enumerate(NAMES[:2])}]
    hold(model, feeds, fetched(graph, tf1, {"dict": "dict:0"}, feeds))


def _is_read(node):
    return isinstance(node.ctx, ast.Load)
