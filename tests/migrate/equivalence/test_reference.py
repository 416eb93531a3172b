"""The NumPy reference, on which every diagnosis rests, is itself held to the records of TF 1.15.5."""

import keras
import numpy as np
import pytest

import tf2_lstm
from tf2_lstm.migrate.equivalence.cell_step import ACTIVATIONS, REPLACED, function_of
from tf2_lstm.migrate.equivalence.diagnosis import MISTAKES
from tf2_lstm.migrate.equivalence.goldens import checkpoint_of, read_record
from tf2_lstm.migrate.equivalence.inputs import case_inputs
from tf2_lstm.migrate.equivalence.keras_runner import read_checkpoint
from tf2_lstm.migrate.equivalence.reference import Reference
from tf2_lstm.migrate.pairs import CASES, PAIRS, Call
from tf2_lstm.migrate.recognise.without_graph.keras1 import FUNCTIONS

QUIET = [name for name, case in CASES.items() if not case.noise and PAIRS[case.call.pair].kind != "program"]


@pytest.mark.parametrize("name", QUIET)
def test_the_reference_gives_the_recorded_numbers(name):
    case = CASES[name]
    record = read_record(case, case_inputs(case, 0)).tensors
    run = Reference(case, read_checkpoint(checkpoint_of(case))).run()
    assert list(run) == [tensor for tensor in record if tensor.startswith(("outputs", "state"))]
    for tensor, value in run.items():
        np.testing.assert_allclose(value, record[tensor], rtol=0, atol=1e-6)


@pytest.mark.parametrize("mistake", [mistake for mistake in MISTAKES if mistake != "layers_swapped"])
def test_every_mistake_moves_the_numbers_of_some_case(mistake):
    moved = 0
    for name in QUIET:
        variables = read_checkpoint(checkpoint_of(CASES[name]))
        right, wrong = (Reference(CASES[name], variables, mistake=m).run() for m in ("", mistake))
        moved += any(np.abs(right[tensor] - wrong[tensor]).max() > 1e-2 for tensor in right)
    assert moved


def test_the_reference_refuses_noise():
    case = CASES["dropout/output"]
    with pytest.raises(ValueError, match="has no noise"):
        Reference(case, read_checkpoint(checkpoint_of(case))).run()


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_activation_that_is_read_is_keras_s(name):
    x = np.linspace(-8, 8, 101)
    function = tf2_lstm.hard_sigmoid if name == "hard_sigmoid" else keras.activations.get(name)
    expected = keras.ops.convert_to_numpy(function(keras.ops.convert_to_tensor(x)))
    np.testing.assert_allclose(ACTIVATIONS[name](x), expected, rtol=1e-6, atol=1e-6)


def test_gates_that_are_unknown_are_an_error_and_no_sigmoid():
    call = Call("gru", num_units=2, recurrent_activation="odd")
    with pytest.raises(KeyError, match="odd"):
        function_of(call, "gate")
    assert function_of(Call("gru", num_units=2, recurrent_activation="tanh"), "gate") is np.tanh


@pytest.mark.parametrize("mistake", REPLACED)
def test_what_a_mistake_replaces_stands_in_some_equations(mistake):
    wholes = ["\n".join(one.equations) for one in PAIRS.values() if one.equations]
    for old, new in REPLACED[mistake].items():
        assert any(old in whole for whole in wholes), old
        wholes = [whole.replace(old, new) for whole in wholes]
