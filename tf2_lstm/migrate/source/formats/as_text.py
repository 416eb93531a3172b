"""Text: a line a finding, then a summary."""

from tf2_lstm.migrate.report.printable import printable
from tf2_lstm.migrate.source.summary import said, sentences


def write(result):
    """Return the findings as `path:line:column: RNN101 message`, and the summary below."""
    lines = [printable(f"{one.place()}: {one.rule} {said(one)}") for one in result.findings]
    return "\n".join([*lines, *([""] if lines else []), *sentences(result)])
