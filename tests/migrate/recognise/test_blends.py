"""A GRU's new state, in every way that people write u * h + (1 - u) * c or the reverse; and what is not it."""

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate import layouts
from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise

v1 = tf.compat.v1
DEPTH, UNITS, BATCH = 3, 2, 4
#: A way -> how much of the old state its gate keeps: u, or 1 - u.
WAYS = {
    "u * h + (1 - u) * c": 1,
    "c * (1 - u) + h * u": 1,
    "c + u * (h - c)": 1,
    "u * (h - c) + c": 1,
    "c - u * (c - h)": 1,
    "h + (1 - u) * (c - h)": 1,
    "h - (1 - u) * (h - c)": 1,
    "u * h + c - u * c": 1,
    "c - u * c + h * u": 1,
    "(1 - u) * h + u * c": -1,
    "h + u * (c - h)": -1,
    "h - u * (h - c)": -1,
    "c + (1 - u) * (h - c)": -1,
    "c - (1 - u) * (c - h)": -1,
    "h - u * h + u * c": -1,
    "u * c - u * h + h": -1,
}
OTHERS = (
    "h + u * (h - c)",
    "c + 2 * u * (h - c)",
    "h + u * (c - x[:, :2])",
    "h + u * c - r * h",
    "h - u * h + u * c * 0.5",
    "c + (2 - u) * (h - c)",
)


def drawn(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


ARRAYS = {"K": drawn(5, 4), "b": drawn(4), "W": drawn(5, 2), "d": drawn(2)}


def model_of(way, steps):
    """Some steps whose new state is written in a way: (the model that is read, what a session computes)."""
    with tf.Graph().as_default() as graph, v1.Session() as session:
        kernel, bias, weights, other = (tf.constant(value, name=name) for name, value in ARRAYS.items())
        h = v1.placeholder("float64", [BATCH, UNITS], name="h")
        xs = [v1.placeholder("float64", [BATCH, DEPTH], name=f"x{number}") for number in range(steps)]
        fed = {
            "h:0": drawn(BATCH, UNITS),
            **{one.name: drawn(BATCH, DEPTH) + number for number, one in enumerate(xs)},
        }
        for x in xs:
            r, u = tf.split(tf.sigmoid(tf.matmul(tf.concat([x, h], 1), kernel) + bias), 2, 1)
            c = tf.tanh(tf.matmul(tf.concat([x, r * h], 1), weights) + other)
            h = eval(way, {"h": h, "u": u, "c": c, "x": x, "r": r})
        wanted = session.run(h, fed)
    variables = {
        name: Variable(name, value.shape, "float64", lambda value=value: value)
        for name, value in ARRAYS.items()
    }
    nodes = {name: (name, None) for name in ARRAYS}
    return (
        TF1Model("frozen_graph", "own", graph=graph.as_graph_def(), variables=variables, nodes=nodes),
        fed,
        wanted,
    )


def step(weights, x, h):
    """GRUCell in NumPy, by its weights in TF1's own layout."""
    gates = 1 / (1 + np.exp(-(np.concatenate([x, h], 1) @ weights["gates/kernel"] + weights["gates/bias"])))
    r, u = np.split(gates, 2, axis=1)
    c = np.tanh(np.concatenate([x, r * h], 1) @ weights["candidate/kernel"] + weights["candidate/bias"])
    return u * h + (1 - u) * c


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_it_is_the_same_cell(way):
    model, fed, wanted = model_of(way, 3)
    findings = recognise(model)
    (found,) = findings.recurrences
    (cell,) = found.cells
    assert (cell.call.pair, found.form, findings.not_converted) == ("gru", "static", [])
    own = {leaf: ARRAYS[name] for leaf, name in cell.names.items()}
    weights = layouts.to_equations(cell, own)
    h = fed["h:0"]
    for number in range(3):
        h = step(weights, fed[f"x{number}:0"], h)
    np.testing.assert_allclose(h, wanted, rtol=0, atol=1e-12)
    signs = {-1 if "gates" in block.target and block.sign < 0 else 1 for block in cell.blocks}
    assert (-1 in signs) == (WAYS[way] < 0)


@pytest.mark.parametrize("way", OTHERS)
def test_what_is_no_blend_is_no_gru(way):
    findings = recognise(model_of(way, 2)[0])
    assert "gru" not in [cell.call.pair for one in findings.recurrences for cell in one.cells]
    assert findings.not_converted


def test_a_long_run_is_one_recurrence():
    """Sums are flat up to a number of parts: the old state of a later step is no sum of all that came before."""
    (found,) = recognise(model_of("h + u * (c - h)", 70)[0]).recurrences
    assert sum(one.name.startswith("inputs") for one in found.inputs) == 70
