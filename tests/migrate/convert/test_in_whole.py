"""What the report says of a recurrence's model when the whole program's has what it lacks, or has not."""

from dataclasses import replace

import pytest

from tf2_lstm.migrate.convert.in_whole import claimed, notes_of
from tf2_lstm.migrate.model import (
    Call,
    CellVariables,
    Findings,
    NotConverted,
    NotInTheModel,
    Recurrence,
    Unclaimed,
)
from tf2_lstm.migrate.recognise.refusals import IN_WHOLE

REASON = "x:0 goes back into it. Next step: write it by hand"


def _findings():
    cell = CellVariables(Call("basic_rnn"), "rnn/cell", {"kernel": "rnn/kernel", "bias": "rnn/bias"})
    return Findings(
        recurrences=[Recurrence("rnn", "rnn", "while", Call("dynamic_rnn"), [], [], cells=[cell])],
        not_converted=[NotConverted("other", REASON, ("other/kernel",)), NotConverted("bare", REASON)],
        not_in_the_model=[NotInTheModel("rnn", "x:0", "y:0", "", REASON)],
        unclaimed=[Unclaimed("dense", (1,), "read"), Unclaimed("rest", (1,), "read")],
    )


#: The variables of the whole program -> what is said of the loss, of a recurrence with variables, and of one without.
CASES = [
    (
        {"rnn/kernel", "rnn/bias", "other/kernel"},
        "not in the recurrence's own model, but in model: rnn: x:0 goes back into it",
        "no model by itself, model computes it: other: x:0 goes back into it",
    ),
    ({"rnn/kernel", "other/kernel"}, f"not in the model: rnn: {REASON}", None),
    ({"rnn/kernel", "rnn/bias"}, None, f"not converted: other: {REASON}"),
    ({"other/kernel"}, f"not in the model: rnn: {REASON}", None),
    (set(), f"not in the model: rnn: {REASON}", f"not converted: other: {REASON}"),
]


@pytest.mark.parametrize(("held", "loss", "other"), CASES)
def test_a_note_says_which_model_has_it(held, loss, other):
    said = notes_of(_findings(), held)
    assert len(said) == 3
    assert loss in (None, said[0])
    assert other in (None, said[1])
    assert said[2] == f"not converted: bare: {REASON}"


def test_without_a_whole_program_nothing_is_in_it():
    findings = replace(_findings(), recurrences=[])
    assert notes_of(findings, set())[0] == f"not in the model: rnn: {REASON}"


def test_what_the_program_has_is_claimed():
    assert [one.name for one in claimed(_findings(), {"dense"}).unclaimed] == ["rest"]


def test_nobody_is_told_to_ask_for_what_was_asked_for():
    other = replace(_findings().not_converted[0], reason=f"it differs. Next step: {IN_WHOLE}")
    findings = replace(_findings(), not_converted=[other])
    for asked, ending in ((False, IN_WHOLE), (True, "it differs")):
        assert notes_of(findings, set(), asked)[-1].endswith(ending)
