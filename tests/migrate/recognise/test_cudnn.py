"""What a node of cuDNN says beside its weights: rows that end, a layout that only a GPU knows, dropout in training."""

import pytest

from tf2_lstm.migrate.artifacts import read
from tf2_lstm.migrate.recognise import recognise

LENGTHS = "tests/zoo/files/cudnn_lstm_lengths/model.ckpt"


def found_with(**attributes):
    """The findings of a graph whose node of cuDNN has other attributes."""
    model = read(LENGTHS)
    [node] = [node for node in model.graph.node if node.op == "CudnnRNNV3"]
    for name, value in attributes.items():
        setattr(node.attr[name], {bool: "b", int: "i", float: "f"}[type(value)], value)
    return recognise(model)


def test_lengths_are_an_input_and_their_meaning_is_assumed():
    [found] = found_with().recurrences
    assert [(one.name, one.tf1) for one in found.inputs[:2]] == [
        ("inputs", "x:0"),
        ("sequence_length", "lengths:0"),
    ]
    assert found.assumed == [
        "cuDNN ends rows by sequence_lengths as dynamic_rnn does, with zeros behind and the state of the last step; "
        "only a GPU runs it"
    ]


def test_without_lengths_nothing_is_assumed():
    [found] = recognise(read("tests/zoo/files/cudnn_lstm/model.ckpt")).recurrences
    assert [one.name for one in found.inputs if "length" in one.name] == []
    assert found.assumed == []


#: Attribute -> words of the reason.
REFUSED = {
    ("time_major", False): "cuDNN takes [batch, time] (time_major=False), and nothing but a GPU tells",
    ("num_proj", 3): "cuDNN projects its states (num_proj)",
}


@pytest.mark.parametrize("attribute", REFUSED)
def test_what_nothing_here_can_hold_is_refused(attribute):
    name, value = attribute
    findings = found_with(**{name: value})
    assert not findings.recurrences
    [refused] = findings.not_converted
    assert refused.reason.startswith(REFUSED[attribute])
    assert "it is seen at CudnnRNNV3 (" in refused.reason


@pytest.mark.parametrize(("rate", "said"), [(0.25, ["0.25"]), (0.0, [])])
def test_dropout_between_layers_is_said(rate, said):
    [found] = found_with(dropout=rate).recurrences
    notes = [note for note in found.notes if "drops a share of" in note]
    assert [note.partition("keras.layers.Dropout(")[2].partition(")")[0] for note in notes] == said


def test_one_layer_drops_nothing():
    model = read("tests/zoo/files/cudnn_gru_bidirectional/model.ckpt")
    [node] = [node for node in model.graph.node if node.op == "CudnnRNN"]
    node.attr["dropout"].f = 0.5
    [found] = recognise(model).recurrences
    assert not [note for note in found.notes if "drops a share" in note]
