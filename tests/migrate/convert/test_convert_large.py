"""Of a large model less is compared; the report says what, and a wrong model is still caught."""

import json
from pathlib import Path

import keras
import pytest

from tf2_lstm import backends
from tf2_lstm.cli import main
from tf2_lstm.migrate.convert import one
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.prove import graph_side, recurrences
from tf2_lstm.migrate.prove.keras_side import run_gradients

STACK_OF_ONE = str(Path(__file__).parents[2] / "zoo" / "files" / "stack_of_one" / "model.ckpt")
BASIC = str(Path(__file__).parents[2] / "zoo" / "files" / "basic_lstm" / "model.ckpt")


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch):
    monkeypatch.setattr(graph_side, "LARGE", 10)


def report_of(folder):
    return json.loads((folder / "report.json").read_text())


def test_the_gradients_left_are_those_of_one_sample_and_it_is_said(tmp_path):
    assert main(["convert", BASIC, "-o", str(tmp_path / "out"), "--recurrences"]) == 0
    report = report_of(tmp_path / "out")
    [case] = report["cases"]
    gradients = [tensor for tensor in case["tensors"] if tensor["name"].startswith("gradient of ")]
    assert gradients
    assert not [tensor for tensor in gradients if "kernel" in tensor["name"] or "bias" in tensor["name"]]
    assert {tensor["witness"] for tensor in gradients} == {"TF1 graph, 1 x 3 steps"}
    assert {tensor["witness"] for tensor in case["tensors"]} > {"TF1 graph, 1 x 3 steps"}
    [note] = [note for note in report["notes"] if "gradients" in note]
    assert "of more than 10 the gradients with respect to weights are not compared" in note
    assert "compared with 1 x 3 steps, by Keras's own loop" in note


def test_the_gradients_left_are_of_the_loop_that_copies_no_weights(tmp_path, monkeypatch):
    used = []

    def run(model, *rest):
        used.append(backends.unrolls())
        return run_gradients(model, *rest)

    monkeypatch.setattr(recurrences, "run_gradients", run)
    assert main(["convert", STACK_OF_ONE, "-o", str(tmp_path / "out")]) == 0
    assert used == [None]


def test_a_wrong_weight_is_caught(tmp_path, monkeypatch, capsys):
    def build(recurrence, variables):
        model = build_model(recurrence, variables)
        kernel = model.trainable_weights[0]
        kernel.assign(keras.ops.convert_to_numpy(kernel) + 1e-4)
        return model

    monkeypatch.setattr(one, "build_model", build)
    assert main(["convert", BASIC, "-o", str(tmp_path / "out")]) == 1
    assert "over tolerance" in capsys.readouterr().out
