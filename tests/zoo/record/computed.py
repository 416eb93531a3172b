"""Cells whose weights are no variables: the graph computes them from variables at every step."""

from collections import OrderedDict

import tensorflow as tf
from tensorflow.python.eager import function

from tests.zoo.record.artefact import Built, artefact
from tests.zoo.record.expectation import dynamic, gru, lstm, named, recurrence, rnn
from tests.zoo.record.feeds import floats, lengths
from tests.zoo.record.files import freeze
from tf2_lstm.migrate.pairs import Call

cells = tf.nn.rnn_cell


class PrunedGRU(cells.RNNCell):
    """The kernel of the gates under a mask, that of the candidate with a product of low rank on top."""

    state_size = output_size = 4

    def build(self, shape):
        rows, add = shape[1].value + 4, self.add_variable
        self.mask, self.gates = add("mask", [rows, 8], trainable=False), add("gates", [rows, 8])
        self.whole, self.left, self.right = (
            add("whole", [4, rows]),
            add("left", [rows, 2]),
            add("right", [2, 4]),
        )
        self.bias, self.bias_c, self.built = add("bias", [8]), add("bias_c", [1, 4]), True

    def call(self, x, h):
        kernel, _ = tf.identity_n([self.mask * self.gates, self.bias])
        r, u = tf.split(tf.sigmoid(tf.matmul(tf.concat([x, h], 1), kernel) + self.bias), 2, 1)
        candidate = tf.transpose(self.whole) + tf.matmul(self.left, self.right)
        bias = tf.reshape(self.bias_c, [4])
        h = u * h + (1 - u) * tf.tanh(tf.matmul(tf.concat([x, r * h], 1), candidate) + bias)
        return h, h


@artefact(
    "kernels that a loop computes: under a mask, with a product of low rank on top, and a reshaped bias"
)
def computed_kernels():
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    outputs, state = tf.nn.dynamic_rnn(PrunedGRU(name="pruned"), x, dtype=tf.float32)
    own = ("mask", "gates", "bias", "whole", "left", "right", "bias_c")
    said = recurrence("rnn", dynamic(gru(4)), named("rnn/pruned", *own), x, outputs, state)
    return Built({x: floats("B", "T", 3)}, [said])


@artefact("the same in functions: of a loop of control flow v2, and of the conditional of its lengths")
def computed_kernels_in_functions():
    x = tf.placeholder(tf.float32, [None, None, 3], name="x")
    sizes = tf.placeholder(tf.int32, [None], name="lengths")
    tf.compat.v1.enable_control_flow_v2()
    try:
        with tf.variable_scope("model", use_resource=True):
            outputs, state = tf.nn.dynamic_rnn(
                PrunedGRU(name="pruned"), x, sequence_length=sizes, dtype=tf.float32
            )
    finally:
        tf.compat.v1.disable_control_flow_v2()
    names = named("model/rnn/pruned", "mask", "gates", "bias", "whole", "left", "right", "bias_c")
    more = {"form": "functional_while", "sequence_length": sizes}
    said = recurrence("model/rnn", dynamic(gru(4)), names, x, outputs, state, **more)
    return Built({x: floats("B", "T", 3), sizes: lengths()}, [said])


@artefact("a function that makes the kernel and runs the cell once, as tf.function makes one")
def computed_kernel_in_a_call():
    v, g, b = (tf.get_variable(name, shape) for name, shape in zip("vgb", ([7, 8], [8], [4])))
    x, h = (tf.placeholder(tf.float32, [None, n], name=name) for n, name in ((3, "x"), (4, "h")))

    @function.defun
    def step(x, h, v, g, b):
        kernel = (tf.nn.l2_normalize(v, 0) * g)[:, :4]
        return tf.tanh(tf.matmul(tf.concat([x, h], 1), kernel) + b)

    new = step(x, h, v, g, b)
    call = Call("python_loop", cell=rnn(4))
    said = recurrence("", call, list("vgb"), x, new, new, form="step", initial_state=h)
    return Built({x: floats("B", 3), h: floats("B", 4)}, [said], save=freeze([new]))


@artefact("weight normalisation in a loop of Python: each step makes its kernel v / |v| * g anew")
def computed_kernel_each_step():
    x = tf.placeholder(tf.float32, [None, 3, 3], name="x")
    start = c, h = tuple(tf.placeholder(tf.float32, [None, 4], name=name) for name in "ch")
    v, g, b = (tf.get_variable(name, shape) for name, shape in zip("vgb", ([7, 16], [16], [16])))
    outputs = []
    for one in tf.unstack(x, axis=1):
        kernel = tf.stop_gradient(tf.nn.l2_normalize(v, 0)) * g
        i, j, f, o = tf.split(tf.matmul(tf.concat([one, h], 1), kernel) + b * g, 4, 1)
        c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(i) * tf.tanh(j)
        h = tf.sigmoid(o) * tf.tanh(c)
        outputs.append(h)
    edge = {"form": "static", "initial_state": OrderedDict(zip("ch", start))}
    call = Call("static_rnn", cell=lstm(4))
    said = recurrence(
        "", call, list("vgb"), x, tf.stack(outputs, 1), OrderedDict([("c", c), ("h", h)]), **edge
    )
    feeds = {x: floats("B", 3, 3)}
    feeds.update((one, floats("B", 4)) for one in start)
    return Built(feeds, [said])
