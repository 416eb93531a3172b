"""The same report in each form; it says what failed, where, and why."""

import json
import sys
import time
from collections import OrderedDict

import numpy as np
import pytest

from tf2_lstm.migrate.equivalence.compare import CaseReport, Report, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, LIVE, RECORD, RunResult
from tf2_lstm.migrate.report import as_html, as_json, as_markdown, as_text
from tf2_lstm.migrate.report.progress import progress


def result(side, shift=0.0):
    tensors = OrderedDict(
        [
            ("outputs", np.full((1, 2, 2), 0.5 + shift, "float32")),
            ("state[0].c", np.ones((1, 2), "float32")),
            ("state[0].h", np.ones((1, 2), "float32")),
        ]
    )
    return RunResult(side, tensors, versions={"tensorflow": "0"})


def report_of(shift, cases=1):
    candidate = result(KERAS, shift)
    reports = []
    for number in range(cases):
        references = [result(RECORD), result(LIVE)]
        tensors = [tensor for reference in references for tensor in compare_results(reference, candidate)]
        diagnosis = "likely cause: [a] mistake" if shift else ""
        reports.append(CaseReport(f"case/{number}", tensors, diagnosis, [*references, candidate]))
    return Report(reports, ["a [note]"], {RECORD: {"tensorflow": "0"}})


@pytest.mark.parametrize("cases", [1, 9], ids=["every tensor", "every case"])
@pytest.mark.parametrize("renderer", [as_text, as_markdown, as_html])
def test_a_failure_is_told_in_full(renderer, cases):
    text = renderer.render(report_of(0.25, cases), width=100)
    assert "a [note]" in text
    assert "outputs against the TF 1.15 record: off by 0.25 at batch 0, time 0, unit 0" in text
    assert "the first step that is off is 0; allowed 1e-06, would pass with atol 0.25" in text
    assert "likely cause: [a] mistake" in text
    assert f"DIFFERENT: {cases} of {cases} case(s): case/0" in text


@pytest.mark.parametrize("cases", [1, 9])
@pytest.mark.parametrize("renderer", [as_text, as_markdown, as_html])
def test_success_is_one_word(renderer, cases):
    text = renderer.render(report_of(0.0, cases), width=100)
    assert f"EQUAL: {cases} case(s), {6 * cases} comparisons" in text
    assert "DIFFERENT" not in text


def test_values_are_shown_as_a_notebook_shows_them():
    text = as_text.render(report_of(0.0), width=100)
    assert "outputs = array([[[0.5, 0.5],\n        [0.5, 0.5]]], dtype=float32)" in text
    assert (
        "state[0] = LSTMStateTuple(c=array([[1., 1.]], dtype=float32), h=array([[1., 1.]], dtype=float32))"
        in text
    )


def test_json_is_strict_json():
    report = report_of(0.0)
    broken = result(KERAS)
    broken.tensors["outputs"] = np.full((1, 2, 2), np.nan, "float32")
    report.cases[0].tensors = compare_results(result(LIVE), broken)
    document = json.loads(as_json.render(report), parse_constant=pytest.fail)
    assert document["cases"][0]["tensors"][0]["max_abs_diff"] is None
    assert document["cases"][0]["tensors"][0]["problem"] == "NaN or infinity"
    assert document["passed"] is False


def test_an_empty_report_is_no_success():
    assert json.loads(as_json.render(Report([])))["passed"] is False
    assert "EQUAL: 0 case" not in as_markdown.render(Report([]))


def test_progress_is_silent_in_a_pipe(capsys):
    with progress(2, "doing") as advance:
        advance("one")
    assert capsys.readouterr().err == ""


def test_progress_on_a_terminal_starts_after_its_patience(monkeypatch, capsys):
    from tf2_lstm.migrate.report import progress as module

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    with progress(2, "doing") as advance:
        advance("one")
        shown, end = "", time.monotonic() + 30
        while "1 of 2: one" not in shown and time.monotonic() < end:
            shown += capsys.readouterr().err
    assert "1 of 2: one" in shown


def test_progress_that_ends_before_its_patience_shows_nothing(monkeypatch, capsys):
    from tf2_lstm.migrate.report import progress as module

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(module, "_PATIENCE", 60)
    with progress(2, "doing") as advance:
        advance("one")
    assert capsys.readouterr().err == ""


HOSTILE = "\x1b[31m[/]\u202e\n`|<script>"


@pytest.mark.parametrize("renderer", [as_text, as_markdown, as_html])
def test_a_strangers_names_do_nothing(renderer):
    """Names, notes, references and versions come from files: they neither move a terminal nor end a table."""
    tensors = OrderedDict([(f"gradient of {HOSTILE}", np.ones((1, 2), "float32"))])
    wrong = OrderedDict((name, value + 1) for name, value in tensors.items())
    found = compare_results(RunResult(f"graph, {HOSTILE}", tensors), RunResult(KERAS, wrong))
    cases = [CaseReport(HOSTILE, found, HOSTILE, notes=[HOSTILE])]
    text = renderer.render(Report(cases, [HOSTILE], {HOSTILE: {"tensorflow": HOSTILE}}), width=400)
    assert text.count(r"\x1b[31m[/]\u202e\n") > 6
    assert all(one.isprintable() for one in text.splitlines())
    assert renderer is not as_html or "<script" not in text
    if renderer is as_markdown:
        assert "<script>" not in text.replace("'\\|<script>`", "")
        assert {line.replace(r"\|", "").count("|") for line in text.splitlines() if line.startswith("|")} == {
            6
        }
