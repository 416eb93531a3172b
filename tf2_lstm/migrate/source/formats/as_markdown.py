"""Markdown, to paste in a pull request."""

from tf2_lstm.migrate.report.printable import code, marked
from tf2_lstm.migrate.source.summary import said, sentences


def write(result):
    """Return a summary and a table of the findings."""
    lines = ["# TF1 RNNs in this code", "", *sentences(result)]
    if result.findings:
        lines += ["", "| place | rule | severity | finding |", "|---|---|---|---|"]
        lines += [
            f"| {code(one.place())} | [{one.rule}]({one.url}) | {one.severity} | {marked(said(one))} |"
            for one in result.findings
        ]
    return "\n".join(lines)
