"""What a proof feeds."""

import numpy as np
import pytest

from tf2_lstm.migrate.convert.samples import SUMMED, samples_of
from tf2_lstm.migrate.model import Recurrence, Tensor
from tf2_lstm.migrate.pairs import Call


def recurrence_of(depth):
    inputs = Tensor("inputs", "x:0", "float32", (None, None, depth))
    state = Tensor("initial_state_h", "h:0", "float32", (None, 4 * SUMMED))
    call = Call("dynamic_rnn", cell=Call("gru", num_units=4 * SUMMED))
    return Recurrence("rnn", "dynamic", call, [], [inputs, state], [])


@pytest.mark.parametrize(
    ("depth", "largest"), [(8, 1.0), (SUMMED, 1.0), (4 * SUMMED, 0.5), (16 * SUMMED, 0.25)]
)
def test_inputs_of_order_one_unless_they_are_many(depth, largest):
    for sample in samples_of(recurrence_of(depth)):
        sizes = np.abs(sample.values["x:0"])
        assert 0.1 * largest <= sizes.min()
        assert 0.8 * largest < sizes.max() <= largest


def test_states_are_of_order_one_however_many_they_are():
    for sample in samples_of(recurrence_of(4 * SUMMED)):
        assert np.abs(sample.values["h:0"]).max() > 0.9
