"""Checkpoints in the format V1: every way to name one, every dtype, and the input that cannot be used."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from artefact_files import ZOO, copy_of, put_slices, read_all, slices_of, table_of, tf1
from tensorflow.core.protobuf.saver_pb2 import SaverDef

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.artifacts import single_file

SHARD = "model.ckpt-00000-of-00002"


NAMED = [
    ("v1_with_graph", "model.ckpt"),
    ("v1_with_graph", "model.ckpt.meta"),
    ("v1_with_graph", ""),
    ("v1_sharded", "model.ckpt"),
    ("v1_sharded", "model.ckpt.meta"),
    ("v1_sharded", "model.ckpt-00001-of-00002"),
    ("v1_sharded", "model.ckpt-?????-of-00002"),
    ("v1_sharded", ""),
    ("weights_alone_v1", "model.ckpt"),
]


STATES = [(*case, state) for case in NAMED for state in ("named", "not named")]


@pytest.mark.parametrize(("name", "path", "state"), [*STATES, ("v1_with_graph", "checkpoint", "named")])
def test_it_is_found_by_each_of_its_names(name, path, state, tmp_path):
    shutil.copytree(ZOO / name, tmp_path, dirs_exist_ok=True)
    if state == "not named":
        (tmp_path / "checkpoint").unlink()
    model = artifacts.read(tmp_path / path)
    data = {file.name for file in tmp_path.glob("model.ckpt*") if not file.name.endswith(".meta")}
    assert {file for file in model.files if not file.endswith(".meta")} == data
    assert (model.graph is not None) == (name != "weights_alone_v1")


def test_a_file_beside_a_later_checkpoint_does_not_hide_it(tmp_path):
    shutil.copytree(ZOO / "basic_lstm", tmp_path, dirs_exist_ok=True)
    shutil.copy(ZOO / "v1_sharded" / SHARD, tmp_path)
    assert set(read_all(tmp_path / "model.ckpt")) == set(read_all(ZOO / "basic_lstm" / "model.ckpt"))


def test_weights_of_the_format_serve_a_graph_that_lies_elsewhere(tmp_path):
    copy_of("v1_with_graph", tmp_path)
    (tmp_path / "model.ckpt.meta").rename(tmp_path / "graph.meta")
    wanted = read_all(ZOO / "v1_with_graph" / "model.ckpt")
    found = read_all(tmp_path / "graph.meta", weights=tmp_path / "model.ckpt")
    assert found.keys() == wanted.keys()
    assert all(np.array_equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("sharded", [False, True])
def test_every_dtype_and_shape_is_read_as_it_was_saved(sharded, tmp_path):
    types = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
    types += ["complex64", "complex128"]

    def build():
        for dtype in types:
            for shape in ((), (3,), (2, 3, 4)):
                name = f"{dtype}_{len(shape)}"
                start = np.arange(max(1, np.prod(shape))).reshape(shape).astype(dtype)
                tf1.get_variable(name, initializer=tf.constant(start))
        tf1.get_variable("text", initializer=tf.constant("no number"), trainable=False)

    wanted = save_as_built(tmp_path, build, sharded)
    found = read_all(tmp_path / "model.ckpt")
    assert found.keys() == wanted.keys() - {"text"}
    for name, value in found.items():
        assert (value.dtype, value.shape) == (wanted[name].dtype, wanted[name].shape)
        assert np.array_equal(value, wanted[name])


def test_tensorflows_own_reader_still_refuses_what_was_saved_in_slices():
    """The day it reads them, it can read the numbers here too, behind the checks."""
    reader = tf1.train.NewCheckpointReader(str(ZOO / "v1_sharded" / "model.ckpt-?????-of-00002"))
    with pytest.raises(tf.errors.UnimplementedError, match="Sliced checkpoints are not supported"):
        reader.get_tensor("basic_rnn_cell/kernel")


def save_as_built(folder, build, sharded):
    """Save what a graph's variables begin with, and return it."""
    with tf.Graph().as_default(), tf1.Session() as session:
        build()
        session.run(tf1.global_variables_initializer())
        saver = tf1.train.Saver(write_version=SaverDef.V1, sharded=sharded)
        saver.save(session, str(folder / "model.ckpt"), write_meta_graph=False)
        variables = tf1.global_variables()
        return {one.op.name: np.asarray(session.run(one)) for one in variables}


def of(name, file="model.ckpt"):
    """A maker of a checkpoint one of whose files was changed."""

    def changed_by(change):
        def make(folder):
            path = copy_of(name, folder)
            change(folder / file)
            return path

        return make

    return changed_by


V1, SHARDED = of("weights_alone_v1"), of("v1_sharded", SHARD)


def messages(change):
    """A change of the messages in a file, written with right checksums."""

    def changed(path):
        found = slices_of(path)
        change(found)
        put_slices(path, found)

    return changed


def data_of(found, name):
    return next(one.data for one in found.values() if one.data.name == name)


def listed(found, name):
    return next(one for one in found[b""].meta.tensor if one.name == name)


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def twice(found):
    """The second slice of a kernel once more, where the first one is."""
    slices = [one.data for one in found.values() if one.data.name == "RNN/LSTMCell/W_0"]
    half = slices[0].slice.extent[1]
    half.start, half.length = 0, 5
    del slices[0].data.float_val[:]
    slices[0].data.float_val.extend([0.5] * (listed(found, "RNN/LSTMCell/W_0").shape.dim[0].size * 5))
    again = type(found[b""])()
    again.data.CopyFrom(slices[0])
    again.data.slice.extent[1].start = 3
    rest = type(found[b""])()
    rest.data.CopyFrom(slices[0])
    rest.data.slice.extent[1].start = 5
    found[b"\0x"], found[b"\0y"] = again, rest
    listed(found, "RNN/LSTMCell/W_0").shape.dim[1].size = 15


def of_the_sizes(folder):
    copy_of("v1_sharded", folder)
    shutil.copy(folder / SHARD, folder / "model.ckpt-00000-of-00001")
    return folder / "model.ckpt"


def not_a_number(found):
    data_of(found, "RNN/LSTMCell/B").data.float_val[3] = float("nan")


def as_int8(found):
    listed(found, "RNN/LSTMCell/B").type = 6
    data_of(found, "RNN/LSTMCell/B").data.int_val.extend([300] * 20)


#: What it is -> (how it is made, words that its message must have).
TABLE = {
    "one that is cut off": (V1(cut), "the mark of a table in the last 8 bytes"),
    "one with a changed byte": (V1(flip), "the checksum of the block"),
    "the index of another format": (
        V1(lambda path: shutil.copy(ZOO / "basic_lstm" / "model.ckpt.index", path)),
        "a list of tensors first",
    ),
    "a table of nothing": (V1(lambda path: path.write_bytes(table_of([]))), "a list of tensors"),
    "a table of noise": (
        V1(lambda path: path.write_bytes(table_of([(b"", b"\xff" * 9), (b"a", b"b")]))),
        "SavedTensorSlices",
    ),
    "a shard that is missing": (SHARDED(lambda path: path.unlink()), "one is missing"),
    "shards of two checkpoints": (of_the_sizes, "checkpoints in 1 and in 2 files"),
    "a shard that is empty": (SHARDED(lambda path: path.write_bytes(b"")), "one is missing"),
    "NaN": (V1(messages(not_a_number)), "1 of 20 values that are NaN"),
    "fewer numbers": (
        V1(messages(lambda found: data_of(found, "RNN/LSTMCell/B").data.float_val.pop())),
        "19 numbers for a slice of [20]",
    ),
    "a slice outside": (
        V1(messages(lambda found: setattr(data_of(found, "RNN/LSTMCell/B").slice.extent[0], "start", 9))),
        "a slice at",
    ),
    "a slice of another rank": (
        V1(messages(lambda found: data_of(found, "RNN/LSTMCell/B").slice.extent.add())),
        "a slice at",
    ),
    "a tensor without its slice": (
        V1(messages(lambda found: found.pop(next(key for key in found if b"/B\0" in key)))),
        "expected the 20 numbers of 'RNN/LSTMCell/B', found 0",
    ),
    "slices that overlap": (V1(messages(twice)), "its slices overlap"),
    "a size below nothing": (
        V1(messages(lambda found: setattr(listed(found, "RNN/LSTMCell/B").shape.dim[0], "size", -1))),
        "shape [-1]",
    ),
    "a size beyond all": (
        V1(messages(lambda found: setattr(listed(found, "RNN/LSTMCell/B").shape.dim[0], "size", 2**60))),
        "numbers",
    ),
    "a slice that nobody listed": (
        V1(messages(lambda found: listed(found, "RNN/LSTMCell/B").Clear())),
        "found an entry of 'RNN/LSTMCell/B'",
    ),
    "a number that its dtype does not have": (
        V1(messages(as_int8)),
        "NumPy says",
    ),
}


@pytest.mark.parametrize(("make", "words"), TABLE.values(), ids=TABLE)
def test_bad_input_gets_one_clear_line(make, words, tmp_path):
    path = make(tmp_path)
    with pytest.raises(artifacts.ArtifactError) as caught:
        read_all(path)
    message = str(caught.value)
    assert words in message
    assert message.isprintable()
    assert message.endswith((".", "?"))
    assert str(tmp_path) in message


def test_the_makers_damage_what_is_fine_before(tmp_path):
    for make in (V1(messages(lambda found: None)), SHARDED(messages(lambda found: None))):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        path = make(folder)
        assert read_all(path)


def test_no_bytes_are_kept_of_what_was_only_looked_at(tmp_path):
    """A model is read when it is asked for; what was read and lost since is an error."""
    path = copy_of("weights_alone_v1", tmp_path)
    model = artifacts.read(path)
    flip(path)
    with pytest.raises(artifacts.ArtifactError, match="checksum"):
        [variable.read() for variable in model.variables.values()]
    assert single_file.files_of(str(path)) == [str(path)]
