"""The parts of the largest tables: together they are all, each test once; without a part everything is run."""

import os
import subprocess
import sys
from argparse import ArgumentTypeError
from functools import partial

import pytest
import share

NAMES = [f"a.py::f[{number}]" for number in range(7)] + ["a.py::g[x]"] + [f"b.py::f[{n}]" for n in range(4)]
TABLE = """
import pytest

@pytest.mark.table
@pytest.mark.parametrize("number", range(7))
def test_in_a_table(number):
    print(f"ran {number}")

def test_each_time():
    print("ran always")
"""


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_the_parts_have_each_test_once(parts):
    found = [share.in_share(NAMES, part, parts) for part in range(1, parts + 1)]
    assert [sum(column) for column in zip(*found, strict=True)] == [1] * len(NAMES)


def test_a_part_has_its_share_of_each_function():
    second = [name for name, there in zip(NAMES, share.in_share(NAMES, 2, 3), strict=True) if there]
    assert second == ["a.py::f[1]", "a.py::f[4]", "b.py::f[1]"]


def test_the_commit_chooses_the_part(monkeypatch):
    found = []
    for commit in range(5):
        monkeypatch.setattr(share, "_commit", lambda commit=commit: commit)
        found.append(share.share_of("commit"))
    assert found == [(1, 3), (2, 3), (3, 3), (1, 3), (2, 3)]


def test_two_commits_of_a_repository_are_two_numbers(tmp_path, monkeypatch):
    """And one of them is the same number each time."""
    monkeypatch.setattr(share, "_ROOT", tmp_path)
    found = []
    run = partial(subprocess.run, cwd=tmp_path, check=True, capture_output=True)
    run(["git", "init"])
    for message in ("one", "two"):
        run(["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--allow-empty", "-m", message])
        found += [share._commit(), share._commit()]
    assert found[0] == found[1] != found[2] == found[3]
    assert 0 not in found


def test_where_there_is_no_git_it_is_the_first_part(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert share.share_of("commit") == (1, 3)


@pytest.mark.parametrize("said", ["", "4/3", "0/3", "2", "1/x", "most"])
def test_what_is_no_share_is_refused(said):
    with pytest.raises(ArgumentTypeError, match="expected all, commit, or a part as 2/3"):
        share.share_of(said)


def run_table(folder, *options):
    """Run a table in a process of its own, with the tests' own conftest and configuration."""
    path = folder / "test_some.py"
    path.write_text(TABLE)
    always = ["-p", "no:cacheprovider", "-s", "-c", "setup.cfg", "--rootdir=.", "-p", "conftest"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *always, str(path), *options],
        cwd=share._ROOT,
        env={**os.environ, "PYTHONPATH": f"{share._ROOT}:{share._ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_no_share_is_one_line_of_the_command(tmp_path):
    done = run_table(tmp_path, "--share=9/3")
    assert done.returncode == 4
    assert "argument --share: expected all, commit, or a part as 2/3, received '9/3'" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(("said", "ran"), [("all", range(7)), ("2/3", (1, 4)), (None, range(7))])
def test_a_run_leaves_out_other_parts_and_says_so(said, ran, tmp_path):
    done = run_table(tmp_path, *([f"--share={said}"] if said else []))
    found = done.stdout
    assert done.returncode == 0
    assert [number for number in range(7) if f"ran {number}" in found] == list(ran)
    assert "ran always" in found
    assert ("part 2 of 3 of the largest tables; --share all runs them whole" in found) == (said == "2/3")
