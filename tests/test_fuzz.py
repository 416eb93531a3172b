"""The fuzz fails when reading does, and finds the graph that killed."""

import os
import re
import subprocess
import sys

import pytest

from tests.fuzz import commands, deep, files, graphs, programs, workers
from tests.fuzz.__main__ import of_graphs, of_readings
from tf2_lstm.migrate.graph.safety import ALLOWED
from tf2_lstm.migrate.translate.rows.registry import rows

#: What a case does -> what comes of it.
DONE = {
    "reads": "read",
    "refuses": "refused",
    "raises": "failed",
    "aborts": "died",
    "is killed": "died",
    "has no end": "no end",
    "fills the memory": "failed",
}


def work(case):
    done = case.partition(":")[0]
    if done == "raises":
        return 1 / 0
    if done == "aborts":
        os.abort()
    if done == "is killed":
        os.kill(os.getpid(), 9)
    while done == "has no end":
        pass
    if done == "fills the memory":
        bytearray(6 * 2**30)
    return DONE[done], ""


def test_ends_are_told_apart_and_the_rest_is_done():
    cases = [f"{done}:{number}" for number in range(2) for done in DONE]
    found = list(workers.run(cases, work, seconds=0.3))
    assert [end.case for end in found] == cases
    assert [end.kind for end in found] == list(DONE.values()) * 2
    assert found[2].said == "ZeroDivisionError: division by zero"
    assert found[6].said.startswith("MemoryError")
    assert [end.said for end in found[3:5]] == ["SIGABRT", "SIGKILL"]


def test_many_cases_have_several_processes(monkeypatch):
    monkeypatch.setattr(workers, "_MOST", 2)
    found = list(workers.run(list(range(5)), lambda case: ("read", str(os.getpid()))))
    assert len({end.said for end in found}) == 3


@pytest.mark.parametrize(("done", "faults"), [("reads", 0), ("refuses", 0), ("raises", 1), ("aborts", 1)])
def test_a_fault_is_counted(done, faults, capsys):
    assert of_graphs("graphs", [f"{done}:0"], work, lambda name: "the command died") == faults
    assert (f"{done}:0" in capsys.readouterr().out) == bool(faults)
    assert of_readings("cases", [done], work) == faults


def test_a_deadly_graph_is_no_fault_when_the_command_lives():
    assert of_graphs("graphs", ["aborts:0"], work, lambda name: "") == 0


def test_the_end_of_a_command_is_judged():
    assert commands.judged(1, "", ["odd.meta", "out"]) == ""
    assert commands.judged(2, "one line\n", ["odd.meta"]) == ""
    assert commands.judged(-6, "", ["odd.meta"]) == "exit code -6"
    assert "Traceback" in commands.judged(2, "Traceback\n", ["odd.meta"])
    assert commands.judged(2, "", ["odd.meta"])
    assert commands.judged(1, "a line\n", ["odd.meta", "out"])
    assert "left" in commands.judged(2, "one line\n", [".out.12345678", "odd.meta"])


def test_a_few_graphs_and_files():
    """In a process of its own, because TensorFlow must not have run in one that forks."""
    names = graphs.cases(6, ("IdentityN", "Split", "Tanh", "Unpack"))
    names += [
        name for name in programs.cases(12) if name.split(":")[1] in ("Cumsum", "Fill", "GatherV2", "Tanh")
    ]
    names += [f"deep:{name}:1" for name in ("dropout_state_gru", "flat_once")]
    names += [
        name for name in files.cases(300) if not name.startswith(("h5", "converted", "exported", "served"))
    ][::5]
    only = [argument for name in names for argument in ("--only", name)]
    command = [sys.executable, "-m", "tests.fuzz", *only]
    done = subprocess.run(command, cwd=files.ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("Traceback")) == (0, 0)
    of_all, deadly, whole, _, levels, damaged = [
        line for line in done.stdout.splitlines() if line[:1].isdigit()
    ]
    assert re.fullmatch(r"24 graphs of 4 operations: {('(run|read|refused)': \d+(, )?){3}}", of_all)
    assert deadly == "0 deadly ones given to the command: 0 fault(s)"
    assert re.fullmatch(r"48 programs of 4 operations: {('(read|refused)': \d+(, )?){2}}", whole)
    assert levels == "2 deep graphs: {'read': 2}: 0 fault(s)"
    assert re.fullmatch(r"\d\d damaged files: {('(read|refused)': \d+(, )?){2}}: 0 fault\(s\)", damaged)


def test_every_operation_and_every_sort_of_file_has_its_cases():
    assert {name.partition(":")[0] for name in graphs.cases(1)} == set(graphs.OPERATIONS) == ALLOWED
    assert {name.split(":")[1] for name in programs.cases(1)} == {*rows()} & ALLOWED
    assert {"deep:basic_lstm:0", "deep:flat_once:0", "deep:frozen_functional_while:0"} < {*deep.cases(1)}
    assert {name.rpartition(":")[0] for name in files.cases(40)} == {"/".join(place) for place in files.FILES}


def test_a_case_is_the_same_each_time():
    assert graphs.odd("Conv2D:7").graph == graphs.odd("Conv2D:7").graph
    assert graphs.odd("Conv2D:7").graph != graphs.odd("Conv2D:8").graph
    assert deep.work("deep:basic_lstm:7") == deep.work("deep:basic_lstm:7") != deep.work("deep:basic_lstm:8")


def test_other_values_than_those_that_were_written_are_seen(monkeypatch):
    monkeypatch.setattr(files, "damage", lambda path, draw: False)
    monkeypatch.setattr(files, "wanted_values", lambda name: dict.fromkeys(files.values_of(asked), 0.0))
    asked = files.request("basic_lstm", files.ZOO / "basic_lstm")
    with pytest.raises(AssertionError):
        files.work("basic_lstm/model.ckpt.index:0")


def test_a_refusal_of_what_is_whole_is_seen(monkeypatch):
    monkeypatch.setattr(files, "damage", lambda path, draw: path.unlink())
    with pytest.raises(AssertionError, match="refused as it was"):
        files.work("basic_lstm/model.ckpt.index:0")
