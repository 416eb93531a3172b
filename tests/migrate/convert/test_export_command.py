"""`tf2-lstm export`: the way back into a TF1 checkpoint, and what is refused on it."""

import os
import resource
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
import warm
from expected_recurrences import ZOO

from tf2_lstm.cli import main

BASIC = str(ZOO / "basic_lstm" / "model.ckpt")


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """The model of a checkpoint, to be exported."""
    out = tmp_path_factory.mktemp("converted") / "out"
    assert main(["convert", BASIC, "-o", str(out)]) == 0
    return out / "rnn.keras"


def diverged(folder, model):
    one = keras.models.load_model(model)
    one.trainable_weights[0].assign(np.full(one.trainable_weights[0].shape, np.nan))
    one.save(folder / "nan.keras")
    return [folder / "nan.keras", BASIC, folder / "new"]


def of_a_copy(folder, model, output):
    """Export over the very checkpoint that is copied, or another name of it."""
    shutil.copytree(ZOO / "basic_lstm", folder / "source")
    (folder / "link").symlink_to(folder / "source")
    return [model, folder / "source" / "model.ckpt", folder / output / "model.ckpt", "--overwrite"]


def over_the_graph(folder, model, weights=True):
    """Export over the graph that --like names, or over another name of a file that is read."""
    source = shutil.copytree(ZOO / "basic_lstm", folder / "source")
    (source / "model.ckpt.meta").rename(folder / "graph.meta")
    more = ["--weights", source / "model.ckpt", "--overwrite"]
    if weights:
        return [model, folder / "graph.meta", folder / "graph", *more]
    os.link(source / "model.ckpt.data-00000-of-00001", folder / "new.data-00000-of-00001")
    return [model, folder / "graph.meta", folder / "new", *more]


def named_as_a_folder(folder, model, ending):
    """Export to a name that only a folder may have; without its end it is the graph's that --like names."""
    model, graph, new, *more = over_the_graph(folder, model)
    return [model, graph, f"{new}{ending}", *more]


def over_a_circle(folder, model):
    (folder / "new.index").symlink_to("new.index")
    return [model, BASIC, folder / "new", "--overwrite"]


def occupied(folder, model, ending, *more):
    """Export to a prefix one of whose files is there."""
    (folder / f"new{ending}").write_text("mine")
    return [model, BASIC, folder / "new", *more]


def blocked(folder, model):
    (folder / "new.index").mkdir()
    return [model, BASIC, folder / "new", "--overwrite"]


#: Exports that are refused -> (MODEL.keras, --like, -o and more, words that the message must have).
REFUSED = {
    "over the source": (lambda d, m: of_a_copy(d, m, "source"), "is the checkpoint that is copied"),
    "over the source by a link": (lambda d, m: of_a_copy(d, m, "link"), "is the checkpoint that is copied"),
    "over the graph of --like": (over_the_graph, "graph.meta, which is being read"),
    "over a hard link to the data": (lambda d, m: over_the_graph(d, m, False), "which is being read"),
    "over a graph": (lambda d, m: occupied(d, m, ".meta"), "is there already"),
    "over data": (lambda d, m: occupied(d, m, ".data-00000-of-00001"), "is there already"),
    "over the graph, named as a folder": (lambda d, m: named_as_a_folder(d, m, "/"), "can only be a folder"),
    "over the graph, named by a dot": (lambda d, m: named_as_a_folder(d, m, "/."), "can only be a folder"),
    "over a link that goes in a circle": (over_a_circle, "something that is no file"),
    "over a folder": (blocked, "something that is no file"),
    "without a name": (lambda d, m: [m, BASIC, ""], "expected the prefix of a checkpoint"),
    "NaN": (diverged, "values that are NaN"),
    "a model from the network": (lambda d, m: ["hf://some/model", BASIC, d / "new"], "no file is there"),
    "into a model with another activation": (
        lambda d, m: [m, ZOO / "basic_lstm_relu" / "model.ckpt", d / "new"],
        "expected activation='relu', found 'tanh'",
    ),
    "into a stack": (
        lambda d, m: [m, ZOO / "stack_of_two" / "model.ckpt", d / "new"],
        "is not the model of rnn: expected a cell at rnn/cell/cells/0, found none there",
    ),
    "into another cell": (
        lambda d, m: [m, ZOO / "gru_cell" / "model.ckpt", d / "new"],
        "is not the model of rnn: rnn/gru_cell/kernel: expected shape [input depth, 15]",
    ),
    "into a frozen graph": (
        lambda d, m: [m, ZOO / "frozen" / "frozen.pb", d / "new"],
        "found frozen graph. Name the ",
    ),
    "what is no model": (
        lambda d, m: [ZOO / "frozen" / "frozen.pb", BASIC, d / "new"],
        "Name the .keras file in",
    ),
    "into a folder that is not there": (
        lambda d, m: [m, BASIC, d / "no" / "new"],
        "is not there. Create it first",
    ),
    "another name": (lambda d, m: [m, BASIC, d / "new", "--name", "x"], "of a recurrence of"),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_exports_that_are_refused(make, words, converted, tmp_path, capsys):
    model, like, output, *more = map(str, make(tmp_path, converted))
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    assert main(["export", model, "--like", like, "-o", output, *more]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert words in said.err
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("size", [0, 600, 2_000, 32_000])
def test_export_that_does_not_fit_on_the_disk_leaves_nothing(size, converted, tmp_path, capsys):
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        code = main(["export", str(converted), "--like", BASIC, "-o", str(tmp_path / "new")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 2
    assert "new: cannot be written: File too large." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("named", ["", "/checkpoint", "/model.ckpt.data-00000-of-00001", "/model.ckpt.meta"])
def test_export_copies_what_is_named_however_it_is_named(named, converted, tmp_path):
    """What a `checkpoint` file says of other folders is not followed."""
    source = shutil.copytree(ZOO / "basic_lstm", tmp_path / "source")
    other = shutil.copytree(ZOO / "train_adam", tmp_path / "other")
    (source / "checkpoint").write_text(f'model_checkpoint_path: "{other}/model.ckpt"')
    new = str(tmp_path / "new")
    assert main(["export", str(converted), "--like", f"{source}{named}", "-o", new]) == 0
    shapes = tf.train.load_checkpoint(BASIC).get_variable_to_shape_map()
    assert tf.train.load_checkpoint(new).get_variable_to_shape_map() == shapes


def test_no_graph_of_an_earlier_export_stays_beside_another_checkpoint(converted, tmp_path):
    new, source = tmp_path / "new", tmp_path / "source"
    assert main(["export", str(converted), "--like", BASIC, "-o", str(new)]) == 0
    shutil.copytree(ZOO / "basic_lstm", source, ignore=shutil.ignore_patterns("*.meta"))
    like = ["--like", str(source / "model.ckpt"), "--name", "rnn", "--assume-defaults"]
    assert main(["export", str(converted), *like, "-o", str(new), "--overwrite"]) == 0
    assert sorted(path.name for path in tmp_path.glob("new*")) == ["new.data-00000-of-00001", "new.index"]


def test_export_reads_and_writes_under_any_name(converted, tmp_path):
    """TensorFlow takes some names for patterns, and knows no other encoding than UTF-8."""
    folder = tmp_path / "a[b]*?\\\udce9\n\x1b[31m"
    source = shutil.copytree(ZOO / "basic_lstm", folder)
    new, plain = folder / "new[1]\udce9", tmp_path / "new"
    assert main(["export", str(converted), "--like", str(source / "model.ckpt"), "-o", str(new)]) == 0
    assert main(["export", str(converted), "--like", BASIC, "-o", str(plain)]) == 0
    for ending in (".index", ".meta", ".data-00000-of-00001"):
        assert Path(f"{new}{ending}").read_bytes() == Path(f"{plain}{ending}").read_bytes()


@pytest.mark.parametrize("name", ["basic_lstm", "lstm_unit_shards", "gru_cell"])
def test_export_is_the_way_back(name, tmp_path):
    """A changed model goes back; the v1 Saver restores it, and conversion finds the changed weights again."""
    path = str(ZOO / name / "model.ckpt")
    assert main(["convert", path, "-o", str(tmp_path / "out")]) == 0
    file = tmp_path / "out" / "rnn.keras"
    model = keras.models.load_model(file)
    for weight in model.trainable_weights:
        weight.assign(np.array(keras.ops.convert_to_numpy(weight)) * 1.5)
    model.save(file)
    new = str(tmp_path / "new.ckpt")
    assert main(["export", str(file), "--like", path, "-o", new]) == 0
    assert main(["export", str(file), "--like", path, "-o", new]) == 2
    assert main(["convert", new, "-o", str(tmp_path / "again")]) == 0
    again = keras.models.load_model(tmp_path / "again" / "rnn.keras")
    for one, other in zip(model.trainable_weights, again.trainable_weights, strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=3e-7, atol=3e-7)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        saver = tf.compat.v1.train.import_meta_graph(path + ".meta", clear_devices=True)
        saver.restore(session, new)


def test_export_writes_an_object_based_checkpoint_back(tmp_path):
    """tf.train.Checkpoint finds the changed weights by the paths through the objects, and the counter beside them."""
    path = str(ZOO / "object_checkpoint" / "object.ckpt-1")
    assert main(["convert", path, "-o", str(tmp_path / "out"), "--assume-defaults"]) == 0
    file = tmp_path / "out" / "rnn.keras"
    model = keras.models.load_model(file)
    for weight in model.trainable_weights:
        weight.assign(np.array(keras.ops.convert_to_numpy(weight)) * 1.5)
    model.save(file)
    assert main(["export", str(file), "--like", path, "-o", str(tmp_path / "new"), "--assume-defaults"]) == 0
    assert main(["convert", str(tmp_path / "new"), "-o", str(tmp_path / "again"), "--assume-defaults"]) == 0
    again = keras.models.load_model(tmp_path / "again" / "rnn.keras")
    for one, other in zip(model.trainable_weights, again.trainable_weights, strict=True):
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=3e-7, atol=3e-7)
    lower = tf.Variable(tf.zeros([9, 20]))
    checkpoint = tf.train.Checkpoint(
        model=tf.train.Checkpoint(**{"cell-0": tf.train.Checkpoint(kernel=lower)})
    )
    checkpoint.restore(str(tmp_path / "new")).assert_existing_objects_matched()
    # The output gate is the last one in TF1 and in Keras.
    np.testing.assert_allclose(
        lower.numpy()[:4, 15:], np.asarray(again.trainable_weights[0])[:, 15:], rtol=3e-7
    )
    assert int(checkpoint.save_counter) == 1


def test_export_knows_the_classes_of_the_package_in_a_process_of_its_own(tmp_path):
    path = str(ZOO / "lstm_peepholes" / "model.ckpt")
    assert main(["convert", path, "-o", str(tmp_path / "out")]) == 0
    options = ["--like", path, "-o", str(tmp_path / "new.ckpt")]
    done = warm.python("-m", "tf2_lstm", "export", tmp_path / "out" / "rnn.keras", *options)
    assert (done.returncode, done.stderr) == (0, "")


def test_export_copies_all_other_variables(tmp_path):
    path = str(ZOO / "train_adam" / "model.ckpt")
    out = tmp_path / "out"
    main(["convert", path, "-o", str(out)])
    [file] = out.glob("rnn.keras")
    assert main(["export", str(file), "--like", path, "-o", str(tmp_path / "new.ckpt")]) == 0
    old, new = (tf.train.load_checkpoint(one) for one in (path, str(tmp_path / "new.ckpt")))
    names = old.get_variable_to_shape_map()
    assert new.get_variable_to_shape_map() == names
    for name in names:
        np.testing.assert_allclose(new.get_tensor(name), old.get_tensor(name), rtol=3e-7, atol=3e-7)


def test_export_says_that_it_writes_no_v1_file(tmp_path, capsys):
    source = str(ZOO / "v1_with_graph" / "model.ckpt")
    assert main(["convert", source, "-o", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    model, new = str(tmp_path / "out" / "gru_cell.keras"), str(tmp_path / "new.ckpt")
    assert main(["export", model, "--like", source, "-o", new]) == 2
    assert "format V1, which is only read" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
