"""tf.stop_gradient in a recurrence: named with its tensor and what to do; gradients are compared without it."""

import pytest
from tensorflow.core.framework.attr_value_pb2 import AttrValue

from tests.zoo.tampering import Tampered
from tf2_lstm.migrate.recognise import recognise

FLOAT = AttrValue(type=1)
WEIGHT = "set trainable = False of the layer that has the weight"


def losses(tampered):
    findings = recognise(tampered.model)
    assert len(findings.recurrences) == 1
    return findings.not_in_the_model


def test_a_stop_between_the_steps_is_named_with_its_tensor_and_what_to_do():
    (loss,) = losses(Tampered("truncated_by_hand"))
    assert (loss.scope, loss.output, loss.operation) == ("rnn", "basic_lstm_cell/Add_3:0", "StopGradient")
    assert "which StopGradient (StopGradient) reads (and at 1 more)" in loss.reason
    assert "keras.ops.stop_gradient of the states" in loss.reason


@pytest.mark.parametrize(
    ("node", "index", "named"),
    [("~basic_lstm_cell/Sigmoid", 0, "keras.ops.stop_gradient"), ("~basic_lstm_cell/MatMul", 1, WEIGHT)],
)
def test_a_stop_in_the_step_of_a_loop_is_named(node, index, named):
    (loss,) = losses(Tampered("basic_lstm").insert(node, index, "StopGradient", T=FLOAT))
    assert loss.scope == "rnn"
    assert named in loss.reason


def test_what_goes_in_and_comes_out_is_said_to_lie_around():
    around = recognise(Tampered("truncated_by_hand").model).recurrences[0].around
    assert around.behind == ("StopGradient (StopGradient_2)", "Tanh (scores)")
