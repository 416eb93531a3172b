"""StackedRNNCells: one cell, shared cells, the structure of the state."""

import keras
import numpy as np
import pytest

from tf2_lstm import RNN, BasicRNNCell, GRUCell, LSTMCell, StackedRNNCells, sequence_mask

X = np.random.default_rng(0).normal(size=(3, 5, 4)).astype("float32")
FULL = {"return_sequences": True, "return_state": True}


def test_a_stack_of_one_is_its_cell():
    cell = LSTMCell(4)
    bare, stack = RNN(cell, **FULL), RNN([cell], **FULL)
    for mask in (None, sequence_mask([5, 2, 0], 5)):
        outputs, h, c = bare(X, mask=mask)
        stacked, state = stack(X, mask=mask)
        for one, two in zip((outputs, h, c), (stacked, *state), strict=True):
            np.testing.assert_array_equal(one, two)


def test_the_same_cell_n_times_is_one_set_of_weights():
    layer = RNN([LSTMCell(4)] * 3, **FULL)
    layer.build(X.shape)
    assert len(layer.weights) == 3
    again = RNN.from_config(layer.get_config())
    again.build(X.shape)
    assert len({id(cell) for cell in again.cell.cells}) == 1
    assert len(again.weights) == 3
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(X)[0], again(X)[0])


def test_shared_and_distinct_cells_keep_their_places():
    one, two = LSTMCell(4, name="one"), LSTMCell(4, name="two")
    stack = StackedRNNCells([one, two, one])
    again = StackedRNNCells.from_config(stack.get_config())
    assert [cell.name for cell in again.cells] == ["one", "two", "one"]
    assert again.cells[0] is again.cells[2]
    assert again.cells[0] is not again.cells[1]


def test_the_state_has_the_structure_of_state_size_or_of_what_is_given():
    stack = StackedRNNCells([LSTMCell(3), GRUCell(4), StackedRNNCells([BasicRNNCell(2)])])
    state = stack.get_initial_state(3)
    shapes = keras.tree.map_structure(lambda leaf: tuple(leaf.shape), state)
    assert shapes == [[(3, 3), (3, 3)], (3, 4), [(3, 2)]]
    for given in (state, [tuple(state[0]), [state[1]], state[2]]):
        _, new = stack(X[:, 0], given)
        keras.tree.assert_same_structure(given, new)


def test_the_dtype_is_that_of_the_cells():
    layer = RNN([GRUCell(3, dtype="float64")])
    assert layer(X).dtype.name == "float64"


def test_stack_refuses():
    with pytest.raises(ValueError, match="at least one cell"):
        StackedRNNCells([])
    stack = StackedRNNCells([LSTMCell(3), LSTMCell(3)])
    with pytest.raises(ValueError, match="expected 4 state\\(s\\)"):
        stack(X[:, 0], [np.zeros((3, 3), "float32")] * 3)
