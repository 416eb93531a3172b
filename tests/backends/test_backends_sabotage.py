"""What is wrong in a fast unroll is seen by the comparison with Keras's loop."""

import numpy as np
import pytest
import tensorflow as tf
from unrolled import CELLS, MASKS, assert_equal, inputs, layer_of

from tf2_lstm.backends.tensorflow import layout, lstm, run_plan, time_chunks, unroll


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
    "first states' order": (layout.Packed, "sort", lambda self, states: list(states)),
    "last states' order": (layout.Packed, "unsort", lambda self, states: list(states)),
    "last states' gradient": (
        layout.Packed,
        "end_back",
        lambda self, s, final: layout.Packed.sort(self, final),
    ),
}


#: Of the chunks, which a long sequence with a mask is cut into.
SABOTAGES_OF_CHUNKS = {
    "rows left out too early": (time_chunks, "_rows", lambda layout, start: 2),
    "inputs' order": (time_chunks.Sorted, "pack", lambda self, x: tf.transpose(x, [1, 0, 2])),
    "first states' order": (time_chunks.Sorted, "sort", lambda self, states: list(states)),
    "last states' order": (time_chunks.Sorted, "unsort", lambda self, states: list(states)),
}


@pytest.fixture(autouse=True)
def in_three_chunks(monkeypatch):
    monkeypatch.setattr(run_plan, "MANY", 0)
    monkeypatch.setattr(run_plan, "CHUNKS", 3)


def _whole():
    layer = layer_of(CELLS["lstm_options"], return_sequences=True)
    return layer, *inputs(layer), MASKS["lengths"]


def _in_chunks():
    layer, time = layer_of(CELLS["gru"], return_sequences=True), run_plan.LONG
    mask = np.arange(time) < np.array([3, time, 0, 9, time])[:, None]
    return layer, *inputs(layer, time=time), mask


@pytest.mark.parametrize("arguments", [_whole, _in_chunks])
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


@pytest.mark.parametrize("sabotage", SABOTAGES_OF_CHUNKS.values(), ids=SABOTAGES_OF_CHUNKS)
def test_a_sabotage_of_the_chunks_is_seen(monkeypatch, sabotage):
    _assert_seen(monkeypatch, sabotage, _in_chunks())
