"""Outputs of single steps of a static unroll: a whole program's recurrence gives those that the program reads."""

import numpy as np
import pytest
from test_whole_zoo import ZOO

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Ref
from tf2_lstm.migrate.prove.samples import fed_tensors, key_of, samples_of
from tf2_lstm.migrate.roles import Role, read_name
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate
from tf2_lstm.migrate.translate.writing.needed import without_unread_steps

TF1, FINDINGS = look(Request(str(ZOO / "static_rnn" / "model.ckpt")))
[RECURRENCE] = FINDINGS.recurrences
STEPS = [one for one in RECURRENCE.outputs if read_name(one.name).role is Role.OUTPUTS]
STATES = [one.name for one in RECURRENCE.outputs if one not in STEPS]
LAST = len(STEPS) - 1


@pytest.mark.parametrize("read", [[LAST], [0], [1, 2], range(LAST + 1)], ids=["last", "first", "two", "all"])
def test_a_step_that_is_not_read_is_no_output(read):
    whole = translate(TF1, FINDINGS, boundary_of(TF1, FINDINGS, [STEPS[step].tf1 for step in read]))
    [found] = whole.recurrences.values()
    assert [one.name for one in found.outputs] == [
        *(one.name for step, one in enumerate(STEPS) if step in read or step == LAST),
        *STATES,
    ]
    sample = samples_of(RECURRENCE)[0].values
    alone = build_model(RECURRENCE, TF1.variables)(
        {one.name: sample[key_of(one)] for one in fed_tensors(RECURRENCE)}
    )
    given = build_whole(whole, TF1)({one.name: sample[one.tf1] for one in whole.inputs})
    for edge in whole.outputs:
        [step] = [one.name for one in STEPS if one.tf1 == edge.tf1]
        np.testing.assert_allclose(np.asarray(given[edge.name]), np.asarray(alone[step]), atol=1e-6, rtol=0)


def test_where_all_outputs_are_taken_together_all_stay():
    """As a loop takes them, whose lines are not followed."""
    called = Line(("found",), Apply(Ref("rnn"), ({},)))
    lines = [
        called,
        Line(("one",), Item(Ref("found"), STEPS[0].name)),
        Line(("all",), Apply("f", (Ref("found"),))),
    ]
    assert without_unread_steps({"build_rnn": RECURRENCE}, lines) == {"build_rnn": RECURRENCE}
    fewer = without_unread_steps({"build_rnn": RECURRENCE}, lines[:2])["build_rnn"]
    assert [one.name for one in fewer.outputs] == [STEPS[0].name, STEPS[LAST].name, *STATES]
