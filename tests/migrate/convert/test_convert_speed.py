"""`convert --speed`: what is proved is timed and written down everywhere, what is not proved is not."""

import json
from pathlib import Path

import pytest
from expected_recurrences import ZOO

from tf2_lstm.cli import main
from tf2_lstm.migrate.convert import converting, whole
from tf2_lstm.migrate.convert.converting import Request
from tf2_lstm.migrate.prove import speed

PROGRAM = str(ZOO / "greedy_decoder" / "model.ckpt")


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch):
    monkeypatch.setattr(speed, "TURN", 0.002)


def test_it_is_in_the_terminal_the_reports_and_the_manifest(tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["convert", PROGRAM, "-o", str(out), "--speed"]) == 0
    shown = capsys.readouterr().out
    (line,) = [one for one in shown.splitlines() if "times as fast as the TF1 graph in a session of" in one]
    assert line.startswith("model: ")
    assert ", fed 32 x 50: " in line
    entry = json.loads((out / "manifest.json").read_text())["models"][-1]["speed"]
    ways = [(one["sample"], one["way"]) for one in entry["timings"]]
    assert ways[:3] == [("32 x 50", way) for way in (speed.GRAPH, speed.MODEL, speed.FAST)]
    assert set(entry["timings"][0]["milliseconds"]) == {"median", "least", "most"}
    assert json.loads((out / "report.json").read_text())["cases"][-1]["speed"] == entry
    for name in ("report.html", "report.md"):
        text = (out / name).read_text()
        assert speed.FAST in text
        assert "not of the TensorFlow that wrote it; both sides without oneDNN" in text


def test_nothing_is_timed_unasked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(whole, "speed_of", lambda *given: pytest.fail("it was timed"))
    assert main(["convert", PROGRAM, "-o", str(tmp_path / "out")]) == 0
    assert "times as fast" not in capsys.readouterr().out
    for name in ("manifest.json", "report.json"):
        assert '"speed"' not in (tmp_path / "out" / name).read_text()
    for name in ("report.html", "report.md"):
        assert "times as fast" not in (tmp_path / "out" / name).read_text()


def test_what_is_not_proved_is_never_timed(tmp_path, monkeypatch, capsys):
    right = whole.build_whole

    def wrong(*given, **options):
        model = right(*given, **options)
        model.trainable_weights[0].assign(model.trainable_weights[0] + 0.01)
        return model

    monkeypatch.setattr(whole, "build_whole", wrong)
    monkeypatch.setattr(whole, "speed_of", lambda *given: pytest.fail("it was timed"))
    assert main(["convert", PROGRAM, "-o", str(tmp_path / "out"), "--speed"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "the speed of the whole program was not measured: it is not converted and proved" in said


def test_without_a_graph_it_says_that_nothing_is_timed(tmp_path, capsys):
    weights = str(ZOO / "weights_alone_defaults" / "model.ckpt")
    assert main(["convert", weights, "--assume-defaults", "-o", str(tmp_path / "out"), "--speed"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "the speed of the whole program was not measured: there is no graph to run" in said


def test_with_the_recurrences_alone_it_is_wrong_use(tmp_path, capsys):
    assert main(["convert", PROGRAM, "-o", str(tmp_path / "out"), "--speed", "--recurrences"]) == 2
    assert "--speed: expected with the whole program, found with --recurrences" in capsys.readouterr().err
    assert not Path(tmp_path / "out").exists()


def test_what_ends_its_process_while_it_is_timed_costs_the_figures_alone(tmp_path):
    told = []
    request = Request(PROGRAM, program=True, speed=True, tell=told.append)
    assert converting.convert(request, tmp_path / "timed").complete
    assert told[-2:] == ["the speed of model", "model"]
    request = Request(
        PROGRAM, program=True, speed=True, skipped={"the speed of model": "TensorFlow died (SIGKILL)"}
    )
    conversion = converting.convert(request, tmp_path / "again")
    assert conversion.complete
    assert conversion.report.cases[-1].speed == speed.Speed(problems=("TensorFlow died (SIGKILL)",))
    assert "not timed: TensorFlow died (SIGKILL)" in (tmp_path / "again" / "report.html").read_text()
