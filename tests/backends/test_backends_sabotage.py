"""What is wrong in a fast unroll is seen by the comparison with Keras's loop."""

import numpy as np
import pytest
import tensorflow as tf
from unrolled import CELLS, MASKS, assert_equal, inputs, layer_of

from tf2_lstm.backends.tensorflow import lstm, pieces, program, schedule, unroll


def _factor(name, change):
    def factors(cell, weights, saved, before, right=lstm.factors):
        found = right(cell, weights, saved, before)
        return {**found, name: change(found[name])}

    return lstm, "factors", factors


def _gradient(name):
    def gradients(*arguments, right=lstm.gradients):
        dx, found = right(*arguments)
        return dx, {**found, name: found[name] * (1 + 1e-9)}

    return lstm, "gradients", gradients


def _inside_only(x, limit):
    return tf.cast(tf.abs(x) < 0.9 * limit, x.dtype)


SABOTAGES = {
    "dc": _factor("to_c", lambda factor: factor * (1 + 1e-9)),
    "gates": _factor("to_gates", lambda factor: tf.roll(factor, 1, axis=-1)),
    "c of the step before": _factor("to_old", tf.ones_like),
    **{name: _gradient(name) for name in ("kernel", "recurrent_kernel", "bias", "projection_kernel")},
    **{f"{gate}_peephole": _gradient(f"{gate}_peephole") for gate in ("input", "forget", "output")},
    "clip": (lstm, "_inside", _inside_only),
    "first states' order": (schedule.Packed, "sort", lambda self, states: list(states)),
    "last states' order": (schedule.Packed, "unsort", lambda self, states: list(states)),
    "last states' gradient": (
        schedule.Packed,
        "end_back",
        lambda self, s, final: schedule.Packed.sort(self, final),
    ),
}


#: Of the pieces, which a long sequence with a mask is cut into.
SABOTAGES_OF_PIECES = {
    "rows left out too early": (pieces, "_rows", lambda schedule, start: 2),
    "inputs' order": (pieces.Sorted, "pack", lambda self, x: tf.transpose(x, [1, 0, 2])),
    "first states' order": (pieces.Sorted, "sort", lambda self, states: list(states)),
    "last states' order": (pieces.Sorted, "unsort", lambda self, states: list(states)),
}


@pytest.fixture(autouse=True)
def in_three_pieces(monkeypatch):
    monkeypatch.setattr(program, "MANY", 0)
    monkeypatch.setattr(program, "PIECES", 3)


def _whole():
    layer = layer_of(CELLS["lstm_options"], return_sequences=True)
    return layer, *inputs(layer), MASKS["lengths"]


def _in_pieces():
    layer, time = layer_of(CELLS["gru"], return_sequences=True), program.LONG
    mask = np.arange(time) < np.array([3, time, 0, 9, time])[:, None]
    return layer, *inputs(layer, time=time), mask


@pytest.mark.parametrize("arguments", [_whole, _in_pieces])
def test_without_a_sabotage_they_are_equal(arguments):
    unroll._function.cache_clear()
    assert_equal(*arguments())


def _assert_seen(monkeypatch, sabotage, arguments):
    with monkeypatch.context() as patch:
        patch.setattr(*sabotage)
        unroll._function.cache_clear()
        with pytest.raises(AssertionError):
            assert_equal(*arguments)
    unroll._function.cache_clear()


@pytest.mark.parametrize("sabotage", SABOTAGES.values(), ids=SABOTAGES)
def test_a_sabotage_is_seen(monkeypatch, sabotage):
    _assert_seen(monkeypatch, sabotage, _whole())


@pytest.mark.slow
@pytest.mark.parametrize("sabotage", SABOTAGES_OF_PIECES.values(), ids=SABOTAGES_OF_PIECES)
def test_a_sabotage_of_the_pieces_is_seen(monkeypatch, sabotage):
    _assert_seen(monkeypatch, sabotage, _in_pieces())
