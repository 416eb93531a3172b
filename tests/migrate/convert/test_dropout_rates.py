"""The rate of dropout that a TF1 program feeds: a parameter of the source, a setting of the model, in training only."""

import keras
import numpy as np
import pytest
from expected_recurrences import ZOO

from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.functional import find


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    out = tmp_path_factory.mktemp("dropout") / "out"
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


def test_the_places_that_the_report_names_set_the_rate_of_the_loaded_model(written):
    conversion, model, _ = written
    (note,) = [one for one in conversion.report.notes if "its rate" in one]
    assert "1 - keep_prob:0" in note
    assert "dropout_rate of build_model" in note
    places = [part.split("'")[1] for part in note.split("find(model, ")[1:]]
    assert places == ["rnn/cell/input_dropout", "rnn/cell/output_dropout"]
    inference = np.asarray(model({"inputs": X})["outputs"])
    find(model, places[1]).assign(0.5)
    trained = np.asarray(model({"inputs": X}, training=True)["outputs"])
    find(model, places[1]).assign(0.0)
    kept = trained != 0
    assert abs(np.mean(~kept) - 0.5) < 0.03
    np.testing.assert_allclose(trained[kept], 2 * inference[kept], rtol=1e-5, atol=1e-6)


def test_one_placeholder_of_two_layers_is_one_parameter(tmp_path):
    conversion = convert(Request(str(ZOO / "dropout_in_stack" / "model.ckpt")), tmp_path / "out")
    assert "def build_model(dropout_rate=0.0):" in (tmp_path / "out" / "rnn.py").read_text()
    (note,) = [one for one in conversion.report.notes if "its rate" in one]
    assert note.count("find(model, 'rnn/cell/cells/") == 2


def test_a_constant_keep_prob_drops_in_training_at_its_rate(tmp_path):
    convert(Request(str(ZOO / "dropout_constant" / "model.ckpt")), tmp_path / "out")
    model = keras.models.load_model(tmp_path / "out" / "rnn.keras")
    assert abs(dropped(model, training=True) - 0.5) < 0.03
    assert dropped(model, training=False) == 0
