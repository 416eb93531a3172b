"""What a model costs in each runtime: what is timed is right, and each way can be measured."""

import json

import numpy as np
import pytest

from benchmarks import serving_costs
from tf2_lstm.migrate.equivalence.compare import Report
from tf2_lstm.migrate.export import leaving


@pytest.mark.parametrize(
    "change", [lambda right: right + 1e-3, lambda right: right * np.nan, lambda right: right[:1]]
)
def test_nothing_wrong_is_timed(change):
    right = np.ones((2, 3), "float32")
    serving_costs.check("a way", right + 1e-6, right)
    with pytest.raises(SystemExit, match="a way: expected"):
        serving_costs.check("a way", change(right), right)


def test_a_file_that_is_not_proved_is_never_timed(monkeypatch, tmp_path):
    monkeypatch.setattr(leaving, "leave", lambda *given: Report([]))
    with pytest.raises(SystemExit, match="not proved"):
        serving_costs.exported("onnx", tmp_path / "model.keras", "model.onnx")


def test_each_way_is_measured_and_stands_in_the_table(monkeypatch, tmp_path):
    monkeypatch.setattr(serving_costs, "SECONDS", 0.01)
    ways = serving_costs.measure(1, units=3)
    assert len(ways) == 4
    assert all(number > 0 for one in ways.values() for number in one.values())
    found = {"machine": {"cpu": "A", "cores": 2, "threads": 2}, "rounds": 1, "ways": ways}
    (tmp_path / "found.json").write_text(json.dumps(found))
    text = serving_costs.table(tmp_path / "found.json")
    assert text.startswith("A, 2 cores, median of 1 turns.")
    assert all(f"| {label} | " in text for label in ways)
