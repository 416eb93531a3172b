"""The output folder: safe names, whole or not at all, nothing of the user's is touched."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tf2_lstm.migrate.convert.folder import MANIFEST, FolderError, check_output, safe_names, staged

ROOT = Path(__file__).parents[3]

STRANGE = [
    "../../etc/passwd",
    "/absolute",
    "a b/c d",
    "x" * 300,
    '"""',
    "a\nb",
    "..",
    ".",
    "",
    "CON",
    "con",
    "1st",
    "é",
    "manifest.json",
    "a/b",
    "a_b",
    "A_B",
]


def test_names_are_safe_short_and_unique(tmp_path):
    names = safe_names(STRANGE)
    assert len({name.lower() for name in names}) == len(STRANGE)
    for name in names:
        assert name.isidentifier()
        assert len(name) < 100
        assert (tmp_path / f"{name}.keras").resolve().parent == tmp_path.resolve()


def manifest(*names):
    """The part of a manifest that says what convert wrote."""
    return json.dumps({"models": [{"file": name, "source_code": name} for name in names]})


def fill(folder, *more):
    (folder / "rnn.keras").write_text("model")
    (folder / MANIFEST).write_text(manifest("rnn.keras", *more))


def test_it_appears_whole(tmp_path):
    with staged(tmp_path / "out") as folder:
        fill(folder)
        assert not (tmp_path / "out").exists()
    assert sorted(os.listdir(tmp_path)) == ["out"]
    assert sorted(os.listdir(tmp_path / "out")) == [MANIFEST, "rnn.keras"]


def fail_in_the_middle(out, overwrite=False):
    with staged(out, overwrite) as folder:
        fill(folder)
        raise RuntimeError("in the middle")


def test_nothing_is_left_of_a_failure(tmp_path):
    with pytest.raises(RuntimeError):
        fail_in_the_middle(tmp_path / "out")
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_the_earlier_output(tmp_path):
    with staged(tmp_path / "out") as folder:
        fill(folder)
    with pytest.raises(RuntimeError):
        fail_in_the_middle(tmp_path / "out", overwrite=True)
    assert sorted(os.listdir(tmp_path)) == ["out"]
    assert (tmp_path / "out" / "rnn.keras").read_text() == "model"


def test_an_earlier_output_is_replaced_when_asked(tmp_path):
    for text in ("one", "two"):
        with staged(tmp_path / "out", overwrite=text == "two") as folder:
            fill(folder, text)
            (folder / text).write_text(text)
    assert sorted(os.listdir(tmp_path)) == ["out"]
    assert sorted(os.listdir(tmp_path / "out")) == [MANIFEST, "rnn.keras", "two"]


def appear(folder):
    """Another process gives the folder its name first."""
    folder.mkdir()
    fill(folder)


def write_new(out):
    with staged(out, overwrite=True) as folder:
        fill(folder, "new")
        (folder / "new").touch()


@pytest.mark.parametrize("meanwhile", [appear, lambda out: None])
def test_what_cannot_be_renamed_leaves_one_whole_output(tmp_path, monkeypatch, meanwhile):
    with staged(tmp_path / "out") as folder:
        fill(folder)
    rename = os.rename

    def fail_once(source, target):
        if target == tmp_path / "out" and (Path(source) / "new").exists():
            meanwhile(target)
            raise OSError(39, "Directory not empty")
        rename(source, target)

    monkeypatch.setattr(os, "rename", fail_once)
    with pytest.raises(FolderError, match="not empty"):
        write_new(tmp_path / "out")
    assert os.listdir(tmp_path) == ["out"]
    assert sorted(os.listdir(tmp_path / "out")) == [MANIFEST, "rnn.keras"]


def no_manifest(out):
    out.mkdir()
    (out / "thesis.tex").write_text("years")


def a_file(out):
    out.write_text("a file")


def a_link(out):
    (out.parent / "elsewhere").mkdir()
    out.symlink_to(out.parent / "elsewhere")


def the_source(out):
    out.mkdir()
    fill(out)
    (out / "model.ckpt.index").write_text("weights")


def a_folder_that_is_read(out):
    """The path that is read is a link to it."""
    out.mkdir()
    fill(out)
    (out.parent / "source").symlink_to(out)


def something_of_somebody(out):
    out.mkdir()
    fill(out)
    (out / "thesis.tex").write_text("years")


def a_manifest_of_another_program(out):
    out.mkdir()
    (out / MANIFEST).write_text('["models"]')
    (out / "icon.png").write_text("an icon")


@pytest.mark.parametrize(
    ("prepare", "overwrite", "message"),
    [
        (Path.mkdir, False, "is there already"),
        (no_manifest, True, "replaces what convert wrote"),
        (a_file, True, "replaces what convert wrote"),
        (a_link, True, "replaces what convert wrote"),
        (the_source, True, "is being read"),
        (a_folder_that_is_read, True, "is being read"),
        (something_of_somebody, True, "thesis.tex in it is something else"),
        (a_manifest_of_another_program, True, "icon.png in it is something else"),
    ],
)
def test_what_is_there_is_not_touched(tmp_path, prepare, overwrite, message):
    out = tmp_path / "out"
    prepare(out)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(FolderError, match=message):
        check_output(out, overwrite, [*out.glob("*.index"), tmp_path / "source"])
    assert sorted(tmp_path.rglob("*")) == before


def test_a_parent_that_is_not_there(tmp_path):
    with pytest.raises(FolderError, match="Create it first"):
        check_output(tmp_path / "no" / "out", False, [])


def fill_the_disk(out):
    with staged(out) as folder:
        fill(folder)
        raise OSError(28, "No space left on device")


def test_a_full_disk_leaves_nothing(tmp_path):
    with pytest.raises(FolderError, match="No space left on device"):
        fill_the_disk(tmp_path / "out")
    assert os.listdir(tmp_path) == []


WRITER = """
import json, sys, time
from tf2_lstm.migrate.convert.folder import staged
print("go", flush=True)
while True:
    with staged(sys.argv[1], overwrite=True) as folder:
        for number in range(4):
            (folder / f"{number}.keras").write_bytes(b"x" * 2000)
        names = [{"file": f"{number}.keras", "source_code": ""} for number in range(4)]
        (folder / "manifest.json").write_text(json.dumps({"models": names}))
"""


def test_killed_at_any_moment_it_leaves_no_half_output(tmp_path):
    """One process writes the folder over and over; it is killed at forty moments."""
    whole = 0
    for moment in range(40):
        out = tmp_path / f"{moment}" / "out"
        out.parent.mkdir()
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, out], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            writer.stdout.readline()
            time.sleep(0.004 * moment)
            writer.send_signal(signal.SIGKILL)
        if out.exists():
            whole += 1
            assert len(os.listdir(out)) == 5
    assert whole
