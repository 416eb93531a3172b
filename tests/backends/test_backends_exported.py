"""Where Keras traces a model for another runtime, its own loop is what is traced."""

import contextlib

import keras
import pytest
import tensorflow as tf

from tf2_lstm import RNN, GRUCell, LSTMCell, accelerate

TRACED = []


class Witness(keras.layers.Layer):
    """Says when a graph of it is made."""

    def call(self, inputs):
        TRACED.extend([] if tf.executing_eagerly() else [self.name])
        return inputs + 0.0


def ours():
    return RNN([LSTMCell(4), GRUCell(3)])


def stock():
    return keras.layers.LSTM(4)


@pytest.mark.parametrize("make", [ours, stock])
def test_keras_export_to_onnx_traces_keras_loop(make, unrolled, tmp_path):
    sequence = keras.Input((None, 4), name="x")
    model = keras.Model(sequence, make()(Witness()(sequence)))
    model = accelerate(model) if make is stock else model
    x = tf.ones((2, 5, 4))
    model(x)
    assert len(unrolled) == 1
    del TRACED[:]
    # tf2onnx need not be there: Keras traces first.
    with contextlib.suppress(ImportError):
        model.export(tmp_path / "model.onnx", format="onnx", verbose=False)
    assert TRACED
    assert len(unrolled) == 1
    model(x)
    assert len(unrolled) == 2


def test_what_tensorflow_serves_is_fast(unrolled, tmp_path):
    sequence = keras.Input((None, 4), name="x")
    model = keras.Model(sequence, ours()(sequence))
    model(tf.ones((2, 5, 4)))
    model.export(tmp_path / "served", verbose=False)
    assert len(unrolled) > 1
