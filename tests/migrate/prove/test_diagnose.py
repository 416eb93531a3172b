"""A cause is given for numbers that differ, never for a shape, nor where the known mistakes cannot be tried."""

import numpy as np
import pytest

from tf2_lstm.migrate.model import Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.prove.diagnose import diagnose_sample
from tf2_lstm.migrate.roles import Tensor

CALL = Call("dynamic_rnn", cell=Call("basic_lstm", num_units=3))


@pytest.mark.parametrize(
    "options",
    [
        {"reverse": True},
        {"form": "cudnn"},
        {"output_layer": Call("dense", units=2)},
        {"inputs": [Tensor("mask", "mask:0", "bool", (2, 4))]},
    ],
    ids=lambda options: next(iter(options)),
)
def test_where_the_known_mistakes_cannot_be_tried_no_cause_is_given(options):
    run = Recurrence("rnn", "rnn", **{"form": "while", "call": CALL, "inputs": [], "outputs": [], **options})
    same = {"outputs": np.ones((2, 4, 3))}
    assert diagnose_sample(None, run, None, same, same).startswith(
        "no diagnosis: the known mistakes are tried with"
    )


def test_where_a_shape_differs_no_cause_is_given():
    run = Recurrence("rnn", "rnn", "while", CALL, [], [])
    said = diagnose_sample(None, run, None, {"outputs": np.ones((2, 4, 3))}, {"outputs": np.ones((2, 1, 3))})
    assert said == "no diagnosis: outputs has another shape, and the known mistakes change numbers only"
