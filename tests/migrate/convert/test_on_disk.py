"""What is written is on the disk before it has its name: files, their folder, and the folder that it appears in."""

import os
from contextlib import contextmanager

import pytest
from expected_recurrences import ZOO

from tf2_lstm.cli import main
from tf2_lstm.migrate.convert import folder as folders
from tf2_lstm.migrate.convert import renaming
from tf2_lstm.migrate.convert.folder import staged
from tf2_lstm.migrate.convert.written import write_manifest

BASIC = str(ZOO / "basic_lstm" / "model.ckpt")


def number_of(path):
    return os.stat(path).st_ino


@pytest.fixture
def happened(monkeypatch):
    """What happens, in order: ("sync", inode) and ("name", path); all of it really happens."""
    seen = []

    def noting(module, name, note):
        real = getattr(module, name)

        def call(*arguments, **options):
            done = real(*arguments, **options)
            seen.append(note(*arguments))
            return done

        monkeypatch.setattr(module, name, call)

    noting(os, "fsync", lambda descriptor: ("sync", os.fstat(descriptor).st_ino))
    noting(renaming, "rename_new", lambda one, two: ("name", str(two)))
    noting(renaming, "exchange", lambda one, two: ("name", str(two)))
    noting(os, "replace", lambda one, two: ("name", str(two)))
    return seen


@contextmanager
def written(out, overwrite=False):
    with staged(out, overwrite) as staging:
        (staging / "rnn.keras").write_bytes(b"weights")
        (staging / "rnn.py").write_text("model = 1\n")
        write_manifest(staging, {"schema": 1})
        yield staging


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_output_is_on_the_disk_before_and_after_it_has_its_name(tmp_path, happened, overwrite):
    out = tmp_path / "out"
    if overwrite:
        with written(out):
            pass
        happened.clear()
    with written(out, overwrite):
        pass
    named = happened.index(("name", str(out)))
    before = {inode for what, inode in happened[:named] if what == "sync"}
    after = {inode for what, inode in happened[named:] if what == "sync"}
    assert before >= {number_of(path) for path in (out, *out.iterdir())}
    assert number_of(tmp_path) in after
    assert len(list(out.iterdir())) == 3


def test_an_export_is_on_the_disk_and_its_index_comes_last(tmp_path, happened):
    assert main(["convert", BASIC, "-o", str(tmp_path / "out")]) == 0
    happened.clear()
    new = tmp_path / "new.ckpt"
    assert main(["export", str(tmp_path / "out" / "rnn.keras"), "--like", BASIC, "-o", str(new)]) == 0
    names = [os.path.basename(path) for what, path in happened if what == "name"]
    assert names == ["new.ckpt.data-00000-of-00001", "new.ckpt.meta", "new.ckpt.index"]
    first = next(at for at, (what, _) in enumerate(happened) if what == "name")
    before = {inode for what, inode in happened[:first] if what == "sync"}
    assert before >= {number_of(tmp_path / name) for name in names}
    assert ("sync", number_of(tmp_path)) in happened[-1:]


def test_a_sync_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def fails(path):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(folders, "sync", fails)
    with pytest.raises(folders.FolderError, match="Input/output error"), written(tmp_path / "out"):
        pass
    assert not list(tmp_path.iterdir())
