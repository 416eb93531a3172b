"""Every artefact of the zoo through the whole way, against what TensorFlow 1.15.5 computed."""

import json
import re
import zipfile
from itertools import permutations

import keras
import numpy as np
import pytest
from expected_gradients import WITHOUT, gradient_flaws
from expected_recurrences import ZOO, read_expected, read_run

from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.equivalence.tolerance import tolerance_for
from tf2_lstm.migrate.prove import graph_side, replay

#: A stock layer that runs a cell over a sequence, in the configuration of a model.
STOCK_LAYER = re.compile(r'"module": "keras.layers", "class_name": "(RNN|LSTM|GRU|SimpleRNN)"')
#: What a model may be off by from TensorFlow 1.15.5 whatever the tolerance table says; all numbers are of order 1.
BOUNDS = {"float16": 4e-3, "float32": 4e-6, "float64": 1e-13}
NAMES = sorted(path.parent.name for path in ZOO.glob("*/expected.json"))


def request_of(name):
    expected = read_expected(name)
    options = dict(expected.get("options", {}))
    if "weights" in options:
        options["weights"] = str(ZOO / name / options["weights"])
    return Request(str(ZOO / name / expected["artifact"]), **options)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_written_gives_the_numbers_of_tensorflow_1_15(name, tmp_path):
    expected = read_expected(name)
    if not expected["recurrences"] and not expected["not_converted"]:
        with pytest.raises(ValueError, match="no recurrence in it"):
            convert(request_of(name), tmp_path / "out")
        assert not (tmp_path / "out").exists()
        return
    conversion = convert(request_of(name), tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    problems = [(one.scope, one.reason) for one in conversion.findings.not_converted]
    assert len(manifest["models"]) == len(expected["recurrences"]), problems
    assert {one["scope"] for one in manifest["not_converted"]} == {
        one["scope"] for one in expected["not_converted"]
    }
    outside = expected.get("not_in_the_model", [])
    assert [one.output for one in conversion.findings.not_in_the_model] == outside
    assert conversion.complete == (
        bool(expected["recurrences"]) and not expected["not_converted"] and not outside
    )
    cases = {case.name: case for case in conversion.report.cases}
    trees = {one["scope"]: one for one in expected["recurrences"]}
    assert said_to_share(manifest) == sharing(expected)
    for entry in manifest["models"]:
        assert entry["proof"]["passed"]
        assert not gradient_flaws(name, entry, cases[entry["name"]])
        ours = needs_ours(trees[entry["scope"]]["call"], entry["form"])
        with zipfile.ZipFile(tmp_path / "out" / entry["file"]) as archive:
            config = archive.read("config.json").decode()
        assert ("tf2_lstm" in config) == ours
        compared = [tensor["name"] for tensor in entry["proof"]["tensors"]]
        assert any(name.endswith(", accelerated") for name in compared) == bool(STOCK_LAYER.search(config))
        source = (tmp_path / "out" / entry["source_code"]).read_text()
        assert ("import tf2_lstm" in source) == ours
        if manifest["source"]["kind"] in ("weights", "object_checkpoint"):
            give_names(entry, expected["feeds"], read_run(name))
        model = keras.models.load_model(tmp_path / "out" / entry["file"])
        for file in ("run.npz", "run_2.npz"):
            if (ZOO / name / file).exists():
                compare_with_run(model, entry, read_run(name, file))


def said_to_share(manifest):
    """(Scope, scope of another recurrence, a variable that both have), as `manifest.json` says it."""
    scopes = {entry["name"]: entry["scope"] for entry in manifest["models"]}
    return {
        (entry["scope"], scopes[one["with"]], name)
        for entry in manifest["models"]
        for one in entry["shares_variables"]
        for name in one["variables"]
    }


def sharing(expected):
    return {
        (one["scope"], other["scope"], name)
        for one, other in permutations(expected["recurrences"], 2)
        for name in set(one["variables"]) & set(other["variables"])
    }


@pytest.mark.parametrize("name", ["basic_lstm", "lstm_block_cell"])
def test_gradients_that_were_lost_are_seen(name, tmp_path, monkeypatch):
    """The sabotage: a proof that leaves out weights, one that leaves out all, and one that has more than is said."""
    monkeypatch.setattr(graph_side, "LARGE", 10)
    conversion = convert(request_of(name), tmp_path / "out")
    [entry], [case] = conversion.manifest["models"], conversion.report.cases
    other = "lstm_block_cell" if name == "basic_lstm" else "basic_lstm"
    lost = ["rnn/basic_lstm_cell/bias was not compared", "rnn/basic_lstm_cell/kernel was not compared"]
    assert gradient_flaws(name, entry, case) == (lost if name == "basic_lstm" else [])
    assert gradient_flaws(other, entry, case)


def test_every_reason_is_that_of_an_artefact():
    assert set(WITHOUT) <= set(NAMES)


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("what is this"), TypeError("no")])
def test_a_gradient_that_fails_for_an_unknown_reason_is_no_proof(error, tmp_path, monkeypatch):
    def fail(*arguments):
        raise error

    monkeypatch.setattr(replay.v1, "gradients", fail)
    conversion = convert(request_of("basic_lstm"), tmp_path / "out")
    [lost] = conversion.findings.not_converted
    assert "cannot differentiate it" in lost.reason
    assert not list((tmp_path / "out").glob("*.keras"))


def needs_ours(tree, form):
    """Whether no stock layer is exact, from what the zoo says of the artefact; cuDNN's layers are layers, no stack."""
    if "same" in tree:
        return True
    said, inside = tree["arguments"], tree["cells"]
    lone = tree["pair"] == "multi_rnn" and len(inside) == 1 and form != "cudnn"
    options = any(said.get(name) for name in ("use_peepholes", "cell_clip", "num_proj"))
    gates = said.get("recurrent_activation") == "hard_sigmoid"
    own = lone or options or gates or tree["pair"] in ("dropout", "residual")
    return own or any(needs_ours(cell, form) for cell in inside)


def give_names(entry, feeds, run):
    """Without a graph nobody knows what the tensors were called where they were recorded; their order is TF1's."""
    for tensor, name in zip(entry["inputs"], feeds, strict=True):
        tensor["tf1"] = name
    results = [name for name in run if name not in feeds]
    for tensor, name in zip(entry["outputs"], results, strict=True):
        tensor["tf1"] = name


def computed(tensor):
    """What TensorFlow 1.15.5 called a tensor, in a branch too, where its recorder was allowed to fetch it."""
    return tensor["tf1"] or tensor.get("inside")


def compare_with_run(model, entry, run):
    """Feed a model what TensorFlow 1.15.5 was fed or computed at the edge; each output must be what it computed."""
    outputs = model({tensor["name"]: run[computed(tensor)] for tensor in entry["inputs"]})
    assert set(outputs) == {tensor["name"] for tensor in entry["outputs"]}
    # What the graph does not have, the program could not compute.
    compared = [tensor for tensor in entry["outputs"] if computed(tensor)]
    assert compared
    for tensor in compared:
        wanted, found = run[computed(tensor)], np.asarray(outputs[tensor["name"]])
        assert found.shape == wanted.shape, tensor
        assert found.dtype == wanted.dtype
        allowed = tolerance_for(str(wanted.dtype), tensor["name"]).allowed(np.abs(wanted).max())
        assert np.abs(found - wanted).max() <= min(allowed, BOUNDS[wanted.dtype.name]), tensor
