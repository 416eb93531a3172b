"""Every layout there and back, bit for bit where nothing is added."""

from collections import OrderedDict

import numpy as np
import pytest

from tf2_lstm.migrate import layouts
from tf2_lstm.migrate.model import CellVariables
from tf2_lstm.migrate.pairs import Call

DEPTH, UNITS = 3, 2
LSTM = Call("basic_lstm", num_units=UNITS, forget_bias=0.0)
GRU = Call("gru", num_units=UNITS, reset_after=True)


def drawn(**shapes):
    draws = np.random.default_rng(0)
    return OrderedDict((leaf, draws.normal(size=shape).astype("float32")) for leaf, shape in shapes.items())


def cudnn(gates, biases):
    """What a CuDNN layer of tf.keras has."""
    return drawn(
        kernel=(DEPTH, gates * UNITS), recurrent_kernel=(UNITS, gates * UNITS), bias=(biases * UNITS,)
    )


CASES = {
    "keras1": (LSTM, drawn(kernel=(DEPTH, 8), recurrent_kernel=(UNITS, 8), bias=(8,))),
    "keras1_cudnn LSTM": (LSTM, cudnn(4, 8)),
    "keras1_cudnn GRU": (GRU, cudnn(3, 6)),
    "reset_after": (
        GRU,
        drawn(
            **{
                "gates/kernel": (DEPTH + UNITS, 2 * UNITS),
                "gates/bias": (2 * UNITS,),
                "candidate/input_projection/kernel": (DEPTH, UNITS),
                "candidate/input_projection/bias": (UNITS,),
                "candidate/hidden_projection/kernel": (UNITS, UNITS),
                "candidate/hidden_projection/bias": (UNITS,),
            }
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_there_and_back(case):
    call, own = CASES[case]
    cell = CellVariables(call, "scope", {leaf: leaf for leaf in own}, case.partition(" ")[0])
    arrays = layouts.to_keras(cell, own)
    again = layouts.from_keras(cell, arrays)
    assert list(again) == list(own)
    for leaf, array in own.items():
        assert again[leaf].shape == array.shape
        if (case, leaf) != ("keras1_cudnn LSTM", "bias"):
            assert np.array_equal(again[leaf], array), leaf
    for one, other in zip(layouts.to_keras(cell, again), arrays, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


def test_the_biases_of_a_cudnn_lstm_are_a_sum_and_its_gradient_is_that_of_both():
    own = cudnn(4, 8)
    cell = CellVariables(LSTM, "scope", {leaf: leaf for leaf in own}, "keras1_cudnn")
    arrays = layouts.to_keras(cell, own)
    assert np.array_equal(arrays[2], own["bias"][:8] + own["bias"][8:])
    gradient = layouts.from_keras(cell, arrays, folded=False)["bias"]
    assert np.array_equal(gradient, np.concatenate([arrays[2], arrays[2]]))


def test_a_kernel_of_cudnn_is_multiplied_from_the_left():
    """The equation itself: x @ kernel of Keras is W @ x of cuDNN, whose W is the buffer's numbers as [U, D]."""
    own, x = cudnn(4, 8), np.arange(DEPTH, dtype="float32")
    cell = CellVariables(LSTM, "scope", {leaf: leaf for leaf in own}, "keras1_cudnn")
    kernel = layouts.to_keras(cell, own)[0]
    for number in range(4):
        gate = slice(number * UNITS, (number + 1) * UNITS)
        buffer = np.ascontiguousarray(own["kernel"][:, gate]).ravel()
        np.testing.assert_allclose(x @ kernel[:, gate], buffer.reshape(UNITS, DEPTH) @ x, rtol=1e-6)


def test_an_unknown_layout_is_an_error():
    cell = CellVariables(LSTM, "scope", {}, "another")
    with pytest.raises(layouts.weights.WeightError, match="the layout 'another'"):
        layouts.to_keras(cell, {})
