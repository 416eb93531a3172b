"""Checkpoints, graphs and the files of Keras."""

from pathlib import Path

import keras
import tensorflow as tf

v1 = tf.compat.v1
Dense = keras.layers.Dense


def _saved():
    """A checkpoint with one variable."""
    with tf.Graph().as_default(), v1.Session() as session:
        v1.get_variable("rnn/kernel", initializer=tf.ones((2, 3)))
        session.run(v1.global_variables_initializer())
        return v1.train.Saver().save(session, "./a.ckpt")


def _restored(name, shape, prefix):
    with tf.Graph().as_default(), v1.Session() as session:
        v1.get_variable(name, shape, use_resource=False)
        v1.train.Saver().restore(session, prefix)


def _no_data(folder):
    prefix = _saved()
    Path(f"{prefix}.data-00000-of-00001").unlink()
    tf.train.load_checkpoint(prefix).get_tensor("rnn/kernel")


def _garbage(name):
    Path(name).write_bytes(b"nothing of the kind, " * 20)
    return name


def _in_a_graph(function):
    with tf.Graph().as_default(), v1.Session() as session:
        return function(session)


def _imported(session):
    graph = v1.GraphDef()
    graph.node.add(name="x", op="GatherTree")
    tf.import_graph_def(graph)


def _cudnn(session):
    session.run(
        tf.raw_ops.CudnnRNNParamsSize(num_layers=1, num_units=4, input_size=3, T=tf.float32, S=tf.int32)
    )


def _model(depth=2):
    return keras.Sequential([keras.Input((depth,)), Dense(1)])


def _weights(name):
    _model().save_weights(name)
    return name


def _whole(name, layer=None):
    model = keras.Sequential([keras.Input((2,)), layer or Dense(1)])
    model.save(name)
    return name


def _opaque(folder):
    _in_a_graph(lambda session: v1.train.import_meta_graph(f"{folder}/cudnn_lstm/model.ckpt.meta"))


PROVOKED = {
    "key-not-found": lambda folder: _restored("rnn/lstm_cell/kernel", [2, 3], _saved()),
    "assign-shapes": lambda folder: _restored("rnn/kernel", [2, 4], _saved()),
    "no-valid-checkpoint": lambda folder: _restored("rnn/kernel", [2, 3], "./none.ckpt"),
    "no-matching-files": lambda folder: tf.train.load_checkpoint("./none.ckpt"),
    "no-checkpoint-in-folder": lambda folder: tf.train.list_variables("."),
    "no-data-file": _no_data,
    "not-an-sstable": lambda folder: tf.train.load_checkpoint(
        _garbage("./b.ckpt.index").removesuffix(".index")
    ),
    "no-variables-to-save": lambda folder: _in_a_graph(lambda session: v1.train.Saver()),
    "op-not-registered": lambda folder: _in_a_graph(_imported),
    "no-kernel": lambda folder: _in_a_graph(_cudnn),
    "opaque-kernel": _opaque,
    "no-saved-model": lambda folder: tf.saved_model.load("."),
    "no-graph-def": lambda folder: v1.GraphDef().ParseFromString(b"not a graph"),
    "format-not-supported": lambda folder: keras.models.load_model("."),
    "weights-format-not-supported": lambda folder: _model().load_weights(_saved()),
    "file-not-found": lambda folder: keras.models.load_model("none.keras"),
    "save-extension": lambda folder: _model().save("model"),
    "weights-extension": lambda folder: _weights("model.ckpt"),
    "no-model-config": lambda folder: keras.models.load_model(_weights("k.weights.h5")),
    "no-hdf5": lambda folder: keras.models.load_model(_garbage("x.h5")),
    "unknown-layer": lambda folder: keras.models.load_model(f"{folder}/h5_cudnn_lstm/model.h5"),
    "could-not-locate": lambda folder: keras.models.load_model(f"{folder}/h5_bidirectional/model.h5"),
    "could-not-be-deserialized": lambda folder: keras.models.load_model(f"{folder}/h5_lstm/model.h5"),
    "weight-count": lambda folder: _model().load_weights(f"{folder}/h5_lstm/model.h5"),
    "weight-shape-in-file": lambda folder: _model(3).load_weights(_whole("a.h5")),
    "objects-not-loaded": lambda folder: _model(3).load_weights(_weights("k.weights.h5")),
    "lambda-layer": lambda folder: keras.models.load_model(
        _whole("l.keras", keras.layers.Lambda(lambda x: 2 * x))
    ),
}
