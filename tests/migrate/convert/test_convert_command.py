"""The commands on a TF1 model: exit codes, one line for bad input, nothing half-written."""

import json
import os
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from expected_recurrences import ZOO, read_run

from tf2_lstm.cli import main
from tf2_lstm.migrate.convert.compare_command import is_path

BASIC = str(ZOO / "basic_lstm" / "model.ckpt")
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}


def no_such(folder):
    return ["convert", str(folder / "no_such.ckpt"), "-o", str(folder / "out")]


def no_recurrence(folder):
    return ["convert", str(ZOO / "counter_loop" / "model.ckpt"), "-o", str(folder / "out")]


def no_parent(folder):
    return ["convert", BASIC, "-o", str(folder / "no" / "out")]


def existing(folder):
    (folder / "there").mkdir()
    return ["convert", BASIC, "-o", str(folder / "there")]


def inputs_that_are_none(folder):
    (folder / "x.npz").write_text("not a zip")
    return ["convert", BASIC, "-o", str(folder / "out"), "--inputs", str(folder / "x.npz")]


def inputs_with_a_pickle(folder):
    np.savez(folder / "x.npz", x=np.array([{}], dtype=object))
    return ["convert", BASIC, "-o", str(folder / "out"), "--inputs", str(folder / "x.npz")]


def inputs_of_another_model(folder):
    np.savez(folder / "x.npz", **{"elsewhere:0": np.zeros(3, "float32")})
    return ["convert", BASIC, "-o", str(folder / "out"), "--inputs", str(folder / "x.npz")]


def inspect_nothing(folder):
    return ["inspect", str(folder / "no_such.ckpt")]


def compare_two(folder):
    return ["compare", BASIC, BASIC]


def assumption_of_no_cell(folder):
    weights = str(ZOO / "weights_alone_defaults" / "model.ckpt")
    return ["convert", weights, "--assume", "elsewhere: forget_bias=0", "-o", str(folder / "out")]


def export_of_no_model(folder):
    (folder / "x.keras").write_text("no zip")
    return ["export", str(folder / "x.keras"), "--like", BASIC, "-o", str(folder / "new.ckpt")]


BAD = [
    no_such,
    no_recurrence,
    no_parent,
    existing,
    inputs_that_are_none,
    inputs_with_a_pickle,
    inputs_of_another_model,
    inspect_nothing,
    compare_two,
    assumption_of_no_cell,
    export_of_no_model,
]


@pytest.mark.parametrize("make", BAD, ids=[make.__name__ for make in BAD])
def test_bad_input_is_one_line_and_exit_2(make, tmp_path, capsys):
    arguments = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1, said.err
    assert said.err.startswith(f"tf2-lstm {arguments[0]}: ")
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_half_convertible_is_half_converted_and_exit_1(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", str(ZOO / "half_convertible" / "model.ckpt"), "-o", str(out)]) == 1
    manifest = json.loads((out / "manifest.json").read_text())
    assert [one["name"] for one in manifest["models"]] == ["known_rnn"]
    assert [one["scope"] for one in manifest["not_converted"]] == ["unknown/rnn"]
    shown = capsys.readouterr().out
    assert "not converted: unknown/rnn" in shown
    assert "1 of 2 recurrence(s) converted and proved" in shown


def test_the_source_is_never_touched(tmp_path):
    source = shutil.copytree(ZOO / "basic_lstm", tmp_path / "source")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in source.iterdir()}
    assert main(["convert", str(source / "model.ckpt"), "-o", str(tmp_path / "out")]) == 0
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in source.iterdir()} == before


def test_the_users_own_data(tmp_path, capsys):
    run = read_run("tagger")
    expected = json.loads((ZOO / "tagger" / "expected.json").read_text())
    np.savez(tmp_path / "own.npz", **{name: run[name] for name in expected["feeds"]})
    path = str(ZOO / "tagger" / expected["artifact"])
    assert main(["compare", path, "--inputs", str(tmp_path / "own.npz"), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert {one["witness"] for case in report["cases"] for one in case["tensors"]} == {
        "TF1 graph, inputs of own.npz"
    }


def test_inspect_says_what_there_is(capsys):
    assert main(["inspect", BASIC]) == 0
    text = capsys.readouterr().out
    for part in (
        "rnn: scope rnn",
        "BasicLSTMCell(num_units=5)",
        "inputs: Placeholder:0",
        "rnn/basic_lstm_cell/kernel",
    ):
        assert part in text
    assert main(["inspect", str(ZOO / "half_convertible" / "model.ckpt"), "--format", "json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert [one["scope"] for one in data["recurrences"]] == ["known/rnn"]
    assert [one["scope"] for one in data["not_converted"]] == ["unknown/rnn"]


def test_a_pair_is_no_path(tmp_path, monkeypatch):
    (tmp_path / "lstm").mkdir()
    monkeypatch.chdir(tmp_path)
    assert not is_path("lstm")
    assert not is_path("no_such")
    assert is_path(BASIC)


def test_a_process_prints_nothing_but_the_report(tmp_path):
    command = [sys.executable, "-m", "tf2_lstm", "convert", BASIC, "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, env=PLAIN, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("1 of 1 recurrence(s) converted and proved")


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


def test_export_knows_the_classes_of_the_package_in_a_process_of_its_own(tmp_path):
    path = str(ZOO / "lstm_peepholes" / "model.ckpt")
    assert main(["convert", path, "-o", str(tmp_path / "out")]) == 0
    options = ["--like", path, "-o", str(tmp_path / "new.ckpt")]
    command = [sys.executable, "-m", "tf2_lstm", "export", str(tmp_path / "out" / "rnn.keras"), *options]
    done = subprocess.run(command, capture_output=True, text=True, env=PLAIN, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_export_copies_all_other_variables(tmp_path):
    path = str(ZOO / "train_adam" / "model.ckpt")
    out = tmp_path / "out"
    main(["convert", path, "-o", str(out)])
    [file] = out.glob("*.keras")
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
