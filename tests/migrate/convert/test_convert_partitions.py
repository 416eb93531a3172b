"""Variables partitioned by columns, however a Saver wrote them: converted, proved, and written back."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from expected_recurrences import ZOO

from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.convert.exporting import export

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


def saved(folder, slices):
    """A checkpoint with the recorded graph; its parts are slices of a whole, or tensors with names of their own."""
    draws = np.random.default_rng(0)
    wholes = {name: draws.uniform(-0.6, 0.6, shape).astype("float32") for name, shape in SHAPES.items()}
    entries = wholes if slices else {k: v for name in wholes for k, v in in_two(name, wholes[name]).items()}
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


@pytest.mark.parametrize("slices", [True, False], ids=["slices of a whole", "names of their own"])
def test_columns_are_converted_proved_and_written_back(slices, tmp_path):
    path, wholes = saved(tmp_path, slices)
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
    found = new if slices else {f"{CELL}kernel": np.hstack([new[f"{CELL}kernel/part_{n}"] for n in range(2)])}
    wanted = np.concatenate([wholes[f"{CELL}kernel"][:4], wholes[f"{CELL}kernel"][4:] * 0.5])
    np.testing.assert_array_equal(found[f"{CELL}kernel"], wanted)
