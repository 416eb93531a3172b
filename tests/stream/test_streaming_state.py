"""The state of a stream: handed over or held, row by row, left alone by others, shared by threads."""

import threading

import keras
import numpy as np
import pytest
from keras import ops
from streamed import B, OwnCell, built, char_model, check, inputs, stream, wide

from tf2_lstm import RNN, BasicRNNCell, GRUCell, LSTMCell, streaming


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_tensors_in_tensors_out(path):
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    step = streaming(layer, path)
    y, state = step(ops.convert_to_tensor(x[:, 0]))
    assert all(map(ops.is_tensor, [y, *state]))
    y, state = step(ops.convert_to_tensor(x[:, 1:]), state)
    check(y, layer(x)[:, 1:])
    y, state = step(x[:, 0], state)
    assert not any(map(ops.is_tensor, [y, *state]))


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_rows_are_streams_of_their_own(path):
    layer, x = built(RNN([LSTMCell(5), GRUCell(4)], return_sequences=True)), inputs()
    held = streaming(layer, path).hold(B)
    for time in range(3):
        held(x[:, time])
    before = held.state
    held.reset(rows=[1])
    after = keras.tree.flatten(held.state)
    for leaf, old in zip(after, keras.tree.flatten(before), strict=True):
        assert np.array_equal(leaf[[0, 2]], old[[0, 2]])
        assert not leaf[1].any()
        assert old[1].any()
    y = held(x[:, 3:])
    check(y[[0, 2]], ops.convert_to_numpy(layer(x))[[0, 2], 3:])
    check(y[1], ops.convert_to_numpy(layer(x[1:2, 3:]))[0])


def test_a_held_state_can_be_read_set_and_reset():
    layer, x = built(RNN(OwnCell(), return_sequences=True)), inputs()
    held = streaming(layer).hold(B)
    assert held.state[0].min() == 0.5
    first = held(x[:, 0])
    kept = held.state
    second = held(x[:, 1])
    held.state = kept
    assert np.array_equal(held(x[:, 1]), second)
    held.reset(rows=np.array([True, False, False]))
    assert np.array_equal(held.state[0][0], [0.5] * 4)
    held.reset()
    assert np.array_equal(held(x[:, 0]), first)
    with pytest.raises(ValueError, match="expected the state"):
        held.state = [np.zeros((B, 9), "float32")]


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_a_step_changes_nothing_that_it_is_given(path):
    step = streaming(built(RNN(LSTMCell(5), return_sequences=True)), path)
    x = inputs()
    _, state = step(x[:, 0])
    copies = [leaf.copy() for leaf in state]
    one, _ = step(x[:, 1], state)
    two, _ = step(x[:, 1], state)
    assert np.array_equal(one, two)
    assert all(np.array_equal(leaf, copy) for leaf, copy in zip(state, copies, strict=True))


def test_an_output_is_not_the_state_and_may_be_written_into():
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    step = streaming(layer, "numpy")
    for given in (x[:, 0], x[:, :1], x[:, :3]):
        y, state = step(given)
        kept = [leaf.copy() for leaf in state]
        y += 1
        y, again = step(given, state)
        y += 1
        assert all(np.array_equal(leaf, copy) for leaf, copy in zip(state, kept, strict=True))
        assert np.array_equal(step(given, state)[1][0], again[0])


def test_other_dtypes_are_cast_as_keras_casts_them():
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs("float64")
    step = streaming(layer, "numpy")
    y, state = step(x[:, 0], [leaf.astype("float64") for leaf in step.initial_state(B)])
    assert {y.dtype.name, *(leaf.dtype.name for leaf in state)} == {"float32"}
    check(y, layer(x)[:, 0])


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_weights_are_those_of_the_last_refresh(path):
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs()
    step = streaming(layer, path)
    old, _ = step(x)
    wide(layer, seed=5)
    step.refresh()
    new, _ = step(x)
    check(new, layer(x))
    assert abs(new - old).max() > 1e-2


@pytest.mark.parametrize("path", ["numpy", "keras"])
def test_threads_share_a_step(path):
    layer, x = built(RNN(LSTMCell(5), return_sequences=True)), inputs(batch=8, time=40)
    expected = ops.convert_to_numpy(layer(x))
    step, found = streaming(layer, path), {}

    def run(row):
        found[row] = stream(step, x[row : row + 1], [1] * 40)[0]

    threads = [threading.Thread(target=run, args=(row,)) for row in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check(np.concatenate([found[row] for row in range(8)]), expected)


def test_threads_share_a_held_stream_one_after_another():
    layer = built(RNN(BasicRNNCell(5, activation="relu"), return_sequences=True))
    x = inputs(time=1)[:, 0]
    held, alone = streaming(layer).hold(B), streaming(layer).hold(B)
    threads = [threading.Thread(target=lambda: [held(x) for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(200):
        alone(x)
    assert np.array_equal(held.state[0], alone.state[0])


def test_the_layer_is_left_as_it_was():
    layer = built(RNN(LSTMCell(5), return_sequences=True, stateful=True))
    x = inputs()
    before = ops.convert_to_numpy(layer(x))
    layer.reset_state()
    streaming(layer)(x)
    assert np.array_equal(ops.convert_to_numpy(layer(x)), before)
    model = char_model()
    streaming(model, "keras")(np.zeros((1, 2), "int32"))
    assert model.layers[0].output is not None
