"""Layers are built with zeros in a block, and keep their initialisers."""

import importlib
import threading

import keras
import numpy as np
import pytest

from tf2_lstm import LSTMCell
from tf2_lstm.migrate.skip_initializers import DRAWING, skip_initializers

LAYERS = {
    "keras.layers.LSTM": lambda: keras.layers.LSTM(3),
    "keras.layers.GRU": lambda: keras.layers.GRU(3),
    "keras.layers.RNN": lambda: keras.layers.RNN(keras.layers.LSTMCell(3)),
    "keras.layers.Bidirectional": lambda: keras.layers.Bidirectional(keras.layers.LSTM(3)),
    "tf2_lstm.LSTMCell": lambda: keras.layers.RNN(LSTMCell(3, use_peepholes=True, projection_units=2)),
}


def built(make):
    keras.utils.set_random_seed(1)
    keras.backend.clear_session(free_memory=False)
    layer = make()
    layer.build((None, None, 4))
    return layer


def drawn(layer):
    return [weight.path for weight in layer.weights if keras.ops.any(weight) and "bias" not in weight.path]


@pytest.mark.parametrize("name", LAYERS)
def test_nothing_is_drawn_and_the_layer_is_as_ever(name):
    ordinary = built(LAYERS[name])
    assert drawn(ordinary)
    with skip_initializers():
        layer = built(LAYERS[name])
    assert not drawn(layer)
    assert layer.get_config() == ordinary.get_config()
    for weight, other in zip(layer.weights, ordinary.weights, strict=True):
        assert (weight.path, weight.shape, weight.dtype) == (other.path, other.shape, other.dtype)
        if "bias" in weight.path:
            assert keras.ops.convert_to_numpy(weight).tolist() == keras.ops.convert_to_numpy(other).tolist()


def test_afterwards_layers_draw_again_even_after_an_error():
    with pytest.raises(KeyError), skip_initializers():
        raise KeyError("a layer that cannot be built")
    assert drawn(built(LAYERS["keras.layers.LSTM"]))


def test_blocks_may_be_nested():
    with skip_initializers():
        with skip_initializers():
            pass
        assert not drawn(built(LAYERS["keras.layers.LSTM"]))
    assert drawn(built(LAYERS["keras.layers.LSTM"]))


@pytest.mark.parametrize("first", [0, 1])
def test_blocks_of_two_threads_may_overlap_in_any_order(first):
    """Whichever ends first: the other one's layers still get zeros, and afterwards all is as before."""
    before = [kind.__call__ for kind in DRAWING]
    entered, found = threading.Barrier(3), {}
    leave = [threading.Event(), threading.Event()]

    def build(name):
        with skip_initializers():
            entered.wait(60)
            leave[name].wait(60)
            layer = keras.layers.LSTM(3)
            layer.build((None, None, 4))
            found[name] = drawn(layer)

    threads = [threading.Thread(target=build, args=(name,)) for name in (0, 1)]
    for thread in threads:
        thread.start()
    entered.wait(60)
    assert drawn(built(LAYERS["keras.layers.LSTM"]))
    for name in (first, 1 - first):
        leave[name].set()
        threads[name].join(60)
        assert found[name] == []
    assert [kind.__call__ for kind in DRAWING] == before
    assert drawn(built(LAYERS["keras.layers.LSTM"]))


def test_other_threads_draw():
    found = []
    with skip_initializers():
        thread = threading.Thread(target=lambda: found.append(built(LAYERS["keras.layers.LSTM"])))
        thread.start()
        thread.join()
    assert drawn(found[0])


@pytest.mark.parametrize("name", LAYERS)
def test_a_large_layer_takes_its_weights_and_draws_none(name, monkeypatch):
    monkeypatch.setattr(importlib.import_module("tf2_lstm.migrate.skip_initializers"), "LARGE", 0)
    monkeypatch.setattr(keras.ops, "zeros", lambda *a, **k: pytest.fail("zeros were written"))
    with skip_initializers():
        layer = built(LAYERS[name])
    arrays = [np.arange(np.prod(w.shape), dtype=w.dtype).reshape(w.shape) for w in layer.weights]
    layer.set_weights(arrays)
    for array, weight in zip(arrays, layer.get_weights(), strict=True):
        assert np.array_equal(array, weight)
    assert layer.get_config() == built(LAYERS[name]).get_config()
