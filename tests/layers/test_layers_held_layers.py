"""Layers that the lines of a loop call."""

import json

import keras
import numpy as np
import pytest

from tf2_lstm import Loop

STEP = {"name": "step", "dtype": "int32", "shape": []}
H = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
MEMORY = np.random.default_rng(1).normal(size=(2, 5, 3)).astype("float32")
MASK = np.array([[True, True, False, True, False], [True, True, True, True, True]])


def ref(name):
    return {"ref": name}


def call(what, *values, **options):
    what = ref(what) if "." not in what else what
    return {"call": what, "with": list(values), "options": options}


def attending(dense=None, name="attention"):
    """h = dense(attention(h)) for three steps; the alignments of the last one beside it."""
    dense = keras.layers.Dense(3, activation="tanh") if dense is None else dense
    options = {"mask": [None, ref("mask")], "return_attention_scores": True}
    inputs = [call("keras.ops.expand_dims", ref("h"), 1), ref("memory"), ref("memory")]
    first = [{"slice": [None, None, None]}, 0, {"slice": [None, None, None]}]
    lines = [
        ["both", call(name, inputs, **options)],
        ["next", call("dense", {"item": {"item": ref("both"), "at": 0}, "at": first})],
        ["alignments", {"item": {"item": ref("both"), "at": 1}, "at": first}],
    ]
    return Loop(
        [
            STEP,
            {"name": "h", "dtype": "float32", "shape": [None, 3]},
            {"name": "old", "dtype": "float32", "shape": [None, None]},
        ],
        {"lines": [], "gives": call("keras.ops.less", ref("step"), 3)},
        {"lines": lines, "gives": [call("keras.ops.add", ref("step"), 1), ref("next"), ref("alignments")]},
        captured=["memory", "mask"],
        inner_layers=[
            {"name": name, "layer": keras.layers.AdditiveAttention(), "shape": [(None, None, 3)] * 3},
            {"name": "dense", "layer": dense, "shape": (None, 3)},
        ],
    )


def whole():
    h, memory = keras.Input((3,)), keras.Input((5, 3))
    mask, old = keras.Input((5,), dtype="bool"), keras.Input((5,))
    given = [keras.ops.convert_to_tensor(0), h, old]
    return keras.Model([h, memory, mask, old], attending()(given, [memory, mask])[1:])


def by_hand(weights):
    scale, kernel, bias = weights
    h = H
    for _ in range(3):
        scores = np.where(MASK, (scale * np.tanh(h[:, None] + MEMORY)).sum(2), -np.inf)
        alignments = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        h = np.tanh((alignments[:, :, None] * MEMORY).sum(1) @ kernel + bias)
    return h, alignments


def test_it_computes_the_same_when_it_was_saved(tmp_path):
    model, given = whole(), [H, MEMORY, MASK, np.zeros((2, 5), "float32")]
    assert [one.path.rpartition("/")[2] for one in model.weights] == ["scale", "kernel", "bias"]
    model.save(tmp_path / "model.keras")
    for one in (model, keras.models.load_model(tmp_path / "model.keras", safe_mode=True)):
        for found, expected in zip(one(given), by_hand(model.get_weights()), strict=True):
            np.testing.assert_allclose(np.asarray(found), expected, atol=1e-6)


def test_its_configuration_makes_it_again_also_from_json():
    config = attending().get_config()
    again = Loop.from_config(json.loads(json.dumps(config)))
    assert json.dumps(again.get_config()) == json.dumps(config)
    assert isinstance(again.attention, keras.layers.AdditiveAttention)
    again.build()
    assert [one.shape for one in again.weights] == [(3,), (3, 3), (3,)]


def test_what_the_loop_holds_trains_unless_it_is_frozen():
    loop = attending(keras.layers.Dense(3, trainable=False))
    loop.build()
    assert [one.name for one in loop.trainable_weights] == ["scale"]


@pytest.mark.parametrize("name", ["Attention", "call", "built", "a-b", "", "dense"])
def test_a_name_is_a_lower_case_one_that_is_free(name):
    with pytest.raises(
        ValueError, match=r"expected layers with lower-case names .* Rename it where it is held"
    ):
        attending(name=name)
