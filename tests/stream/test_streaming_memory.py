"""Who owns what memory: nothing that a step gives out shares it with the state, nothing that it takes is changed."""

import functools

import keras
import numpy as np
import pytest
from keras import ops
from streamed import B, D, built, check, inputs, wide

from tf2_lstm import RNN, BasicRNNCell, GRUCell, LSTMCell, ResidualWrapper, streaming

CELLS = {
    "rnn": lambda: BasicRNNCell(5),
    "lstm": lambda: LSTMCell(5),
    "projection": lambda: LSTMCell(5, projection_units=3),
    "gru": lambda: GRUCell(5),
    "reset_after": lambda: keras.layers.GRUCell(5, reset_after=True),
    "stack": lambda: [LSTMCell(5), GRUCell(4)],
    "residual": lambda: ResidualWrapper(GRUCell(D)),
}
every_cell = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
every_path = pytest.mark.parametrize("path", ["numpy", "keras"])
#: A step, a chunk of one step, a chunk.
GIVEN = {"step": lambda x: x[:, 0], "chunk of one": lambda x: x[:, :1], "chunk": lambda x: x[:, :3]}
every_size = pytest.mark.parametrize("take", GIVEN.values(), ids=GIVEN)


@functools.cache
def layer_and_model(cell, sequences):
    """A layer alone, which has a short way of its own, and the same in a model."""
    layer = built(RNN(cell(), return_sequences=sequences))
    x = keras.Input((None, D))
    return [layer, keras.Model(x, wide(RNN(cell(), return_sequences=sequences))(x))]


@functools.cache
def steps(cell, path, sequences=True):
    """Their steps, which are traced once for all that is given."""
    return [streaming(whole, path) for whole in layer_and_model(cell, sequences)]


@every_cell
@every_path
@every_size
@pytest.mark.parametrize("sequences", [True, False], ids=["sequences", "last output"])
def test_an_output_shares_no_memory_with_the_state(cell, path, take, sequences):
    for step in steps(cell, path, sequences):
        y, state = step(take(inputs()))
        y, state = step(take(inputs()), state)
        leaves = keras.tree.flatten(state)
        assert not any(np.shares_memory(y, leaf) for leaf in leaves)
        kept = [leaf.copy() for leaf in leaves]
        y[...] = 7.0
        assert all(np.array_equal(leaf, copy) for leaf, copy in zip(leaves, kept, strict=True))


@every_cell
@every_path
@every_size
def test_what_goes_in_is_not_changed(cell, path, take):
    for step in steps(cell, path):
        x = inputs()
        _, state = step(take(x))
        leaves = keras.tree.flatten(state)
        kept = [np.array(leaf) for leaf in leaves]
        _, new = step(take(x), state)
        assert np.array_equal(x, inputs())
        assert all(np.array_equal(leaf, copy) for leaf, copy in zip(leaves, kept, strict=True))
        assert not any(
            np.shares_memory(one, leaf)
            for one in keras.tree.flatten(new)
            for leaf in keras.tree.flatten(state)
        )


@every_cell
@pytest.mark.parametrize(
    "rows", [[1], np.array([False, True, False]), slice(1, 2)], ids=["numbers", "bools", "slice"]
)
@pytest.mark.parametrize("kind", [np.asarray, ops.convert_to_tensor], ids=["numpy", "tensor"])
def test_reset_gives_a_new_state_and_leaves_its_argument(cell, rows, kind):
    step = streaming(built(RNN(cell(), return_sequences=True)))
    _, state = step(inputs())
    state = keras.tree.map_structure(kind, state)
    kept = [np.array(leaf) for leaf in keras.tree.flatten(state)]
    fresh = keras.tree.flatten(step.initial_state(B))
    found = keras.tree.flatten(step.reset(state, rows))
    for leaf, copy, new, start in zip(keras.tree.flatten(state), kept, found, fresh, strict=True):
        assert np.array_equal(leaf, copy)
        assert np.array_equal(new[1], start[1])
        assert np.array_equal(new[[0, 2]], copy[[0, 2]])
        assert np.any(copy[1] != start[1])


def test_a_held_state_that_is_read_is_a_copy():
    held = streaming(built(RNN(LSTMCell(5), return_sequences=True))).hold(B)
    held(inputs()[:, 0])
    read = held.state
    for leaf in read:
        leaf[...] = 9.0
    assert not any(np.any(leaf == 9.0) for leaf in held.state)


def test_a_state_that_is_set_is_a_copy():
    step = streaming(built(RNN(LSTMCell(5), return_sequences=True)))
    held = step.hold(B)
    given = [leaf + 0.5 for leaf in step.initial_state(B)]
    held.state = given
    for leaf in given:
        leaf[...] = 9.0
    assert all(np.array_equal(leaf, np.full_like(leaf, 0.5)) for leaf in held.state)


@pytest.mark.parametrize("tokens", [[-1, 0], [0, -11], [-(2**31), 3]], ids=str)
def test_a_negative_token_is_refused_and_no_other_row_is_read(tokens):
    model = wide(
        keras.Sequential(
            [keras.Input((None,), dtype="int32"), keras.layers.Embedding(11, D), keras.layers.GRU(5)]
        )
    )
    step = streaming(model, "numpy")
    with pytest.raises(ValueError, match=f"has the tokens 0 to 10; received {min(tokens)} to "):
        step(np.array(tokens))
    y, _ = step(np.array([0, 10]))
    check(y, model(np.array([[0], [10]])))
