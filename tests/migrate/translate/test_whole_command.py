"""The whole program of `convert`: files, manifest, report, exit code; the source gives the numbers of the model."""

import json
import runpy
from pathlib import Path

import keras
import numpy as np
import pytest

from tf2_lstm.cli import convert as command
from tf2_lstm.cli.main import main
from tf2_lstm.migrate.convert import converting
from tf2_lstm.migrate.convert.converting import Request

ZOO = Path(__file__).resolve().parents[2] / "zoo" / "files"
CHAR_MODEL = str(ZOO / "char_model" / "model.ckpt")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """The folder of the character model, written by the command itself."""
    folder = tmp_path_factory.mktemp("whole") / "out"
    assert main(["convert", CHAR_MODEL, "-o", str(folder)]) == 0
    return folder


def entry_of(out):
    [entry] = [
        one for one in json.loads((out / "manifest.json").read_text())["models"] if one["kind"] == "program"
    ]
    return entry


def test_the_manifest_says_what_it_is(out):
    entry = entry_of(out)
    assert entry["file"] == "model.keras"
    assert (out / entry["file"]).exists()
    assert [one["tf1"] for one in entry["inputs"]] == ["input_data:0", "packed_state:0"]
    assert [one["tf1"] for one in entry["outputs"]] == ["probs:0", "final_state:0"]
    assert set(entry["variables"]) == {"rnnlm/embedding", "rnnlm/softmax_w", "rnnlm/softmax_b"}
    assert entry["recurrences"] == ["rnnlm_rnn"]
    assert entry["proof"]["passed"]
    others = [one["kind"] for one in json.loads((out / "manifest.json").read_text())["models"]]
    assert others == ["recurrence", "program"]


@pytest.mark.parametrize("run", ["run.npz", "run_2.npz"])
def test_it_gives_the_numbers_of_tensorflow_1_15(out, run):
    model, entry = keras.models.load_model(out / "model.keras"), entry_of(out)
    with np.load(ZOO / "char_model" / run) as held:
        recorded = dict(held)
    found = model({one["name"]: recorded[one["tf1"]] for one in entry["inputs"]})
    for one in entry["outputs"]:
        np.testing.assert_allclose(found[one["name"]], recorded[one["tf1"]], atol=4e-6, rtol=0)


def test_the_source_gives_the_numbers_of_the_saved_model(out):
    model = keras.models.load_model(out / "model.keras")
    written = runpy.run_path(str(out / "model.py"))["load"]()
    fed = {
        "input_data": np.array([[1, 2], [3, 4], [5, 6]], "int32"),
        "packed_state": np.ones((2, 2, 3, 5), "float32"),
    }
    sides = model(fed), written(fed)
    for name in sides[0]:
        np.testing.assert_array_equal(sides[0][name], sides[1][name])


def test_the_report_says_what_is_left_out(out):
    report = json.loads((out / "report.json").read_text())
    assert any("model: Mean: not in it" in note for note in report["notes"])


def test_everything_trains(out):
    model = keras.models.load_model(out / "model.keras")
    assert len(model.trainable_weights) == 3 + 6
    assert isinstance(model.get_layer("embedding"), keras.layers.Embedding)


def test_what_is_not_translated_is_named_and_the_recurrences_are_written(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", str(ZOO / "quantised_training" / "model.ckpt"), "-o", str(out)]) == 1
    said = capsys.readouterr().out
    assert "the whole program not converted; " in said
    assert "recurrence(s) converted and proved" in said
    assert not (out / "model.keras").exists()
    assert not (out / "model.py").exists()
    [note] = [one for one in json.loads((out / "report.json").read_text())["notes"] if "whole program" in one]
    assert "Assign (rnn/basic_lstm_cell/weights_quant/AssignMinLast): no row" in note


def test_a_part_is_fed_and_fetched_by_name(tmp_path):
    request = Request(
        CHAR_MODEL,
        program=True,
        fetch=("rnnlm/rnn/transpose_1",),
        feed=("rnnlm/embedding_lookup/Identity:0",),
    )
    conversion = converting.convert(request, tmp_path / "out")
    assert conversion.complete
    entry = entry_of(tmp_path / "out")
    assert [one["tf1"] for one in entry["inputs"]] == ["rnnlm/embedding_lookup/Identity:0", "packed_state:0"]
    assert not entry["variables"]


def test_a_tensor_that_is_not_there_is_named(tmp_path):
    conversion = converting.convert(Request(CHAR_MODEL, program=True, fetch=("logitz:0",)), tmp_path / "out")
    assert conversion.program.startswith("logitz:0: expected a tensor of the graph")
    assert "the whole program not converted" in command.closing(conversion, tmp_path / "out")


def test_what_is_fetched_in_between_is_given_out_and_its_weights_are_held_once(tmp_path):
    request = Request(CHAR_MODEL, program=True, fetch=("MatMul:0", "add:0", "probs:0"))
    conversion = converting.convert(request, tmp_path / "out")
    assert conversion.complete
    model = keras.models.load_model(tmp_path / "out" / "model.keras")
    assert len(model.trainable_weights) == 3 + 6
    assert set(model.output) == {"matmul", "add", "probs"}
    assert any(isinstance(layer, keras.layers.Dense) for layer in model.layers)


@pytest.mark.parametrize("option", ["--fetch", "--feed"])
def test_where_a_program_ends_is_not_left_out_without_a_word(option, tmp_path, capsys):
    arguments = ["convert", CHAR_MODEL, "-o", str(tmp_path / "out"), option, "probs:0", "--recurrences"]
    assert main(arguments) == 2
    assert (
        "--fetch, --feed: expected with the whole program, found with --recurrences"
        in capsys.readouterr().err
    )
    assert not (tmp_path / "out").exists()


def test_weights_alone_have_no_program(tmp_path, capsys):
    weights = str(ZOO / "weights_alone_defaults" / "model.ckpt")
    assert main(["convert", weights, "--assume-defaults", "-o", str(tmp_path / "out")]) == 0
    assert "whole program" not in capsys.readouterr().out
    assert main(["convert", weights, "-o", str(tmp_path / "other"), "--fetch", "probs:0"]) == 2
    assert "found weights alone: name the graph (.meta) too" in capsys.readouterr().err


def test_what_no_recurrence_has_the_whole_program_has(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", str(ZOO / "half_convertible" / "model.ckpt"), "-o", str(out)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    said = "no model by itself, model computes it: unknown/rnn: a state is carried by no known cell"
    assert said in shown
    assert "Next step" not in shown.partition(said)[2]
    assert "the whole program converted and proved; 1 of 2 recurrence(s) converted and proved" in shown


def test_a_variable_of_the_whole_program_is_claimed(out):
    manifest = json.loads((out / "manifest.json").read_text())
    assert "rnnlm/embedding" in manifest["models"][-1]["variables"]
    assert manifest["unclaimed_variables"] == []


def test_the_users_own_data_are_those_of_the_whole_program(tmp_path, capsys):
    with np.load(ZOO / "char_model" / "run.npz") as held:
        recorded = dict(held)
    np.savez(tmp_path / "own.npz", **{name: recorded[name] for name in ("input_data:0", "packed_state:0")})
    arguments = ["compare", CHAR_MODEL, "--inputs", str(tmp_path / "own.npz")]
    assert main([*arguments, "--format", "json"]) == 0
    cases = json.loads(capsys.readouterr().out)["cases"]
    assert [case["name"] for case in cases] == ["rnnlm_rnn", "model"]
    assert {one["witness"] for case in cases for one in case["tensors"]} == {"TF1 graph, inputs of own.npz"}
    np.savez(tmp_path / "own.npz", **{"rnnlm/embedding_lookup:0": np.ones((3, 5, 4), "float32")})
    assert main(arguments) == 2
    assert "expected" in capsys.readouterr().err.lower()
