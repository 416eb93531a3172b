"""What is read of the files of real TensorFlow 1.15.5: every variable, under its name, for the right node."""

import h5py
import numpy as np
import pytest
import tensorflow as tf
from artefact_files import ZOO, expected, held, read_zoo, tf1, zoo_names

from tf2_lstm.migrate.artifacts import meta_graph
from tf2_lstm.migrate.artifacts.files import digest

#: Whose Saver restores what no CPU can: the opaque weights of cuDNN.
CUDNN = {name for name in zoo_names() if name.startswith("cudnn_") and "compatible" not in name}


@pytest.mark.parametrize("name", zoo_names())
def test_every_variable_that_the_program_has_is_read(name):
    said, model = expected(name), read_zoo(name)
    wanted = set(said["unclaimed"])
    for found in said["recurrences"] + said["not_converted"]:
        wanted |= set(found["variables"])
    assert set(model.variables) == wanted
    for key, variable in model.variables.items():
        value = variable.read()
        assert (key, value.shape, value.dtype.name) == (variable.name, variable.shape, variable.dtype)


@pytest.mark.parametrize("name", zoo_names())
def test_files_are_named_with_their_hash_and_devices_are_gone(name):
    model = read_zoo(name)
    assert model.files
    for file, sha in model.files.items():
        assert sha in {digest(path) for path in (ZOO / name).rglob(file.rpartition("/")[2])}
    nodes = [] if model.graph is None else list(model.graph.node)
    nodes += [] if model.graph is None else [n for f in model.graph.library.function for n in f.node_def]
    assert not [node.name for node in nodes if node.device]


WITH_SAVER = [name for name in zoo_names() if name not in CUDNN and list((ZOO / name).glob("*.meta"))]


@pytest.mark.parametrize("name", WITH_SAVER)
def test_a_node_has_what_the_graphs_own_saver_gives_it(name):
    """The mapping is read from the Saver's operations; here they are run."""
    model = read_zoo(name)
    metas = [file for file in model.files if file.endswith(".meta")]
    saver = tf1.MetaGraphDef.FromString((ZOO / name / metas[0]).read_bytes()).saver_def
    with tf.Graph().as_default() as graph, tf1.Session(graph=graph) as session:
        tf.graph_util.import_graph_def(model.graph, name="")
        session.run(saver.restore_op_name, {saver.filename_tensor_name: prefix_of(name, model)})
        values = session.run({node: value_of(graph, node) for node in model.nodes})
    found = held(model)
    if expected(name).get("options", {}).get("ema"):
        served = [node for node in found if (model.nodes[node][0]).endswith("/ExponentialMovingAverage")]
        assert served
        values.update((node, values.get(node + "/ExponentialMovingAverage", values[node])) for node in served)
    assert found.keys() == values.keys()
    assert found
    for node, value in found.items():
        np.testing.assert_array_equal(value, values[node], err_msg=node)


def prefix_of(name, model):
    """The checkpoint as TensorFlow's restore operation wants it named."""
    indices = [path for path in (ZOO / name).rglob("*.index") if path.name in model.files]
    return str(indices[0])[: -len(".index")] if indices else tf.train.latest_checkpoint(str(ZOO / name))


def value_of(graph, node):
    operation = graph.get_operation_by_name(node)
    if operation.type == "VarHandleOp":
        return tf.raw_ops.ReadVariableOp(resource=operation.outputs[0], dtype=operation.get_attr("dtype"))
    return operation.outputs[0]


@pytest.mark.parametrize("name", [name for name in zoo_names() if expected(name)["artifact"].endswith(".h5")])
def test_an_h5_has_its_weights_and_its_configuration(name):
    model = read_zoo(name)
    assert model.kind == "keras_h5"
    assert model.graph is None
    assert model.producer == "2.2.4-tf"
    assert model.config["class_name"] in ("Sequential", "Model")
    with h5py.File(ZOO / name / expected(name)["artifact"]) as file:
        kept = []
        file["model_weights"].visititems(
            lambda path, item: kept.append(item[()]) if isinstance(item, h5py.Dataset) else None
        )
    found = sorted(variable.read().tobytes() for variable in model.variables.values())
    assert found == sorted(value.tobytes() for value in kept)


@pytest.mark.parametrize("name", [name for name in zoo_names() if name.startswith("frozen")])
def test_a_frozen_graphs_weights_are_constants_of_it(name):
    model = read_zoo(name)
    assert model.kind == "frozen_graph"
    assert model.producer == ""
    assert {node: (node, None) for node in model.variables} == model.nodes
    with tf.Graph().as_default() as graph, tf1.Session(graph=graph) as session:
        tf.graph_util.import_graph_def(model.graph, name="")
        for node, variable in model.variables.items():
            np.testing.assert_array_equal(session.run(node + ":0"), variable.read())


@pytest.mark.parametrize("name", [name for name in zoo_names() if name.startswith("saved_model")])
def test_a_saved_model_has_its_signatures(name):
    model = read_zoo(name)
    assert model.kind == "saved_model"
    assert model.producer == "1.15.5"
    nodes = {node.name for node in model.graph.node}
    for signature in model.signatures.values():
        for tensor in (*signature["inputs"].values(), *signature["outputs"].values()):
            assert tensor.partition(":")[0] in nodes
    assert model.signatures


@pytest.mark.parametrize("name", sorted(CUDNN - {"cudnn_blob_only"}))  # which is about their absence
def test_the_canonical_tensors_of_cudnn_are_variables(name):
    model = read_zoo(name)
    assert [key for key in model.variables if "_cell/" in key]


@pytest.mark.parametrize(
    "name", [name for name in zoo_names() if (ZOO / name / "model.ckpt.meta").exists()][:30]
)
def test_nothing_of_the_graph_is_changed_but_devices(name):
    path = ZOO / name / "model.ckpt.meta"
    original = tf1.MetaGraphDef.FromString(path.read_bytes()).graph_def
    for node in original.node:
        node.device = ""
    for function in original.library.function:
        for node in function.node_def:
            node.device = ""
    assert meta_graph.read_meta(path).graph == original
    assert read_zoo(name).graph == original
