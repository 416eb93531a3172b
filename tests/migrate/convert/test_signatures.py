"""Which whole programs a SavedModel has: one for the signatures that are fed alike."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.cli.main import main
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.signatures import programs_of
from tf2_lstm.migrate.model import TF1Model

v1 = tf.compat.v1
ZOO = Path(__file__).parents[2] / "zoo" / "files"
W, U = (
    np.random.default_rng(seed).normal(size=size).astype("float32")
    for seed, size in ((1, (3, 4)), (2, (4, 2)))
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A SavedModel with an encoder, twice, and a decoder that is fed something else."""
    path = str(tmp_path_factory.mktemp("signatures") / "saved")
    with tf.Graph().as_default(), v1.Session() as session:
        x, code = (
            v1.placeholder("float32", [None, 3], name="x"),
            v1.placeholder("float32", [None, 4], name="code"),
        )
        w, u = (
            v1.get_variable(name, initializer=one, use_resource=False) for name, one in (("w", W), ("u", U))
        )
        encoded = tf.tanh(tf.matmul(x, w), name="encoded")
        results = {
            "encode": ({"x": x}, {"code": encoded}),
            "decode": ({"code": code}, {"scores": tf.nn.softmax(tf.matmul(code, u), name="scores")}),
            "serving_default": ({"x": x}, {"scores": tf.nn.softmax(tf.matmul(encoded, u), name="through")}),
        }
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(path)
        signatures = {name: v1.saved_model.predict_signature_def(*one) for name, one in results.items()}
        builder.add_meta_graph_and_variables(session, ["serve"], signatures)
        builder.save()
    return path


def _softmax(x):
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)


def test_signatures_that_are_fed_alike_are_one_program(path, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", path, "-o", str(out)]) == 0
    assert "2 whole programs converted and proved; no recurrence in it" in capsys.readouterr().out
    models = {one["name"]: one for one in json.loads((out / "manifest.json").read_text())["models"]}
    assert {name: [end["name"] for end in one["outputs"]] for name, one in models.items()} == {
        "model": ["scores", "code"],
        "model_decode": ["scores"],
    }
    given = np.random.default_rng(3).normal(size=(2, 3)).astype("float32")
    found = keras.models.load_model(out / "model.keras")({"x": given})
    code = np.tanh(given @ W)
    np.testing.assert_allclose(found["code"], code, atol=1e-6)
    np.testing.assert_allclose(found["scores"], _softmax(code @ U), atol=1e-6)
    decoded = keras.models.load_model(out / "model_decode.keras")({"code": code})
    np.testing.assert_allclose(decoded["scores"], _softmax(code @ U), atol=1e-6)


def test_inspect_shows_each(path, capsys):
    assert main(["inspect", path, "--format", "json"]) == 0
    programs = json.loads(capsys.readouterr().out)["programs"]
    assert [(one["name"], [end["tf1"] for end in one["inputs"]]) for one in programs] == [
        ("model", ["x:0"]),
        ("model_decode", ["code:0"]),
    ]


def test_what_is_fetched_is_one_program(path, tmp_path):
    out = tmp_path / "out"
    assert main(["convert", path, "-o", str(out), "--fetch", "encoded:0", "--fetch", "scores:0"]) == 0
    [entry] = json.loads((out / "manifest.json").read_text())["models"]
    assert (entry["name"], len(entry["inputs"]), len(entry["outputs"])) == ("model", 2, 2)


def test_the_default_signature_is_the_model():
    one, other = {"inputs": {"x": "x:0"}, "outputs": {}}, {"inputs": {"y": "y"}, "outputs": {}}
    graph = v1.GraphDef()
    first = programs_of(TF1Model("saved_model", "saved", graph=graph, signatures={"a b": one, "c": other}))
    assert list(first) == ["model", "model_c"]
    served = programs_of(
        TF1Model("saved_model", "saved", graph=graph, signatures={"a b": one, "serving_default": other})
    )
    assert {name: list(model.signatures) for name, model in served.items()} == {
        "model_a_b": ["a b"],
        "model": ["serving_default"],
    }
    assert list(programs_of(TF1Model("checkpoint", "model.ckpt", graph=graph))) == ["model"]


def test_a_signature_without_a_tensor_is_no_program():
    """What tf.keras of TensorFlow 1.15.5 saved has one that only initialises."""
    tf1, _ = look(Request(str(ZOO / "saved_model_of_keras" / "saved_model")))
    assert "__saved_model_init_op" in tf1.signatures
    assert list(programs_of(tf1)) == ["model"]
