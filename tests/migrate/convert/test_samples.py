"""What a proof feeds."""

import numpy as np
import pytest
from test_convert_zoo import request_of

from tf2_lstm.migrate.convert.converting import look
from tf2_lstm.migrate.model import Recurrence
from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.prove.samples import SUMMED, samples_of
from tf2_lstm.migrate.roles import Tensor


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


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("lengths_fixed", {"2 x 5 steps"}),
        ("sizes_between_layers", {"2 x 4 steps"}),
        ("sizes_of_steps", {"batch 2"}),
        ("sizes_of_a_state", {"4 x 5 steps", "4 x 1 steps", "4 x 7 steps"}),
        ("sizes_of_a_step", {"batch 2"}),
        ("sizes_of_an_operation", {"2 x 4 steps"}),
        ("steps_of_an_operation", {"2 x 4 steps"}),
        ("sizes_of_unstack", {"3 x 4 steps", "1 x 4 steps", "4 x 4 steps"}),
        ("dynamic_zero_state_fed", {"3 x 5 steps", "3 x 1 steps", "3 x 7 steps"}),
    ],
)
def test_sizes_that_the_graph_fixes_are_never_others(name, sizes):
    _, findings = look(request_of(name))
    assert findings.recurrences
    for recurrence in findings.recurrences:
        assert {sample.label for sample in samples_of(recurrence)} == sizes


def test_a_variable_that_holds_a_state_fixes_no_batch():
    """It is fed for the proof, and an input of the model."""
    _, findings = look(request_of("sizes_of_a_variable"))
    [recurrence] = findings.recurrences
    assert {tensor.shape[0] for tensor in recurrence.inputs} == {None}
    assert {sample.label.split()[0] for sample in samples_of(recurrence)} == {"3", "1", "4"}
