"""Text: a line a finding, then a summary."""

from tf2_lstm.migrate.report.printable import printable
from tf2_lstm.migrate.source.summary import sentences


def write(result):
    """Return the findings as `path:line:column: RNN101 message`, and the summary below."""
    lines = [printable(f"{one.place()}: {one.rule} {one.message}") for one in result.findings]
    return "\n".join([*lines, *([""] if lines else []), *sentences(result)])
