"""Every layout there and back, bit for bit where nothing is added."""

from collections import OrderedDict
from itertools import product

import numpy as np
import pytest

from tf2_lstm.migrate import layouts
from tf2_lstm.migrate.model import CellVariables
from tf2_lstm.migrate.pairs import PAIRS, Call
from tf2_lstm.migrate.pairs.dense import DENSE
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.pairs.tree import output_size, row_of, tensors_of

DEPTH, UNITS = 3, 2
LSTM = Call("basic_lstm", num_units=UNITS, forget_bias=0.0)
GRU = Call("gru", num_units=UNITS, reset_after=True)


def calls_of(row):
    """A call of a row and of each variant, and one that has every weight."""
    options = {one.when: 4 if one.when == "num_proj" else True for one in row.weights.tf1 if one.when}
    sizes = {"num_units": UNITS} | ({"forget_bias": 0.5} if row.weights.folds else {})
    return [
        Call(row.name, **sizes, **more)
        for more in ({}, *([options] if options else []), *({v.option: True} for v in row.variants))
    ]


CALLS = [call for row in PAIRS.values() if row.kind == "cell" for call in calls_of(row)]
CALLS += [Call(DENSE.name, units=UNITS, use_bias=use_bias, activation=None) for use_bias in (False, True)]
EVERY = [(call, one) for call, one in product(CALLS, Layout) if getattr(row_of(call).weights, one.value)]


def drawn(call, layout):
    """The `CellVariables` of a call in a layout, and variables for it, whose sums and halves are exact."""
    draws, own = np.random.default_rng(0), OrderedDict()
    for one in tensors_of(call, layout):
        width = (output_size(call) if "projection" in one.rows else UNITS) * len(one.gates)
        heights = {"input": DEPTH, "projection": UNITS} | (
            {} if call.pair == "dense" else {"recurrent": output_size(call)}
        )
        shape = (sum(heights[kind] for kind in one.rows), width) if one.rows[0] in heights else (width,)
        if one.row is not None:
            shape = (2 * width,) if one.flat else (2, width)
        own[one.name] = draws.integers(-512, 512, shape).astype("float32") / 256
    return CellVariables(call, "scope", {leaf: leaf for leaf in own}, layout), own


@pytest.mark.parametrize(("call", "layout"), EVERY, ids=[f"{call} {layout.value}" for call, layout in EVERY])
def test_there_and_back(call, layout):
    cell, own = drawn(call, layout)
    arrays = layouts.to_keras(cell, own)
    again = layouts.from_keras(cell, arrays)
    assert list(again) == list(own)
    summed = ["bias"] if (call.pair, layout) == ("basic_lstm", Layout.CUDNN) else []
    for leaf, array in own.items():
        assert again[leaf].shape == array.shape
        assert np.array_equal(again[leaf], array) == (leaf not in summed), leaf
    for one, other in zip(layouts.to_keras(cell, again), arrays, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize(("call", "layout"), EVERY, ids=[f"{call} {layout.value}" for call, layout in EVERY])
def test_every_layout_is_of_the_same_equations(call, layout):
    """What Keras has is what TF1's equations have, whichever way one goes."""
    cell, own = drawn(call, layout)
    equations = layouts.to_equations(cell, own)
    assert list(equations) == [one.name for one in tensors_of(call)]
    in_tf1 = CellVariables(call, "scope", {leaf: leaf for leaf in equations})
    from_keras = layouts.from_keras(in_tf1, layouts.to_keras(cell, own))
    assert all(np.array_equal(from_keras[leaf], array) for leaf, array in equations.items())


@pytest.mark.parametrize("call", [LSTM, GRU], ids=str)
def test_a_layer_without_a_bias_has_one_of_zeros_and_gives_none_back(call):
    _, own = drawn(call, Layout.KERAS)
    shape = own.pop("bias").shape
    cell = CellVariables(call, "scope", {leaf: leaf for leaf in own}, Layout.KERAS)
    arrays = layouts.to_keras(cell, own)
    assert np.array_equal(arrays[2], np.zeros(shape))
    assert arrays[2].dtype == "float32"
    assert list(layouts.from_keras(cell, arrays)) == ["kernel", "recurrent_kernel"]


def test_the_biases_of_a_cudnn_lstm_are_a_sum_and_its_gradient_is_that_of_both():
    cell, own = drawn(LSTM, Layout.CUDNN)
    arrays = layouts.to_keras(cell, own)
    summed = own["bias"][:8] + own["bias"][8:]
    assert np.array_equal(arrays[2], summed)
    assert np.array_equal(layouts.from_keras(cell, arrays)["bias"], np.tile(summed / 2, 2))
    gradient = layouts.from_keras(cell, arrays, folded=False)["bias"]
    assert np.array_equal(gradient, np.tile(summed, 2))


def test_the_biases_of_a_gru_that_resets_after_are_a_sum_in_tf1_and_its_gradient_is_that_of_one():
    """The gates of TF1's cell have one bias, u before r in Keras, and the candidate has two."""
    cell, own = drawn(GRU, Layout.KERAS)
    in_tf1, _ = drawn(GRU, Layout.TF1)
    u, r = (own["bias"][:, n * UNITS : (n + 1) * UNITS] for n in (0, 1))
    found = layouts.from_keras(in_tf1, layouts.to_keras(cell, own))
    assert np.array_equal(found["gates/bias"], np.concatenate([r.sum(axis=0), u.sum(axis=0)]))
    assert np.array_equal(found["candidate/hidden_projection/bias"], own["bias"][1, 2 * UNITS :])
    gradient = layouts.from_keras(in_tf1, layouts.to_keras(cell, own), folded=False)["gates/bias"]
    assert np.array_equal(gradient, np.concatenate([r[0], u[0]]))
    assert not layouts.to_keras(in_tf1, found)[2][1, : 2 * UNITS].any()


def test_a_kernel_of_cudnn_is_multiplied_from_the_left():
    """The equation itself: x @ kernel of Keras is W @ x of cuDNN, whose W is the buffer's numbers as [U, D]."""
    (cell, own), x = drawn(LSTM, Layout.CUDNN), np.arange(DEPTH, dtype="float32")
    kernel = layouts.to_keras(cell, own)[0]
    for number in range(4):
        gate = slice(number * UNITS, (number + 1) * UNITS)
        buffer = np.ascontiguousarray(own["kernel"][:, gate]).ravel()
        np.testing.assert_allclose(x @ kernel[:, gate], buffer.reshape(UNITS, DEPTH) @ x, rtol=1e-6)


@pytest.mark.parametrize(
    ("layout", "leaf", "shape", "expected"),
    [
        (Layout.KERAS, "bias", (12,), r"scope/bias: expected shape \[2, 6\]"),
        (Layout.CUDNN, "bias", (2, 6), r"scope/bias: expected shape \[12\]"),
        (Layout.KERAS, "kernel", (3, 8), r"scope/kernel: expected shape \[input depth, 6\]"),
        (Layout.TF1, "gates/bias", (6,), r"scope/gates/bias: expected shape \[4\]"),
    ],
)
def test_what_does_not_fit_a_layout_is_named(layout, leaf, shape, expected):
    cell, own = drawn(GRU, layout)
    with pytest.raises(layouts.weights.WeightError, match=expected):
        layouts.to_keras(cell, own | {leaf: np.ones(shape)})
