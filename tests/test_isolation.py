"""A graph that kills TensorFlow, fills the memory or never ends costs its own recurrence and no more."""

import json
import mmap
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
    "no end": (["--time-limit", "0.5"], "TensorFlow took longer than 0.5 seconds"),
    "no end of a NaN": (["--time-limit", "0.5"], "TensorFlow took longer than 0.5 seconds"),
    "memory": (["--memory-limit", "1.6"], "TensorFlow took more than 1.6 GiB of memory"),
    "a file that is read": ([], "danger/ReadFile (ReadFile), which may touch files, Python or the network"),
}
#: What a command imports is imported once; each line of arguments is then a command in a fork, which ends at once: to
#: take TensorFlow down takes most of a second. The clock of the limit
#: runs at the first recurrence and at the whole program, which have no end: however busy the machine is, nothing else
#: takes too long.
WARM = """
import json, math, os, sys
import tensorflow, tf2_lstm.migrate.convert.converting, tf2_lstm.migrate.convert.one
from tf2_lstm.cli import isolation
from tf2_lstm.cli import main

watch, note = isolation._Child._watch, isolation._Child._note

def watching(child):
    child._since = math.inf
    return watch(child)

def noting(child, told):
    noted = note(child, told)
    child._since = child._since if child._part in ("shared_rnn", "model") else math.inf
    return noted

isolation._Child._watch, isolation._Child._note = watching, noting
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        sys.argv[1:] = json.loads(line)
        code = main()
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


def start(*arguments, **options):
    """Start the command as from a shell."""
    command = [sys.executable, "-m", "tf2_lstm", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=PLAIN, cwd=ROOT, **pipes | options)


def run(*arguments):
    """Run the command; (exit code, standard output, standard error)."""
    process = start(*arguments)
    out, errors = process.communicate(timeout=300)
    return process.returncode, out, errors


def test_every_danger_has_its_end():
    assert ENDS.keys() == DANGERS.keys()


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory):
    """Danger -> (exit code of convert, the folder that it worked in)."""
    folders = {danger: tmp_path_factory.mktemp("danger") for danger in ENDS}
    lines = [
        ["convert", with_danger(danger, folders[danger]), "-o", str(folders[danger] / "out"), *limits]
        for danger, (limits, _) in ENDS.items()
    ]
    done = subprocess.run(
        [sys.executable, "-c", WARM],
        input="".join(json.dumps(line) + "\n" for line in lines),
        env=PLAIN | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    codes = [int(line) for line in done.stdout.splitlines() if line.isdigit()]
    return dict(zip(ENDS, zip(codes, folders.values(), strict=True), strict=True))


@pytest.mark.parametrize("danger", ENDS)
def test_the_other_recurrence_is_converted_and_the_reason_said(danger, dangerous):
    code, folder = dangerous[danger]
    assert code == 1
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    assert [one["name"] for one in manifest["models"]] == ["shared_rnn_1"]
    (left,) = manifest["not_converted"]
    assert (left["scope"], ENDS[danger][1] in left["reason"]) == ("shared/rnn", True)
    report = (folder / "out" / "report.md").read_text()
    assert ENDS[danger][1] in report.partition("the whole program is not converted: ")[2].partition("\n")[0]
    assert sorted(path.name for path in folder.iterdir()) == ["dangerous", "out"]


def test_the_operation_whose_shape_is_not_known_is_named(dangerous):
    said = {danger: (folder / "out" / "report.md").read_text() for danger, (_, folder) in dangerous.items()}
    named = "the shape of danger/GatherV2 (GatherV2) is not known: TensorFlow died (SIGABRT"
    assert {danger for danger, text in said.items() if named in text} == {"death on import"}


def test_what_ends_before_any_recurrence_is_one_line(tmp_path):
    limits = {
        "--time-limit": "took longer than 0.3 seconds",
        "--memory-limit": "took more than 0.3 GiB of memory",
    }
    for flag, words in limits.items():
        for command in (["inspect", BASIC], ["compare", BASIC], ["convert", BASIC, "-o", tmp_path / "out"]):
            code, out, errors = run(*command, flag, "0.3")
            assert (code, out, len(errors.splitlines())) == (2, "", 1)
            assert f"{command[0]}: {BASIC}: TensorFlow {words} before a recurrence was found" in errors
            assert flag in errors
    assert not list(tmp_path.iterdir())


def test_a_command_that_is_asked_to_end_leaves_nothing(tmp_path):
    with start("convert", BASIC, "-o", tmp_path / "out") as process:
        wait_for(lambda: any(one.name.startswith(".out.") for one in tmp_path.iterdir()))
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(timeout=300)
    # One that has all but ended may end by itself: then the folder is whole.
    assert (process.returncode, bool(out)) in ((143, False), (0, True))
    assert "Traceback" not in errors
    assert [one.name for one in tmp_path.iterdir()] == (["out"] if process.returncode == 0 else [])


def wait_for(happens):
    end = time.monotonic() + 300
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.02)


#: A command that writes a folder and then waits, as Python does or as TensorFlow does: there no signal is heard.
WRITING = """
import signal, sys, time
from pathlib import Path
from tf2_lstm.cli import isolation
from tf2_lstm.cli.isolation import Limits, run_isolated
from tf2_lstm.migrate.convert.folder import cleaner, staged
from tf2_lstm.cli.process import exit_code

out = Path(sys.argv[1])
isolation._GRACE = 0.2

def work(task):
    with staged(out) as folder:
        (folder / "half.keras").write_text("half")
        if sys.argv[2] != "hearing":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
        print("writing", flush=True)
        time.sleep(600)

watch = isolation._Child.watch
if sys.argv[2] == "unwatched":
    isolation._Child.watch = lambda self: time.sleep(0.5) or watch(self)
limits = Limits(600, 2**40)
sys.exit(exit_code("convert", lambda: run_isolated("convert", work, limits, cleaner(out))))
"""


#: Who is killed cannot kill; its process is asked, and a deaf one hears that when TensorFlow comes back. An unwatched
#: one is deaf too, and its parent has not begun to look after it.
SIGNALS = [
    (signal.SIGTERM, 143, "hearing"),
    (signal.SIGINT, 130, "hearing"),
    (signal.SIGKILL, -9, "hearing"),
    (signal.SIGTERM, 143, "deaf"),
    (signal.SIGINT, 130, "deaf"),
    (signal.SIGTERM, 143, "unwatched"),
]


@pytest.mark.parametrize(("number", "code", "hears"), SIGNALS)
def test_whatever_ends_a_command_its_process_leaves_nothing(tmp_path, number, code, hears):
    command = [sys.executable, "-c", WRITING, str(tmp_path / "out"), hears]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "writing\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in errors
    wait_for(lambda: not list(tmp_path.iterdir()))


FORKED = """
import os, sys, time
from tf2_lstm.cli.isolation import Limits, run_isolated

def work(task):
    print("tried", sorted(task.skipped), flush=True)
    for part in ("a", "b", "c"):
        if part not in task.skipped:
            task.tell(part)
            {ending}
    return 7

limits = Limits({seconds}, 2**40)
sys.exit(run_isolated("convert", work, limits, lambda: print("cleaned", flush=True), "model.ckpt"))
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
    "it sleeps": ("part == 'c' and time.sleep(600)", 7, ["tried []", "cleaned", "tried ['c']"], ""),
    "all is written, and somebody reads for long": (
        "part == 'c' and (task.done() or time.sleep(1.5))",
        7,
        ["tried []"],
        "",
    ),
    "it dies when all is written": (
        "part == 'c' and (task.done() or os.abort())",
        2,
        ["tried []", "cleaned"],
        "TensorFlow died (SIGABRT) at the end. What it wrote is whole; run it again if the report was not printed.",
    ),
    "it dies later": (
        "task.tell('a') or os.abort()",
        2,
        ["tried []", "cleaned", "tried ['a']", "cleaned"],
        "TensorFlow died (SIGABRT) at 'a'; nothing was written. Is the graph whole, and does TensorFlow 1.x run it?",
    ),
    "it dies behind the parts": (
        "part == 'c' and (task.tell('') or os.abort())",
        2,
        ["tried []", "cleaned"],
        "TensorFlow died (SIGABRT) before a recurrence was found; nothing was written. Is the graph whole, and does "
        "TensorFlow 1.x run it?",
    ),
}


@pytest.mark.parametrize(("ending", "code", "lines", "words"), ENDINGS.values(), ids=ENDINGS)
def test_parts_are_left_out_one_by_one(ending, code, lines, words):
    done = subprocess.run(
        [sys.executable, "-c", FORKED.format(ending=ending, seconds=1 if "sleep" in ending else 600)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()) == (code, lines)
    assert done.stderr == (f"tf2-lstm convert: model.ckpt: {words}\n" if words else "")


#: A clock by which each part takes two thirds of the time that one may take.
EACH = """
from tf2_lstm.cli import isolation

note, passed = isolation._Child._note, [0.0]

def noting(child, told):
    passed[0] += 0.66
    return note(child, told)

isolation._Child._note, isolation.time.monotonic = noting, lambda: passed[0]
"""


def test_each_part_has_the_whole_limit():
    script = EACH + FORKED.format(ending="time.sleep(0.2)", seconds=1)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "tried []\n", "")


def test_memory_is_measured():
    before = memory(os.getpid())
    held = bytearray(b"x" * 200 * 2**20)
    assert memory(os.getpid()) - before > 150 * 2**20
    assert len(held)


def test_memory_that_is_only_reserved_does_not_count():
    before = memory(os.getpid())
    with mmap.mmap(-1, 2**30):
        assert memory(os.getpid()) - before < 100 * 2**20


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
    **{
        f"no room for {option}, unbuffered: {there!r}": (
            f"$TF2LSTM {option} >/dev/full",
            {"PYTHONUNBUFFERED": there},
            "No space left on device",
        )
        for option in ("--version", "inspect --help")
        for there in ("", "1")
    },
    "no room for the error": ("$TF2LSTM inspect nothing 2>/dev/full", {}, ""),
    "no standard error": ("$TF2LSTM inspect nothing 2>&-", {}, ""),
    "no such backend": (
        "$TF2LSTM inspect $BASIC",
        {"KERAS_BACKEND": "none"},
        "Keras: expected a backend that can be imported, found 'none' (Keras says: Unable to import backend : none). "
        "Install it, or set KERAS_BACKEND=tensorflow.",
    ),
    "a backend that is not installed": (
        "$TF2LSTM compare gru",
        {"KERAS_BACKEND": "openvino"},
        "Keras: expected a backend that can be imported, found 'openvino' (Keras says: No module named 'openvino'). "
        "Install it, or set KERAS_BACKEND=tensorflow.",
    ),
    "another backend": (
        "$TF2LSTM convert $BASIC -o no_such/out",
        {"KERAS_BACKEND": "torch"},
        "Keras: expected the backend tensorflow, found 'torch'. Set KERAS_BACKEND=tensorflow.",
    ),
}


@pytest.mark.parametrize(("line", "environment", "words"), ONE_LINE.values(), ids=ONE_LINE)
def test_what_is_wrong_around_a_command_is_one_line(line, environment, words):
    code, out, errors = shell(line, **environment)
    assert (code, out, len(errors.splitlines())) == (2, "", bool(words))
    assert words in errors


def test_what_needs_no_keras_asks_for_no_backend():
    code, out, errors = shell("$TF2LSTM inspect $BASIC", KERAS_BACKEND="openvino")
    assert (code, errors) == (0, "")
    assert "BasicLSTMCell(num_units=5)" in out


def test_streams_that_are_not_needed_may_be_closed():
    assert shell("$TF2LSTM inspect $BASIC <&- 2>&-")[0] == 0
