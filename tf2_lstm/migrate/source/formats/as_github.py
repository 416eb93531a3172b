"""Annotations of GitHub Actions."""

from tf2_lstm.migrate.report.printable import printable
from tf2_lstm.migrate.source.summary import said

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def write(result):
    """Return a workflow command for each finding."""
    return "\n".join(_one(finding) for finding in result.findings)


def _one(finding):
    properties = {
        "file": finding.path.replace("\\", "/"),
        "line": finding.line,
        "col": finding.column,
        "endLine": finding.end_line,
        "endColumn": finding.end_column,
        "title": finding.rule,
    }
    if finding.cell is not None:
        properties = {"file": properties["file"], "title": finding.rule}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    message = _data(f"{finding.place()}: {finding.rule} {said(finding)}")
    return f"::{_LEVELS[finding.severity]} {written}::{message}"


def _data(text):
    return printable(text).replace("%", "%25")


def _property(value):
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
