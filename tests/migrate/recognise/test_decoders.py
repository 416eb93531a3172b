"""Loops of dynamic_decode: which are a cell over a sequence, and why the others are none."""

import pytest
from test_graphs import read as read_graph

from tests.zoo.tampering import Tampered
from tf2_lstm.migrate.recognise import recognise

STEP = "decoder/while/BasicDecoderStep/"
HELPER = f"{STEP}TrainingHelperNextInputs/"


def bounded():
    return Tampered("decoder_bounded")


def timed():
    return Tampered("decoder_time_major")


SABOTAGE = {
    "the input of the step before is read": lambda: bounded().wire(
        f"{HELPER}cond/TensorArrayReadV3/Switch_1", 0, "decoder/while/Identity_1"
    ),
    "the first input is another step": lambda: bounded().constant(
        "decoder/TrainingHelperInitialize/cond/TensorArrayReadV3/index", 1
    ),
    "rows end a step later": lambda: bounded().wire(f"{HELPER}GreaterEqual", 0, "decoder/while/Identity_1"),
    "rows end by lengths of another kind": lambda: timed().insert("decoder/while/LogicalOr", 0, "LogicalNot"),
    "the outputs are the squares of those of the layer": lambda: bounded().insert(
        "decoder/while/TensorArrayWrite/TensorArrayWriteV3", 2, "Mul", f"{STEP}head/Tanh"
    ),
    "the layer has a function of no name": lambda: bounded().retype(f"{STEP}head/Tanh", "Erf"),
    "the layer reads the state before": lambda: bounded().wire(
        f"{STEP}head/MatMul", 0, "decoder/while/Identity_4"
    ),
    "sample_id is the smallest": lambda: timed().retype(f"{STEP}TrainingHelperSample/ArgMax", "ArgMin"),
    "states go on and outputs stop": lambda: timed().wire(
        "decoder/while/NextIteration_3", 0, f"{STEP}decoder/multi_rnn_cell/cell_0/gru_cell/add"
    ),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_one_thing_that_is_changed_is_seen(name):
    findings = recognise(SABOTAGE[name]().model)
    assert not findings.recurrences
    assert [one.scope for one in findings.not_converted] == ["decoder"]


def test_untouched_they_are_found():
    for model in (bounded(), timed()):
        findings = recognise(model.model)
        assert len(findings.recurrences) == 1
        assert not findings.not_converted


def test_the_layer_of_an_output_projection_wrapper_is_found():
    (found,) = recognise(read_graph("output_projection")).recurrences
    assert dict(found.output_layer.arguments) == {"units": 3, "use_bias": True, "activation": None}
    assert found.ends == "with the input"
    assert found.outputs[0].shape[-1] == 3
    assert found.cells[-1].call is found.output_layer


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("greedy_decoder", "looked up by what the step before gave out (as GreedyEmbeddingHelper does, or a"),
        ("decoder_shared", "looked up by what the step before gave out (as GreedyEmbeddingHelper does, or a"),
        ("attention_decoder", "attends to a memory"),
    ],
)
def test_what_is_no_sequence_says_what_to_do(name, words):
    (said,) = recognise(Tampered(name).model).not_converted
    assert words in said.reason
    assert "Next step: convert the whole program" in said.reason
    assert said.variables
    assert ("the model of decode/decoder has the weights" in said.reason) == (name == "decoder_shared")
