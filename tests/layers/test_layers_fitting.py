"""No call of any public layer ends in an error of the backend: it is refused in words, or it works.

Wrong shapes of a layer's inputs, states and masks are in `test_layers_errors.py`.
"""

import inspect

import keras
import numpy as np
import pytest
import tensorflow as tf
from layer_rows import (
    BATCH,
    CELLS,
    DEPTH,
    FULL,
    ROWS,
    TIME,
    equal,
    every_row,
    inputs,
    ready,
)

import tf2_lstm
from tf2_lstm import (
    RNN,
    BasicLSTMCell,
    CombineSegments,
    EquationCell,
    FullOf,
    GatherTree,
    Loop,
    LSTMCell,
    LSTMStateTuple,
    RangeOf,
    ReshapeTo,
    SequenceMask,
    SizeOf,
    SparseFillEmptyRows,
    SparseReshape,
    StackedRNNCells,
    Weight,
    python_loop,
    sequence_mask,
)
from tf2_lstm.state import initial_state

#: They are Keras's classes, and what they say is Keras's.
STOCK = ("basic_rnn", "basic_lstm", "gru")
OWN = {name: make for name, make in CELLS.items() if name not in STOCK}
#: Layers of whole programs, which take any tensor: `test_layers_sizes.py`, `test_layers_sparse.py`.
OF_PROGRAMS = {EquationCell, FullOf, GatherTree, Loop, RangeOf, ReshapeTo, SizeOf, Weight}
OF_PROGRAMS |= {CombineSegments, SparseFillEmptyRows, SparseReshape}
every_own = pytest.mark.parametrize("make", OWN.values(), ids=OWN)


def cell_of(made):
    return StackedRNNCells(made) if isinstance(made, list) else made


def changed(change, nest):
    return keras.tree.map_structure(lambda leaf: change(np.asarray(leaf)), nest)


def imaginary(array):
    return np.asarray(array).astype("complex64")


def test_the_tables_hold_every_public_layer():
    public = [getattr(tf2_lstm, name) for name in tf2_lstm.__all__]
    kinds = {one for one in public if inspect.isclass(one) and issubclass(one, keras.layers.Layer)}
    made = [cell_of(make()) for make in CELLS.values()] + [row() for row in ROWS.values()]
    assert {SequenceMask, *OF_PROGRAMS, *map(type, made)} >= kinds
    assert all(type(CELLS[name]()).__module__.startswith("keras.") for name in STOCK)


def test_a_stock_cell_is_all_that_is_left_to_keras():
    assert not any(type(cell_of(make())).__module__.startswith("keras.") for make in OWN.values())


def refused(what):
    return pytest.raises(ValueError, match=f"expected {what} of real numbers; received complex64")


@every_row
def test_complex_numbers_and_texts_are_refused(row):
    layer = ready(row(**FULL))
    states = list(layer(inputs())[1:])
    with refused("inputs"):
        layer(imaginary(inputs()))
    with refused("inputs"):
        layer(keras.Input((TIME, DEPTH), dtype="complex64"))
    with refused("states"):
        layer(inputs(), initial_state=changed(imaginary, states))
    with refused("a mask"):
        layer(inputs(), mask=np.ones((BATCH, TIME), "complex64"))
    with pytest.raises(ValueError, match="expected inputs of real numbers; received str"):
        layer(np.full((BATCH, TIME, DEPTH), "a"))


@every_row
@pytest.mark.parametrize("options", [{}, {"unroll": True}], ids=str)
def test_a_batch_without_rows_gives_none(row, options):
    layer = ready(row(**FULL, **options))
    whole = layer(inputs())
    none = keras.tree.map_structure(lambda leaf: leaf[:0], whole)
    equal(layer(inputs()[:0]), none)
    equal(layer(inputs()[:0], mask=np.ones((1, TIME), bool), training=True), none)
    states = list(none[1:])
    equal(layer(inputs()[:0], initial_state=states, mask=np.ones((0, TIME), bool)), none)


def test_a_batch_without_rows_has_gradients_of_zero():
    layer = ready(RNN(BasicLSTMCell(4)))
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(inputs()[:0]))
    gradients = tape.gradient(loss, [weight.value for weight in layer.weights])
    assert not any(np.any(gradient) for gradient in gradients)


@every_own
def test_a_cell_called_alone_takes_a_batch_without_rows(make):
    cell = cell_of(make())
    states = initial_state(cell, 0)
    output, new = cell(inputs()[:0, 0], states)
    assert output.shape[0] == 0
    keras.tree.assert_same_structure(new, states)
    equal(new, states)


WRONG_STEPS = {
    "complex inputs": (imaginary, None, "expected inputs of real numbers; received complex64"),
    "texts": (lambda x: np.full(x.shape, "a"), None, "expected inputs of real numbers; received str"),
    "rank 1": (lambda x: x[0], None, "expected ndim=2, found ndim=1"),
    "rank 3": (lambda x: x[:, None], None, "expected ndim=2, found ndim=3"),
    "width": (lambda x: x[:, :3], None, "expected axis -1 of input shape to have value 4"),
    "complex states": (
        None,
        lambda s: changed(imaginary, s),
        "expected states of real numbers; received complex64",
    ),
    "no states": (None, lambda s: [], r"expected \d state\(s\).*received list of 0"),
    "none": (None, lambda s: None, r"expected \d state\(s\).*received NoneType"),
    "one more": (None, lambda s: [s, s], r"expected \d state\(s\).*received list of"),
    "wide": (None, lambda s: changed(lambda leaf: np.tile(leaf, 2), s), r"expected \d state\(s\).*received"),
    "of another batch": (
        None,
        lambda s: changed(lambda leaf: leaf[:2], s),
        r"expected \d state\(s\).*received",
    ),
    "of one row": (None, lambda s: changed(lambda leaf: leaf[:1], s), r"expected \d state\(s\).*received"),
    "states of rank 1": (
        None,
        lambda s: changed(lambda leaf: leaf[0], s),
        r"expected \d state\(s\).*received",
    ),
    "states of rank 3": (
        None,
        lambda s: changed(lambda leaf: leaf[:, None], s),
        r"expected \d state\(s\).*received",
    ),
}


@every_own
def test_a_wrong_call_of_a_cell_is_refused(make):
    cell = cell_of(make())
    x, states = inputs()[:, 0], initial_state(cell, BATCH)
    cell(x, states)
    for name, (of_inputs, of_states, says) in WRONG_STEPS.items():
        given = of_inputs(x) if of_inputs else x, of_states(states) if of_states else states
        with pytest.raises(ValueError, match=says):
            pytest.fail(f"{name}: {cell(*given)}")


@pytest.mark.parametrize("cell", [lambda: LSTMCell(4), lambda: BasicLSTMCell(4)], ids=["own", "stock"])
def test_tf1_s_order_is_refused_wherever_it_stands(cell):
    """With equal widths c and h would be swapped without a word."""
    zeros = np.zeros((BATCH, 4), "float32")
    state = LSTMStateTuple(c=zeros + 1, h=zeros)
    with pytest.raises(ValueError, match=r"received tuple of 4, .*LSTMStateTuple in it"):
        RNN([cell(), cell()])(inputs(), initial_state=(state, state))
    with pytest.raises(ValueError, match=r"received list of 4, .*LSTMStateTuple in it"):
        StackedRNNCells([cell(), cell()])(inputs()[:, 0], [state, state])


def test_ints_take_part_in_a_residual():
    cell = tf2_lstm.ResidualWrapper(LSTMCell(4))
    x, states = np.arange(12).reshape(3, 4), initial_state(cell, BATCH)
    equal(cell(x, states), cell(x.astype("float32"), states))


@pytest.mark.parametrize("make", [CELLS["basic_lstm"], CELLS["residual"]], ids=["stock", "own"])
def test_a_loop_by_hand_takes_no_rows_no_steps_and_no_complex_numbers(make):
    cell = make()
    outputs, states = python_loop(cell, inputs()[:0], initial_state(cell, 0))
    assert [one.shape for one in outputs] == [(0, 4)] * TIME
    equal(states, initial_state(cell, 0))
    given = changed(lambda leaf: leaf + 1, initial_state(cell, BATCH))
    outputs, states = python_loop(cell, inputs()[:, :0], given)
    assert outputs == []
    equal(states, given)
    with pytest.raises(ValueError, match="python_loop: expected inputs of real numbers"):
        python_loop(cell, imaginary(inputs()), given)


WRONG_LENGTHS = {
    "complex": (lambda x, n: [x, imaginary(n)], "expected lengths of real numbers; received complex64"),
    "texts": (lambda x, n: [x, n.astype(str)], "expected lengths of real numbers; received str"),
    "of another batch": (lambda x, n: [x, n[:2]], r"must have the shape \[batch\], \(3,\); received \(2,\)"),
    "alone": (lambda x, n: x, r"expected \[x, sequence_length\].*received"),
    "no time": (lambda x, n: [n, n], r"expected \[x, sequence_length\].*received list of \[\(3,\), \(3,\)\]"),
}


@pytest.mark.parametrize(("change", "says"), WRONG_LENGTHS.values(), ids=WRONG_LENGTHS)
def test_wrong_lengths_are_refused(change, says):
    with pytest.raises(ValueError, match=says):
        SequenceMask()(change(inputs(), np.array([1, 2, 3])))


def test_lengths_of_no_row_are_a_mask_and_complex_ones_are_refused():
    layer = RNN(BasicLSTMCell(4), return_sequences=True)
    assert layer(SequenceMask()([inputs()[:0], np.zeros(0, int)])).shape == (0, TIME, 4)
    assert sequence_mask([], 3).shape == (0, 3)
    with pytest.raises(ValueError, match="sequence_mask: expected lengths of real numbers"):
        sequence_mask(imaginary([1, 2]), 3)
    with pytest.raises(ValueError, match=r"must have the shape \[batch\]"):
        SequenceMask()([keras.Input((TIME, DEPTH)), keras.Input((2,), dtype="int32")])
