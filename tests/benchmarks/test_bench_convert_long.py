"""The benchmark of long graphs: what it times was converted and proved, with gradients."""

import json
import sys

import pytest

from benchmarks import convert_long as bench


def test_a_short_one_is_measured(tmp_path):
    found = bench.measure(tmp_path, 2, 1)
    assert found["nodes"] > 300
    assert found["written_by"].startswith("TensorFlow 2.")
    assert 0 < found["imports_seconds"] < found["convert_seconds"]
    said = bench.line({**found, "machine": "here"})
    assert said.startswith(f"a training graph of {found['nodes']} nodes, 2 steps, written by TensorFlow 2.")


#: What a report has -> what is said about it.
WRONG = {
    "no program": (["recurrence"], ["scores"], "expected a program with one recurrence"),
    "no recurrence": (["program"], ["scores"], "expected a program with one recurrence"),
    "no gradient": (["recurrence", "program"], ["scores"], "expected scores and gradients"),
}


@pytest.mark.parametrize("what", WRONG)
def test_nothing_is_timed_that_was_not_proved(what, tmp_path):
    kinds, names, said = WRONG[what]
    (tmp_path / "manifest.json").write_text(json.dumps({"models": [{"kind": kind} for kind in kinds]}))
    case = {"name": "model", "tensors": [{"name": name} for name in names]}
    (tmp_path / "report.json").write_text(json.dumps({"cases": [case]}))
    with pytest.raises(SystemExit, match=said):
        bench.check(tmp_path)


@pytest.mark.parametrize(("seconds", "code"), [(59.9, 0), (60.1, 1)])
def test_more_than_a_minute_is_no_success(seconds, code, monkeypatch, capsys):
    found = {
        "nodes": 52089,
        "steps": 258,
        "written_by": "TensorFlow 1.15.5",
        "convert_seconds": seconds,
        "imports_seconds": 4.0,
        "peak_megabytes": 1,
    }
    monkeypatch.setattr(bench, "measure", lambda *given: found)
    monkeypatch.setattr(sys, "argv", ["convert_long"])
    assert bench.main() == code
    assert f"in {seconds} s" in capsys.readouterr().out
