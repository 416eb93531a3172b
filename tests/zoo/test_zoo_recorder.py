"""The zoo's recorder: real TensorFlow 1.15 only, dry by default, nothing overwritten unnamed."""

from pathlib import Path

import pytest
import warm

ROOT = Path(__file__).resolve().parents[2]


def test_the_recorder_refuses_tensorflow_2():
    done = warm.python("-m", "tests.zoo.record", "--write")
    assert done.returncode == 2
    assert "real TensorFlow 1.15" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def recorder(monkeypatch, tmp_path):
    """The recorder with an artefact and a whole program, none of TensorFlow 1.15; returns (run, recorded names)."""
    monkeypatch.syspath_prepend(str(ROOT))
    from tests.zoo.record import __main__, artefact, write

    recorded = []
    monkeypatch.setattr(__main__, "THEMES", ())
    monkeypatch.setattr(__main__, "WHOLE", ())
    table = {folder: artefact.Artefact(folder, "why", None, folder) for folder in ("files", "whole")}
    monkeypatch.setattr(artefact, "TABLE", table)
    monkeypatch.setattr(write, "record", lambda built, root: recorded.append((built.name, Path(root).name)))
    monkeypatch.setattr("legacy_tf1.compat.tf.__version__", "1.15.5")
    return lambda *arguments: __main__.main([*arguments, "--root", str(tmp_path)]), recorded


def test_the_recorder_is_dry_by_default(recorder, capsys):
    run, recorded = recorder
    assert run() == 0
    assert capsys.readouterr().out == "would write files\nwould write whole\n"
    assert not recorded


def test_the_recorder_overwrites_only_what_is_named(recorder, tmp_path):
    run, recorded = recorder
    (tmp_path / "files" / "files").mkdir(parents=True)
    (tmp_path / "whole" / "whole").mkdir(parents=True)
    assert run("--write") == 0
    assert run("--write", "files") == 0
    assert run("--write", "--overwrite") == 2
    assert run("--write", "two") == 2
    assert not recorded
    assert run("--write", "--overwrite", "files", "whole") == 0
    assert recorded == [("files", "files"), ("whole", "whole")]
