"""The proof is tested to fail: a Keras model with a known mistake is caught, named, and not written."""

import json
import os

import keras
import numpy as np
import pytest
from expected_recurrences import ZOO

from tf2_lstm.cli import main
from tf2_lstm.migrate.convert import one
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.prove import recurrences


def array(weight):
    return np.array(keras.ops.convert_to_numpy(weight))


def lstm_of(model):
    return model.get_layer("rnn").cell


def gates_in_tf1_order(model):
    for weight in lstm_of(model).trainable_weights:
        i, f, j, o = np.split(array(weight), 4, axis=-1)
        weight.assign(np.concatenate([i, j, f, o], axis=-1))


def forget_bias(amount):
    def tamper(model):
        cell = lstm_of(model)
        bias = array(cell.bias)
        bias[cell.units : 2 * cell.units] += amount
        cell.bias.assign(bias)

    return tamper


def a_little(model):
    lstm_of(model).kernel.assign(array(lstm_of(model).kernel) + 1e-4)


def not_a_number(model):
    lstm_of(model).bias.assign(array(lstm_of(model).bias) * np.nan)


SABOTAGE = [
    (gates_in_tf1_order, "gates_in_tf1_order"),
    (forget_bias(-1.0), "forget_bias_missing"),
    (forget_bias(1.0), "forget_bias_doubled"),
    (a_little, "no known mistake"),
    (not_a_number, "NaN"),
]


@pytest.mark.parametrize(("tamper", "told"), SABOTAGE, ids=[told for _, told in SABOTAGE])
def test_a_wrong_model_is_caught_and_named(tamper, told, tmp_path, monkeypatch, capsys):
    def build(recurrence, variables):
        model = build_model(recurrence, variables)
        tamper(model)
        return model

    monkeypatch.setattr(one, "build_model", build)
    path = str(ZOO / "basic_lstm" / "model.ckpt")
    assert main(["convert", path, "-o", str(tmp_path / "out"), "--recurrences"]) == 1
    shown = capsys.readouterr().out
    assert told in shown
    assert "0 of 1 recurrence(s) converted and proved" in shown
    assert sorted(os.listdir(tmp_path / "out")) == [
        "manifest.json",
        "report.html",
        "report.json",
        "report.md",
    ]
    page = (tmp_path / "out" / "report.html").read_text()
    assert all(text in page for text in ("model.ckpt", ">LSTM ", told))
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["models"] == []
    assert "over tolerance" in manifest["not_converted"][0]["reason"]
    assert not json.loads((tmp_path / "out" / "report.json").read_text())["passed"]


def test_wrong_gradients_are_caught(tmp_path, monkeypatch, capsys):
    right = recurrences.run_gradients
    monkeypatch.setattr(
        recurrences,
        "run_gradients",
        lambda *given: {name: value * 1.01 for name, value in right(*given).items()},
    )
    path = str(ZOO / "basic_lstm" / "model.ckpt")
    assert main(["compare", path]) == 1
    assert "over tolerance: gradient of" in capsys.readouterr().out


def test_ignored_lengths_are_caught_and_named(monkeypatch, capsys):
    right = recurrences.run_model

    def full(model, recurrence, values):
        steps = next(value.shape[1] for value in values.values() if value.ndim == 3)
        values = {n: np.full_like(v, steps) if v.dtype.kind == "i" else v for n, v in values.items()}
        return right(model, recurrence, values)

    monkeypatch.setattr(recurrences, "run_model", full)
    assert main(["compare", str(ZOO / "dynamic_lengths" / "model.ckpt")]) == 1
    assert "[sequence_length_ignored]" in capsys.readouterr().out


def test_a_model_that_keras_cannot_load_leaves_nothing(tmp_path, monkeypatch, capsys):
    def load(folder):
        raise ValueError("no such layer")

    monkeypatch.setattr(one, "load_unzipped", load)
    path = str(ZOO / "basic_lstm" / "model.ckpt")
    assert main(["convert", path, "-o", str(tmp_path / "out"), "--recurrences"]) == 1
    assert "Keras cannot build it: no such layer" in capsys.readouterr().out
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "manifest.json",
        "report.html",
        "report.json",
        "report.md",
    }
