"""Where references disagree: each report shows the worst of them, says DIFFERENT, and names what is wrong."""

import json
import re
from collections import OrderedDict

import numpy as np
import pytest

from tf2_lstm.migrate.equivalence.compare import CaseReport, Report, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, LIVE, RECORD, RunResult
from tf2_lstm.migrate.report import as_html, as_json, as_markdown, as_text
from tf2_lstm.migrate.report.rows import rows_of, worst_of

both = pytest.mark.parametrize("renderer", [as_text, as_markdown, as_html])


def result(side, shifts):
    """Outputs, c and h of ones, each moved by its shift."""
    values = zip(("outputs", "state.c", "state.h"), shifts, strict=True)
    return RunResult(side, OrderedDict((name, np.full((1, 2), 1 + by, "float32")) for name, by in values))


def case(name="case", record=(0, 0, 0), live=(0, 0, 0), keras=(0, 0, 0)):
    candidate = result(KERAS, keras)
    references = [result(RECORD, record), result(LIVE, live)]
    return CaseReport(name, [one for who in references for one in compare_results(who, candidate)])


def lines_with(text, *words):
    return [line for line in text.splitlines() if all(word in line for word in words)]


REFERENCES = {"the record": {"record": (0.25, 0, 0)}, "the session": {"live": (0.25, 0, 0)}}


@both
@pytest.mark.parametrize("off", REFERENCES.values(), ids=REFERENCES)
def test_one_reference_that_disagrees_makes_a_row_different(renderer, off):
    one = case(**off)
    assert [row.passed for row in rows_of(one)] == [False, True, True]
    text = renderer.render(Report([one]), width=120)
    (row,) = lines_with(text, "outputs", "1x2")
    assert "DIFFERENT" in row
    assert "equal" not in row
    assert {"2.5e-01", "0.0e+00"} <= set(re.findall(r"\d\.\de[-+]\d\d", row))
    for name in ("state.c", "state.h"):
        (row,) = lines_with(text, name, "1x2")
        assert "equal" in row
        assert "DIFFERENT" not in row


def test_the_worst_of_a_case_is_the_largest_difference():
    one = case(record=(0.25, 0.5, 0.125), live=(0, 0, 2.0))
    assert worst_of(one, RECORD) == "5.0e-01"
    assert worst_of(one, LIVE) == "2.0e+00"
    assert worst_of(one, "nobody") == "-"


def test_a_table_of_cases_shows_the_worst_of_each():
    cases = [case(f"case/{number}", record=(0.25, number, 0)) for number in range(2, 9)]
    text = as_text.render(Report([*cases, case("case/equal")]), width=120)
    for number in range(2, 9):
        (row,) = lines_with(text, f"case/{number} ", "DIFFERENT")
        assert f"{number}.0e+00" in row
        assert "2.5e-01" not in row
    (row,) = lines_with(text, "case/equal", "equal")
    assert row.count("0.0e+00") == 2


def test_in_brief_what_is_equal_is_one_line_with_the_nearest_to_its_tolerance():
    text = as_text.render(Report([case(record=(0, 5e-7, 2e-7), live=(0, 1e-7, 6e-7))]), width=80, brief=True)
    assert text.splitlines()[0] == (
        "case: 3 tensor(s) equal; nearest to its tolerance: state.h, off by 6.0e-07, allowed 1.0e-06"
    )
    same = as_text.render(Report([case()]), width=80, brief=True)
    assert same.splitlines() == [
        "case: 3 tensor(s) equal to the last bit",
        "EQUAL: 1 case(s), 6 comparisons",
    ]


@pytest.mark.parametrize("off", REFERENCES.values(), ids=REFERENCES)
def test_in_brief_what_differs_has_its_row_and_is_not_counted_as_equal(off):
    text = as_text.render(Report([case(**off)]), width=80, brief=True)
    (row,) = lines_with(text, "outputs", "1x2")
    assert "DIFFERENT" in row
    assert len(row) <= 80
    assert lines_with(text, "case: 2 tensor(s) equal")
    assert lines_with(text, "off by 0.25")
    assert not lines_with(text, "state.c", "1x2")


def test_in_brief_where_nothing_is_equal_no_line_says_so():
    assert "equal" not in as_text.render(Report([case(keras=(1, 1, 1))]), width=80, brief=True)


@both
def test_the_tolerance_of_a_row_is_shown(renderer):
    large = CaseReport("case", compare_results(result(RECORD, (9, 0, 0)), result(KERAS, (9, 0, 0))))
    text = renderer.render(Report([large]), width=120)
    assert "1.0e-05" in lines_with(text, "outputs", "1x2")[0]
    assert "1.0e-06" in lines_with(text, "state.c", "1x2")[0]


def changed(name, value):
    tensors = result(KERAS, (0, 0, 0)).tensors
    if value is None:
        del tensors[name]
    else:
        tensors[name] = value
    return CaseReport("case", compare_results(result(LIVE, (0, 0, 0)), RunResult(KERAS, tensors)))


STRUCTURE = {
    "shape": ("state.c", np.ones((1, 3), "float32"), "shape (1, 3), expected (1, 2)"),
    "rank": ("state.c", np.ones((1, 2, 1), "float32"), "shape (1, 2, 1), expected (1, 2)"),
    "dtype": ("state.c", np.ones((1, 2), "float64"), "dtype float64, expected float32"),
    "missing": ("state.c", None, "only live session has it"),
    "too many": ("extra", np.ones((1, 2), "float32"), "only the other side has it"),
    "NaN": ("state.c", np.full((1, 2), np.nan, "float32"), "NaN or infinity"),
}


@both
@pytest.mark.parametrize(("name", "value", "problem"), STRUCTURE.values(), ids=STRUCTURE)
def test_what_is_wrong_with_the_structure_is_said_in_the_row_and_below(renderer, name, value, problem):
    report = Report([changed(name, value)])
    text = renderer.render(report, width=160)
    assert problem in " ".join(lines_with(text, name, "DIFFERENT")[0].split())
    (told,) = lines_with(text, f"{name} against the live session: {problem}")
    assert "inf" not in told.replace("infinity", "")
    assert "DIFFERENT: 1 of 1 case(s): case" in text
    (entry,) = [one for one in json.loads(as_json.render(report))["cases"][0]["tensors"] if one["problem"]]
    assert (entry["name"], entry["problem"], entry["max_abs_diff"], entry["passed"]) == (
        name,
        problem,
        None,
        False,
    )


@both
def test_two_tensors_that_are_off_are_both_told(renderer):
    text = renderer.render(Report([case(record=(0.25, 0, 0.5))]), width=120)
    assert len(lines_with(text, "against the TF 1.15 record: off by")) == 2
    assert lines_with(text, "outputs against the TF 1.15 record: off by 0.25 at batch 0, unit 0")
    assert lines_with(text, "state.h against the TF 1.15 record: off by 0.5 at batch 0, unit 0")


@both
def test_a_case_that_differs_is_named_among_those_that_do_not(renderer):
    text = renderer.render(Report([case("good"), case("bad", live=(0, 1, 0)), case("fine")]), width=120)
    assert "DIFFERENT: 1 of 3 case(s): bad" in text


def test_the_place_of_the_largest_difference_is_that_of_the_largest():
    expected = np.zeros((2, 3, 4), "float32")
    received = expected.copy()
    received[0, 1, 2], received[1, 2, 3] = 0.25, -0.5
    sides = [RunResult(who, {"outputs": value}) for who, value in ((LIVE, expected), (KERAS, received))]
    [report] = compare_results(*sides)
    assert (report.where, report.first_step, report.max_abs_diff) == ("batch 1, time 2, unit 3", 1, 0.5)
