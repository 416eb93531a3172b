"""How input that cannot be used is made, and what must be said of it."""

import json
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import h5py
import numpy as np
import tensorflow as tf
from artefact_files import ZOO, cell, copy_of, save, tf1, varint
from tensorflow.core.protobuf import saved_model_pb2

H5 = "keras_lstm"


class Boom:
    """Whoever unpickles this leaves a file behind."""

    def __reduce__(self):
        return Path.touch, (Path("unpickled"),)


def checkpoint(folder):
    return copy_of("basic_lstm", folder)


def put(path, data):
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def cut(path, size):
    put(path, path.read_bytes()[:size])


def index(folder):
    return folder / "model.ckpt.index"


def data(folder):
    return folder / "model.ckpt.data-00000-of-00001"


def meta(folder):
    return folder / "model.ckpt.meta"


def changed(suffix, change):
    """A maker of a checkpoint one of whose files was changed."""

    def make(folder):
        path = checkpoint(folder)
        change(Path(str(path) + suffix))
        return path

    return make


def flip(position):
    def change(path):
        content = bytearray(path.read_bytes())
        content[position] ^= 1
        path.write_bytes(content)

    return change


def with_state(text):
    """A maker of a folder whose `checkpoint` file says something else."""

    def make(folder):
        checkpoint(folder)
        put(folder / "checkpoint", text)
        return folder

    return make


def other_shape(folder):
    prefix, _ = save(folder, lambda: cell((8, 20)))
    shutil.copy(meta(ZOO / "basic_lstm"), prefix + ".meta")
    return prefix


def other_names(folder):
    prefix, _ = save(folder, lambda: cell(scope="decoder/lstm_cell"))
    shutil.copy(meta(ZOO / "basic_lstm"), prefix + ".meta")
    return prefix


def not_a_number(folder):
    prefix, _ = save(folder, cell)
    with tf.Graph().as_default(), tf1.Session() as session:
        cell()
        session.run(tf1.global_variables_initializer())
        tf1.global_variables()[0].load(np.full((9, 20), np.nan, "float32"), session)
        tf1.train.Saver().save(session, prefix)
    return prefix


def missing_part(folder):
    def build():
        tf1.get_variable("kernel/part_0", (2, 3))
        tf1.get_variable("kernel/part_2", (2, 3))

    prefix, _ = save(folder, build)
    meta(folder).unlink()
    return prefix


def tf2_checkpoint(folder):
    return tf.train.Checkpoint(kernel=tf.Variable([1.0])).save(str(folder / "ckpt"))


def tf2_saved_model(folder):
    module = tf.Module()
    module.call = tf.function(lambda x: 2 * x, input_signature=[tf.TensorSpec([2], tf.float32)])
    tf.saved_model.save(module, str(folder / "exported"))
    return folder / "exported"


def objects_of_1_15(folder):
    """What tf.saved_model.save of 1.15 writes has the same form and says another version."""
    path = tf2_saved_model(folder)
    whole = (path / "saved_model.pb").read_bytes()
    own = tf.__version__.encode()
    (path / "saved_model.pb").write_bytes(whole.replace(own, b"1.15.5"[: len(own)].ljust(len(own), b"0")))
    return path


def graph_bytes(*nodes):
    graph = tf1.GraphDef()
    for name, operation, *inputs in nodes:
        graph.node.add(name=name, op=operation, input=inputs)
    return graph.SerializeToString()


def deep(folder):
    """A graph with a function's attribute in an attribute in an attribute, five thousand times."""
    inner = b""
    for _ in range(5000):  # NameAttrList.attr (2) of AttrValue.func (10), each with its length
        inner = b"\x52" + sized(b"\x12" + sized(b"\x12" + sized(inner)))
    node = b"\x0a\x01x\x12\x02No\x2a" + sized(b"\x12" + sized(inner))
    return put(folder / "deep.pb", b"\x0a" + sized(node))


def calls(folder, *functions):
    """A graph whose node calls the last of some functions, each of them (name, names of those that it calls)."""
    graph = tf1.GraphDef()
    for name, called in functions:
        function = graph.library.function.add()
        function.signature.name = name
        for number, one in enumerate(called):
            node = function.node_def.add(name=f"call_{number}", op="PartitionedCall")
            node.attr["f"].func.name = one
    graph.node.add(name="start", op=functions[-1][0])
    return put(folder / "calls.pb", graph.SerializeToString())


def asking(folder):
    """A function that is told by who calls it what it calls itself."""
    graph = tf1.GraphDef()
    function = graph.library.function.add()
    function.signature.name = "outer"
    function.node_def.add(name="call", op="PartitionedCall").attr["f"].placeholder = "f"
    graph.node.add(name="start", op="outer").attr["f"].func.name = "inner"
    return put(folder / "asking.pb", graph.SerializeToString())


def sized(content):
    return varint(len(content)) + content


def huge(folder):
    path = folder / "huge.pb"
    with path.open("wb") as file:
        file.write(graph_bytes(("x", "Placeholder")))
        file.truncate(2**31 + 10)  # a hole, which takes no room on the disk
    return path


def h5(folder, change):
    path = folder / "model.h5"
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.2.4-tf"
        file.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"layers": []}})
        group = file.create_group("model_weights/lstm")
        file["model_weights"].attrs["layer_names"] = [b"lstm"]
        group.attrs["weight_names"] = [b"lstm/kernel:0"]
        group["lstm/kernel:0"] = np.ones((2, 3), "float32")
        change(file)
    return path


def linked(link):
    def change(file):
        del file["model_weights/lstm/lstm/kernel:0"]
        file["model_weights/lstm/lstm/kernel:0"] = link

    return change


def outside(folder):
    with h5py.File(folder / "other.h5", "w") as file:
        file["secret"] = np.ones(3)
    return h5(folder, linked(h5py.ExternalLink(str(folder / "other.h5"), "/secret")))


def raw_file(folder):
    put(folder / "secret.bin", b"12345678" * 3)

    def change(file):
        del file["model_weights/lstm/lstm/kernel:0"]
        file["model_weights/lstm"].create_dataset(
            "lstm/kernel:0", (2, 3), "float32", external=[(str(folder / "secret.bin"), 0, 24)]
        )

    return h5(folder, change)


def loop(folder):
    (folder / "a").symlink_to(folder / "b")
    (folder / "b").symlink_to(folder / "a")
    return folder / "a"


def pipe(folder):
    os.mkfifo(folder / "model.pb")
    return folder / "model.pb"


def instead_of_the_graph(folder, target):
    """A checkpoint whose `.meta` is a link to what is no file."""
    shutil.copytree(ZOO / "basic_lstm", folder / "copy")
    (folder / "copy" / "model.ckpt.meta").unlink()
    (folder / "copy" / "model.ckpt.meta").symlink_to(target)
    return folder / "copy" / "model.ckpt"


def pickled(folder):
    return put(folder / "model.ckpt", pickle.dumps(Boom()))


def zipped(folder):
    with zipfile.ZipFile(folder / "model.zip", "w") as file:
        file.writestr("x", "y")
    return folder / "model.zip"


def two_checkpoints(folder):
    checkpoint(folder)
    (folder / "checkpoint").unlink()
    shutil.copy(index(folder), folder / "model.ckpt-2.index")
    return folder


def no_shard(folder):
    path = checkpoint(folder)
    data(folder).unlink()
    return path


def no_variables(folder):
    path = copy_of("saved_model", folder)
    shutil.rmtree(path / "variables")
    return path


def two_meta_graphs(folder):
    path = copy_of("saved_model", folder)
    message = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
    message.meta_graphs.add().CopyFrom(message.meta_graphs[0])
    put(path / "saved_model.pb", message.SerializeToString())
    return path


#: What it is -> (how it is made, words that its message must have).
TABLE = {
    "no such path": (lambda d: d / "model.ckpt", "nothing is there"),
    "no such path in no such folder": (lambda d: d / "a" / "b" / "model.ckpt", "nothing is there"),
    "a path with a zero byte": (lambda d: f"{d}/a\0b", "zero byte"),
    "a name that is too long": (lambda d: d / ("x" * 5000), "too long"),
    "a path through a file": (lambda d: put(d / "f", "x") / "model.ckpt", "nothing is there"),
    "an empty folder": (lambda d: d, "an empty folder"),
    "a folder of other things": (lambda d: put(d / "notes.md", "# Notes").parent, "notes.md"),
    "a folder of two checkpoints": (two_checkpoints, "2 checkpoints (model.ckpt, model.ckpt-2)"),
    "an empty file": (lambda d: put(d / "model.pb", b""), "an empty one"),
    "an empty .meta": (changed(".meta", lambda path: put(path, b"")), "found 0"),
    "an empty index": (changed(".index", lambda path: put(path, b"")), "found 0"),
    "empty data": (changed(".data-00000-of-00001", lambda path: put(path, b"")), "which has 0"),
    "a text file": (lambda d: put(d / "model.ckpt", "weights: 1 2 3\n" * 50), "found text"),
    "a text file called .meta": (lambda d: put(d / "m.meta", "hello\n"), "MetaGraphDef"),
    "a text file called .index": (
        changed(".index", lambda path: put(path, "hello " * 40)),
        "the mark of a table",
    ),
    "a text file called .h5": (lambda d: put(d / "m.h5", "hello\n"), "found text"),
    "a text file called .pbtxt": (lambda d: put(d / "m.pbtxt", "hello\n"), "GraphDef"),
    "Python source": (lambda d: put(d / "model.py", "raise SystemExit('ran')\n"), "Python source"),
    "a pickle": (pickled, "a pickle, which is never opened"),
    "a pickle called .pb": (
        lambda d: put(d / "m.pb", pickle.dumps(Boom())),
        "a pickle, which is never opened",
    ),
    "a zip": (zipped, "a zip archive"),
    "a NumPy file": (lambda d: np.save(d / "m.npy", np.ones(3)) or d / "m.npy", "a NumPy array"),
    "a truncated index": (changed(".index", lambda path: cut(path, 100)), "index of a TensorFlow checkpoint"),
    "a garbled index": (changed(".index", flip(30)), "checksum"),
    "an index of noise": (
        changed(".index", lambda p: put(p, np.random.default_rng(0).bytes(300))),
        "the mark",
    ),
    "truncated data": (changed(".data-00000-of-00001", lambda path: cut(path, 300)), "was cut off"),
    "garbled data": (changed(".data-00000-of-00001", flip(200)), "Checksum does not match"),
    "a truncated .meta": (changed(".meta", lambda path: cut(path, 1000)), "MetaGraphDef"),
    "a missing shard": (no_shard, "a data file of the checkpoint is missing"),
    "a missing index": (changed(".index", Path.unlink), "the weights are not"),
    "the data of another shard count": (
        changed(".data-00000-of-00001", lambda p: p.rename(str(p)[:-1] + "2")),
        "missing",
    ),
    "a checkpoint of another model, by shape": (other_shape, "has shape [9, 20], the checkpoint's"),
    "a checkpoint of another model, by name": (other_names, "decoder/lstm_cell/bias"),
    "NaN weights": (not_a_number, "180 of 180 values that are NaN"),
    "a part that is missing": (missing_part, "part_1 is missing"),
    "a `checkpoint` file of text": (with_state("hello there\n"), "CheckpointState"),
    "a `checkpoint` file that is empty": (with_state(""), "found 0"),
    "a `checkpoint` file that names nothing": (
        with_state('model_checkpoint_path: ""'),
        "names the checkpoint ''",
    ),
    "a `checkpoint` file that names what is gone": (with_state('model_checkpoint_path: "gone"'), "'gone'"),
    "a `checkpoint` file that names another folder": (
        with_state('model_checkpoint_path: "../../../etc/passwd"'),
        "expected it in this folder",
    ),
    "a checkpoint of TensorFlow 2": (tf2_checkpoint, "of TensorFlow 2"),
    "a SavedModel of objects by TensorFlow 1.15": (
        objects_of_1_15,
        "as tf.saved_model.save of TensorFlow 1.15.5 writes it. Write the program's graph with",
    ),
    "a SavedModel of TensorFlow 2": (tf2_saved_model, "as tf.saved_model.save of TensorFlow 2."),
    "a SavedModel without variables": (no_variables, "variables.index"),
    "a SavedModel with two MetaGraphs": (two_meta_graphs, "found 2 (serve, serve)"),
    "a graph without nodes": (
        lambda d: put(d / "m.pb", tf1.GraphDef(versions={"producer": 1}).SerializeToString()),
        "without nodes",
    ),
    "a graph with an input that is gone": (
        lambda d: put(d / "m.pb", graph_bytes(("a", "Neg", "b"))),
        "reads 'b', which the graph does not have",
    ),
    "a graph with two nodes of one name": (
        lambda d: put(d / "m.pb", graph_bytes(("a", "NoOp"), ("a", "NoOp"))),
        "a name of their own",
    ),
    "a graph that is not frozen": (
        lambda d: put(d / "m.pb", graph_bytes(("kernel\nx", "VariableV2"))),
        "found 1 variable(s) without values",
    ),
    "a graph that is very deep": (deep, "GraphDef"),
    "functions without end": (
        lambda d: calls(d, ("a", "b"), ("b", "a")),
        "calls itself, at once or through others",
    ),
    "functions that are very deep": (
        lambda d: calls(d, ("0", ""), *((str(n), [str(n - 1)]) for n in range(1, 70))),
        "calls functions more than 64 deep",
    ),
    "functions that are called very often": (
        lambda d: calls(d, ("0", ""), *((str(n), [str(n - 1)] * 2) for n in range(1, 50))),
        "of 4,000 calls at most, found 1,125,899,906,842,623",
    ),
    "a function that is told what to call": (asking, "'outer' takes attributes from who calls it"),
    "a graph that is too large": (huge, "expected 1 to 2147483647 bytes"),
    "a link that is a loop": (loop, "Too many levels of symbolic links"),
    "a pipe": (pipe, "no ordinary file"),
    "a device for a graph": (
        lambda d: instead_of_the_graph(d, "/dev/zero"),
        r"model.ckpt.meta: expected a file, it is no ordinary file",
    ),
    "a link to nothing for a graph": (
        lambda d: instead_of_the_graph(d, "gone"),
        r"model.ckpt.meta: expected a file, nothing is there",
    ),
    "an .h5 that is cut off": (lambda d: cut(h5(d, lambda f: None), 900) or d / "model.h5", "truncated file"),
    "an .h5 of weights alone": (lambda d: h5(d, lambda f: f.attrs.pop("model_config")), "no model_config"),
    "an .h5 of a damaged configuration": (
        lambda d: h5(d, lambda f: f.attrs.modify("model_config", '{"class_name": ')),
        "is no JSON",
    ),
    "an .h5 of another configuration": (
        lambda d: h5(d, lambda f: f.attrs.modify("model_config", "[1, 2]")),
        "a Sequential or a functional model",
    ),
    "an .h5 of Keras 3": (
        lambda d: h5(d, lambda f: f.attrs.modify("keras_version", "3.15.1")),
        "one of Keras 3.15.1",
    ),
    "an .h5 without weights": (lambda d: h5(d, lambda f: f.pop("model_weights")), "found nothing"),
    "an .h5 that links to another file": (outside, "a link to elsewhere"),
    "an .h5 whose numbers are in another file": (raw_file, "numbers kept in the file"),
    "an .h5 of texts": (lambda d: h5(d, linked(["not", "numbers"])), "numbers kept in the file"),
}
