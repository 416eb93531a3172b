"""The runner of other environments counts what a report says, and cases are held against their records."""

from pathlib import Path

import numpy as np
import pytest

from tests.matrix.__main__ import BACKEND_PARTS, ENVIRONMENTS, PARTS, counted
from tests.matrix.records import held
from tf2_lstm.migrate.pairs import CASES

REPORT = """<testsuites><testsuite><testcase name="good"/><testcase name="bad"><failure/></testcase>
<testcase name="late"><error/></testcase><testcase name="left"><skipped/></testcase></testsuite></testsuites>"""


def test_only_what_passed_is_counted_as_passed():
    assert counted(REPORT) == {"passed": 1, "failed": ["bad", "late", "left"]}
    assert counted("<testsuites/>") == {"passed": 0, "failed": []}


def test_the_files_and_the_environments_are_there():
    assert all(Path(file).exists() for file, *_ in [*PARTS.values(), *BACKEND_PARTS.values()])
    assert list(ENVIRONMENTS) == ["oldest", "middle", "newest", "python312", "python313", "jax", "torch"]


@pytest.mark.parametrize("name", ["gru/default", "dropout/input", "single_lstm"])
def test_a_case_is_held_against_its_record(name):
    """Outputs, states, gradients and training; of a program what it does."""
    found = held(CASES[name])
    assert found["different"] == {}
    assert found["equal"] >= 3


def _less(tensors):
    tensors.popitem()
    return tensors


def _off(tensors):
    name = next(iter(tensors))
    return {**tensors, name: tensors[name] + np.float32(1e-4)}


@pytest.mark.parametrize("spoil", [_less, _off])
def test_what_differs_from_its_record_is_named(spoil):
    assert len(held(CASES["gru/default"], spoil)["different"]) == 1
