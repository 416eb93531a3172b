"""A converted model is stock where that is exact, and is proved as Keras runs it and by the fast unrolls."""

import json

import keras
import numpy as np
import pytest
from expected_recurrences import ZOO

import tf2_lstm
from tf2_lstm import backends
from tf2_lstm.backends.tensorflow import lstm
from tf2_lstm.cli import main
from tf2_lstm.migrate.convert.converting import Request, convert, look
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.prove import graph_side
from tf2_lstm.migrate.prove.recurrences import compare_model
from tf2_lstm.migrate.prove.samples import fed_tensors, key_of, samples_of

STOCK = ["dynamic_lengths", "stack_of_two", "bidirectional_time_major_initial_states", "gru_cell"]


def path_of(name):
    return str(ZOO / name / "model.ckpt")


def run(model, name):
    recurrence = look(Request(path_of(name)))[1].recurrences[0]
    values = samples_of(recurrence)[0].values
    return model({tensor.name: values[key_of(tensor)] for tensor in fed_tensors(recurrence)})


@pytest.mark.parametrize("name", STOCK)
def test_one_file_two_loaders(name, tmp_path, unrolled):
    conversion = convert(Request(path_of(name)), tmp_path / "out")
    assert conversion.complete
    [file] = (tmp_path / "out").glob("*.keras")
    unrolled.clear()
    expected = run(keras.models.load_model(file), name)
    assert not unrolled
    found = run(tf2_lstm.load_model(file), name)
    assert unrolled
    assert list(found) == list(expected)
    for key in expected:
        np.testing.assert_allclose(np.asarray(found[key]), np.asarray(expected[key]), rtol=0, atol=1e-6)


def test_the_report_has_both_and_names_the_loaders(tmp_path):
    assert main(["convert", path_of("dynamic_lengths"), "-o", str(tmp_path / "out"), "--recurrences"]) == 0
    [model] = json.loads((tmp_path / "out" / "manifest.json").read_text())["models"]
    compared = {(tensor["name"], tensor["witness"]) for tensor in model["proof"]["tensors"]}
    plain = {one for one in compared if not one[0].startswith("gradient of ") and "," not in one[0]}
    assert {name for name, _ in plain} == {tensor["name"] for tensor in model["outputs"]}
    assert {(f"{name}, accelerated", reference) for name, reference in plain} < compared
    text = (tmp_path / "out" / "report.md").read_text()
    assert "`outputs, accelerated`" in text
    assert "keras.models.load_model" in text
    assert "tf2_lstm.load_model" in text


def test_a_model_without_stock_layers_is_proved_once():
    [case] = [prove("lstm_all_options")]
    assert case.passed
    assert not [tensor for tensor in case.tensors if "accelerated" in tensor.name]
    assert "load_model" not in "".join(case.notes)


def prove(name, model=None):
    tf1, findings = look(Request(path_of(name)))
    [recurrence] = findings.recurrences
    graph = graph_side.run_graph(tf1, recurrence)
    return compare_model(tf1, recurrence, model or build_model(recurrence, tf1.variables), graph)


def test_a_proof_leaves_the_model_as_it_was(unrolled):
    tf1, findings = look(Request(path_of("stack_of_two")))
    model = build_model(findings.recurrences[0], tf1.variables)
    assert prove("stack_of_two", model).passed
    assert unrolled
    assert not [layer for layer in model._flatten_layers() if "inner_loop" in vars(layer)]
    tf2_lstm.accelerate(model)
    assert prove("stack_of_two", model).passed
    assert [layer for layer in model._flatten_layers() if "inner_loop" in vars(layer)]


def test_the_gradients_are_those_of_the_fast_unrolls_but_of_a_large_model(unrolled, monkeypatch):
    case = prove("basic_lstm")
    samples = len({tensor.reference for tensor in case.tensors})
    assert len(unrolled) == 2 * samples
    unrolled.clear()
    monkeypatch.setattr(graph_side, "LARGE", 10)
    case = prove("basic_lstm")
    assert len(unrolled) == len({tensor.reference for tensor in case.tensors})


def outputs_off(monkeypatch):
    room = backends.unrolls()
    right = room.unroll

    def wrong(*arguments):
        last, outputs, states = right(*arguments)
        return last, outputs * (1 + 1e-4), states

    monkeypatch.setattr(room, "unroll", wrong)


def gradient_off(monkeypatch):
    right = lstm.gradients

    def wrong(*arguments):
        dx, found = right(*arguments)
        return dx, {**found, "bias": found["bias"] * (1 + 1e-2)}

    monkeypatch.setattr(lstm, "gradients", wrong)


SABOTAGE = {
    "outputs": (outputs_off, "over tolerance: outputs, accelerated off by", "fast unrolls: a mistake in"),
    "gradient": (gradient_off, "over tolerance: gradient of", "bias"),
}


@pytest.mark.parametrize(("tamper", "problem", "told"), SABOTAGE.values(), ids=SABOTAGE)
def test_a_wrong_fast_unroll_fails_the_conversion(tamper, problem, told, tmp_path, monkeypatch):
    backends.unrolls()._function.cache_clear()
    tamper(monkeypatch)
    try:
        assert main(["convert", path_of("basic_lstm"), "-o", str(tmp_path / "out")]) == 1
    finally:
        backends.unrolls()._function.cache_clear()
    assert not list((tmp_path / "out").glob("*.keras"))
    [one] = json.loads((tmp_path / "out" / "manifest.json").read_text())["not_converted"]
    assert problem in one["reason"]
    assert told in one["reason"]
