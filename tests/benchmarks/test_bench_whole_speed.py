"""Whole programs against their sessions: what is timed is right, and each program can be measured."""

import json
import sys

import numpy as np
import pytest

from benchmarks import whole_speed
from benchmarks.whole_programs import FETCHED
from tf2_lstm.migrate.equivalence.compare import Report
from tf2_lstm.migrate.export import leaving
from tf2_lstm.migrate.export.writing import ExportError


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
    assert found["session"].startswith("TensorFlow 2.")
    assert found["session_ms"] > 0
    for way in whole_speed.WAYS:
        low, high = found[way]["lowest_and_highest"]
        assert 0 < low <= found[way]["times_as_fast"] <= high
        assert found[way]["ms"] > 0


@pytest.fixture
def folder(tmp_path):
    """A folder as that in which a program was converted."""
    (tmp_path / "out").mkdir()
    models = [{"file": "model.keras", "inputs": [], "outputs": [{"name": "y"}]}]
    (tmp_path / "out" / "manifest.json").write_text(json.dumps({"models": models}))
    return tmp_path


def test_what_does_not_leave_for_onnx_says_why_and_nothing_fails(folder, monkeypatch, tmp_path):
    def refuse(*given):
        raise ExportError("Loop: no row. Take another format.")

    monkeypatch.setattr(leaving, "leave", refuse)
    function, why = whole_speed.exported(folder)
    assert (function, why) == (None, "Loop: no row. Take another format.")
    own = {"ms": 5.0, "times_as_fast": 2.0, "lowest_and_highest": [1.5, 2.5]}
    program = {"session": "TensorFlow 1.15.5", "session_ms": 10.0, "keras": own, "onnx": {"refused": why}}
    found = {"machine": {"cpu": "A", "threads": 2}, "rounds": 9, "programs": {"decoder": program}}
    (tmp_path / "found.json").write_text(json.dumps(found))
    text = whole_speed.table(tmp_path / "found.json")
    assert "| decoder | 10.0 | 5.0 | - | **2.00x** (1.50 to 2.50) | - |" in text
    assert "The decoder does not leave for ONNX: Loop: no row." in text


def test_a_file_that_differs_is_never_timed(folder, monkeypatch):
    monkeypatch.setattr(leaving, "leave", lambda *given: Report([]))
    with pytest.raises(SystemExit, match="not proved: nothing is timed"):
        whole_speed.exported(folder)
