"""The formats: their schema, their escapes, and that none of them changes the exit code."""

import json
import os
import re
from pathlib import Path

import pytest

import tf2_lstm
from tf2_lstm.migrate.source.finding import Finding
from tf2_lstm.migrate.source.formats import WRITERS
from tf2_lstm.migrate.source.rules import RULES
from tf2_lstm.migrate.source.scan import Result, scan

ROOT = Path(tf2_lstm.__file__).parent.parent
SOURCE = b"from tensorflow.contrib import rnn\ncell = rnn.BasicLSTMCell(4)\nrnn.NASCell(3)\n"


@pytest.fixture
def result():
    return scan(["-"], stdin=SOURCE)


def test_text_is_a_line_a_finding_and_a_summary(result):
    lines = WRITERS["text"](result).split("\n")
    assert re.fullmatch(
        r"-:2:8: RNN101 tf\.contrib\.rnn\.BasicLSTMCell becomes keras\.layers\.LSTMCell: .+", lines[1]
    )
    assert lines[4:] == [
        "",
        "4 findings in 1 of 1 file.",
        "2 uses of TF1 RNN names: 1 with a pair, 1 without one yet; 1 trap.",
        "1 finding needs a person (explain says why), 0 could not be resolved to a name.",
    ]


def test_the_summary_counts_uses_with_and_without_a_pair():
    source = b"from tensorflow.contrib import rnn\nrnn.GRUCell(3)\nrnn.GRUCell(4)\nrnn.GRUCell(5)\nrnn.NASCell(3)\n"
    text = WRITERS["text"](scan(["-"], stdin=source))
    assert "4 uses of TF1 RNN names: 3 with a pair, 1 without one yet; 0 traps." in text


def test_text_says_it_when_there_is_nothing():
    assert WRITERS["text"](Result(3)) == "No TF1 RNN found in 3 files."


def test_json_has_exactly_the_fields_of_schema_1(result):
    written = json.loads(WRITERS["json"](result))
    assert set(written) == {"schema", "files", "findings"}
    assert (written["schema"], written["files"]) == (1, 1)
    assert written["findings"][1] == {
        "path": "-",
        "line": 2,
        "column": 8,
        "end_line": 2,
        "end_column": 25,
        "rule": "RNN101",
        "severity": "error",
        "name": "tensorflow.contrib.rnn.BasicLSTMCell",
        "message": result.findings[1].message,
        "pair": "basic_lstm",
        "fix": {"applicability": "unsafe"},
        "url": "docs/rules/RNN101.md",
    }
    assert written["findings"][3]["pair"] is None


def test_sarif_has_the_structure_of_2_1_0(result):
    log = json.loads(WRITERS["sarif"](result))
    assert log["version"] == "2.1.0"
    assert "sarif-2.1.0" in log["$schema"]
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    for one in run["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["level"] in ("note", "warning", "error")
        region = one["locations"][0]["physicalLocation"]["region"]
        assert 1 <= region["startLine"] <= region["endLine"]
        assert region["startColumn"] >= 1


def test_sarif_declares_every_rule_even_if_it_found_nothing():
    log = json.loads(WRITERS["sarif"](Result(0)))
    assert len(log["runs"][0]["tool"]["driver"]["rules"]) == len(RULES)
    assert log["runs"][0]["results"] == []


def test_sarif_quotes_paths(tmp_path):
    (tmp_path / "a b%.py").write_bytes(SOURCE)
    log = json.loads(WRITERS["sarif"](scan([str(tmp_path)])))
    uri = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.endswith("/a%20b%25.py")


def test_github_writes_workflow_commands_and_escapes(tmp_path):
    (tmp_path / "a,b.py").write_bytes(SOURCE)
    lines = WRITERS["github"](scan([str(tmp_path)])).split("\n")
    assert len(lines) == 4
    assert re.match(
        r"::error file=.*a%2Cb\.py,line=2,col=8,endLine=2,endColumn=25,title=RNN101::.+: RNN101 ", lines[1]
    )
    assert lines[2].startswith("::warning ")


def test_markdown_is_a_table_with_links(result):
    written = WRITERS["markdown"](result)
    assert written.startswith("# TF1 RNNs in this code\n")
    assert "| `-:2:8` | [RNN101](docs/rules/RNN101.md) | error | " in written


@pytest.mark.parametrize("name", ["json", "sarif", "github", "markdown", "text"])
def test_a_notebook_in_every_format(tmp_path, name):
    cells = [{"cell_type": "code", "source": "import tensorflow as tf\ntf.nn.raw_rnn(a, b)"}]
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": cells}))
    written = WRITERS[name](scan([str(tmp_path)]))
    assert "RNN123" in written
    if name == "json":
        assert json.loads(written)["findings"][0]["cell"] == 1
    elif name == "sarif":
        (location,) = json.loads(written)["runs"][0]["results"][0]["locations"]
        assert location["logicalLocations"] == [{"name": "cell 1, line 2", "kind": "element"}]
    else:
        assert "n.ipynb:cell 1:2:1" in written


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_a_file_name_that_is_no_text_in_every_format(tmp_path, name):
    path = os.fsencode(tmp_path) + b"/caf\xe9.py"
    with open(path, "wb") as file:
        file.write(SOURCE)
    assert "RNN101" in WRITERS[name](scan([str(tmp_path)]))


def links(written):
    return set(re.findall(r"[\w./-]+\.md\b", written))


def dead(found):
    """Return the links that lead nowhere."""
    return {link for link in found if not (ROOT / link).is_file()}


def test_every_link_of_every_format_leads_to_a_page_that_exists():
    place = (1, 1, 1, 2)
    every = Result(1, tuple(
        Finding("a.py", *place, rule.id, rule.severity, "", rule.summary, rule.pair, rule.applicability, rule.url)
        for rule in RULES.values()
    ))  # fmt: skip
    for form in ("json", "markdown", "sarif"):
        found = links(WRITERS[form](every))
        assert len(found) == len(RULES)
        assert dead(found) == set()


def test_a_link_to_nowhere_is_seen():
    assert dead({"docs/rules/RNN101.md", "docs/rules/RNN999.md"}) == {"docs/rules/RNN999.md"}


def test_what_needs_a_person_is_marked_where_it_stands(result):
    manual = [one for one in result.findings if one.applicability == "manual"]
    assert len(manual) == 1
    for form in ("text", "markdown", "github"):
        marked = [line for line in WRITERS[form](result).split("\n") if "needs a person]" in line]
        assert len(marked) == 1
        assert manual[0].rule in marked[0]
    run = json.loads(WRITERS["sarif"](result))["runs"][0]
    assert [one["properties"]["applicability"] for one in run["results"]] == [
        one.applicability for one in result.findings
    ]
