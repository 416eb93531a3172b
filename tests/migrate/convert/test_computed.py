"""Weights that a graph computes: the number is the graph's, what it comes of is said, what is no weight is left."""

import numpy as np
import pytest
import tensorflow as tf
from expected_recurrences import ZOO

from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.export.to_checkpoint import export
from tf2_lstm.migrate.functional import read_variables
from tf2_lstm.migrate.layouts import to_equations
from tf2_lstm.migrate.model import ArtifactError, TF1Model, Variable
from tf2_lstm.migrate.prove.computed import add_computed, pulled_back
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.weights import WeightError

v1 = tf.compat.v1
DEPTH, UNITS, BATCH = 3, 2, 4
KERNEL = (DEPTH + UNITS, UNITS)


class Graph:
    """One step of BasicRNNCell whose kernel and bias an expression makes of variables `w` and `b`."""

    def __init__(self, expression, shape=KERNEL, of_bias=lambda b: b):
        draw = np.random.default_rng(0).normal
        arrays = {"w": draw(size=shape).astype("float32"), "b": draw(size=UNITS).astype("float32")}
        self.fed = {"x": draw(size=(BATCH, DEPTH)), "h": draw(size=(BATCH, UNITS))}
        with tf.Graph().as_default() as graph, v1.Session() as session:
            x, h = (v1.placeholder("float32", one.shape, name=name) for name, one in self.fed.items())
            w, b = (tf.constant(one, name=name) for name, one in arrays.items())
            new = tf.tanh(tf.matmul(tf.concat([x, h], 1), expression(w)) + of_bias(b))
            self.wanted = session.run(new, {f"{name}:0": one for name, one in self.fed.items()})
        variables = {
            name: Variable(name, one.shape, "float32", lambda one=one: one) for name, one in arrays.items()
        }
        nodes = {name: (name, None) for name in arrays}
        self.model = TF1Model(
            "frozen_graph", "own", graph=graph.as_graph_def(), variables=variables, nodes=nodes
        )


MASK = np.random.default_rng(1).integers(0, 2, KERNEL).astype("float32")
#: What programs do to a kernel: the shape of the variable, the expression.
KERNELS = {
    "under a mask": (KERNEL, lambda w: w * MASK),
    "normed": (KERNEL, lambda w: tf.nn.l2_normalize(w, 0)),
    "scaled": (KERNEL, lambda w: 0.5 * w),
    "all positive": (KERNEL, tf.nn.softplus),
    "with a fixed part on top": (KERNEL, lambda w: w + MASK),
    "one of several": ((2, *KERNEL), lambda w: w[1]),
    "rows of a larger one": ((9, UNITS), lambda w: w[2:7]),
    "in another form": ((UNITS * KERNEL[0],), lambda w: tf.reshape(w, KERNEL)),
    "computed, then turned": (KERNEL[::-1], lambda w: tf.transpose(tf.exp(w))),
    "computed, beside itself": ((KERNEL[0], 1), lambda w: tf.concat([w * w, w + 1.0], 1)),
    "rounded to 8 bits": (KERNEL, lambda w: tf.quantization.fake_quant_with_min_max_args(w, -2, 2)),
    "handed on by two": (KERNEL, lambda w: tf.identity_n([tf.stop_gradient(w * w), w])[0]),
}


def arranged(model):
    findings = recognise(model)
    (run,) = findings.recurrences
    add_computed(model, findings.recurrences)
    (cell,) = run.cells
    return run, cell, to_equations(cell, read_variables(cell, model.variables))


def step(own, fed):
    return np.tanh(np.concatenate([fed["x"], fed["h"]], 1) @ own["kernel"] + own["bias"])


@pytest.mark.parametrize("name", KERNELS)
def test_a_computed_kernel_has_the_numbers_of_the_graph(name):
    shape, expression = KERNELS[name]
    graph = Graph(expression, shape, of_bias=lambda b: b * b)
    run, cell, own = arranged(graph.model)
    np.testing.assert_allclose(step(own, graph.fed), graph.wanted, rtol=0, atol=1e-6)
    assert {name for one in cell.computed for name in one.sources} == {"w", "b"} == set(cell.variables)
    assert all(any(one.tensor in note and one.origin in note for note in run.notes) for one in cell.computed)


def test_a_quantised_constant_is_a_weight_of_constants_alone():
    levels = (np.arange(10).reshape(KERNEL) * 25).astype(tf.quint8.as_numpy_dtype)
    graph = Graph(lambda w: tf.quantization.dequantize(tf.constant(levels, tf.quint8), -1.0, 1.0))
    _, cell, own = arranged(graph.model)
    np.testing.assert_allclose(step(own, graph.fed), graph.wanted, rtol=0, atol=1e-6)
    assert [one.origin for one in cell.computed] == ["constants"]


#: What is another kernel at every run, or by what is fed.
NO_WEIGHTS = {
    "what is fed is in it": lambda w: w * v1.placeholder("float32", KERNEL, name="scale"),
    "what may be fed is in it": lambda w: w * v1.placeholder_with_default(MASK, KERNEL, name="scale"),
    "chance is in it": lambda w: w * tf.random.uniform(KERNEL),
    "another order at every run": lambda w: tf.random.shuffle(w * w),
}


@pytest.mark.parametrize("name", NO_WEIGHTS)
def test_what_is_no_weight_is_not_taken_for_one(name):
    with tf.Graph().as_default():
        x, h = v1.placeholder("float32", (BATCH, DEPTH)), v1.placeholder("float32", (BATCH, UNITS))
        w = tf.constant(np.ones(KERNEL, "float32"), name="w")
        tf.tanh(tf.matmul(tf.concat([x, h], 1), NO_WEIGHTS[name](w)) + np.ones(UNITS, "float32"))
        graph = tf.compat.v1.get_default_graph().as_graph_def()
    held = {"w": Variable("w", KERNEL, "float32", lambda: np.ones(KERNEL, "float32"))}
    model = TF1Model("frozen_graph", "own", graph=graph, variables=held, nodes={"w": ("w", None)})
    assert not recognise(model).recurrences


def test_a_gradient_is_pulled_back_to_the_variables_and_summed():
    """The sabotage is another gradient, which gives other ones behind."""
    graph = Graph(lambda w: w * w, of_bias=lambda b: b)
    run, cell, _ = arranged(graph.model)
    given = {cell.names["kernel"]: MASK, "w": np.ones(KERNEL, "float32"), "b": np.ones(UNITS)}
    found = pulled_back(graph.model, run, given)
    w = graph.model.variables["w"].read()
    assert list(found) == ["w", "b"]
    np.testing.assert_allclose(found["w"], 1 + 2 * w * MASK, rtol=1e-6)
    other = pulled_back(graph.model, run, {**given, cell.names["kernel"]: 1 - MASK})
    assert not np.allclose(other["w"], found["w"])


def test_a_weight_that_cannot_be_computed_says_so():
    graph = Graph(lambda w: tf.reshape(w, KERNEL) * tf.cast(tf.linalg.tensor_diag_part(MASK[:2]), "float32"))
    _, cell, _ = arranged(graph.model)
    for node in graph.model.graph.node:
        if node.op == "DiagPart":
            node.op = "ReadFile"
    with pytest.raises(WeightError, match=r"cannot be computed from w: .*ReadFile"):
        graph.model.variables[cell.names["kernel"]].read()


def test_export_does_not_write_a_computed_weight_back_and_the_report_says_what_it_is_of(tmp_path):
    request = Request(str(ZOO / "computed_kernels" / "model.ckpt"))
    conversion = convert(request, tmp_path / "out")
    (entry,) = conversion.manifest["models"]
    assert {tuple(one["from"]) for one in entry["computed_weights"]} == {
        tuple(f"rnn/pruned/{name}" for name in names)
        for names in (("gates", "mask"), ("left", "right", "whole"), ("bias_c",))
    }
    assert not {one["tf1"] for one in entry["computed_weights"]} & set(entry["variables"])
    assert (
        "is computed from rnn/pruned/gates, rnn/pruned/mask" in (tmp_path / "out" / "report.md").read_text()
    )
    with pytest.raises(ArtifactError, match=r"is computed from .* in the TF1 graph"):
        export(str(tmp_path / "out" / entry["file"]), request, str(tmp_path / "new.ckpt"))
    assert not list(tmp_path.glob("new*"))
