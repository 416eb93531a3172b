"""Which files a scan reads."""

import os

import pytest

from tf2_lstm.migrate.source import gitignore
from tf2_lstm.migrate.source.file_walk import collect
from tf2_lstm.migrate.source.scan import Options, scan

USE = "import tensorflow as tf\ntf.nn.raw_rnn(a, b)\n"


def put(folder, *names, text=USE):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def seen(folder, **options):
    return sorted(
        os.path.relpath(path, folder).replace(os.sep, "/")
        for path, _ in collect([str(folder)], **options).paths
    )


def test_python_files_notebooks_and_scripts_are_read(tmp_path):
    put(tmp_path, "a.py", "b.pyw", "c.pyi", "d.ipynb", "e.txt", "f.md", "g.pyc")
    put(tmp_path, "script", text="#!/usr/bin/env python\n" + USE)
    put(tmp_path, "shell", text="#!/bin/sh\n")
    put(tmp_path, "LICENSE", text="words")
    assert seen(tmp_path) == ["a.py", "b.pyw", "c.pyi", "d.ipynb", "script"]


def test_a_file_given_by_name_is_read_whatever_its_suffix(tmp_path):
    put(tmp_path, "model.txt")
    assert [one.rule for one in scan([str(tmp_path / "model.txt")]).findings] == ["RNN123"]


def test_environments_and_caches_are_left_out(tmp_path):
    put(
        tmp_path,
        "a.py",
        ".git/b.py",
        ".venv/c.py",
        "node_modules/d.py",
        "__pycache__/e.py",
        "x/site-packages/f.py",
    )
    put(tmp_path, "new/lib/g.py", "old/lib/h.py", "conda/lib/i.py", "windows/lib/j.py", "venv/k.py")
    put(
        tmp_path, "new/pyvenv.cfg", "old/bin/activate", "conda/conda-meta/history", "windows/Scripts/activate"
    )
    assert seen(tmp_path) == ["a.py", "venv/k.py"]


def test_what_is_left_out_is_counted_and_said(tmp_path):
    put(tmp_path, "a.py", "b/c.py", "d.py")
    put(tmp_path, ".gitignore", text="b/\n")
    os.mkdir(tmp_path / ".git")
    assert scan([str(tmp_path)], Options(exclude=("d.py",))).left_out == 2


def test_gitignore_of_every_level_holds(tmp_path):
    os.mkdir(tmp_path / ".git")
    put(tmp_path, ".gitignore", text="build/\n*.gen.py\n/top.py\n!keep.gen.py\ndocs/**/x.py\n")
    put(tmp_path, "src/.gitignore", text="local.py\n")
    put(
        tmp_path,
        "a.py",
        "top.py",
        "build/b.py",
        "c.gen.py",
        "keep.gen.py",
        "src/top.py",
        "src/local.py",
        "src/in/local.py",
    )
    put(tmp_path, "docs/x.py", "docs/1/2/x.py", "local.py")
    assert seen(tmp_path) == ["a.py", "keep.gen.py", "local.py", "src/top.py"]
    assert seen(tmp_path / "src") == ["top.py"]


def test_the_innermost_gitignore_decides(tmp_path):
    """As git has it: what lies deeper takes back, or adds to, what was said above."""
    os.mkdir(tmp_path / ".git")
    put(tmp_path, ".gitignore", text="*.gen.py\n!kept.py\n")
    put(tmp_path, "src/.gitignore", text="!*.gen.py\nkept.py\n")
    put(tmp_path, "src/deep/.gitignore", text="a.gen.py\n!kept.py\n")
    for folder in ("", "src/", "src/deep/"):
        put(tmp_path, f"{folder}a.gen.py", f"{folder}b.gen.py", f"{folder}kept.py")
    assert seen(tmp_path) == [
        "kept.py",
        "src/a.gen.py",
        "src/b.gen.py",
        "src/deep/b.gen.py",
        "src/deep/kept.py",
    ]


def test_a_path_that_is_given_is_read_even_if_git_ignores_it(tmp_path):
    os.mkdir(tmp_path / ".git")
    put(tmp_path, ".gitignore", text="build/\n")
    put(tmp_path, "build/b.py")
    assert seen(tmp_path / "build") == ["b.py"]


GIT = (
    ("*.py", "a/b.py", True), ("/a.py", "x/a.py", False), ("/a.py", "a.py", True), ("a/b", "x/a/b", False),
    ("a/**", "a/b/c", True), ("**/c", "a/b/c", True), ("a/**/c", "a/c", True), ("a/**/c", "a/x/y/c", True),
    ("a?c", "abc", True), ("a?c", "a/c", False), ("[ab].py", "a.py", True), ("[!ab].py", "a.py", False),
    ("#x", "#x", False), ("\\#x", "#x", True), ("\\!x", "!x", True), ("x ", "x", True), ("x\\ ", "x ", True),
    ("*", "a", True), ("foo*", "x/foobar", True), ("a*b/c", "a1b/c", True), ("*/c", "a/b/c", False),
    ("", "a", False),
)  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "ignored"), GIT, ids=[f"{a!r} {b}" for a, b, _ in GIT])
def test_patterns_mean_what_they_mean_to_git(tmp_path, pattern, path, ignored):
    assert says(tmp_path, pattern, path) is (True if ignored else None)


def says(folder, pattern, path, is_folder=False):
    (folder / ".gitignore").write_text(pattern + "\n")
    return gitignore.Patterns(str(folder)).verdict(str(folder / path), is_folder)


def test_a_pattern_for_folders_spares_files(tmp_path):
    assert says(tmp_path, "out/", "out", is_folder=True)
    assert not says(tmp_path, "out/", "out")


def test_exclude_takes_names_paths_and_globs(tmp_path):
    put(tmp_path, "a.py", "tests/b.py", "src/gen/c.py", "src/d_pb2.py")
    assert seen(tmp_path, exclude=("tests", "src/gen", "*_pb2.py")) == ["a.py"]
    assert seen(tmp_path, exclude=("tests/",)) == ["a.py", "src/d_pb2.py", "src/gen/c.py"]


def test_symlink_loops_are_survived_and_a_file_is_read_once(tmp_path):
    put(tmp_path, "a/b.py")
    os.symlink(tmp_path, tmp_path / "a" / "loop")
    os.symlink(tmp_path / "a", tmp_path / "twin")
    os.symlink(tmp_path / "a" / "b.py", tmp_path / "again.py")
    os.symlink(tmp_path / "nowhere.py", tmp_path / "dangling.py")
    result = scan([str(tmp_path)])
    assert [one.rule for one in result.findings if one.rule != "RNN004"] == ["RNN123"]
    assert [one.path for one in result.findings if one.rule == "RNN004"] == [str(tmp_path / "dangling.py")]


def test_a_path_that_does_not_exist_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        scan([str(tmp_path / "no")])


def test_more_processes_find_the_same(tmp_path):
    put(tmp_path, *[f"m{number}/a.py" for number in range(120)])
    assert scan([str(tmp_path)], Options(jobs=2)) == scan([str(tmp_path)], Options(jobs=1))
    assert len(scan([str(tmp_path)]).findings) == 120


def test_nothing_is_written_or_executed(tmp_path):
    put(tmp_path, "a.py", text=USE + "open('made', 'w')\nraise SystemExit(3)\n")
    put(tmp_path, "b.py", text="from a import tf\ntf.nn.raw_rnn(a, b)\n")
    before = sorted(os.listdir(tmp_path))
    scan([str(tmp_path)])
    assert sorted(os.listdir(tmp_path)) == before


def test_folders_are_not_looked_up_from_the_root_at_each_level(tmp_path, monkeypatch):
    """Of a thousand folders in one another that would be a thousand times a thousand looks."""
    deepest = tmp_path.joinpath(*["d"] * 300)
    deepest.mkdir(parents=True)
    (deepest / "a.py").write_text("x = 1\n", encoding="utf-8")
    asked, real = [], os.path.realpath
    monkeypatch.setattr(
        os.path, "realpath", lambda path, **options: asked.append(path) or real(path, **options)
    )
    found = collect([str(tmp_path)], [])
    assert [path for path, _ in found.paths] == [str(deepest / "a.py")]
    assert asked == [str(deepest / "a.py")]
