"""JSON, schema 1."""

from tf2_lstm.migrate.report.printable import json_text


def write(result):
    """Return the result as JSON; a finding in a notebook also has the number of its cell."""
    return json_text(
        {"schema": 1, "files": result.files, "findings": [_one(finding) for finding in result.findings]}
    )


def _one(finding):
    written = {
        "path": finding.path,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "rule": finding.rule,
        "severity": finding.severity,
        "name": finding.name,
        "message": finding.message,
        "pair": finding.pair,
        "fix": {"applicability": finding.applicability},
        "url": finding.url,
    }
    return written if finding.cell is None else {**written, "cell": finding.cell}
