"""Nothing that a stranger puts into a code base makes a scan wait: what is given up is a finding."""

import json
import math
import os
import subprocess
import sys
import time

import pytest

from tf2_lstm.migrate.source import gitignore, limits
from tf2_lstm.migrate.source.limits import Clock, NotRegular, TooMuch, read_regular

USE = "import tensorflow as tf\ntf.nn.raw_rnn(a, b)\n"
SECONDS = 60


def scanned(*paths, stdin=b""):
    """Return {(file name, rule)} that the command finds; a hang fails."""
    done = subprocess.run(
        [sys.executable, "-m", "tf2_lstm", "scan", "--format", "json", *map(str, paths)],
        input=stdin,
        capture_output=True,
        timeout=SECONDS,
    )
    assert done.stderr == b""
    assert done.returncode == 1
    return {
        (os.path.basename(one["path"]), one["rule"], one["message"])
        for one in json.loads(done.stdout)["findings"]
    }


def rules(found):
    return {(name, rule) for name, rule, _ in found}


def test_a_gitignore_that_is_no_file_is_a_finding_and_the_rest_is_read(tmp_path):
    for name, make in {
        "device": lambda path: os.symlink("/dev/zero", path),
        "pipe": os.mkfifo,
        "folder": os.mkdir,
    }.items():
        (tmp_path / name).mkdir()
        make(tmp_path / name / ".gitignore")
        (tmp_path / name / f"{name}.py").write_text(USE)
    found = scanned(tmp_path)
    assert rules(found) == {
        (".gitignore", "RNN013"),
        *((f"{name}.py", "RNN123") for name in ("device", "pipe", "folder")),
    }


def test_pipes_and_devices_that_are_named_or_met_are_findings(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    os.symlink("/dev/zero", tmp_path / "zero.py")
    os.mkfifo(tmp_path / "script")
    (tmp_path / "a.py").write_text(USE)
    met = {("pipe.py", "RNN004"), ("zero.py", "RNN004"), ("a.py", "RNN123")}
    assert rules(scanned(tmp_path)) == met
    named = scanned("/dev/zero", tmp_path / "script", tmp_path / "a.py")
    assert rules(named) == {("zero", "RNN004"), ("script", "RNN004"), ("a.py", "RNN123")}


HARD = ("*a" * 40 + "b", "**/a/" * 60 + "b", "*?" * 60 + "b", "*" * 100 + "b")


def test_patterns_that_never_end_are_given_up(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("\n".join([*HARD, "kept.py"]) + "\n")
    deep = tmp_path.joinpath(*["a"] * 100)
    deep.mkdir(parents=True)
    for name in ("a" * 200 + ".py", "kept.py"):
        (deep / name).write_text(USE)
    found = scanned(tmp_path)
    assert rules(found) == {(".gitignore", "RNN013"), ("a" * 200 + ".py", "RNN123")}
    assert {message.split()[1] for _, rule, message in found if rule == "RNN013"} == {"1", "2", "3", "4"}


@pytest.mark.parametrize(
    ("pattern", "path"),
    [("*a*a*b", "a" * 255), ("**/a/**/a/**/b", "a/" * 400 + "a"), ("*a*b", "/".join(["a" * 255] * 15))],
)
def test_the_worst_pattern_that_is_tried_is_quick(tmp_path, monkeypatch, pattern, path):
    (tmp_path / ".gitignore").write_text(pattern)
    monkeypatch.setattr(gitignore, "SECONDS", math.inf)
    patterns = gitignore.Patterns(str(tmp_path))
    measure, _ = _timed(lambda: sum(range(10_000_000)))
    taken, said = _timed(lambda: patterns.verdict(str(tmp_path / path), False))
    assert said is None
    assert patterns.given_up == set()
    assert taken < 10 * measure


def _timed(work):
    """What a call takes of the processor, to be held against what another takes here, and its result."""
    before = time.process_time()
    result = work()
    return time.process_time() - before, result


def test_a_gitignore_of_many_slow_lines_is_dropped(tmp_path, monkeypatch):
    monkeypatch.setattr(gitignore, "SECONDS", 0.2)
    (tmp_path / ".gitignore").write_text("*a*a*b\n" * 500)
    patterns = gitignore.Patterns(str(tmp_path))
    for _ in range(3):
        patterns.verdict(str(tmp_path / ("a" * 250)), False)
    (text,) = patterns.given_up
    assert "more than 0.2 seconds" in text


SLOW = {
    "shell lines": "!ls\n" * 50_000 + "x = = 3",
    "a line of blanks": " " * 900_000 + "x\n!ls",
    "blanks behind a name": "x" + " " * 900_000 + "y = = 3\n%a",
    "quotes that escape": "\\'" * 400_000 + "\n!ls",
    "questions": "x?" * 400_000 + " z\n!ls",
    "a file to write": "%%writefile" + " " * 900_000 + "x",
    "options of a timer": "%time" + " -1" * 300_000 + "\n= =",
}


def test_no_cell_of_a_notebook_takes_long(tmp_path):
    for name, source in SLOW.items():
        cells = [{"cell_type": "code", "source": text} for text in (source, USE)]
        (tmp_path / f"{name}.ipynb").write_text(json.dumps({"cells": cells}))
    assert {(f"{name}.ipynb", "RNN123") for name in SLOW} <= rules(scanned(tmp_path))


def test_a_notebook_of_megabytes_of_code_is_searched_by_text(tmp_path):
    code = "x = f(1, 2, 3)\n" * 60_000
    cells = [{"cell_type": "code", "source": text} for text in (*[code] * 3, USE)]
    (tmp_path / "large.ipynb").write_text(json.dumps({"cells": cells}))
    assert rules(scanned(tmp_path)) == {("large.ipynb", "RNN003"), ("large.ipynb", "RNN123")}


def test_no_text_that_does_not_parse_takes_long(tmp_path):
    texts = {
        "imports": "from x import (" * 60_000,
        "quotes": "\\'" * 400_000,
        "long": "tf.nn.raw_rnn;" * 60_000 + "é = = 3",
        "chains": "a." * 400_000,
        "a codec": "# coding: punycode\n" + "é" * 400_000,
        "names": "import tensorflow as tf\n" + "x = tf.nn.raw_rnn\n" * 40_000 + "y = = 3",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.py").write_text(text + "\n" + USE)
    found = rules(scanned(tmp_path))
    assert {name for name, rule in found if rule in ("RNN123", "RNN008")} == {f"{n}.py" for n in texts}


def test_a_file_that_takes_too_long_is_a_finding_and_searched_by_text(tmp_path, monkeypatch):
    from tf2_lstm.migrate.source.scan import scan

    path = tmp_path / "slow.py"
    path.write_text(USE + "x = 1\n" * 1000)
    monkeypatch.setattr(limits, "SECONDS", -1.0)
    found = scan([str(path)]).findings
    assert {one.rule for one in found} == {"RNN006"}
    assert any("took more than" in one.message for one in found)
    monkeypatch.setattr(limits, "SECONDS", 60.0)
    assert {one.rule for one in scan([str(path)]).findings} == {"RNN123"}


def test_a_clock_that_has_run_out_says_so():
    Clock(60).check()
    with pytest.raises(TooMuch, match="more than -1 seconds"):
        Clock(-1).check()


def test_a_file_is_read_up_to_its_limit_and_one_byte(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert len(read_regular(path, 10)) == 11
    assert len(read_regular(path)) == 100
    with pytest.raises(NotRegular):
        read_regular(tmp_path)


def test_what_lies_beyond_the_limit_is_a_finding(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = 1\n" * (limits.MAX_READ // 6 + 10))
    assert any("not read" in message for _, rule, message in scanned(tmp_path) if rule == "RNN003")
