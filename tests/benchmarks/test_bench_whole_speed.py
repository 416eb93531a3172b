"""Whole programs against their sessions: what is timed is right, and each program can be measured."""

import sys

import numpy as np
import pytest

from benchmarks import whole_speed
from benchmarks.whole_programs import FETCHED


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda right: right + 1e-3, "off by"),
        (lambda right: right * np.nan, "off by nan"),
        (lambda right: right[:1], "expected"),
    ],
)
def test_nothing_wrong_is_timed(change, said, tmp_path):
    right = np.ones((2, 3), "float32")
    np.savez(tmp_path / "outputs.npz", **{FETCHED: right})
    whole_speed.check("a program", right + 1e-6, tmp_path)
    with pytest.raises(SystemExit, match=said):
        whole_speed.check("a program", change(right), tmp_path)


def test_a_program_is_measured_against_its_session(monkeypatch):
    """The session of TensorFlow 2 stands for that of 1.15."""
    monkeypatch.setattr(whole_speed, "SECONDS", 0.01)
    found = whole_speed.measure("own cell", sys.executable, 2)
    low, high = found["lowest_and_highest"]
    assert found["session"].startswith("TensorFlow 2.")
    assert 0 < low <= found["times_as_fast"] <= high
    assert found["session_ms"] > 0 < found["keras_ms"]
