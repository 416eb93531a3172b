"""The goals and the tables of the speed benchmark: what is shown was measured."""

import json
import os

import pytest

from benchmarks.speed import documents, goals, machine, run, tables, tasks
from benchmarks.speed.contenders import CONTENDERS


def figures(**medians):
    return {name: {"median": ms, "min": ms / 2, "rounds": 7, "error": 0.0} for name, ms in medians.items()}


def result_of(**tasks_of):
    return {
        "schema": 1,
        "kind": "full",
        "rounds": 7,
        "machine": {"cpu": "A", "cores": 2, "system": "B", "threads": 2},
        "versions": {"ours": {"keras": "3"}, "tf1": {"tensorflow": "1.15.5"}},
        "tasks": tasks_of,
        "curves": {},
        "memory": {},
        "absent": {},
    }


def verdict_of(what, result):
    return next(row for row in goals.evaluate(result) if row[0] == what)


@pytest.mark.parametrize(
    ("ours", "verdict"), [(5.0, "stretch"), (6.0, "met"), (7.5, "tie"), (9.0, "missed"), (20.0, "missed")]
)
def test_a_goal_and_its_verdict(ours, verdict):
    found = result_of(**{"inference/lstm/mid": figures(ours=ours, tf1=10.0)})
    row = verdict_of("inference against TF1 dynamic_rnn, mid", found)
    assert row[3] == pytest.approx(10 / ours)
    assert row[4:] == ("ours / tf1", verdict)


def test_a_goal_takes_the_better_way_and_the_real_tf1():
    found = result_of(**{"inference/lstm/big": figures(ours=9.0, ours_function=4.0, legacy=1.0, tf1=8.0)})
    row = verdict_of("inference against TF1 dynamic_rnn, big", found)
    assert row[3:] == (2.0, "ours_function / tf1", "stretch")


def test_variable_length_is_held_against_our_full_length():
    found = result_of(
        **{
            "variable/lstm/long": figures(ours=8.0, torch=1.0),
            "inference/lstm/long": figures(ours=12.0, torch=90.0),
        }
    )
    name = "variable length, 56 % of the steps, against our full length, long"
    assert verdict_of(name, found)[3:] == (1.5, "ours / ours", "stretch")


@pytest.mark.parametrize(("mb", "verdict"), [(90, "stretch"), (110, "met"), (120, "missed")])
def test_memory_is_a_goal_at_most(mb, verdict):
    found = {**result_of(), "memory": {"ours_function": mb, "keras_function": 100}}
    assert goals.evaluate(found)[-1][3:] == (mb / 100, "ours_function / keras_function", verdict)


def test_what_was_not_measured_is_said_to_be_so():
    rows = goals.evaluate(result_of())
    assert {row[5] for row in rows} == {"not measured"}
    assert len(rows) == len(goals.GOALS) + 1


def test_every_goal_names_a_task_that_is_measured():
    keys = {task.key for task in tasks.tables()}
    assert all({goal.task, goal.base_task or goal.task} <= keys for goal in goals.GOALS)
    for goal in goals.GOALS:
        assert all(name in CONTENDERS for name in (*goal.against, *goal.ours))


def test_a_table_shows_ratios_first():
    found = result_of(
        **{"inference/lstm/mid": figures(ours=4.0, tf1=10.0), "training/lstm/mid": figures(floor=0.0123)}
    )
    text = tables.markdown(found)
    assert "| tf2_lstm, model(x) | **2.50x** 4.00 / 2.00 |" in text
    assert "| floor: the flops as GEMMs | 0.012 / 0.006 |" in text
    assert "- keras 3\n- tensorflow 1.15.5\n" in text
    assert "not measured" in text
    few = result_of(**{"inference/lstm/mid": {"ours": {**figures(ours=4.0)["ours"], "rounds": 3}}})
    assert "(3 rounds)" in tables.markdown(few)


def test_the_tables_of_the_documents():
    found = result_of(**{"inference/lstm/mid": figures(ours=4.0, ours_function=5.0, tf1=10.0, torch=2.0)})
    text = documents.summary(found)
    assert "| inference, against the TF1 session | - | - | 2.50x | - | - |" in text
    assert "| inference, against torch | - | - | 0.50x | - | - |" in text
    assert "| training step, against torch | - | - | - | - | - |" in text
    assert "a full run, median of 7 rounds; the TF1 session is TensorFlow 1.15.5." in text
    found["versions"].pop("tf1")
    assert "compat.v1 on TensorFlow 2.21" in documents.summary(found)


def test_the_table_of_the_exported_file_has_ratios_and_their_spread(monkeypatch):
    own = {**figures(onnx_exported=4.0)["onnx_exported"], "times": [1.904, 12.34]}
    found = result_of(**{"inference/lstm/mid": {**figures(tf1=10.0), "onnx_exported": own}})
    monkeypatch.setattr(documents, "load", lambda: found)
    text = documents.serving()
    assert "| whole sequences, LSTM | - | - | **2.50x** (1.90 to 12.3) | - | - |" in text
    assert "stream" not in text
    assert "| inference of the exported ONNX, against the TF1 session | - | - | 2.50x | - | - |" in (
        documents.summary(found)
    )


def test_the_committed_result_makes_every_table():
    for name, table in documents.TABLES.items():
        assert table(), name
    assert documents.load()["tasks"]


def test_other_work_beside_a_run_is_said():
    found = {**result_of(), "machine": {**result_of()["machine"], "others": 1.25}}
    assert "A, 2 threads, beside other work on 1.2 of 2 cores" in tables.markdown(found)
    assert "other work on 1.2 of 2 cores, a full run" in documents.summary(found)
    found["machine"]["others"] = 0.1
    assert "other work" not in tables.markdown(found)


def test_a_load_average_is_not_called_other_work():
    found = {**result_of(), "machine": {**result_of()["machine"], "load": 6.25}}
    said = "a load average of 6.2 on 2 cores when it began, its own start counted, a full run"
    assert said in documents.summary(found)
    assert "other work" not in documents.summary(found)
    found["machine"]["load"] = 0.4
    assert "load" not in tables.markdown(found)


def test_others_are_what_the_cores_do_while_the_run_rests(tmp_path, monkeypatch):
    ticks = tmp_path / "stat"
    ticks.write_text("cpu 100 0 50 1000 10 0 0 0 0 0\ncpu0 1 1 1 1\n")

    def rest(seconds):
        # One core worked for half of the time, the other one waited.
        busy = int(seconds / 2 * os.sysconf("SC_CLK_TCK"))
        ticks.write_text(f"cpu {100 + busy} 0 50 {1000 + 3 * busy} 10 0 0 0 0 0\n")

    monkeypatch.setattr(machine.time, "sleep", rest)
    assert machine.others(2.0, ticks) == 0.5


def test_the_more_that_was_seen_at_the_beginning_or_the_end_is_kept(monkeypatch):
    found = {"others": 0.5}
    for seen, kept in ((0.1, 0.5), (0.7, 0.7)):
        monkeypatch.setattr(machine, "others", lambda seen=seen: seen)
        machine.look_again(found)
        assert found == {"others": kept}


def test_where_nobody_counts_the_load_average_has_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(machine.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(machine.os, "getloadavg", lambda: (3.0, 0, 0))
    assert machine.others(2.0, tmp_path / "none") == 3.0


def test_files_are_written(tmp_path):
    found = result_of(**{"inference/lstm/mid": figures(ours=4.0, tf1=10.0)})
    points = {
        curve: {str(v): figures(ours_function=v, tf1=2 * v) for v in values}
        for curve, values in tasks.CURVES.items()
    }
    found["curves"] = {"inference": points, "training": points}
    said = []
    run.write(found, tmp_path / "new", "one", said.append)
    assert json.loads((tmp_path / "new" / "one.json").read_text()) == found
    assert (tmp_path / "new" / "one.md").read_text() == tables.markdown(found)
    assert said == [f"written: one.json, one.md, inference.png, training.png in {tmp_path / 'new'}"]
    assert all(
        (tmp_path / "new" / f"{kind}.png").read_bytes().startswith(b"\x89PNG") for kind in found["curves"]
    )
