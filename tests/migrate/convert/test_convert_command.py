"""The commands on a TF1 model: exit codes, one line for bad input, nothing half-written."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf
import warm
from expected_recurrences import ZOO, read_run

from tf2_lstm.cli import main
from tf2_lstm.cli.compare import is_path
from tf2_lstm.cli.convert import print_conversion
from tf2_lstm.migrate.convert.converting import Request, convert

BASIC = str(ZOO / "basic_lstm" / "model.ckpt")
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}


def no_such(folder):
    return ["convert", str(folder / "no_such.ckpt"), "-o", str(folder / "out")]


def no_recurrence(folder):
    return ["convert", str(ZOO / "counter_loop" / "model.ckpt"), "-o", str(folder / "out"), "--recurrences"]


def no_parent(folder):
    return ["convert", BASIC, "-o", str(folder / "no" / "out")]


def existing(folder):
    (folder / "there").mkdir()
    return ["convert", BASIC, "-o", str(folder / "there")]


X = "Placeholder:0"
ROWS = np.zeros((2, 3, 4), "float32")


def zipped(path, name, data):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, data)


def header(shape):
    """The beginning of a `.npy` file."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "<f4", "fortran_order": False, "shape": shape})
    return file.getvalue()


#: What `--inputs` is given -> (how it is made, words that the message must have).
INPUTS = {
    "nothing": (lambda path: None, "no file is there"),
    "a pipe": (os.mkfifo, "no file is there"),
    "a text": (lambda path: path.write_text("not a zip"), "expected a .npz"),
    "a pickle": (lambda path: np.savez(path, x=np.array([{}], dtype=object)), "allow_pickle=False"),
    "one array": (lambda path: path.write_bytes(header((0,))), "one array without a name"),
    "a text in a zip": (lambda path: zipped(path, "x.txt", "hello"), "'x.txt' is no array"),
    "an array of terabytes": (lambda path: zipped(path, f"{X}.npy", header((10**12,))), "Unable to allocate"),
    "tensors of another model": (lambda path: np.savez(path, **{"elsewhere:0": ROWS}), "no such tensor"),
    "a tensor that does not lead there": (
        lambda path: np.savez(path, **{"rnn/transpose:0": ROWS}),
        f"does not lead to {X} of the whole program",
    ),
    "a tensor twice": (lambda path: np.savez(path, **{X: ROWS, X[:-2]: ROWS}), "is there twice"),
    "texts": (lambda path: np.savez(path, **{X: np.full(ROWS.shape, "a")}), "expected float32, found <U1"),
    "complex numbers": (lambda path: np.savez(path, **{X: ROWS + 1j}), "expected float32, found complex64"),
    "NaN": (lambda path: np.savez(path, **{X: ROWS * np.nan}), "found NaN or infinity"),
    "no rows": (lambda path: np.savez(path, **{X: ROWS[:0]}), "found none: shape [0, 3, 4]"),
    "no steps": (lambda path: np.savez(path, **{X: ROWS[:, :0]}), "found none: shape [2, 0, 4]"),
}


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


@pytest.mark.parametrize(("make", "words"), INPUTS.values(), ids=INPUTS)
def test_inputs_that_cannot_be_fed_are_refused(make, words, tmp_path, capsys):
    make(tmp_path / "x.npz")
    assert main(["compare", BASIC, "--inputs", str(tmp_path / "x.npz")]) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert str(tmp_path / "x.npz") in said.err
    assert words in said.err


@pytest.mark.parametrize("dtype", ["float64", "int64", "float16"])
def test_inputs_of_another_dtype_are_fed_as_the_session_feeds_them(dtype, tmp_path, capsys):
    rows = np.random.default_rng(0).uniform(-3, 3, ROWS.shape).astype(dtype)
    np.savez(tmp_path / "x.npz", **{X: rows})
    assert main(["compare", BASIC, "--inputs", str(tmp_path / "x.npz")]) == 0
    assert "1 of 1 recurrence(s) converted and proved" in capsys.readouterr().out


def test_what_is_half_convertible_is_half_converted_and_exit_1(tmp_path, capsys):
    out = tmp_path / "out"
    half = str(ZOO / "half_convertible" / "model.ckpt")
    assert main(["convert", half, "-o", str(out), "--recurrences"]) == 1
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


def test_inspect_says_where_the_whole_program_begins_and_ends(capsys):
    model = str(ZOO / "tagger" / "model.ckpt")
    assert main(["inspect", model]) == 0
    text = " ".join(capsys.readouterr().out.replace("\u2502", " ").split())
    for part in ("word_lengths:0 int32 [?, ?]", "argmax: ArgMax:0 int64 [?, ?]"):
        assert part in text.partition("the whole program")[2]
    assert main(["inspect", str(ZOO / "char_model" / "model.ckpt"), "--format", "json"]) == 0
    [program] = json.loads(capsys.readouterr().out)["programs"]
    assert [one["tf1"] for one in program["inputs"]] == ["input_data:0", "packed_state:0"]
    assert program["outputs"][0] == {
        "name": "probs",
        "tf1": "probs:0",
        "dtype": "float32",
        "shape": [None, 7],
    }
    assert program["notes"] == ["Mean: not in it: what it is computed from is known in training only"]
    assert main(["inspect", str(ZOO / "h5_lstm" / "model.h5"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["programs"] == []


def test_inspect_says_why_no_end_of_the_program_is_known(tmp_path, capsys):
    with tf.Graph().as_default() as graph:
        tf.compat.v1.placeholder("float32", [None, 2], name="x")
    path = tf.io.write_graph(graph, str(tmp_path), "graph.pb", as_text=False)
    assert main(["inspect", path]) == 0
    assert (
        "the whole program: no tensor is found at which the inference graph ends" in capsys.readouterr().out
    )


def test_weights_that_do_not_fit_their_configuration_are_a_reason(tmp_path):
    """The file of a stranger says 7 units; its weights are of 5."""
    path = shutil.copy(ZOO / "h5_lstm" / "model.h5", tmp_path)
    with h5py.File(path, "r+") as file:
        file.attrs["model_config"] = file.attrs["model_config"].replace('"units": 5', '"units": 7')
    done = warm.python("-m", "tf2_lstm", "convert", path, "-o", tmp_path / "out")
    assert (done.returncode, done.stderr) == (1, "")
    (left,) = json.loads((tmp_path / "out" / "manifest.json").read_text())["not_converted"]
    assert "expected shape [input depth, 28]" in left["reason"]
    assert "received [4, 20]" in left["reason"]


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
    came, step = done.stdout.splitlines()[-2:]
    assert came.startswith(
        "the whole program converted and proved; 1 of 1 recurrence(s) converted and proved"
    )
    assert step.startswith(
        f"In Python: tf2_lstm.load_model('{tmp_path}/out/model.keras'). Its source is model.py"
    )


def test_a_program_with_a_graph_of_its_own_may_convert(tmp_path):
    """Programs of TensorFlow 1 are inside of one all the time."""
    out = tmp_path / "out"
    with tf.Graph().as_default() as graph:
        assert main(["convert", BASIC, "-o", str(out)]) == 0
        assert main(["export", str(out / "rnn.keras"), "--like", BASIC, "-o", str(tmp_path / "new")]) == 0
    assert not graph.get_operations()


def test_what_is_said_of_single_files_is_left_out_where_the_whole_program_is_proved(tmp_path, capsys):
    path = Path(__file__).parents[3] / "examples" / "tagger" / "served" / "tagger.pb"
    conversion = convert(Request(str(path), program=True), tmp_path / "out")
    words = (
        "the model begins at",
        "as tf2_lstm.load_model does, by the fast unrolls",
        "rate) of word_bidirectional_rnn.py",
    )
    failed = replace(conversion, program="it differs")
    for one, verbose, notes in ((conversion, False, False), (conversion, True, True), (failed, False, True)):
        print_conversion(one, "text", tmp_path / "out", verbose)
        said = " ".join(capsys.readouterr().out.split())
        assert [each in said for each in words] == 3 * [notes]
        assert ("5 note(s) on single recurrences: --verbose or report.html" in said) != notes
    report = " ".join((tmp_path / "out" / "report.md").read_text(encoding="utf-8").split())
    assert all(each in report for each in words)
