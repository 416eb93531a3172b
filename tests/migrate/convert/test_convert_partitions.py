"""Variables partitioned by columns, however a Saver wrote them: converted, proved, and written back."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from expected_recurrences import ZOO

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.export.to_checkpoint import export

v1 = tf.compat.v1
GRAPH = ZOO.parents[1] / "migrate" / "recognise" / "graphs" / "partitioned_by_columns.pb"
CELL = "columns/rnn/basic_lstm_cell/"
SHAPES = {f"{CELL}kernel": (9, 20), f"{CELL}bias": (20,)}


def in_two(name, value):
    """The columns of a variable by the names of its parts."""
    return {f"{name}/part_{part}": piece for part, piece in enumerate(np.split(value, 2, axis=-1))}


def restoring(graph):
    """Add what an ordinary Saver leaves in a graph: each part is restored as a slice of its whole."""
    assigns = []
    for name, shape in SHAPES.items():
        *rows, columns = shape
        for part in range(2):
            cut = ":".join([*(f"0,{size}" for size in rows), f"{part * columns // 2},{columns // 2}"])
            spec = f"{' '.join(map(str, shape))} {cut}"
            value = tf.raw_ops.RestoreV2(
                prefix="model.ckpt", tensor_names=[name], shape_and_slices=[spec], dtypes=[tf.float32]
            )
            node = graph.get_tensor_by_name(f"{name}/part_{part}:0")
            assigns.append(tf.raw_ops.Assign(ref=node, value=value[0]).op)
    with tf.control_dependencies(assigns):
        return tf.no_op("restore_all").name


def saved(folder, slices, whole=None, named=str):
    """A checkpoint with the recorded graph; its parts are slices of a whole, or tensors with names of their own.

    Args:
        folder: where it is written.
        slices: whether the graph restores slices.
        whole: whether the checkpoint holds wholes, as the graph restores them if nothing is said.
        named: what the checkpoint calls a tensor.
    """
    draws = np.random.default_rng(0)
    wholes = {name: draws.uniform(-0.6, 0.6, shape).astype("float32") for name, shape in SHAPES.items()}
    parts = {part: value for name in wholes for part, value in in_two(name, wholes[name]).items()}
    held = wholes if (slices if whole is None else whole) else parts
    entries = {named(name): value for name, value in held.items()}
    path = str(folder / "model.ckpt")
    tf.raw_ops.SaveV2(
        prefix=path,
        tensor_names=list(entries),
        shape_and_slices=[""] * len(entries),
        tensors=list(entries.values()),
    )
    meta = v1.MetaGraphDef()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(v1.GraphDef.FromString(GRAPH.read_bytes()), name="")
        if slices:
            meta.saver_def.restore_op_name = restoring(graph)
        meta.graph_def.CopyFrom(graph.as_graph_def())
    (folder / "model.ckpt.meta").write_bytes(meta.SerializeToString())
    return path, wholes


def entries_of(path):
    reader = tf.train.load_checkpoint(path)
    return {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}


def before_1_2(name):
    """The name that a variable, or a part of it, had before TensorFlow 1.2."""
    return name.replace("kernel", "weights").replace("bias", "biases")


#: Whether the graph restores slices, whether the checkpoint holds wholes, and under which names.
SAVED = {
    "slices of a whole": (True, True, str),
    "names of their own": (False, False, str),
    "parts by their old names": (True, False, before_1_2),
}
OLD = {
    "a whole by its old name": (True, True, before_1_2),
    "parts by their old names": (True, False, before_1_2),
    "parts by their old names, restored by names": (False, False, before_1_2),
}


@pytest.mark.parametrize("kind", OLD)
def test_old_names_of_parts_are_read_as_those_of_a_new_graph(kind, tmp_path):
    path, wholes = saved(tmp_path, *OLD[kind])
    model = artifacts.read(path)
    for name, value in wholes.items():
        known = name if OLD[kind][1] is False else before_1_2(name)
        np.testing.assert_array_equal(model.variables[known].read(), value)
        for node in (f"{name}/part_0", f"{name}/part_1"):
            np.testing.assert_array_equal(model.value_of(node), in_two(name, value)[node])
    assert any("Names from before TensorFlow 1.2 are read as today's" in note for note in model.notes)


@pytest.mark.parametrize("kind", SAVED)
def test_columns_are_converted_proved_and_written_back(kind, tmp_path):
    slices, whole, named = SAVED[kind]
    path, wholes = saved(tmp_path, slices, whole, named)
    conversion = convert(Request(path), tmp_path / "out")
    assert conversion.complete
    (entry,) = conversion.manifest["models"]
    assert sorted(entry["variables"]) == sorted(wholes)
    assert {f"gradient of {name}" for name in wholes} <= {one["name"] for one in entry["proof"]["tensors"]}
    file = tmp_path / "out" / entry["file"]
    model = keras.models.load_model(file)
    (recurrent,) = [one for one in model.trainable_weights if "recurrent" in one.path]
    recurrent.assign(recurrent * 0.5)
    model.save(file)
    export(str(file), Request(path), str(tmp_path / "new.ckpt"))
    old, new = entries_of(path), entries_of(str(tmp_path / "new.ckpt"))
    assert {name: value.shape for name, value in new.items()} == {k: v.shape for k, v in old.items()}
    parts = [named(f"{CELL}kernel")] if whole else [named(f"{CELL}kernel/part_{n}") for n in range(2)]
    wanted = np.concatenate([wholes[f"{CELL}kernel"][:4], wholes[f"{CELL}kernel"][4:] * 0.5])
    np.testing.assert_array_equal(np.hstack([new[part] for part in parts]), wanted)
