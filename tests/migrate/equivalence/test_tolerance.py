"""Every row of the tolerance table, to the figure: a looser one would let mistakes through unseen."""

import numpy as np
import pytest

from tf2_lstm.migrate.equivalence.compare import compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, LIVE, RunResult
from tf2_lstm.migrate.equivalence.tolerance import TABLE, Tolerance, tolerance_for

NAMES = {"result": "outputs", "gradient": "gradient of inputs", "training": "trained rnn/kernel"}
#: (dtype, level) -> the absolute and the relative bound. A change of the table is a change here, with its reason.
BOUNDS = {
    ("float16", "result"): (0.004, 0.004),
    ("float16", "gradient"): (0.01, 0.01),
    ("float32", "result"): (0.000001, 0.000001),
    ("float32", "gradient"): (0.000001, 0.00001),
    ("float32", "training"): (0.000002, 0.00001),
    ("float64", "result"): (0.000000000001, 0.000000000001),
    ("float64", "gradient"): (0.000000000001, 0.000000000001),
    ("float64", "training"): (0.000000000001, 0.000000000001),
}
every_row = pytest.mark.parametrize(
    ("dtype", "level", "atol", "rtol"),
    [(*key, *bounds) for key, bounds in BOUNDS.items()],
    ids=[" ".join(key) for key in BOUNDS],
)


def passes(dtype, level, largest, off):
    """Whether a tensor whose largest number is `largest` may be off by `off` somewhere else."""
    expected = np.array([[largest, 0.0]], dtype)
    received = np.array([[largest, off]], dtype)
    sides = [RunResult(who, {NAMES[level]: value}) for who, value in ((LIVE, expected), (KERAS, received))]
    [report] = compare_results(*sides)
    return report.passed


def test_the_table_has_these_rows_and_no_others():
    assert {key: (row.atol, row.rtol) for key, row in TABLE.items()} == BOUNDS


@every_row
def test_small_numbers_are_held_to_the_absolute_bound(dtype, level, atol, rtol):
    assert passes(dtype, level, 2**-5, 0.9 * atol)
    assert not passes(dtype, level, 2**-5, 1.1 * atol)


@every_row
def test_large_numbers_are_held_to_the_relative_bound(dtype, level, atol, rtol):
    assert passes(dtype, level, 64.0, 64 * 0.9 * rtol)
    assert not passes(dtype, level, 64.0, 64 * 1.1 * rtol)
    assert passes(dtype, level, -64.0, 64 * 0.9 * rtol)
    assert not passes(dtype, level, -64.0, 64 * 1.1 * rtol)


@every_row
def test_a_difference_may_have_either_sign(dtype, level, atol, rtol):
    assert passes(dtype, level, 2**-5, -0.9 * atol)
    assert not passes(dtype, level, 2**-5, -1.1 * atol)


def test_a_bound_by_hand_replaces_its_own_figure_alone():
    assert tolerance_for("float32", "outputs", atol=0.5) == Tolerance(0.5, 1e-6)
    assert tolerance_for("float32", "losses", rtol=0.0) == Tolerance(2e-6, 0.0)
