"""What TF1 does not train of a recurrence is named in the report."""

from dataclasses import replace

import pytest
from expected_recurrences import ZOO

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.convert import converting
from tf2_lstm.migrate.convert.converting import Request
from tf2_lstm.migrate.convert.not_trained import not_trained

KERNEL, BIAS = "rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/bias"
REQUEST = Request(str(ZOO / "train_adam" / "model.ckpt"))
TRAINED = {
    "all": ({KERNEL, BIAS}, None),
    "the kernel": ({KERNEL}, f"rnn: TF1 does not train {BIAS}; Keras would."),
    "another variable": ({"global_step"}, f"rnn: TF1 does not train {BIAS}, {KERNEL}; Keras would."),
    "nothing says what": (None, None),
}


def test_what_is_trained_is_read_from_the_meta():
    assert artifacts.read(REQUEST.path).trainable == {KERNEL, BIAS, "dense/kernel", "dense/bias"}
    assert artifacts.read(str(ZOO / "frozen" / "frozen.pb")).trainable is None


@pytest.mark.parametrize(("trained", "said"), TRAINED.values(), ids=TRAINED)
def test_the_report_names_what_tf1_does_not_train(trained, said, monkeypatch):
    tf1, findings = converting.look(REQUEST)
    tf1 = replace(tf1, trainable=None if trained is None else frozenset(trained))
    monkeypatch.setattr(converting, "look", lambda request: (tf1, findings))
    notes = converting.prove(REQUEST).report.notes
    found = [note for note in notes if "does not train" in note]
    assert [note.startswith(said) for note in found] == ([] if said is None else [True])


def test_what_cudnn_trains_as_one_blob_is_trained():
    """Its weights are saved under the names of cells, which no variable of the graph has."""
    tf1, findings = converting.look(Request(str(ZOO / "cudnn_lstm" / "model.ckpt")))
    assert tf1.trainable
    assert [not_trained(tf1, one) for one in findings.recurrences] == [""]
