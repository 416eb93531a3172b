"""One call sets the rates of dropout of a whole model: of Keras's layer and of wrappers, inside of others too."""

import keras
import numpy as np
import pytest
from keras import layers

from tf2_lstm import (
    RNN,
    DropoutWrapper,
    EquationCell,
    Loop,
    LSTMCell,
    StackedRNNCells,
    load_model,
    set_dropout,
)

X = np.random.default_rng(1).uniform(0.5, 1.0, (60, 5, 3)).astype("float32")


def call(what, *values):
    return {"call": what, "with": list(values)}


H, X_T, STEP, DROPPED = ({"ref": name} for name in ("h", "x", "step", "dropped"))


def own_cell():
    """h + dropout(x)."""
    lines = [["dropped", call({"ref": "dropout"}, X_T)], ["h_new", call("keras.ops.add", H, DROPPED)]]
    given = {"output": {"ref": "h_new"}, "output_size": 6, "next_states": [{"ref": "h_new"}]}
    state = [{"name": "h", "size": 6}]
    return EquationCell("x", state, [], lines, dropouts=[{"name": "dropout", "rate": 0.0}], **given)


def loop():
    """h + dropout(x), twice, from x."""
    step = {"name": "step", "dtype": "int32", "shape": []}
    more = [["dropped", call({"ref": "dropout_1"}, X_T)]]
    return Loop(
        [step, {"name": "h", "dtype": "float32", "shape": [None, None, 6]}],
        {"lines": [], "gives": call("keras.ops.less", STEP, 2)},
        {"lines": more, "gives": [call("keras.ops.add", STEP, 1), call("keras.ops.add", H, DROPPED)]},
        captured=["x"],
        dropouts=[{"name": "dropout_1", "rate": 0.0}],
        name="again",
    )


def built():
    """A model with a dropout of each kind, all rates 0: alone, in a model, in a wrapper, in a stack."""
    inside = keras.Sequential([keras.Input((None, 3)), layers.Dropout(0.0, name="dropout")], name="inside")
    x = keras.Input((None, 3), name="x")
    first = DropoutWrapper(LSTMCell(4), input_dropout=0.0)
    cells = StackedRNNCells([first, DropoutWrapper(LSTMCell(4), output_dropout=0.0)])
    y = layers.TimeDistributed(layers.Dropout(0.0), name="each")(inside(x))
    y = layers.Bidirectional(layers.LSTM(3, return_sequences=True), name="both")(y)
    y = RNN(own_cell(), return_sequences=True, name="own")(y)
    y = loop()([keras.ops.convert_to_tensor(0), y], [y])[1]
    y = RNN(cells, return_sequences=True, name="rnn")(y)
    return keras.Model(x, layers.Dropout(0.0, name="last")(y))


PLACES = [
    "inside/dropout",
    "each/layer",
    "own/cell/dropout",
    "again/dropout_1",
    "rnn/cell/cells/0/input_dropout",
    "rnn/cell/cells/1/output_dropout",
    "last",
]


@pytest.fixture(scope="module")
def held():
    """One model for the tests that change its rates alone."""
    return built()


@pytest.fixture
def model(held):
    """The same model, its rates 0 before and after a test."""
    assert set_dropout(held, {}) == dict.fromkeys(PLACES, 0.0)
    yield held
    set_dropout(held, 0.0)


def dropped(model, training=True):
    return float(np.mean(np.asarray(model(X, training=training)) == 0))


@pytest.mark.parametrize("place", PLACES)
def test_each_place_drops_in_training_and_changes_nothing_else(place, model):
    plain = np.asarray(model(X))
    np.testing.assert_array_equal(np.asarray(model(X, training=True)), plain)
    assert set_dropout(model, {place: 0.5}) == {**dict.fromkeys(PLACES, 0.0), place: 0.5}
    trained = np.asarray(model(X, training=True))
    assert np.any(np.abs(trained - plain) > 1e-4)
    assert (0.4 < dropped(model) < 0.6) == (place in ("last", "rnn/cell/cells/1/output_dropout"))
    np.testing.assert_array_equal(np.asarray(model(X)), plain)
    set_dropout(model, {place: 0.0})
    np.testing.assert_array_equal(np.asarray(model(X, training=True)), plain)


def test_one_rate_is_that_of_all_and_is_saved(tmp_path):
    model = built()
    model.save(tmp_path / "old.keras")
    model = load_model(tmp_path / "old.keras")
    plain = np.asarray(model(X))
    assert set_dropout(model, 0.5) == dict.fromkeys(PLACES, 0.5)
    # An output is kept by two masks.
    assert 0.7 < dropped(model) < 0.8
    model.save(tmp_path / "new.keras")
    again = keras.models.load_model(tmp_path / "new.keras")
    np.testing.assert_allclose(np.asarray(again(X)), plain, atol=1e-6)
    assert set_dropout(again, {}) == dict.fromkeys(PLACES, 0.5)
    assert 0.7 < dropped(again) < 0.8
    again.load_weights(tmp_path / "old.keras")
    assert set_dropout(again, {})["rnn/cell/cells/0/input_dropout"] == 0.0


def test_a_model_that_was_fitted_is_compiled_again():
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dropout(0.0, name="dropout")(layers.Dense(1, kernel_initializer="ones")(x)))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    given, wanted = np.ones((4000, 4), "float32"), np.full((4000, 1), 4.0, "float32")
    loss = [model.fit(given, wanted, batch_size=4000, verbose=0).history["loss"][0]]
    for rate in (0.5, 0.0):
        set_dropout(model, rate)
        loss.append(model.fit(given, wanted, batch_size=4000, verbose=0).history["loss"][0])
    # Half of the numbers are 0, the others 8: each is 4 off.
    assert loss[0] == loss[2] == 0.0
    assert abs(loss[1] - 16.0) < 1e-3
    assert len(model.variables) == 3


def test_load_weights_of_the_package_leaves_a_rate_that_was_set(tmp_path):
    from tf2_lstm import load_weights

    model = built()
    model.save(tmp_path / "old.keras")
    set_dropout(model, 0.25)
    load_weights(model, tmp_path / "old.keras")
    assert set_dropout(model, {}) == dict.fromkeys(PLACES, 0.25)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        (1.5, r"expected a rate from 0 to 1, 1 - keep_prob; received 1\.5 for inside/dropout"),
        (True, "received True"),
        ({"dropout": 0.5}, "expected one of the places inside/dropout, each/layer, .*; received 'dropout'"),
        ({"last": 0.5, "rnn": 0.5}, "received 'rnn'"),
    ],
)
def test_what_is_no_rate_or_no_place_is_refused_and_nothing_is_set(rates, said, model):
    with pytest.raises(ValueError, match=said):
        set_dropout(model, rates)
    assert set_dropout(model, {}) == dict.fromkeys(PLACES, 0.0)


def test_a_model_without_dropout_is_refused():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="plain")
    with pytest.raises(
        ValueError, match=r"expected a model with keras\.layers\.Dropout .* found none in 'plain'"
    ):
        set_dropout(model, 0.5)
