"""The zoo's recorder: real TensorFlow 1.15 only, dry by default, nothing overwritten unnamed."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_recorder_refuses_tensorflow_2():
    done = subprocess.run(
        [sys.executable, "-m", "tests.zoo.record", "--write"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 2
    assert "real TensorFlow 1.15" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def recorder(monkeypatch, tmp_path):
    """The recorder with one artefact, none of TensorFlow 1.15; returns (run, recorded names)."""
    monkeypatch.syspath_prepend(str(ROOT))
    from tests.zoo.record import __main__, artefact, write

    recorded = []
    monkeypatch.setattr(__main__, "THEMES", ())
    monkeypatch.setattr(artefact, "TABLE", {"one": "the builder"})
    monkeypatch.setattr(write, "record", lambda built, root: recorded.append(built))
    monkeypatch.setattr("legacy_tf1.compat.tf.__version__", "1.15.5")
    return lambda *arguments: __main__.main([*arguments, "--root", str(tmp_path)]), recorded


def test_the_recorder_is_dry_by_default(recorder, capsys):
    run, recorded = recorder
    assert run() == 0
    assert capsys.readouterr().out == "would write one\n"
    assert not recorded


def test_the_recorder_overwrites_only_what_is_named(recorder, tmp_path):
    run, recorded = recorder
    (tmp_path / "one").mkdir()
    assert run("--write") == 0
    assert run("--write", "one") == 0
    assert run("--write", "--overwrite") == 2
    assert run("--write", "two") == 2
    assert not recorded
    assert run("--write", "--overwrite", "one") == 0
    assert recorded == ["the builder"]
