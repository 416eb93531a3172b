"""TF1 models of live graphs, whose variables have given values."""

import runpy

import numpy as np
import tensorflow as tf

from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.translate.as_source import emit_whole

v1 = tf.compat.v1


def model_of(graph, values, trainable=None):
    """Return the `TF1Model` of a graph, with a variable for each name of a node -> array."""
    variables = {
        name: Variable(name, value.shape, "float32", lambda value=value: value)
        for name, value in values.items()
    }
    nodes = {name: (name, None) for name in values}
    return TF1Model(
        "checkpoint", "", graph=graph.as_graph_def(), variables=variables, nodes=nodes, trainable=trainable
    )


def fetched(graph, tf1, names, feeds):
    """Return what a session gives of a graph, its variables those of a `TF1Model`, for each of some feeds.

    Args:
        graph: the `tf.Graph`.
        tf1: the `TF1Model`.
        names: what is fetched, as of `Session.run`.
        feeds: a list of dicts, name of a placeholder -> array.
    """
    with graph.as_default(), v1.Session() as session:
        # All at once: each run after a change sends the whole graph anew.
        session.run(
            [
                v1.raw_ops.Assign(ref=graph.get_tensor_by_name(f"{name}:0"), value=variable.read())
                for name, variable in tf1.variables.items()
            ]
        )
        return [session.run(names, {f"{name}:0": one for name, one in fed.items()}) for fed in feeds]


def hold(model, feeds, expected):
    """Hold the outputs of a Keras model against those of a session, for each of some feeds.

    Args:
        model: the Keras model.
        feeds: the dicts that it is called with.
        expected: for each of them a dict from the name of an output to an array.
    """
    for fed, sides in zip(feeds, expected, strict=True):
        found = model(fed)
        for name, value in sides.items():
            sizes = [one.shape for one in fed.values()]
            np.testing.assert_allclose(
                np.asarray(found[name]), value, rtol=1e-5, atol=2e-6, err_msg=f"{name} {sizes}"
            )


def hold_source(whole, model, fed, folder):
    """Hold the outputs of a written source against those of its model, number by number; return the text.

    Args:
        whole: the `Whole`.
        model: the Keras model.
        fed: the dict that both are called with.
        folder: where the source and the model are written.
    """
    text = emit_whole(whole)
    (folder / "model.py").write_text(text)
    model.save(folder / "model.keras")
    expected = model(fed)
    for name, value in runpy.run_path(str(folder / "model.py"))["load"]()(fed).items():
        np.testing.assert_array_equal(np.asarray(value), np.asarray(expected[name]), err_msg=name)
    return text
