"""Structure first, then numbers: whatever differs is a failure with a name and a place."""

from collections import OrderedDict

import numpy as np
import pytest

from tf2_lstm.migrate.equivalence.compare import CaseReport, Report, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, LIVE, RunResult
from tf2_lstm.migrate.equivalence.tolerance import TABLE, level_of, tolerance_for

GOOD = OrderedDict(
    [
        ("outputs", np.linspace(-1, 1, 24, dtype="float32").reshape(2, 3, 4)),
        ("state.c", np.ones((2, 4), "float32")),
        ("ids", np.arange(3, dtype="int32")),
    ]
)


def compare(changed, **options):
    tensors = OrderedDict((name, value.copy()) for name, value in GOOD.items())
    tensors.update(changed)
    candidate = RunResult(KERAS, OrderedDict((n, v) for n, v in tensors.items() if v is not None))
    return compare_results(RunResult(LIVE, GOOD), candidate, **options)


def nudged(name, index, by):
    value = GOOD[name].copy()
    value[index] += by
    return {name: value}


def test_equal_results_pass():
    assert [report.passed for report in compare({})] == [True] * 3


BROKEN = [
    ("missing tensor", {"state.c": None}, "only live session has it"),
    ("tensor too many", {"extra": np.ones(1, "float32")}, "only the other side has it"),
    ("shape", {"state.c": np.ones((2, 5), "float32")}, r"shape \(2, 5\), expected \(2, 4\)"),
    ("rank that broadcasts", {"state.c": np.ones((1, 2, 4), "float32")}, r"shape \(1, 2, 4\)"),
    ("dtype", {"state.c": np.ones((2, 4), "float64")}, "dtype float64, expected float32"),
    ("NaN", nudged("state.c", (0, 0), np.nan), "NaN or infinity"),
    ("infinity", nudged("state.c", (0, 0), np.inf), "NaN or infinity"),
]


@pytest.mark.parametrize(("changed", "problem"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_another_structure_fails_before_numbers(changed, problem):
    import re

    failed = [report for report in compare(changed) if not report.passed]
    assert len(failed) == 1
    assert re.search(problem, failed[0].problem)
    assert failed[0].max_abs_diff == float("inf")


def test_another_order_fails():
    reversed_ = RunResult(KERAS, OrderedDict(reversed(list(GOOD.items()))))
    reports = compare_results(RunResult(LIVE, GOOD), reversed_)
    assert [report.problem for report in reports if not report.passed] == [
        "the tensors come in another order"
    ]


def test_nothing_to_compare_is_no_pass():
    empty = OrderedDict(outputs=np.zeros((0, 3), "float32"))
    [report] = compare_results(RunResult(LIVE, empty), RunResult(KERAS, empty))
    assert not report.passed
    assert not CaseReport("nothing", []).passed
    assert not Report([]).passed


def test_a_difference_says_where_and_when():
    [report, *_] = compare(nudged("outputs", (1, 2, 3), 1e-4))
    assert not report.passed
    assert report.where == "batch 1, time 2, unit 3"
    assert report.first_step == 2
    assert report.max_abs_diff == pytest.approx(1e-4, rel=1e-3)


def test_the_tolerance_that_would_have_passed_passes():
    changed = nudged("outputs", (1, 2, 3), 1e-4)
    worst = compare(changed)[0].max_abs_diff
    assert compare(changed, atol=worst)[0].passed
    assert not compare(changed, atol=worst * 0.99, rtol=0.0)[0].passed


@pytest.mark.parametrize(("by", "passed"), [(0.9e-6, True), (1.5e-6, False)])
def test_outputs_of_order_one_agree_to_one_millionth(by, passed):
    assert compare(nudged("outputs", (0, 0, 0), by))[0].passed is passed


def test_whole_numbers_must_be_equal():
    assert not compare(nudged("ids", 0, 1), atol=10.0)[2].passed


def test_every_rung_and_dtype_has_a_tolerance():
    levels = {level_of(name) for name in ("outputs", "gradient of inputs", "losses", "trained w")}
    # Half precision is met in graphs that are converted, which are not trained.
    half = {("float16", level) for level in levels - {"training"}}
    assert {(dtype, level) for dtype in ("float32", "float64") for level in levels} | half == set(TABLE)
    for dtype, name in (("bfloat16", "outputs"), ("float16", "losses")):
        with pytest.raises(KeyError):
            tolerance_for(dtype, name)
