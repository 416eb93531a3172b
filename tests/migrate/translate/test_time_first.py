"""What a recurrence gives out, read before TF1 transposed it: the recurrence's model gives it, and no second loop."""

from pathlib import Path

import numpy as np

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.whole import WholeConverter
from tf2_lstm.migrate.translate.as_model import build_whole

ARTEFACT = Path(__file__).resolve().parents[2] / "zoo" / "files" / "dynamic_lengths"
#: As tf.keras reads the last step of a layer that returns no sequences.
STEPS = "rnn/TensorArrayStack/TensorArrayGatherV3:0"


def test_the_steps_before_a_transposition_are_those_of_the_recurrence():
    request = Request(str(ARTEFACT / "model.ckpt"), program=True, fetch=(STEPS,))
    tf1, findings = look(request)
    whole, case, _, problem = WholeConverter(tf1, findings, request, None).convert()
    assert not problem
    assert case.passed
    assert [one.scope for one in whole.recurrences.values()] == ["rnn"]
    assert [*whole.loops, *whole.cells, *whole.layers] == []
    with np.load(ARTEFACT / "run.npz") as held:
        given = {one.name: held[one.tf1] for one in whole.inputs}
        expected = held["rnn/transpose_1:0"]
    (found,) = build_whole(whole, tf1)(given).values()
    np.testing.assert_allclose(np.asarray(found), expected.swapaxes(0, 1), atol=2e-6)
