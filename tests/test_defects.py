"""A defect of this program is never taken for what is wrong with a file: "please report it", exit code 2."""

from pathlib import Path

import keras
import pytest
import tensorflow as tf

from tf2_lstm.cli import main

MODEL = str(Path(__file__).parent / "zoo" / "files" / "basic_lstm" / "model.ckpt")
CONVERT = ["convert", MODEL, "-o", "OUT"]
EXPORT = ["export", "MODEL", "--like", MODEL, "-o", "OUT"]

#: Function -> the command in which it goes wrong where an error of TensorFlow, Keras or of a file is foreseen.
PLACES = {
    "tf2_lstm.migrate.graph.shapes._imported": ["inspect", MODEL],
    "tf2_lstm.migrate.prove.replay.tf": CONVERT,
    "tf2_lstm.migrate.prove.replay.contexts_of": CONVERT,
    "tf2_lstm.migrate.export.to_checkpoint.accelerate": EXPORT,
    "tf2_lstm.migrate.equivalence.goldens._named": ["compare", "gru/default"],
}


class Defect(Exception):
    """What nobody foresaw."""


def go_wrong(*arguments, **options):
    raise Defect("planted")


class TensorFlow:
    """The module, in which the import of a graph goes wrong: in the file that has it by this name alone."""

    import_graph_def = staticmethod(go_wrong)

    def __getattr__(self, name):
        return getattr(tf, name)


@pytest.mark.parametrize("place", PLACES)
def test_a_defect_is_to_be_reported(place, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("TF2_LSTM_TRACEBACK")
    model = tmp_path / "model.keras"
    keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(4)]).save(model)
    paths = {"OUT": str(tmp_path / "out"), "MODEL": str(model)}
    monkeypatch.setattr(place, TensorFlow() if place.endswith(".tf") else go_wrong)
    assert main([paths.get(word, word) for word in PLACES[place]]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "a defect of tf2-lstm, please report it: Defect at test_defects.py:" in line
    assert not (tmp_path / "out").exists()
