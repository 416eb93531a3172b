"""The output folder: safe names, whole or not at all, nothing of the user's is touched."""

import json
import os
import py_compile
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tf2_lstm.migrate.convert import renaming
from tf2_lstm.migrate.convert.folder import (
    MANIFEST,
    FolderError,
    check_output,
    left_over,
    safe_names,
    staged,
)
from tf2_lstm.migrate.convert.written import write_manifest

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


def fill(folder, **more):
    """Write what convert writes: models and a manifest; `more` are further models."""
    for name, text in {"rnn": "model", **more}.items():
        (folder / f"{name}.keras").write_text(text)
    write_manifest(folder, {"schema": 1})


def test_it_appears_whole(tmp_path):
    with staged(tmp_path / "out") as folder:
        fill(folder)
        assert not (tmp_path / "out").exists()
    assert sorted(os.listdir(tmp_path)) == ["out"]
    assert sorted(os.listdir(tmp_path / "out")) == [MANIFEST, "rnn.keras"]


def imported(out, *others):
    """An output with a source that was imported, and other files in the folder that Python keeps it in."""
    with staged(out) as folder:
        (folder / "rnn.py").write_text("model = None")
        fill(folder)
    py_compile.compile(out / "rnn.py", invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for name in others:
        (out / "__pycache__" / name).write_text("years")


def test_an_output_whose_source_was_imported_is_replaced(tmp_path):
    imported(tmp_path / "out")
    with staged(tmp_path / "out", overwrite=True) as folder:
        fill(folder, new="new")
    assert os.listdir(tmp_path) == ["out"]
    assert sorted(os.listdir(tmp_path / "out")) == [MANIFEST, "new.keras", "rnn.keras"]


@pytest.mark.parametrize("name", ["mine.txt", "mine.cpython-311.pyc", "rnn.txt"])
def test_what_else_is_kept_beside_an_imported_source_is_somebodys(tmp_path, name):
    imported(tmp_path / "out", name)
    before = contents(tmp_path)
    with pytest.raises(FolderError, match="__pycache__ in it is something else"):
        write_new(tmp_path / "out")
    assert contents(tmp_path) == before


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
            fill(folder, **{text: text})
    assert sorted(os.listdir(tmp_path)) == ["out"]
    assert sorted(os.listdir(tmp_path / "out")) == [MANIFEST, "rnn.keras", "two.keras"]


def write_new(out, meanwhile=lambda out: None):
    with staged(out, overwrite=True) as folder:
        fill(folder, new="new")
        meanwhile(out)


def come_in(out):
    (out / "thesis.tex").write_text("years")


def change(out):
    (out / "rnn.keras").write_text("trained further")


def change_the_manifest(out):
    manifest = json.loads((out / MANIFEST).read_text())
    manifest["written"]["thesis.tex"] = manifest["written"]["rnn.keras"]
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n")


def add_to_the_manifest(out):
    (out / MANIFEST).write_text((out / MANIFEST).read_text() + "\n \n")


def be_imported(out):
    (out / "__pycache__").mkdir()
    (out / "__pycache__" / "mine.txt").write_text("years")


def point_elsewhere(out):
    (out / "rnn.keras").rename(out.parent / "rnn.keras")
    (out / "rnn.keras").symlink_to(out.parent / "rnn.keras")


def become_a_link(out):
    """To an earlier output that has another name: that is not to be replaced."""
    out.rename(out.parent / "kept")
    out.symlink_to(out.parent / "kept")


def become_a_file(out):
    shutil.rmtree(out)
    out.write_text("years")


MEANWHILE = {
    # In three steps a folder's place is given to folders alone.
    become_a_link: "this is no folder|Is a directory",
    become_a_file: "this is no folder|Is a directory",
    come_in: "thesis.tex in it is something else",
    change: "rnn.keras in it is something else, or was changed",
    change_the_manifest: "its manifest.json was changed",
    add_to_the_manifest: "its manifest.json was changed",
    be_imported: "__pycache__ in it is something else",
    point_elsewhere: "rnn.keras in it is something else",
}


def contents(folder):
    """Every path in a folder and below, with what is in the files; those of hidden folders not."""
    found = [path for path in folder.rglob("*") if not path.relative_to(folder).parts[0].startswith(".")]
    return {path: (path.is_symlink(), path.is_file() and path.read_bytes()) for path in found}


@pytest.mark.parametrize("in_one_step", [True, False])
@pytest.mark.parametrize(("meanwhile", "words"), MEANWHILE.items())
@pytest.mark.parametrize("when", ["before the run", "during it", "at the rename"])
def test_what_convert_did_not_write_is_never_replaced(
    tmp_path, monkeypatch, meanwhile, words, when, in_one_step
):
    out, exchange = tmp_path / "out", renaming.exchange
    with staged(out) as folder:
        fill(folder)
    states = []

    def come_between(one, other):
        if not states:
            meanwhile(out)
            states.append(contents(tmp_path))
        exchange(one, other)

    if not in_one_step:
        monkeypatch.setattr(renaming, "_renameat2", lambda *arguments: False)
    if when == "at the rename":
        monkeypatch.setattr(renaming, "exchange", come_between)
    elif when == "before the run":
        meanwhile(out)
        states.append(contents(tmp_path))
    with pytest.raises(FolderError, match=words):
        write_new(out, meanwhile if when == "during it" else lambda out: None)
    assert contents(tmp_path) == (states[0] if states else contents(tmp_path))
    assert not (out / "new.keras").exists()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_came_in_meanwhile_is_not_replaced(tmp_path):
    def write(out):
        with staged(out) as folder:
            fill(folder)
            out.mkdir()

    with pytest.raises(FolderError, match="File exists"):
        write(tmp_path / "out")
    assert contents(tmp_path) == {tmp_path / "out": (False, False)}


def test_an_output_of_a_version_without_hashes_is_not_replaced(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MANIFEST).write_text('{"models": []}')
    with pytest.raises(FolderError, match="kept no hashes"):
        write_new(tmp_path / "out")


EXCHANGER = """
import sys
from tf2_lstm.migrate.convert.renaming import exchange
print(flush=True)
while True:
    exchange(*sys.argv[1:])
"""


def test_folders_change_names_without_a_moment_between(tmp_path):
    """One process exchanges them over and over; the name is there whenever another one looks."""
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    command = [sys.executable, "-c", EXCHANGER, tmp_path / "one", tmp_path / "other"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        missing = sum(not (tmp_path / "one").exists() for _ in range(20_000))
        process.kill()
    assert missing == 0


def test_a_hidden_folder_of_a_killed_run_is_named_and_that_of_a_live_one_is_not(tmp_path):
    (tmp_path / ".out.somebody's").mkdir()
    with staged(tmp_path / "out") as folder:
        shutil.copytree(folder, tmp_path / ".out.12345678")
        assert left_over(tmp_path / "out") == [tmp_path / ".out.12345678"]
        fill(folder)
    assert left_over(tmp_path / "out") == [tmp_path / ".out.12345678"]


def no_manifest(out):
    out.mkdir()
    (out / "thesis.tex").write_text("years")


def a_file(out):
    out.write_text("a file")


def a_link(out):
    (out.parent / "elsewhere").mkdir()
    out.symlink_to(out.parent / "elsewhere")


def a_link_in_a_circle(out):
    out.symlink_to(out.name)


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


def a_manifest_of_brackets(out):
    out.mkdir()
    (out / MANIFEST).write_text("[" * 200_000)


@pytest.mark.parametrize(
    ("prepare", "overwrite", "message"),
    [
        (Path.mkdir, False, "is there already"),
        (no_manifest, True, "replaces what convert wrote"),
        (a_file, True, "replaces what convert wrote, and this is no folder"),
        (a_link, True, "replaces what convert wrote, and this is no folder"),
        (a_link_in_a_circle, True, "replaces what convert wrote, and this is no folder"),
        (the_source, True, "is being read"),
        (a_folder_that_is_read, True, "is being read"),
        (something_of_somebody, True, "thesis.tex in it is something else"),
        (a_manifest_of_another_program, True, "its manifest.json was changed"),
        (a_manifest_of_brackets, True, "its manifest.json was changed"),
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
import sys
from pathlib import Path
from tf2_lstm.migrate.convert.folder import staged
from tf2_lstm.migrate.convert.written import write_manifest
print("go", flush=True)
while True:
    with staged(sys.argv[1], overwrite=True) as folder:
        for number in range(4):
            (folder / f"m{number}.keras").write_bytes(b"x" * 2000)
        write_manifest(folder, {})
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
        for path in left_over(out):
            shutil.rmtree(path)
        assert set(os.listdir(out.parent)) <= {"out"}
    assert whole
