"""A graph that kills TensorFlow, fills the memory or never ends costs its own recurrence and no more."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dangerous import DANGERS, with_danger

from tf2_lstm.cli.isolation import memory

ROOT = Path(__file__).parents[1]
BASIC = ROOT / "tests" / "zoo" / "files" / "basic_lstm" / "model.ckpt"
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
#: Danger -> the limits that are given, and the words of the reason.
ENDS = {
    "death": ([], "TensorFlow died (SIG"),
    "death on import": ([], "TensorFlow died (SIG"),
    "no end": (["--time-limit", "20"], "TensorFlow took longer than 20 seconds"),
    "memory": (["--memory-limit", "1.6"], "TensorFlow took more than 1.6 GiB of memory"),
}


def start(*arguments, **options):
    """Start the command as from a shell."""
    command = [sys.executable, "-m", "tf2_lstm", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=PLAIN, cwd=ROOT, **pipes | options)


def run(*arguments):
    """Run the command; (exit code, standard output, standard error)."""
    process = start(*arguments)
    out, errors = process.communicate(timeout=120)
    return process.returncode, out, errors


def test_every_danger_has_its_end():
    assert ENDS.keys() == DANGERS.keys()


@pytest.mark.parametrize(
    ("danger", "limits", "words"), [(name, *end) for name, end in ENDS.items()], ids=ENDS
)
def test_the_other_recurrence_is_converted_and_the_reason_said(tmp_path, danger, limits, words):
    path, out = with_danger(danger, tmp_path), tmp_path / "out"
    code, _, errors = run("convert", path, "-o", out, *limits)
    if danger == "death on import":
        # Shapes are inferred before any recurrence is known: such a death ends the command.
        assert (code, out.exists(), errors.count("\n")) == (2, False, 1)
        assert "Traceback" not in errors
        return
    assert (code, errors) == (1, "")
    manifest = json.loads((out / "manifest.json").read_text())
    assert [one["name"] for one in manifest["models"]] == ["shared_rnn"]
    (left,) = manifest["not_converted"]
    assert (left["scope"], words in left["reason"]) == ("shared/rnn_1", True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangerous", "out"]


def test_what_ends_before_any_recurrence_is_one_line(tmp_path):
    limits = {
        "--time-limit": "took longer than 0.3 seconds",
        "--memory-limit": "took more than 0.3 GiB of memory",
    }
    for flag, words in limits.items():
        for command in (["inspect", BASIC], ["compare", BASIC], ["convert", BASIC, "-o", tmp_path / "out"]):
            code, out, errors = run(*command, flag, "0.3")
            assert (code, out, len(errors.splitlines())) == (2, "", 1)
            assert words in errors
            assert flag in errors
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("number", "code", "danger"), [(signal.SIGTERM, 143, ""), (signal.SIGINT, 130, "no end")]
)
def test_a_command_that_is_asked_to_end_leaves_nothing(tmp_path, number, code, danger):
    path = with_danger(danger, tmp_path) if danger else BASIC
    with start("convert", path, "-o", tmp_path / "out") as process:
        wait_for(lambda: any(one.name.startswith(".out.") for one in tmp_path.iterdir()))
        time.sleep(3 if danger else 0)
        process.send_signal(number)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in errors
    assert [one.name for one in tmp_path.iterdir()] == (["dangerous"] if danger else [])


def test_the_process_ends_with_a_command_that_is_killed(tmp_path):
    with start("convert", BASIC, "-o", tmp_path / "out") as process:
        wait_for(lambda: any(one.name.startswith(".out.") for one in tmp_path.iterdir()))
        process.kill()
    wait_for(lambda: not list(tmp_path.iterdir()))


def wait_for(happens):
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


FORKED = """
import os, sys, time
from tf2_lstm.cli.isolation import Limits, alone

def work(task):
    print("tried", sorted(task.skipped), flush=True)
    for part in ("a", "b", "c"):
        if part not in task.skipped:
            task.tell(part)
            {ending}
    return 7

sys.exit(alone("convert", work, Limits(1.0, 2**40), lambda: print("cleaned", flush=True)))
"""
ENDINGS = {
    "nothing": ("pass", 7, ["tried []"], ""),
    "one dies": (
        "part == 'b' and os.abort()",
        7,
        ["tried []", "cleaned", "tried ['b']"],
        "",
    ),
    "all but one die": (
        "part != 'b' and os.kill(os.getpid(), 9)",
        7,
        ["tried []", "cleaned", "tried ['a']", "cleaned", "tried ['a', 'c']"],
        "",
    ),
    "it sleeps": ("part == 'c' and time.sleep(60)", 7, ["tried []", "cleaned", "tried ['c']"], ""),
    "it dies later": (
        "task.tell('a') or os.abort()",
        2,
        ["tried []", "cleaned", "tried ['a']", "cleaned"],
        "died (SIGABRT) at 'a'; nothing was written",
    ),
}


@pytest.mark.parametrize(("ending", "code", "lines", "words"), ENDINGS.values(), ids=ENDINGS)
def test_parts_are_left_out_one_by_one(ending, code, lines, words):
    done = subprocess.run(
        [sys.executable, "-c", FORKED.format(ending=ending)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()) == (code, lines)
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == bool(words)


def test_memory_is_measured():
    before = memory(os.getpid())
    held = bytearray(b"x" * 200 * 2**20)
    assert memory(os.getpid()) - before > 150 * 2**20
    assert len(held)


def shell(line, **environment):
    """Run a line of a shell with $TF2LSTM and $BASIC; (exit code, standard output, standard error)."""
    known = {"TF2LSTM": f"{sys.executable} -m tf2_lstm", "BASIC": str(BASIC), **environment}
    done = subprocess.run(
        line, shell=True, cwd=ROOT, env=PLAIN | known, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


#: What is wrong -> (a line of a shell, more of the environment, the line on standard error).
ONE_LINE = {
    "no standard output": ("$TF2LSTM inspect $BASIC >&-", {}, "standard output is closed"),
    "no room for the output": ("$TF2LSTM inspect $BASIC >/dev/full", {}, "No space left on device"),
    "no room for the error": ("$TF2LSTM inspect nothing 2>/dev/full", {}, ""),
    "no standard error": ("$TF2LSTM inspect nothing 2>&-", {}, ""),
    "no such backend": (
        "$TF2LSTM inspect $BASIC",
        {"KERAS_BACKEND": "none"},
        "expected the backend tensorflow",
    ),
    "another backend": (
        "$TF2LSTM compare $BASIC",
        {"KERAS_BACKEND": "numpy"},
        "expected the backend tensorflow",
    ),
}


@pytest.mark.parametrize(("line", "environment", "words"), ONE_LINE.values(), ids=ONE_LINE)
def test_what_is_wrong_around_a_command_is_one_line(line, environment, words):
    code, out, errors = shell(line, **environment)
    assert (code, out, len(errors.splitlines())) == (2, "", bool(words))
    assert words in errors


@pytest.mark.parametrize("closed", ["<&-", "2>&-"])
def test_a_stream_that_is_not_needed_may_be_closed(closed):
    assert shell(f"$TF2LSTM inspect $BASIC {closed}")[0] == 0
