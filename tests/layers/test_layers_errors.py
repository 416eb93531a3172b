"""Inputs, masks and states that do not fit are refused in words: what was expected and what came."""

import json

import keras
import numpy as np
import pytest
from keras import ops
from layer_rows import BATCH, DEPTH, FULL, TIME, every_rnn, every_row, inputs, ready

from tf2_lstm import RNN, GRUCell, LSTMCell, LSTMStateTuple, python_loop
from tf2_lstm.fitting import fitting_states

OPTIONS = {"use_peepholes": True, "cell_clip": 0.5}


def states_of(layer):
    return list(layer(inputs())[1:])


WRONG_INPUTS = {
    "rank 2": (lambda x: x[:, :, 0], "expected ndim=3, found ndim=2"),
    "rank 4": (lambda x: x[..., None], "expected ndim=3, found ndim=4"),
    # Sizes that broadcast: nothing else would say that they are wrong.
    "rank 4, broadcasting": (lambda x: x[:, :, None, :], "expected ndim=3, found ndim=4"),
    "width": (lambda x: x[..., :3], "expected axis -1 of input shape to have value 4, but received .*3"),
}
wrong_inputs = pytest.mark.parametrize(("change", "says"), WRONG_INPUTS.values(), ids=WRONG_INPUTS)


@every_row
@wrong_inputs
def test_inputs_of_another_shape_are_refused(row, change, says):
    layer = ready(row(**FULL))
    with pytest.raises(ValueError, match=says):
        layer(change(inputs()))
    with pytest.raises(ValueError, match=says):
        layer(keras.Input(batch_shape=change(inputs()).shape))


@every_row
@pytest.mark.parametrize("shape", [(TIME,), (TIME, DEPTH, 1)], ids=["rank 2", "rank 4"])
def test_inputs_of_another_rank_build_nothing(row, shape):
    layer = row(**FULL)
    with pytest.raises(ValueError, match="expected ndim=3, found ndim="):
        layer(keras.Input(shape))
    assert not layer.built


def _first(change):
    return lambda states: keras.tree.pack_sequence_as(
        states, [change(leaf) if n == 0 else leaf for n, leaf in enumerate(keras.tree.flatten(states))]
    )


WRONG_STATES = {
    "none": lambda states: [],
    "one missing": lambda states: states[:-1],
    "one too many": lambda states: [*states, states[-1]],
    "too wide": _first(lambda leaf: ops.concatenate([leaf, leaf], axis=-1)),
    "of another batch": _first(lambda leaf: leaf[:-1]),
    "of rank 3": _first(lambda leaf: leaf[None]),
    "of rank 3 whose width fits": _first(lambda leaf: leaf[:, :, None]),
    "of rank 1": _first(lambda leaf: leaf[0]),
}
wrong_states = pytest.mark.parametrize("change", WRONG_STATES.values(), ids=WRONG_STATES)


@every_row
@wrong_states
def test_states_that_do_not_fit_are_refused(row, change):
    layer = ready(row(**FULL))
    wrong = change(states_of(layer))
    with pytest.raises(ValueError, match=r"expected \d .*state.*received"):
        layer(inputs(), initial_state=wrong)


@every_row
@pytest.mark.parametrize("name", ["none", "one missing", "one too many", "too wide"])
def test_symbolic_states_that_do_not_fit_are_refused(row, name):
    layer = ready(row(**FULL))
    wrong = WRONG_STATES[name](states_of(layer))
    symbols = keras.tree.map_structure(lambda leaf: keras.Input(leaf.shape[1:]), wrong)
    with pytest.raises(ValueError, match=r"expected \d .*state.*received"):
        layer(keras.Input((TIME, DEPTH)), initial_state=symbols)


def test_the_message_has_what_was_expected_and_what_came():
    layer = RNN(LSTMCell(5, projection_units=4), name="reader")
    with pytest.raises(ValueError, match="reader") as caught:
        layer(inputs(), initial_state=[np.zeros((BATCH, 4), "float32")])
    assert (
        "RNN 'reader', initial_state: expected 2 state(s) [(3, 4), (3, 5)] in the structure of state_size "
        "[4, 5]; received list of 1, [(3, 4)]." in str(caught.value)
    )


def test_a_state_in_tf1_s_order_is_refused():
    """With equal widths c and h would be swapped without a word."""
    zeros = np.zeros((BATCH, 4), "float32")
    with pytest.raises(ValueError, match="received LSTMStateTuple"):
        RNN(LSTMCell(4))(inputs(), initial_state=LSTMStateTuple(c=zeros, h=zeros))


@every_rnn
def test_a_flat_list_of_states_is_the_nest(row):
    layer = ready(row(**FULL, unroll=True))
    states = [leaf + 0.5 for leaf in keras.tree.flatten(states_of(layer))]
    nest = fitting_states("here", layer.state_size, states)
    # Of plain lists: JAX takes Keras's own kind of list for no nest.
    keras.tree.assert_same_structure(nest, json.loads(json.dumps(layer.state_size)))
    given, packed = layer(inputs(), initial_state=states), layer(inputs(), initial_state=nest)
    for one, two in zip(keras.tree.flatten(given), keras.tree.flatten(packed), strict=True):
        np.testing.assert_array_equal(one, two)


@every_row
@pytest.mark.parametrize("shape", [(BATCH,), (BATCH, TIME - 1), (BATCH + 1, TIME), (BATCH, TIME, 1)], ids=str)
def test_a_mask_of_another_shape_is_refused(row, shape):
    layer = ready(row(**FULL))
    with pytest.raises(ValueError, match=r"expected a mask \[batch, time\] for inputs \(3, 5, 4\); received"):
        layer(inputs(), mask=np.ones(shape, bool))


def test_a_sequence_without_steps_is_refused_and_one_of_padding_leaves_the_states():
    layer = RNN(LSTMCell(4), return_state=True)
    given = [np.full((BATCH, 4), value, "float32") for value in (0.5, -2.0)]
    with pytest.raises(ValueError, match=r"expected one step or more; received inputs \(3, 0, 4\)"):
        layer(inputs()[:, :0], initial_state=given)
    outputs, *states = layer(inputs()[:, :1], initial_state=given, mask=np.zeros((BATCH, 1), bool))
    assert not np.any(outputs)
    np.testing.assert_array_equal(states, given)


@pytest.mark.parametrize("options", [{}, OPTIONS, {"projection_units": 3}], ids=str)
def test_a_cell_called_alone_refuses_too(options):
    cell = LSTMCell(4, **options)
    x, states = inputs()[:, 0], cell.get_initial_state(BATCH)
    with pytest.raises(ValueError, match="expected ndim=2, found ndim=3"):
        cell(inputs(), states)
    assert not cell.built
    cell(x, states)
    with pytest.raises(ValueError, match="expected ndim=2, found ndim=3"):
        cell(inputs(), states)
    with pytest.raises(ValueError, match="expected axis -1 of input shape to have value 4"):
        cell(x[:, :3], states)
    with pytest.raises(ValueError, match=r"expected 2 state\(s\).*received list of 1"):
        cell(x, states[:1])


@pytest.mark.parametrize("shape", [(BATCH, DEPTH), (BATCH, TIME, DEPTH, 1)], ids=str)
def test_a_loop_by_hand_refuses_other_ranks(shape):
    cell = GRUCell(4)
    with pytest.raises(
        ValueError, match=r"python_loop: expected inputs \[batch, time, width\].*received \(3, "
    ):
        python_loop(cell, np.zeros(shape, "float32"), cell.get_initial_state(BATCH))


@wrong_states
def test_a_loop_by_hand_refuses_states_that_do_not_fit(change):
    cell = LSTMCell(4)
    with pytest.raises(ValueError, match=r"python_loop, states: expected 2 state\(s\).*received"):
        python_loop(cell, inputs(), change(cell.get_initial_state(BATCH)))
