"""`export --like` of a whole program: what was trained in Keras is what the TF1 checkpoint has, and nothing else."""

import json
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from tf2_lstm import Weight
from tf2_lstm.cli.main import main
from tf2_lstm.migrate.convert.converting import Request, convert, look
from tf2_lstm.migrate.convert.whole import translated
from tf2_lstm.migrate.export.program_weights import whole_variables
from tf2_lstm.migrate.keras_code.program import Program
from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.translate.as_model import build_whole

ZOO = Path(__file__).resolve().parents[2] / "zoo" / "files"
#: Embeddings, dense layers and an LSTM; a loop of its own; a checkpoint in pieces; towers that share their variables;
#: a loop that calls a known cell.
NAMES = ["char_model", "half_convertible", "lstm_unit_shards", "siamese_reuse", "attention_decoder"]


@pytest.fixture(scope="module", params=NAMES)
def converted(request, tmp_path_factory):
    """(The artefact, the folder of its converted program)."""
    folder = tmp_path_factory.mktemp("converted") / "out"
    path = str(ZOO / request.param / "model.ckpt")
    assert convert(Request(path, program=True), folder).program == ""
    return path, folder


def _trained(folder, to):
    """Save the model with every weight changed."""
    model = keras.models.load_model(folder / "model.keras")
    generator = np.random.default_rng(3)
    model.set_weights([one + generator.normal(0, 0.1, one.shape) for one in model.get_weights()])
    model.save(to)
    return model


def test_the_checkpoint_computes_what_the_trained_model_does(converted, tmp_path):
    path, folder = converted
    model = _trained(folder, tmp_path / "model.keras")
    new = str(tmp_path / "new.ckpt")
    assert main(["export", str(tmp_path / "model.keras"), "--like", path, "-o", new]) == 0
    request = Request(new, program=True)
    tf1, findings = look(request)
    again = build_whole(translated(tf1, findings, request), tf1)
    given = {
        name: np.ones([2 if one is None else one for one in tensor.shape], tensor.dtype)
        for name, tensor in model.input.items()
    }
    expected, found = model(given), again(given)
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-6, err_msg=name)
    before, _ = look(Request(path))
    entries = json.loads((folder / "manifest.json").read_text())["models"]
    held = {name for entry in entries for name in entry["variables"]}
    for name, variable in before.variables.items():
        changed = not np.array_equal(tf1.variables[name].read(), variable.read())
        assert changed == (name in held), name


#: Options -> what is said of a model that is another one's.
REFUSED = {
    (): "expected a layer embedding, found none. Is it of another checkpoint",
    ("--fetch", "nowhere:0"): "which is not converted: nowhere:0: expected a tensor of the graph",
}


@pytest.mark.parametrize("options", REFUSED)
def test_a_model_of_something_else_is_refused(options, tmp_path, capsys):
    x = keras.Input((1,))
    keras.Model(x, keras.layers.Dense(1, name="elsewhere")(x), name="model").save(tmp_path / "model.keras")
    like = ["--like", str(ZOO / "char_model" / "model.ckpt"), "-o", str(tmp_path / "new.ckpt"), *options]
    assert main(["export", str(tmp_path / "model.keras"), *like]) == 2
    assert REFUSED[options] in capsys.readouterr().err
    assert [one.name for one in tmp_path.iterdir()] == ["model.keras"]


def test_two_copies_that_differ_are_refused(tmp_path, capsys):
    path = str(ZOO / "ptb_model" / "model.ckpt")
    assert convert(Request(path, program=True), tmp_path / "out").program == ""
    _trained(tmp_path / "out", tmp_path / "model.keras")
    assert (
        main(["export", str(tmp_path / "model.keras"), "--like", path, "-o", str(tmp_path / "new.ckpt")]) == 2
    )
    assert "is held by two layers, which now differ" in capsys.readouterr().err


def test_what_layers_hold_of_a_variable_in_parts_goes_to_its_place():
    whole_value = np.arange(6, dtype="float32").reshape(3, 2)
    nodes = {"w/part_0": ("w", (slice(0, 2), slice(0, 2))), "w/part_1": ("w", (slice(2, 3), slice(0, 2)))}
    tf1 = TF1Model(
        "checkpoint", "", variables={"w": Variable("w", (3, 2), "float32", lambda: whole_value)}, nodes=nodes
    )
    x = keras.Input((2,))
    parts = [Weight([size, 2], name=f"part_{number}") for number, size in enumerate((2, 1))]
    model = keras.Model(x, [part(x) for part in parts])
    parts[0].set_weights([np.full((2, 2), 7, "float32")])
    parts[1].set_weights([np.full((1, 2), 8, "float32")])
    whole = SimpleNamespace(
        layers={"part_0": ["w/part_0"], "part_1": ["w/part_1"]}, recurrences={}, held={}, program=Program()
    )
    found = whole_variables(model, whole, tf1, "model.keras", None, None)
    np.testing.assert_array_equal(found["w"], [[7, 7], [7, 7], [8, 8]])
    np.testing.assert_array_equal(whole_value.ravel(), np.arange(6))
