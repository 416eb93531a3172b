"""The recorder refuses TF 2, is dry by default, and never overwrites what was not named."""

import pytest

from legacy_tf1.compat import tf
from tf2_lstm.migrate.equivalence import goldens, recorder
from tf2_lstm.migrate.pairs import CASES

CASE = CASES["basic_rnn/default"]


@pytest.fixture
def as_tf1(monkeypatch):
    """What the recorder does under 1.15, with this TensorFlow in its place: only the version is pretended."""
    monkeypatch.setattr(tf, "__version__", "1.15.5")


def files(root):
    return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_refuses_tensorflow_2(tmp_path, capsys):
    assert recorder.main([CASE.name, "--write", "--root", str(tmp_path)]) == 2
    assert "this is TensorFlow 2." in capsys.readouterr().err
    assert not files(tmp_path)


@pytest.mark.usefixtures("as_tf1")
def test_is_dry_by_default(tmp_path, capsys):
    assert recorder.main(["--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [f"would write {name}" for name in CASES]
    assert not files(tmp_path)


@pytest.mark.usefixtures("as_tf1")
def test_writes_what_is_named_and_leaves_what_exists(tmp_path, capsys):
    assert recorder.main([CASE.name, "--write", "--root", str(tmp_path)]) == 0
    written = files(tmp_path)
    assert {path.name for path in written} == {
        "record.json",
        "tensors.npz",
        "weights.index",
        "weights.data-00000-of-00001",
    }
    (tmp_path / CASE.name / "record.json").write_text("mine")
    assert recorder.main([CASE.name, "--write", "--root", str(tmp_path)]) == 0
    assert (tmp_path / CASE.name / "record.json").read_text() == "mine"
    assert recorder.main([CASE.name, "--write", "--overwrite", "--root", str(tmp_path)]) == 0
    assert (tmp_path / CASE.name / "record.json").read_text() != "mine"
    capsys.readouterr()


@pytest.mark.usefixtures("as_tf1")
def test_overwriting_everything_unnamed_is_refused(tmp_path, capsys):
    assert recorder.main(["--write", "--overwrite", "--root", str(tmp_path)]) == 2
    assert "--overwrite needs the names" in capsys.readouterr().err


@pytest.mark.usefixtures("as_tf1")
def test_an_unknown_name_is_refused(tmp_path, capsys):
    assert recorder.main(["nonsense", "--write", "--root", str(tmp_path)]) == 2
    assert "no such case or pair: nonsense" in capsys.readouterr().err


def test_the_package_records_are_where_they_are_read():
    assert goldens.read_record.__defaults__ == (goldens.FOLDER,)
