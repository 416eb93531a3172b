"""TF1's states to Keras's and back."""

import keras
import numpy as np
import pytest
from keras import ops

from tf2_lstm import (
    RNN,
    BasicRNNCell,
    DropoutWrapper,
    GRUCell,
    LSTMCell,
    LSTMStateTuple,
    ResidualWrapper,
    StackedRNNCells,
    to_keras_state,
    to_tf1_state,
)
from tf2_lstm.state import state_layout


def _leaf(start, width):
    return np.arange(start, start + 2 * width, dtype="float32").reshape(2, width)


C, H = _leaf(0, 5), _leaf(100, 3)
H5, G, B = _leaf(200, 5), _leaf(300, 4), _leaf(400, 2)


def _stack():
    return StackedRNNCells([LSTMCell(5, projection_units=3), GRUCell(4), BasicRNNCell(2)])


ROWS = {
    "lstm": (lambda: LSTMCell(5), LSTMStateTuple(C, H5), [H5, C]),
    "projected": (lambda: LSTMCell(5, projection_units=3), LSTMStateTuple(C, H), [H, C]),
    "gru": (lambda: GRUCell(4), G, G),
    "wrapped": (lambda: ResidualWrapper(DropoutWrapper(LSTMCell(5), 0.1)), LSTMStateTuple(C, H5), [H5, C]),
    "stack": (_stack, (LSTMStateTuple(C, H), G, B), [[H, C], G, B]),
    "stack_of_one": (lambda: StackedRNNCells([LSTMCell(5)]), (LSTMStateTuple(C, H5),), [[H5, C]]),
    "nested": (
        lambda: StackedRNNCells([_stack(), GRUCell(4)]),
        ((LSTMStateTuple(C, H), G, B), G),
        [[[H, C], G, B], G],
    ),
    "rnn": (lambda: RNN(_stack()), (LSTMStateTuple(C, H), G, B), [[H, C], G, B]),
}
every_row = pytest.mark.parametrize(("cell", "tf1", "ours"), ROWS.values(), ids=ROWS)
every_kind = pytest.mark.parametrize("kind", [np.asarray, ops.convert_to_tensor], ids=["numpy", "tensor"])


def _same(one, two):
    assert type(one) is type(two)
    if isinstance(one, (tuple, list)):
        assert len(one) == len(two)
        for a, b in zip(one, two, strict=True):
            _same(a, b)
    else:
        np.testing.assert_array_equal(one, two)


@every_row
@every_kind
def test_round_trip(cell, tf1, ours, kind):
    tf1, ours = (keras.tree.map_structure(kind, nest) for nest in (tf1, ours))
    _same(to_keras_state(cell(), tf1), ours)
    _same(to_tf1_state(cell(), ours), tf1)


@every_row
@every_kind
def test_flat_round_trip(cell, tf1, ours, kind):
    tf1, ours = (keras.tree.map_structure(kind, nest) for nest in (tf1, ours))
    flat = kind(np.concatenate(keras.tree.flatten(tf1), axis=1))
    _same(to_keras_state(cell(), flat), ours)
    _same(to_tf1_state(cell(), ours, state_is_tuple=False), flat)


@every_row
def test_the_state_runs_in_the_cell(cell, tf1, ours):
    layer = cell()
    layer = layer if isinstance(layer, RNN) else RNN(layer)
    layer.return_state = True
    # Without a single valid step the initial state comes back.
    x, mask = np.zeros((2, 3, 5), "float32"), np.zeros((2, 3), bool)
    _, *states = layer(x, mask=mask, initial_state=to_keras_state(layer, tf1))
    back = to_tf1_state(layer, states)
    for one, two in zip(keras.tree.flatten(back), keras.tree.flatten(tf1), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_state_of_one_may_come_as_a_list():
    _same(to_tf1_state(GRUCell(4), [G]), G)


WRONG = {
    "keras list for an LSTM": (lambda: LSTMCell(5), [H5, C], r"expected a TF1 state \(c, h\); received list"),
    "swapped": (lambda: LSTMCell(5, projection_units=3), (H, C), r"'lstm_cell.*, h: expected a tensor"),
    "too wide": (lambda: GRUCell(3), G, r"expected a tensor \[batch, 3\]"),
    "no tensor": (lambda: GRUCell(3), 1.0, r"expected a tensor \[batch, 3\]"),
    "layer missing": (_stack, (LSTMStateTuple(C, H), G), "a TF1 state of 3 layers"),
    "wrong layer": (_stack, (LSTMStateTuple(C, H), B, B), "layer 1: expected a tensor"),
    "flat too short": (_stack, C, r"expected a tensor \[batch, 14\]"),
    "three parts": (lambda: LSTMCell(5), (C, H5, H5), r"a TF1 state \(c, h\)"),
}


@pytest.mark.parametrize(("cell", "state", "says"), WRONG.values(), ids=WRONG)
def test_a_wrong_tf1_state_is_refused(cell, state, says):
    with pytest.raises(ValueError, match=says):
        to_keras_state(cell(), state)


WRONG_KERAS = {
    "TF1 tuple": (
        lambda: LSTMCell(5),
        LSTMStateTuple(C, H5),
        r"expected a Keras state \(h, c\); received LSTM",
    ),
    "bare": (lambda: LSTMCell(5), C, r"a Keras state \(h, c\)"),
    "swapped": (lambda: LSTMCell(5, projection_units=3), [C, H], r"c: expected a tensor \[batch, 5\]"),
    "flattened": (_stack, [H, C, G, B], "a Keras state of 3 layers"),
}


@pytest.mark.parametrize(("cell", "state", "says"), WRONG_KERAS.values(), ids=WRONG_KERAS)
def test_a_wrong_keras_state_is_refused(cell, state, says):
    with pytest.raises(ValueError, match=says):
        to_tf1_state(cell(), state)


class TwoStates(keras.layers.Layer):
    state_size = (2, 3)
    output_size = 3


class Named(TwoStates):
    state_names = ("c", "h")


def test_a_cell_of_ones_own_names_its_states():
    assert state_layout(Named()) == {"c": 2, "h": 3}
    assert state_layout(LSTMCell(5, projection_units=3)) == {"h": 3, "c": 5}
    with pytest.raises(ValueError, match="state_names = "):
        state_layout(TwoStates())
    with pytest.raises(ValueError, match="state_names = "):
        DropoutWrapper(TwoStates(), state_dropout=0.1)
    assert DropoutWrapper(TwoStates(), input_dropout=0.1).output_size == 3
