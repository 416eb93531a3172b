"""What goes back into a recurrence past its model is named; what only looks like it is not (record_feedback.py)."""

import pytest
from test_graphs import read

from tf2_lstm.migrate.convert.converting import Conversion
from tf2_lstm.migrate.recognise import recognise

#: Graph -> of the first loss: into which tensor, and the kind of the first operation between.
LOST = {
    "mixed_state": ("", "Mul"),
    "clipped_state": ("", "Minimum"),
    "attention_between_steps": ("concat_1:0", "Mul"),
    "reset_by_where": ("reset_2:0", "Select"),
    "reset_by_factor": ("kept_2:0", "Mul"),
    "reset_by_factor_gru": ("kept_1:0", "Mul"),
    "variable_decays": ("c/read:0", "Mul"),
}


@pytest.mark.parametrize("name", LOST)
def test_what_goes_back_is_named(name):
    findings = recognise(read(f"../feedback/{name}"))
    assert findings.recurrences
    loss = findings.losses[0]
    into, operation = LOST[name]
    assert loss.into == into
    assert f"through {loss.operation} ({operation})" in loss.reason
    assert loss.output in loss.reason
    names = [one.name for one in findings.recurrences]
    assert not Conversion(None, findings, None, names).complete


@pytest.mark.parametrize("name", ["variable_keeps", "encoder_decoder", "siamese", "trained_step"])
def test_what_is_handed_on_or_stands_behind_is_no_loss(name):
    findings = recognise(read(f"../feedback/{name}"))
    assert findings.recurrences
    assert findings.losses == []
