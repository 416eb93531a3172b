"""Known cells that the lines of a loop, or of a cell of its own equations, call."""

import keras
import numpy as np
import pytest

from tf2_lstm import EquationCell, Loop

UNITS, WIDTH = 3, 4
STEP = {"name": "step", "dtype": "int32", "shape": []}
X = np.random.default_rng(0).normal(size=(2, WIDTH)).astype("float32")
H = np.random.default_rng(1).normal(size=(2, UNITS)).astype("float32")


def call(name, *values, **options):
    return {"call": f"keras.ops.{name}", "with": list(values), "options": options}


def ref(name):
    return {"ref": name}


def item(of, *places):
    for one in places:
        of = {"item": of, "at": one}
    return of


def run_gru(name="gru_cell", cell=None, **options):
    """h = gru_cell(x, [h]) for three steps, x the same at each."""
    cell = keras.layers.GRUCell(UNITS, reset_after=False) if cell is None else cell
    called = ["gives", {"call": ref(name), "with": [ref("x"), [ref("h")]]}]
    return Loop(
        [STEP, {"name": "h", "dtype": "float32", "shape": [None, UNITS]}],
        {"lines": [], "gives": call("less", ref("step"), 3)},
        {"lines": [called], "gives": [call("add", ref("step"), 1), item(ref("gives"), 1, 0)]},
        captured=["x"],
        cells=[{"name": name, "cell": cell, "width": WIDTH}],
        **options,
    )


def whole():
    x, h = keras.Input((WIDTH,), name="x"), keras.Input((UNITS,), name="h")
    return keras.Model([x, h], run_gru(name="gru_cell")([keras.ops.convert_to_tensor(0), h], [x])[1])


def by_hand(weights):
    cell = keras.layers.GRUCell(UNITS, reset_after=False)
    cell.build((None, WIDTH))
    cell.set_weights(weights)
    h = H
    for _ in range(3):
        h, _ = cell(X, [h])
    return np.asarray(h)


def test_it_computes_the_same_when_it_was_saved(tmp_path):
    model = whole()
    assert [one.path.rpartition("/")[2] for one in model.weights] == ["kernel", "recurrent_kernel", "bias"]
    model.save(tmp_path / "model.keras")
    for one in (model, keras.models.load_model(tmp_path / "model.keras", safe_mode=True)):
        np.testing.assert_allclose(np.asarray(one([X, H])), by_hand(model.get_weights()), atol=1e-6)
        np.testing.assert_allclose(one.predict([X, H], verbose=0), by_hand(model.get_weights()), atol=1e-6)


def test_its_configuration_makes_it_again():
    loop = run_gru()
    again = Loop.from_config(loop.get_config())
    assert again.get_config() == loop.get_config()
    assert isinstance(again.gru_cell, keras.layers.GRUCell)
    assert [one["width"] for one in again.get_config()["cells"]] == [WIDTH]


def test_it_trains():
    model, goal = whole(), np.tanh(H)
    model.compile(keras.optimizers.Adam(0.1), "mse")
    losses = model.fit([X, H], goal, epochs=30, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("name", ["call", "gru", "Gru_cell", "_cell", "gru cell"])
def test_a_cell_is_called_a_cell(name):
    with pytest.raises(ValueError, match="expected cells called gru_cell, gru_cell_1"):
        run_gru(name)


def test_a_name_is_that_of_one_cell():
    config = run_gru().get_config()
    with pytest.raises((TypeError, ValueError), match="received 'gru_cell'"):
        Loop.from_config({**config, "cells": config["cells"] * 2})


def test_a_cell_that_is_code_is_not_loaded():
    config = run_gru(cell=keras.layers.Lambda(lambda x: x)).get_config()
    with pytest.raises((TypeError, ValueError), match="disallowed by default"):
        Loop.from_config(config)


def test_the_cell_of_a_cell_comes_behind_its_own_weights(tmp_path):
    lstm = ["gives", {"call": ref("lstm_cell"), "with": [ref("x"), [ref("h"), ref("c")]]}]
    scaled = ["scaled", call("multiply", item(ref("gives"), 0), ref("scale"))]
    cell = EquationCell(
        "x",
        [{"name": "c", "size": UNITS}, {"name": "h", "size": UNITS}],
        [{"name": "scale", "shape": [UNITS], "dtype": "float32", "trainable": True}],
        [lstm, scaled],
        output=ref("scaled"),
        output_size=UNITS,
        next_states=[item(ref("gives"), 1, 1), ref("scaled")],
        cells=[{"name": "lstm_cell", "cell": keras.layers.LSTMCell(UNITS), "width": WIDTH}],
    )
    model = keras.Sequential([keras.Input((None, WIDTH)), keras.layers.RNN(cell, return_sequences=True)])
    assert [one.name for one in model.weights] == ["scale", "kernel", "recurrent_kernel", "bias"]
    scale, *weights = [np.full(one.shape, 0.3, "float32") for one in model.weights]
    model.set_weights([scale, *weights])
    model.save(tmp_path / "model.keras")
    alone = keras.layers.LSTMCell(UNITS)
    alone.build((None, WIDTH))
    alone.set_weights(weights)
    h = c = np.zeros((2, UNITS), "float32")
    for number, found in enumerate(
        np.asarray(keras.models.load_model(tmp_path / "model.keras")(X[:, None] * [[[1.0], [2.0]]])).swapaxes(
            0, 1
        )
    ):
        _, [h, c] = alone(X * (number + 1.0), [h, c])
        h = np.asarray(h) * scale
        np.testing.assert_allclose(found, h, atol=1e-6)
