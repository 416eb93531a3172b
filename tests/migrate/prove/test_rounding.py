"""What differs a little in float32 is settled in float64; a mistake is not settled."""

from collections import OrderedDict
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.generated.building import build
from tests.generated.program import Layer, Program
from tests.generated.running import draw_weights, opened, save
from tests.zoo.tampering import FILES
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.equivalence.compare import CaseReport, compare_results
from tf2_lstm.migrate.equivalence.result import RunResult
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.prove.graph_side import run_graph
from tf2_lstm.migrate.prove.proof_in_double import recurrence_in_double
from tf2_lstm.migrate.prove.recurrences import compare_model
from tf2_lstm.migrate.prove.replay import eagerly
from tf2_lstm.migrate.prove.rounding import beyond_rounding, settled


def found(name):
    tf1, findings = look(Request(str(FILES / name)))
    return tf1, findings.recurrences[0]


def proof(tf1, recurrence):
    with eagerly():
        model = build_model(recurrence, tf1.variables)
        return compare_model(tf1, recurrence, model, run_graph(tf1, recurrence))


def settle(tf1, recurrence, report):
    return settled(report, partial(recurrence_in_double, tf1, recurrence, None))


def off(report, amount):
    """The report with its first tensor off by some times of what is allowed."""
    first, *others = report.tensors
    return replace(
        report, tensors=[replace(first, max_abs_diff=amount * first.tolerance, passed=False), *others]
    )


@pytest.fixture(scope="module")
def stack():
    tf1, recurrence = found("lstm_proj_clip/model.ckpt")
    return tf1, recurrence, proof(tf1, recurrence)


@pytest.mark.parametrize(
    "name",
    ["lstm_proj_clip/model.ckpt", "frozen_functional_while/frozen.pb", "static_rnn_lengths/model.ckpt"],
)
def test_a_small_difference_is_settled_by_every_tensor_in_float64(name):
    tf1, recurrence = found(name)
    report = off(proof(tf1, recurrence), 1.25)
    with eagerly():
        exact = settle(tf1, recurrence, report)
    assert exact.passed
    assert len(exact.notes) == len(report.notes) + 1
    names = {tensor.name: tensor for tensor in exact.tensors}
    wide = names["outputs, in float64" if "outputs, in float64" in names else "outputs_0, in float64"]
    assert (wide.dtype, wide.tolerance <= 1e-11, wide.max_abs_diff < 1e-13) == ("float64", True, True)
    assert "differs by 1.25e-06 in float32, where 1e-06 is allowed" in exact.notes[-1]


def test_dropout_with_a_constant_rate_is_settled(tmp_path):
    program = Program((Layer("GRU", 2, (), ("dropout_all",)),), unroll="step", start="fed", keep="constant")
    with opened(build(program)) as sess:
        draw_weights(sess, program)
        tf1, findings = look(Request(save(sess, str(tmp_path / "model.ckpt"))))
    (recurrence,) = findings.recurrences
    report = off(proof(tf1, recurrence), 1.25)
    with eagerly():
        assert settle(tf1, recurrence, report).passed


def test_a_mistake_as_small_is_not_settled(stack):
    tf1, recurrence, report = stack
    cell = recurrence.cells[0].call
    kept = cell.arguments["proj_clip"]
    cell.arguments["proj_clip"] = kept * (1 + 1e-6)
    try:
        doubtful = off(report, 1.25)
        with eagerly():
            assert settle(tf1, recurrence, doubtful) is doubtful
    finally:
        cell.arguments["proj_clip"] = kept


@pytest.mark.parametrize("amount", [17, float("inf")])
def test_a_larger_difference_is_left_as_it_is(stack, amount):
    tf1, recurrence, report = stack
    report = off(report, amount)
    assert settle(tf1, recurrence, report) is report


@pytest.mark.parametrize("name", ["outputs", "gradient of w"])
def test_a_larger_difference_of_what_is_computed_in_float16_may_be_rounding(name):
    """A tensor in float32 may be off by as much as one in float16, for which the table allows this many times more."""
    most = 16 * {"outputs": 4000, "gradient of w": 1000}[name]
    one = compare_results(*(RunResult(side, OrderedDict([(name, np.ones(2))])) for side in "ab"))[0]
    for dtype, narrowest, times in (
        ("float32", "float32", 16),
        ("float32", "float16", most),
        ("float16", "float16", 16),
    ):
        for amount, beyond in ((0.99, False), (1.01, True)):
            wrong = replace(one, dtype=dtype, passed=False, max_abs_diff=amount * times * one.tolerance)
            assert beyond_rounding(CaseReport("", [wrong]), narrowest) == beyond


def test_what_passes_is_left_as_it_is(stack):
    tf1, recurrence, report = stack
    assert report.passed
    assert settle(tf1, recurrence, report) is report


@pytest.mark.parametrize("name", ["fused/model.ckpt", "cudnn_lstm/model.ckpt", "computed_kernels/model.ckpt"])
def test_what_has_no_float64_is_left_as_it_is(name):
    tf1, recurrence = found(name)
    report = off(proof(tf1, recurrence), 1.25)
    assert settle(tf1, recurrence, report) is report
