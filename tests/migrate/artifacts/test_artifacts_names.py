"""Which variable a node holds: other names, parts, averages, old names; and every way to say what to read."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from artefact_files import ZOO, cell, copy_of, held, read_zoo, save, tf1
from tensorflow.core.protobuf import saved_model_pb2

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.artifacts.old_names import current_name, rename
from tf2_lstm.migrate.model import Variable

AVERAGE = "/ExponentialMovingAverage"


def same(found, wanted):
    assert found.keys() == wanted.keys()
    for name, value in found.items():
        np.testing.assert_array_equal(value, wanted[name], err_msg=name)


def by_name(change):
    """A Saver that is given a name for each variable."""
    return lambda **options: tf1.train.Saver(
        {change(variable.op.name): variable for variable in tf1.global_variables()}, **options
    )


ROWS = {"partitioner": tf1.fixed_size_partitioner(3)}
COLUMNS = {"partitioner": lambda shape, dtype: [1, 2] if len(shape) == 2 else [1]}
#: Program -> (cell's options, Saver, the names of its variables).
SAVERS = {
    "an ordinary one": ({}, tf1.train.Saver, ["kernel", "bias"]),
    "sharded": ({}, lambda: tf1.train.Saver(sharded=True), ["kernel", "bias"]),
    "resource variables": ({"use_resource": True}, tf1.train.Saver, ["kernel", "bias"]),
    "its own names": (
        {},
        by_name(lambda name: "x/" + name[::-1]),
        ["x/" + "kernel"[::-1], "x/" + "bias"[::-1]],
    ),
    "rows": (ROWS, tf1.train.Saver, ["kernel", "bias"]),
    "rows, resource variables": ({**ROWS, "use_resource": True}, tf1.train.Saver, ["kernel", "bias"]),
    "rows by name": (ROWS, by_name(lambda name: name), ["kernel", "bias"]),
    "columns": (COLUMNS, tf1.train.Saver, ["kernel", "bias"]),
    "columns by name": (COLUMNS, by_name(lambda name: name), ["kernel", "bias"]),
}


@pytest.mark.parametrize(("options", "saver", "names"), SAVERS.values(), ids=SAVERS)
def test_each_node_has_its_values_however_they_were_saved(options, saver, names, tmp_path):
    def build():
        cell(scope="", **options)
        for name in ("kernel", "bias"):  # what a cell does with its variables: the parts are joined
            with tf1.variable_scope("", reuse=True, **options):
                tf.identity(tf1.get_variable(name, (9, 20) if name == "kernel" else (20,)))

    prefix, values = save(tmp_path, build, saver)
    model = artifacts.read(prefix)
    same(held(model), values)
    assert sorted(model.variables) == sorted(names)
    assert not model.notes


@pytest.mark.parametrize("by", [tf1.train.Saver, by_name(lambda name: name)], ids=["slices", "part names"])
def test_parts_are_slices_of_the_whole(by, tmp_path):
    prefix, values = save(tmp_path, lambda: cell(scope="c", **ROWS), by)
    model = artifacts.read(prefix)
    whole = np.concatenate([values[f"c/kernel/part_{part}"] for part in range(3)])
    np.testing.assert_array_equal(model.variables["c/kernel"].read(), whole)
    assert model.nodes["c/kernel/part_1"] == ("c/kernel", (slice(3, 6), slice(0, 20)))
    assert model.nodes["c/bias/part_2"] == ("c/bias", (slice(14, 20),))
    (tmp_path / "model.ckpt.meta").unlink()
    alone = artifacts.read(prefix)
    np.testing.assert_array_equal(alone.variables["c/kernel"].read(), whole)
    assert list(alone.variables) == ["c/bias", "c/kernel"]


@pytest.mark.parametrize("options", [ROWS, COLUMNS], ids=["rows", "columns"])
def test_parts_of_a_frozen_graph_are_slices_of_the_whole(options, tmp_path):
    with tf.Graph().as_default() as graph, tf1.Session() as session:
        with tf1.variable_scope("c", **options):
            whole = tf.identity(tf1.get_variable("kernel", (9, 20)))
        session.run(tf1.global_variables_initializer())
        value = session.run(whole)
        frozen = tf1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), [whole.op.name])
    model = artifacts.read(tf.io.write_graph(frozen, str(tmp_path), "graph.pb", as_text=False))
    np.testing.assert_array_equal(model.variables["c/kernel"].read(), value)
    assert {name for name, _ in model.nodes.values()} == {"c/kernel"} == set(model.variables)


@pytest.mark.parametrize("same", [True, False], ids=["a copy", "another value"])
def test_constants_that_were_folded_into_a_loop_are_the_weights_outside(same, tmp_path):
    """Grappler makes a constant of an Enter: it waits for the Enter, and is read in its place."""
    graph, weight = tf1.GraphDef(), np.arange(6, dtype="float32").reshape(2, 3)
    folded = weight if same else weight + 1
    for name, value in (("peephole", weight), ("folded", folded)):
        node = graph.node.add(name=name, op="Const", input=["^enter"] if name == "folded" else [])
        node.attr["dtype"].type = tf.float32.as_datatype_enum
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))
    enter = graph.node.add(name="enter", op="Enter", input=["peephole"])
    enter.attr["is_constant"].b = True
    graph.node.add(name="product", op="Mul", input=["folded", "folded"])
    model = artifacts.read(tf.io.write_graph(graph, str(tmp_path), "graph.pb", as_text=False))
    assert list(model.variables) == ["peephole"]
    assert list(model.graph.node[-1].input) == ["enter" if same else "folded"] * 2


def test_eleven_parts_are_in_numeric_order(tmp_path):
    options = {"partitioner": tf1.fixed_size_partitioner(11)}
    prefix, values = save(tmp_path, lambda: cell((11, 12), scope="c", **options), by_name(lambda name: name))
    whole = np.concatenate([values[f"c/kernel/part_{part}"] for part in range(11)])
    np.testing.assert_array_equal(artifacts.read(prefix).variables["c/kernel"].read(), whole)


def test_a_saver_that_has_no_restore_operation_is_found_by_its_assignments(tmp_path):
    prefix, values = save(tmp_path, cell, by_name(lambda name: name + "_old"))
    meta = tf1.MetaGraphDef.FromString((tmp_path / "model.ckpt.meta").read_bytes())
    meta.ClearField("saver_def")
    (tmp_path / "model.ckpt.meta").write_bytes(meta.SerializeToString())
    same(held(artifacts.read(prefix)), values)


def test_a_variable_that_the_saver_leaves_out_is_said(tmp_path):
    def build():
        cell()
        tf1.get_variable("left_out", (2,))

    prefix, _ = save(tmp_path, build, lambda: tf1.train.Saver(tf1.global_variables("rnn")))
    model = artifacts.read(prefix)
    assert "left_out" not in model.nodes
    assert model.notes == ["1 variable(s) of the graph have no value in the checkpoint: left_out."]


def averaged():
    cell(scope="c")
    average = tf1.train.ExponentialMovingAverage(0.9)
    average.apply(tf1.trainable_variables())
    return average


def test_averages_are_served_when_asked_for(tmp_path):
    prefix, values = save(tmp_path, averaged)
    plain, served = artifacts.read(prefix), artifacts.read(prefix, ema=True)
    same(held(plain), values)
    assert not plain.notes
    for name in ("c/kernel", "c/bias"):
        np.testing.assert_array_equal(held(served)[name], values[name + AVERAGE])
        assert served.nodes[name] == (name + AVERAGE, None)
    assert "The exponential moving averages are served: 2 variable(s)" in served.notes[0]
    (tmp_path / "model.ckpt.meta").unlink()
    alone = artifacts.read(prefix, ema=True)
    np.testing.assert_array_equal(alone.variables["c/kernel"].read(), values["c/kernel" + AVERAGE])


@pytest.mark.parametrize("by", [tf1.train.Saver, by_name(lambda name: name)], ids=["slices", "part names"])
def test_averages_of_parts_are_served(by, tmp_path):
    def build():
        cell(scope="c", **ROWS)
        tf1.train.ExponentialMovingAverage(0.9).apply(tf1.trainable_variables())

    prefix, values = save(tmp_path, build, by)
    found = held(artifacts.read(prefix, ema=True))
    for part in range(3):
        np.testing.assert_array_equal(
            found[f"c/kernel/part_{part}"], values[f"c/kernel/part_{part}{AVERAGE}"]
        )


def test_a_graph_that_restores_averages_has_them_unasked(tmp_path):
    """What `variables_to_restore` is for: the evaluation graph's Saver names the averages."""
    prefix, values = save(tmp_path, averaged)

    def evaluation():
        cell(scope="c")

    other, _ = save(tmp_path / "evaluation", evaluation, by_name(lambda name: name + AVERAGE))
    model = artifacts.read(other + ".meta", weights=prefix)
    same(held(model), {name: values[name + AVERAGE] for name in ("c/kernel", "c/bias")})
    same(held(artifacts.read(other + ".meta", weights=prefix, ema=True)), held(model))


OLD = {
    "rnn/basic_lstm_cell/weights": "rnn/basic_lstm_cell/kernel",
    "rnn/basic_lstm_cell/biases": "rnn/basic_lstm_cell/bias",
    "rnn/basic_lstm_cell/weights/Adam_1": "rnn/basic_lstm_cell/kernel/Adam_1",
    "rnn/multi_rnn_cell/cell_0/gru_cell/gates/weights": "rnn/multi_rnn_cell/cell_0/gru_cell/gates/kernel",
    "rnn/gru_cell/candidate/biases": "rnn/gru_cell/candidate/bias",
    "rnn/lstm_cell/projection/weights": "rnn/lstm_cell/projection/kernel",
    "rnn/lstm_cell/weights/part_1": "rnn/lstm_cell/kernel/part_1",
    "RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix": "rnn/multi_rnn_cell/cell_0/basic_lstm_cell/kernel",
    "RNN/MultiRNNCell/Cell11/GRUCell/Gates/Linear/Bias": "rnn/multi_rnn_cell/cell_11/gru_cell/gates/bias",
    "RNN/GRUCell/Candidate/Linear/Matrix": "rnn/gru_cell/candidate/kernel",
    "RNN/BasicRNNCell/Linear/Bias": "rnn/basic_rnn_cell/bias",
    "model/RNN/LSTMCell/W_0": "model/rnn/lstm_cell/kernel/part_0",
    "RNN/LSTMCell/W_P_0": "rnn/lstm_cell/projection/kernel/part_0",
    "RNN/LSTMCell/B": "rnn/lstm_cell/bias",
    "RNN/LSTMCell/W_F_diag": "rnn/lstm_cell/w_f_diag",
    "rnn/basic_lstm_cell/kernel": "rnn/basic_lstm_cell/kernel",
    "rnn/lstm_cell/w_i_diag": "rnn/lstm_cell/w_i_diag",
    "fully_connected/weights": "fully_connected/weights",
    "softmax/biases": "softmax/biases",
    "weights": "weights",
    "rnn/coupled_input_forget_gate_lstm_cell/W_0": "rnn/coupled_input_forget_gate_lstm_cell/W_0",
    "Model/embedding": "Model/embedding",
}


@pytest.mark.parametrize(("old", "new"), OLD.items())
def test_old_names_become_todays_and_others_stay(old, new):
    assert current_name(old) == new
    assert current_name(new) == new


def test_two_variables_never_get_one_name():
    names = ["rnn/gru_cell/gates/weights", "rnn/gru_cell/gates/kernel", "rnn/gru_cell/gates/biases"]
    variables, notes = rename({name: Variable(name, (), "float32", lambda: None) for name in names})
    assert list(variables) == [*names[:2], "rnn/gru_cell/gates/bias"]
    assert notes == [
        "Names from before TensorFlow 1.2 are read as today's: rnn/gru_cell/gates/biases as rnn/gru_cell/gates/bias."
    ]


def test_shards_of_before_1_0_are_joined(tmp_path):
    def build():
        for shard in range(2):
            tf1.get_variable(f"RNN/LSTMCell/W_{shard}", (3, 8))

    prefix, values = save(tmp_path, build)
    (tmp_path / "model.ckpt.meta").unlink()
    model = artifacts.read(prefix)
    wanted = np.concatenate([values["RNN/LSTMCell/W_0"], values["RNN/LSTMCell/W_1"]])
    np.testing.assert_array_equal(model.variables["rnn/lstm_cell/kernel"].read(), wanted)


def test_an_object_based_checkpoint_gives_values_to_a_graph(tmp_path):
    """Its variables have the names that the program gave them, which are the graph's."""
    objects = read_zoo("object_checkpoint")
    assert objects.kind == "object_checkpoint"

    def build():
        for name, variable in objects.variables.items():
            tf1.get_variable(name, variable.shape, variable.dtype)

    prefix, _ = save(tmp_path, build)
    model = artifacts.read(prefix + ".meta", weights=objects.path)
    same(held(model), {name: variable.read() for name, variable in objects.variables.items()})


WAYS = [
    "model.ckpt",
    "model.ckpt.index",
    "model.ckpt.data-00000-of-00001",
    "model.ckpt.meta",
    "checkpoint",
    "",
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [str, lambda path: path], ids=["str", "Path"])
def test_a_checkpoint_can_be_named_by_any_of_its_files(way, kind, tmp_path):
    copy_of("basic_lstm", tmp_path)
    model = artifacts.read(kind(tmp_path / way))
    assert model.kind == "checkpoint"
    assert model.path == str(tmp_path / way)
    same(held(model), held(read_zoo("basic_lstm")))


@pytest.mark.parametrize("way", ["saved_model.pb", ""])
def test_a_saved_model_can_be_named_by_its_file(way, tmp_path):
    model = artifacts.read(copy_of("saved_model", tmp_path) / way)
    assert model.kind == "saved_model"
    assert "saved_model.pb" in model.files
    assert "variables/variables.index" in model.files


@pytest.mark.parametrize("first", [0, 1])
def test_of_several_meta_graphs_that_are_served_the_one_without_another_tag_is_read(first, tmp_path):
    path = copy_of("saved_model", tmp_path)
    message = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
    message.meta_graphs.add().CopyFrom(message.meta_graphs[0])
    message.meta_graphs[first].meta_info_def.tags.append("gpu")
    message.meta_graphs[first].graph_def.node.add(name="only_here", op="NoOp")
    (path / "saved_model.pb").write_bytes(message.SerializeToString())
    assert "only_here" not in {node.name for node in artifacts.read(path).graph.node}


@pytest.mark.parametrize("way", ["other.ckpt", "other.ckpt.index", "", "checkpoint"])
def test_weights_may_be_elsewhere(way, tmp_path):
    prefix, values = save(tmp_path / "weights", cell, name="other.ckpt")
    shutil.copy(ZOO / "basic_lstm" / "model.ckpt.meta", tmp_path / "graph.meta")
    model = artifacts.read(tmp_path / "graph.meta", weights=tmp_path / "weights" / way)
    assert prefix.endswith("other.ckpt")
    same(held(model), values)
    assert sorted(model.files) == ["graph.meta", "other.ckpt.data-00000-of-00001", "other.ckpt.index"]


def test_a_folder_gives_the_latest_checkpoint_of_any_machine(tmp_path):
    """The file may name the path that it had when it was trained."""
    copy_of("basic_lstm", tmp_path)
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "/gone/train/model.ckpt"\n')
    assert artifacts.read(tmp_path).kind == "checkpoint"
    (tmp_path / "checkpoint").write_text('model_checkpoint_path: "C:\\\\train\\\\model.ckpt"\n')
    assert artifacts.read(tmp_path).kind == "checkpoint"


def test_a_folder_without_a_checkpoint_file_has_its_only_checkpoint(tmp_path):
    copy_of("basic_lstm", tmp_path)
    (tmp_path / "checkpoint").unlink()
    assert artifacts.read(tmp_path).kind == "checkpoint"


@pytest.mark.parametrize("text", [False, True])
def test_a_graph_with_variables_takes_a_checkpoint(text, tmp_path):
    prefix, values = save(tmp_path, cell)
    graph = artifacts.read(prefix).graph
    path = tf.io.write_graph(graph, str(tmp_path), "graph.pbtxt" if text else "graph.pb", as_text=text)
    model = artifacts.read(path, weights=prefix)
    assert model.kind == "checkpoint"
    same(held(model), values)


def test_a_graph_that_begins_with_a_long_name_is_no_text(tmp_path):
    """The lengths in front of a name of 10,000 letters are no control characters."""
    name = "long_" * 2000
    with tf.Graph().as_default() as graph:
        tf1.placeholder(tf.float32, [None], name=name)
    path = tf.io.write_graph(graph, str(tmp_path), "graph.pb", as_text=False)
    assert [node.name for node in artifacts.read(path).graph.node] == [name]


def test_strange_names_of_folders_are_only_names(tmp_path):
    """Characters that the shell, a pattern or a URL would mean something by."""
    for name in ("a b", "[0-9]*", "gs:", "é", "%s{x}"):
        copy_of("basic_lstm", tmp_path / name)
        same(held(artifacts.read(tmp_path / name / "model.ckpt")), held(read_zoo("basic_lstm")))


def test_values_are_read_when_they_are_asked_for(tmp_path):
    path = copy_of("basic_lstm", tmp_path)
    data = tmp_path / "model.ckpt.data-00000-of-00001"
    content = data.read_bytes()
    data.write_bytes(bytes(len(content)))
    model = artifacts.read(path)
    data.write_bytes(content)
    same(held(model), held(read_zoo("basic_lstm")))
