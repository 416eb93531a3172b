"""Known cells in other clothes: every order of the gates gives the graph's numbers; what is not the cell is none."""

from itertools import permutations

import numpy as np
import pytest
import tensorflow as tf

from tests.zoo.tampering import Tampered
from tf2_lstm.migrate import layouts
from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise

v1 = tf.compat.v1
DEPTH, UNITS, BATCH = 3, 2, 4


class Graph:
    """One LSTM step of a program's own, and the model that is read of it."""

    def __init__(self, order, form):
        draw = np.random.default_rng(0).normal
        self.arrays, self.graph = {}, tf.Graph()
        with self.graph.as_default(), v1.Session() as session:
            self.fed = {
                one: draw(size=(BATCH, width))
                for one, width in zip("xch", (DEPTH, UNITS, UNITS), strict=True)
            }
            x, c, h = (v1.placeholder("float64", value.shape, name=one) for one, value in self.fed.items())
            gates = getattr(self, form)(order, x, h)
            new = tf.sigmoid(gates["f"] + 0.5) * c + tf.sigmoid(gates["i"]) * tf.tanh(gates["j"])
            out = tf.sigmoid(gates["o"]) * tf.tanh(new)
            feeds = {f"{one}:0": value for one, value in self.fed.items()}
            self.wanted = session.run([new, out], feeds)
        variables = {
            name: Variable(name, one.shape, "float64", lambda one=one: one)
            for name, one in self.arrays.items()
        }
        nodes = {name: (name, None) for name in self.arrays}
        graph_def = self.graph.as_graph_def()
        self.model = TF1Model("frozen_graph", "own", graph=graph_def, variables=variables, nodes=nodes)

    def weights(self, *shape):
        name = f"w{len(self.arrays)}"
        self.arrays[name] = np.random.default_rng(len(self.arrays)).normal(size=shape)
        return tf.constant(self.arrays[name], name=name)

    def joined(self, order, x, h):
        kernel, bias = self.weights(DEPTH + UNITS, 4 * UNITS), self.weights(4 * UNITS)
        return dict(zip(order, tf.split(tf.matmul(tf.concat([x, h], 1), kernel) + bias, 4, 1), strict=True))

    def state_first(self, order, x, h):
        kernel, bias = self.weights(DEPTH + UNITS, 4 * UNITS), self.weights(4 * UNITS)
        return dict(zip(order, tf.split(tf.matmul(tf.concat([h, x], 1), kernel) + bias, 4, 1), strict=True))

    def apart(self, order, x, h):
        w, u = self.weights(DEPTH, 4 * UNITS), self.weights(4 * UNITS, UNITS)
        sums = tf.matmul(x, w) + self.weights(4 * UNITS) + tf.matmul(h, u, transpose_b=True)
        return dict(zip(order, tf.split(sums + self.weights(4 * UNITS), 4, 1), strict=True))

    def rows(self, order, x, h):
        w, u, b = self.weights(DEPTH, 4 * UNITS), self.weights(UNITS, 4 * UNITS), self.weights(2, 4 * UNITS)
        sums = tf.matmul(x, w) + b[0] + tf.matmul(h, u) + b[1]
        return dict(zip(order, tf.split(sums, 4, 1), strict=True))

    def each(self, order, x, h):
        return {
            gate: tf.matmul(x, self.weights(DEPTH, UNITS))
            + tf.matmul(h, self.weights(UNITS, UNITS))
            + self.weights(UNITS)
            for gate in order
        }

    def listed(self, order, x, h):
        kernels = tf.concat([self.weights(DEPTH + UNITS, UNITS) for _ in order], 1)
        biases = tf.concat([self.weights(UNITS) for _ in order], 0)
        sums = tf.matmul(tf.concat([x, h], 1), kernels) + biases
        return dict(zip(order, tf.split(sums, 4, 1), strict=True))


def step(kernel, bias, fed, forget_bias):
    """BasicLSTMCell in NumPy."""
    i, j, f, o = np.split(np.concatenate([fed["x"], fed["h"]], 1) @ kernel + bias, 4, axis=1)
    sigmoid = lambda one: 1 / (1 + np.exp(-one))  # noqa: E731
    c = sigmoid(f + forget_bias) * fed["c"] + sigmoid(i) * np.tanh(j)
    return c, sigmoid(o) * np.tanh(c)


@pytest.mark.parametrize("form", ["joined", "state_first", "apart", "rows", "each", "listed"])
def test_every_order_of_the_gates_gives_the_numbers_of_the_graph(form):
    for order in map("".join, permutations("ijfo")):
        graph = Graph(order, form)
        (found,) = recognise(graph.model).recurrences
        (cell,) = found.cells
        own = {leaf: graph.arrays[name] for leaf, name in cell.names.items()}
        assert sorted(cell.names.values()) == sorted(graph.arrays)
        arranged = layouts.to_equations(cell, own)
        received = step(arranged["kernel"], arranged["bias"], graph.fed, cell.call.arguments["forget_bias"])
        for one, other in zip(received, graph.wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-12, err_msg=order)
        again = layouts.from_keras(cell, layouts.to_keras(cell, own))
        sums = layouts.to_equations(cell, again)
        np.testing.assert_allclose(sums["kernel"], arranged["kernel"], rtol=0, atol=0, err_msg=order)
        np.testing.assert_allclose(sums["bias"], arranged["bias"], rtol=0, atol=1e-12, err_msg=order)


STEP, OUT = "rnn/while/rnn/separate/gates/", "rnn/while/rnn/separate/"
EACH, ORDER, GRU = "clothes_each_gate", "clothes_order", "clothes_gru"
SABOTAGE = {
    "a matrix twice": (
        EACH,
        lambda t: t.wire(STEP + "MatMul_3", 1, t.nodes["rnn/while/rnn/separate/gates/MatMul_1"].input[1]),
    ),
    "a bias twice": (
        EACH,
        lambda t: t.wire(STEP + "add_3", 1, t.nodes["rnn/while/rnn/separate/gates/add_1"].input[1]),
    ),
    "no product with the state in a gate": (
        EACH,
        lambda t: t.wire(OUT + "Sigmoid", 0, t.nodes["rnn/while/rnn/separate/gates/add_2"].input[0]),
    ),
    "c in place of h in one gate": (EACH, lambda t: t.wire(STEP + "MatMul_3", 0, "~Identity_3")),
    "x and h swapped in one gate": (
        EACH,
        lambda t: t.wire(STEP + "MatMul_3", 0, t.nodes["rnn/while/rnn/separate/gates/MatMul_2"].input[0]),
    ),
    "an operation between the sum and its gate": (EACH, lambda t: t.insert(OUT + "Sigmoid", 0, "Sinh")),
    "one gate squashed otherwise": (EACH, lambda t: t.retype(OUT + "Sigmoid", "Relu")),
    "a matrix that is another at every run": (
        EACH,
        lambda t: t.insert(STEP + "MatMul_3", 1, "RandomShuffle"),
    ),
}


@pytest.mark.parametrize("name", SABOTAGE)
def test_what_is_not_the_cell_is_reported_and_not_converted(name):
    original, change = SABOTAGE[name]
    assert recognise(Tampered(original).model).recurrences
    findings = recognise(change(Tampered(original)).model)
    assert not findings.recurrences
    assert findings.not_converted
    assert all(one.reason and one.variables for one in findings.not_converted)


@pytest.mark.parametrize("original", [ORDER, GRU])
def test_a_step_that_differs_is_said(original):
    graph = Tampered(original)
    assert len(recognise(graph.model).recurrences) == 1
    last = max(
        (name for name in graph.nodes if name.startswith("Sigmoid")), key=lambda one: int(one[8:] or 0)
    )
    findings = recognise(graph.insert(last, 0, "Sinh").model)
    assert [one.reason for one in findings.not_converted]
    assert all(one.variables for one in findings.not_converted)
