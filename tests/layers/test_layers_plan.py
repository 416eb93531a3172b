"""One table says what a cell computes, and both engines compute all of it: the fast unrolls and the streaming step."""

import keras
import pytest

from tf2_lstm import cell_plan
from tf2_lstm.backends.tensorflow import activations, step_loops
from tf2_lstm.stream import kernels

STACKS = (cell_plan.StackedRNNCells, keras.layers.StackedRNNCells)
WRAPPERS = (cell_plan.ResidualWrapper, cell_plan.DropoutWrapper)


def _smallest(kind):
    if kind in STACKS:
        return kind([keras.layers.SimpleRNNCell(2)])
    return kind(keras.layers.SimpleRNNCell(2)) if kind in WRAPPERS else kind(2)


@pytest.mark.parametrize("kind", cell_plan._READERS)
def test_both_engines_compute_every_class_of_the_table(kind):
    cell = _smallest(kind)
    cell.build((None, 2))
    assert kernels.kernel_of(cell) is not None
    assert all(one.kind in step_loops.EQUATIONS for one in cell_plan.recurrences(cell_plan.plan_of(cell)))


def test_no_engine_has_a_table_of_its_own():
    assert set(step_loops.EQUATIONS) == set(kernels.KERNELS)
    assert set(activations.TABLE) == set(cell_plan.ACTIVATIONS)
    # NumPy leaves the hard sigmoid to Keras.
    assert set(kernels.TABLE) == set(cell_plan.ACTIVATIONS) - {"hard_sigmoid"}


def test_the_weights_are_those_of_the_plan_in_its_order():
    options = {"use_peepholes": True, "projection_units": 3}
    cell = cell_plan.StackedRNNCells([cell_plan.LSTMCell(4, **options), keras.layers.GRUCell(2)])
    cell.build((None, 5))
    first, second = cell_plan.recurrences(cell_plan.plan_of(cell))
    named = [getattr(cell.cells[0], name) for name in first.weights]
    named += [getattr(cell.cells[1], name) for name in second.weights]
    found = cell_plan.weights_of(cell)
    assert [id(weight) for weight in found] == [id(weight) for weight in named]
    assert {id(weight) for weight in found} == {id(weight) for weight in cell.weights}
