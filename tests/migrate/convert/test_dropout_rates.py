"""The rate of dropout that a TF1 program feeds: a parameter of the source, a setting of the model, in training only."""

import json

import keras
import numpy as np
import pytest
from expected_recurrences import ZOO

import tf2_lstm
from tf2_lstm.migrate.convert.converting import Request, convert, look
from tf2_lstm.migrate.emit import emit


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("dropout") / "out"


@pytest.fixture(scope="module")
def written(out):
    conversion = convert(Request(str(ZOO / "dropout_placeholder" / "model.ckpt")), out)
    assert conversion.complete
    source = {"__name__": "written"}
    exec(compile((out / "rnn.py").read_text(), "rnn.py", "exec"), source)
    return conversion, keras.models.load_model(out / "rnn.keras"), source["build_model"]


X = np.random.default_rng(3).normal(size=(40, 25, 4)).astype("float32")


def dropped(model, training):
    """The share of outputs that are zero: no output of an LSTM is, unless it is dropped."""
    return float(np.mean(np.asarray(model({"inputs": X}, training=training)["outputs"]) == 0))


def test_nothing_is_dropped_as_written(written):
    _, model, build_model = written
    for one in (model, build_model()):
        assert dropped(one, training=True) == 0
        assert dropped(one, training=False) == 0


@pytest.mark.parametrize("rate", [0.25, 0.5])
def test_the_parameter_of_the_source_drops_in_training_only(written, rate):
    model = written[2](dropout_rate=rate)
    # 5,000 outputs: four standard deviations are less than 0.03.
    assert abs(dropped(model, training=True) - rate) < 0.03
    assert dropped(model, training=False) == 0


def loader(out, name):
    """`load` of a written source."""
    source = {"__name__": "written", "__file__": str(out / name)}
    exec(compile((out / name).read_text(), name, "exec"), source)
    return source["load"]


def test_load_gives_the_weights_and_leaves_the_rate(written, out):
    """The file has rates too, those of inference: `model.load_weights` puts them back."""
    _, loaded, _ = written
    model = loader(out, "rnn.py")(dropout_rate=0.5)
    assert abs(dropped(model, training=True) - 0.5) < 0.03
    plain = [np.asarray(one({"inputs": X})["outputs"]) for one in (model, loaded)]
    np.testing.assert_array_equal(*plain)
    model.load_weights(out / "rnn.keras")
    assert dropped(model, training=True) == 0


def test_a_whole_program_says_how_its_rate_is_set_and_load_sets_it_everywhere(tmp_path):
    conversion = convert(
        Request(str(ZOO / "dropout_placeholder" / "model.ckpt"), program=True), tmp_path / "out"
    )
    (note,) = [one for one in conversion.report.notes if one.startswith("model: dropout drops")]
    assert (
        "its rate, 1 - keep_prob:0, is 0 as written. tf2_lstm.set_dropout(model, rate) sets another" in note
    )
    model = loader(tmp_path / "out", "model.py")(dropout_rate=0.5)
    loaded = tf2_lstm.load_model(tmp_path / "out" / "model.keras")
    places = ["rnn/rnn/cell/input_dropout", "rnn/rnn/cell/output_dropout"]
    assert list(tf2_lstm.set_dropout(loaded, 0.5)) == places
    for one in (model, loaded):
        rates = [float(rate.value) for rate in one.variables if rate.name.endswith("_dropout")]
        assert rates == [0.5, 0.5]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [one["dropout"] for one in manifest["models"]] == [
        {"1 - keep_prob:0": [place.removeprefix("rnn/") for place in places]},
        {"1 - keep_prob:0": places},
    ]


def test_the_places_that_the_report_names_set_the_rate_of_the_loaded_model(written):
    conversion, model, _ = written
    (note,) = [one for one in conversion.report.notes if "its rate" in one]
    assert "1 - keep_prob:0, is 0 as written. tf2_lstm.set_dropout(model, rate) sets another" in note
    assert "as does load(dropout_rate=rate) of rnn.py" in note
    places = list(tf2_lstm.set_dropout(model, 0.0))
    assert places == ["rnn/cell/input_dropout", "rnn/cell/output_dropout"]
    inference = np.asarray(model({"inputs": X})["outputs"])
    tf2_lstm.set_dropout(model, {places[1]: 0.5})
    trained = np.asarray(model({"inputs": X}, training=True)["outputs"])
    tf2_lstm.set_dropout(model, 0.0)
    kept = trained != 0
    assert abs(np.mean(~kept) - 0.5) < 0.03
    np.testing.assert_allclose(trained[kept], 2 * inference[kept], rtol=1e-5, atol=1e-6)


def test_one_placeholder_of_two_layers_is_one_parameter(tmp_path):
    conversion = convert(Request(str(ZOO / "dropout_in_stack" / "model.ckpt")), tmp_path / "out")
    assert "def build_model(dropout_rate=0.0):" in (tmp_path / "out" / "rnn.py").read_text()
    (note,) = [one for one in conversion.report.notes if "its rate" in one]
    model = keras.models.load_model(tmp_path / "out" / "rnn.keras")
    assert [place for place in tf2_lstm.set_dropout(model, 0.5) if place.startswith("rnn/cell/cells/")]
    assert "tf2_lstm.set_dropout(model, rate)" in note


def test_a_constant_keep_prob_drops_in_training_at_its_rate(tmp_path):
    convert(Request(str(ZOO / "dropout_constant" / "model.ckpt")), tmp_path / "out")
    model = keras.models.load_model(tmp_path / "out" / "rnn.keras")
    assert abs(dropped(model, training=True) - 0.5) < 0.03
    assert dropped(model, training=False) == 0


def written_by(name):
    """The model that the written source of an artefact builds, on weights of which none is zero."""
    (recurrence,) = look(Request(str(ZOO / name / "model.ckpt")))[1].recurrences
    source = {"__name__": "written"}
    exec(compile(emit(recurrence), "rnn.py", "exec"), source)
    model = source["build_model"]()
    for one in model.trainable_variables:
        one.assign(np.random.default_rng(7).normal(size=one.shape))
    return model


@pytest.mark.parametrize("name", ["dropout_state_gru", "dropout_variational"])
def test_each_place_drops_in_training_at_the_rate_of_its_constant(name):
    """Inputs 0.25, states 0.125, outputs 0.5; an output is never zero by itself."""
    model = written_by(name)
    ones = np.ones((40, 25, 4), "float32")
    plain, trained = (model({"inputs": ones}, training=training)["outputs"] for training in (False, True))
    zero = np.asarray(trained) == 0
    assert np.all(np.asarray(plain) != 0)
    if name == "dropout_variational":
        # One mask for all steps and rows, of each unit.
        assert np.all(zero == zero[:1, :1])
    else:
        assert abs(zero.mean() - 0.5) < 0.03
    rates = {one.name: float(one.value) for one in model.variables if one.name.endswith("_dropout")}
    assert rates == {"input_dropout": 0.25, "state_dropout": 0.125, "output_dropout": 0.5}


@pytest.mark.parametrize("place", ["input_dropout", "state_dropout", "output_dropout"])
def test_each_place_alone_changes_what_is_trained_and_nothing_else(place):
    model = written_by("dropout_state_gru")
    for one in model.variables:
        if one.name.endswith("_dropout"):
            one.assign(1.0 if one.name == place else 0.0)
    ones = np.ones((40, 25, 4), "float32")
    plain, trained = (model({"inputs": ones}, training=training) for training in (False, True))
    outputs, state = (np.asarray(trained[name]) for name in ("outputs", "state"))
    assert np.any(np.asarray(plain["outputs"]) != outputs)
    assert np.all(outputs == 0) == (place == "output_dropout")
    assert np.all(state == 0) == (place == "state_dropout")
    first = [np.asarray(one["outputs"])[:, 0] for one in (plain, trained)]
    assert np.allclose(*first, atol=1e-6) == (place == "state_dropout")
