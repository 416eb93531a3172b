"""A cell as data: computed, saved, trained, masked, and refused where its lines are not those of the table."""

import keras
import numpy as np
import pytest

from tf2_lstm import EquationCell

X = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")
WEIGHTS = [np.linspace(-1, 1, 20, dtype="float32").reshape(5, 4), np.float32([0.1, -0.2, 0.3, 0.4])]


def call(name, *values, **options):
    return {"call": f"keras.ops.{name}", "with": list(values), "options": options}


def ref(name):
    return {"ref": name}


#: h, c = a + c, tanh(b) of a, b = split([x, h, c] @ kernel + bias); the offset of ones is a layer of sizes.
LINES = [
    ["joined", call("concatenate", [ref("x"), ref("h"), ref("c")], axis=1)],
    ["size_0", {"call": "tf2_lstm.SizeOf", "with": [0]}],
    ["rows", {"call": ref("size_0"), "with": [ref("h")]}],
    ["product", call("add", call("matmul", ref("joined"), ref("kernel")), ref("bias"))],
    ["both", call("split", ref("product"), 2, axis=1)],
    [
        "new_h",
        call(
            "add",
            call("sigmoid", {"item": ref("both"), "at": 0}),
            call("mean", ref("c"), axis=1, keepdims=True),
        ),
    ],
    ["new_c", call("tanh", {"item": ref("both"), "at": 1})],
]


def cell(**changed):
    options = {
        "inputs": "x",
        "states": [{"name": "h", "size": 2}, {"name": "c", "size": 1}],
        "cell_weights": [
            {"name": "kernel", "shape": [5, 4], "dtype": "float32", "trainable": True},
            {"name": "bias", "shape": [4], "dtype": "float32", "trainable": False},
        ],
        "lines": LINES,
        "output": ref("new_h"),
        "output_size": 2,
        "next_states": [ref("new_h"), {"item": ref("new_c"), "at": ["...", {"slice": [None, 1, None]}]}],
        "name": "own",
    }
    return EquationCell(**{**options, **changed})


def expected(steps, dtype="float32"):
    h, c, found = np.zeros((len(X), 2), dtype), np.zeros((len(X), 1), dtype), []
    for x in np.swapaxes(X.astype(dtype), 0, 1)[:steps]:
        a, b = np.split(np.concatenate([x, h, c], 1) @ WEIGHTS[0] + WEIGHTS[1], 2, 1)
        h, c = 1 / (1 + np.exp(-a)) + c.mean(1, keepdims=True), np.tanh(b)[:, :1]
        found.append(h)
    return np.stack(found, 1), h, c


def model_of(made, **options):
    x = keras.Input((None, 2), name="x")
    rnn = keras.layers.RNN(made, return_sequences=True, return_state=True, name="rnn", **options)
    model = keras.Model(x, rnn(x))
    rnn.set_weights(WEIGHTS)
    return model


def close(found, wanted, **tolerance):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(keras.ops.convert_to_numpy(one), other, **(tolerance or {"atol": 1e-6}))


def test_it_computes_the_same_when_it_was_saved(tmp_path):
    model = model_of(cell())
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    for one in (model, loaded):
        close(one(X), expected(5))
        close(one(X[:, :1]), expected(1))
    assert [(one.name, one.trainable) for one in loaded.weights] == [("kernel", True), ("bias", False)]
    close(loaded.predict(X, verbose=0), expected(5))


def test_a_mask_keeps_the_states():
    mask = np.arange(5)[None] < np.array([[3], [3], [3]])
    rnn = keras.layers.RNN(cell(), return_sequences=True, return_state=True, zero_output_for_mask=True)
    rnn.build(X.shape)
    rnn.set_weights(WEIGHTS)
    outputs, *states = rnn(X, mask=mask)
    close([outputs[:, :3], *states], expected(3))
    assert not np.any(keras.ops.convert_to_numpy(outputs)[:, 3:])


def test_it_trains_what_trains():
    model = model_of(cell())
    model.compile(keras.optimizers.SGD(0.3), ["mse", None, None])
    goal = expected(5)[0] * 0.5
    model.fit(X, [goal], epochs=20, verbose=0)
    assert np.mean((model.predict(X, verbose=0)[0] - goal) ** 2) < 0.5 * np.mean(goal**2)
    kernel, bias = model.get_weights()
    assert np.any(kernel != WEIGHTS[0])
    assert np.all(bias == WEIGHTS[1])


def test_it_computes_in_its_own_dtype_whatever_the_policy():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        found = model_of(cell(), dtype="float32")(X)
    finally:
        keras.config.set_dtype_policy(before)
    assert {keras.backend.standardize_dtype(one.dtype) for one in found} == {"float32"}
    close(found, expected(5))
    assert cell(dtype="mixed_float16").dtype == "float32"


def test_it_computes_in_float64_with_weights_of_float64():
    wide = cell(
        dtype="float64",
        cell_weights=[{**one, "dtype": "float64"} for one in cell().get_config()["cell_weights"]],
    )
    close(model_of(wide, dtype="float64")(X.astype("float64")), expected(5, "float64"), atol=1e-14)


BAD = {"call": "os.system", "with": ["true"]}


@pytest.mark.parametrize(
    "changed",
    [{"lines": [["bad", BAD]]}, {"output": BAD}, {"next_states": [BAD]}],
    ids=lambda one: next(iter(one)),
)
def test_what_is_not_in_the_table_is_refused_by_its_name(changed):
    with pytest.raises(ValueError, match=r"EquationCell 'own': expected operations .* received 'os\.system'"):
        cell(**changed)


@pytest.mark.parametrize(
    ("changed", "what"), [({"output": ref("both")}, "its output"), ({"next_states": [ref("new_c")] * 2}, "c")]
)
def test_lines_that_give_another_size_are_refused(changed, what):
    with pytest.raises(ValueError, match=rf"expected {what} of shape \(batch, \d\), received"):
        keras.layers.RNN(cell(**changed))(X)
