"""SARIF 2.1.0: every rule is declared, even if it found nothing."""

import os
from urllib.parse import quote

from tf2_lstm.migrate.report.printable import json_text, linkless
from tf2_lstm.migrate.source.rules import RULES

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(result):
    """Return the result as a SARIF log with one run."""
    index = {rule: number for number, rule in enumerate(RULES)}
    run = {
        "tool": {
            "driver": {
                "name": "tf2-lstm scan",
                "rules": [_rule(rule) for rule in RULES.values()],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index) for finding in result.findings],
    }
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule):
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.slug.replace("_", "-").split("-")),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why or rule.summary},
        "help": {"text": f"tf2-lstm explain {rule.id}; {rule.url}"},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"applicability": rule.applicability, "pair": rule.pair},
    }


def _result(finding, index):
    location = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(os.fsencode(finding.path.replace("\\", "/")))},
            "region": {
                "startLine": finding.line,
                "startColumn": finding.column,
                "endLine": finding.end_line,
                "endColumn": finding.end_column,
            },
        }
    }
    if finding.cell is not None:
        # A region counts lines of the file, and a notebook's file is JSON: name the cell instead.
        del location["physicalLocation"]["region"]
        location["logicalLocations"] = [
            {"name": f"cell {finding.cell}, line {finding.line}", "kind": "element"}
        ]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index[finding.rule],
        "level": finding.severity,
        "message": {"text": linkless(finding.message)},
        "locations": [location],
        "properties": {"name": linkless(finding.name), "applicability": finding.applicability},
    }
