"""The parts of the slow tests: together they are all, each test once; without a part everything is run."""

import ast
import os
import subprocess
import sys
from argparse import ArgumentTypeError
from functools import partial

import pytest
import share

SLOW = {"a.py::f", "b.py"}
NAMES = [f"a.py::f[{number}]" for number in range(7)] + [f"b.py::{name}" for name in "gh"]
TESTS = """
import pytest

@pytest.mark.parametrize("number", range(7))
def test_slow(number):
    print(f"ran {number}")

@pytest.mark.always
@pytest.mark.parametrize("number", range(3))
def test_slow_each_time(number):
    print(f"ran always {number}")

def test_fast():
    print("ran fast")
"""
#: The slow tests of a folder are those of its own list.
PLUGIN = """
import pathlib
import share

share.SLOW = pathlib.Path(__file__).with_name("slow.txt")
"""


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_the_parts_have_each_slow_test_once(parts):
    found = [share.in_share(NAMES, SLOW, part, parts) for part in range(1, parts + 1)]
    assert [sum(column) for column in zip(*found, strict=True)] == [1] * len(NAMES)


def test_a_part_has_its_share_of_each_function_and_all_or_nothing_of_a_file():
    parts = [share.in_share(NAMES, SLOW, part, 3) for part in (1, 2, 3)]
    assert sorted(sum(found[:7]) for found in parts) == [2, 2, 3]
    assert sorted(sum(found[7:]) for found in parts) == [0, 0, 2]
    assert [number for number in range(7) if parts[0][number]] in ([0, 3, 6], [1, 4], [2, 5])


def test_what_is_not_slow_is_in_every_part():
    others = ["a.py::g[0]", "a.py::f2", "c.py::f"]
    assert all(all(share.in_share(others, SLOW, part, 3)) for part in (1, 2, 3))


def test_single_functions_are_spread_over_the_parts():
    names = [f"a.py::f{number}" for number in range(300)]
    assert all(80 < sum(share.in_share(names, set(names), part, 3)) < 120 for part in (1, 2, 3))


def test_slow_is_what_takes_much_of_the_time_or_waits_for_fixtures_that_do():
    rows = [(f"a.py::table[{number}]", "call", 1) for number in range(9)]
    rows += [(f"b.py::fast[{number}]", "call", 0.02) for number in range(50)]
    rows += [("b.py::once", "call", 2), ("c.py::first", "setup", 8), ("c.py::second", "call", 0.5)]
    rows += [("d.py::one", "setup", 8), ("d.py::one", "call", 8.5), ("e.py::most", "call", 1960)]
    assert share.slow_of(rows) == ["c.py", "a.py::table", "b.py::once", "d.py::one", "e.py::most"]


def test_every_unit_that_is_slow_exists():
    """What is gone from the tests goes from `slow.txt`; `--write-slow` writes it anew."""
    for unit in share.read_slow():
        file, _, function = unit.partition("::")
        defined = {
            one.name for one in ast.parse((share._ROOT / file).read_text()).body if hasattr(one, "name")
        }
        assert not function or function in defined, unit


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


def run_tests(folder, *options, slow="test_slow"):
    """Run tests in a process of its own, with the tests' own conftest and configuration."""
    path = folder / "test_some.py"
    path.write_text(TESTS)
    names = (f"test_some.py::{one}\n" for one in (slow, "test_slow_each_time"))
    (folder / "slow.txt").write_text("".join(names))
    (folder / "slow_here.py").write_text(PLUGIN)
    always = ["-p", "no:cacheprovider", "-s", "-c", "setup.cfg", f"--rootdir={folder}"]
    always += ["-p", "conftest", "-p", "slow_here"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *always, str(path), *options],
        cwd=share._ROOT,
        env={**os.environ, "PYTHONPATH": f"{share._ROOT}:{share._ROOT / 'tests'}:{folder}"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_is_no_share_is_one_line_of_the_command(tmp_path):
    done = run_tests(tmp_path, "--share=9/3")
    assert done.returncode == 4
    assert "argument --share: expected all, commit, or a part as 2/3, received '9/3'" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(("said", "least", "most"), [("all", 7, 7), ("2/3", 2, 3), (None, 7, 7)])
def test_a_run_leaves_out_other_parts_and_says_so(said, least, most, tmp_path):
    done = run_tests(tmp_path, *([f"--share={said}"] if said else []))
    found = done.stdout
    assert done.returncode == 0
    assert least <= sum(f"ran {number}" in found for number in range(7)) <= most
    assert all(f"ran always {number}" in found for number in range(3))
    assert "ran fast" in found
    assert ("part 2 of 3 of the slow tests; --share all runs all of them" in found) == (said == "2/3")


def test_what_is_slow_is_not_written_of_a_part(tmp_path):
    done = run_tests(tmp_path, "--write-slow", "--share=1/3", slow="kept")
    assert done.returncode == 0
    assert "test_some.py::kept" in (tmp_path / "slow.txt").read_text().split()


def test_what_is_slow_is_written_anew(tmp_path):
    done = run_tests(tmp_path, "--write-slow", slow="gone")
    assert done.returncode == 0
    units = (tmp_path / "slow.txt").read_text().split()
    assert units
    assert {one.partition("::")[0] for one in units} == {"test_some.py"}
    assert "test_some.py::gone" not in units
