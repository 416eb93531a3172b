"""XLA compiles an unroll once a size, whatever the lengths of the rows are."""

import re

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm import RNN, BasicRNNCell, GRUCell, LSTMCell
from tf2_lstm.backends.tensorflow import layout

MASK = np.arange(5) < np.array([[5], [2], [0]])


def parameters(layer, needs_gradient=True):
    """The types of what the compiled program takes; what is no parameter was compiled in as a constant."""
    x = tf.ones((*MASK.shape, 4))
    layer.build(x.shape)

    @tf.function(jit_compile=True, autograph=False)
    def step(x, mask):
        if not needs_gradient:
            return layer(x, mask=mask)
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x, mask=mask) ** 2)
        return tape.gradient(loss, [x, *(weight.value for weight in layer.trainable_weights)])

    program = step.experimental_get_compiler_ir(x, tf.constant(MASK))(stage="hlo")
    return re.findall(r"(\w+\[[\d,]*\])\S* parameter\(\d+\)", program[program.index("ENTRY") :])


@pytest.mark.parametrize("needs_gradient", [False, True], ids=["inference", "training"])
@pytest.mark.parametrize("cell", [LSTMCell, GRUCell, BasicRNNCell])
def test_the_mask_is_no_constant(cell, needs_gradient):
    for sequences in (False, True):
        found = parameters(RNN(cell(4), return_sequences=sequences), needs_gradient)
        assert "f32[3,5,4]" in found
        assert "pred[3,5]" in found


def test_a_mask_that_is_a_constant_is_seen(monkeypatch):
    def choose(self, step, new, old):
        valid = self.valid[step]
        old = [tf.zeros_like(n) if o is None else o for n, o in zip(new, old, strict=True)]
        return [tf.where(valid, n, o) for n, o in zip(new, old, strict=True)]

    monkeypatch.setattr(layout.Masked, "choose", choose)
    assert "pred[3,5]" not in parameters(RNN(LSTMCell(4)))
