"""A report as Markdown, fit for a pull request."""

from tf2_lstm.migrate.report.printable import code, marked
from tf2_lstm.migrate.report.rows import closing_line, failures_of, references_of, rows_of
from tf2_lstm.migrate.report.speed import SPEED_HEADS, speed_remarks, speed_rows


def render(report, width=None):
    """Return a `Report` as Markdown text; `width` is for the other formats."""
    lines = [f"**{marked(closing_line(report))}**", ""]
    lines += [f"> {marked(note)}" for note in report.notes]
    for case in report.cases:
        lines += ["", f"### {marked(case.name)}: {'equal' if case.passed else 'DIFFERENT'}", ""]
        lines += _table(case)
        lines += [f"- {marked(failure)}" for failure in failures_of(case)]
        if case.diagnosis:
            lines.append(f"- **{marked(case.diagnosis)}**")
        lines += _speed(case)
    lines += [
        "",
        *(f"- {marked(side)}: {marked(_versions(found))}" for side, found in report.versions.items()),
    ]
    return "\n".join(lines)


def _table(case):
    references = references_of(case)
    heads = [
        "tensor",
        "shape",
        *(f"max difference, {marked(reference)}" for reference in references),
        "tolerance",
        "verdict",
    ]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for row in rows_of(case):
        differences = [marked(row.differences[reference]) for reference in references]
        verdict = "equal" if row.passed else "**DIFFERENT**"
        lines.append(_line([code(row.name), row.shape, *differences, row.tolerance, verdict]))
    return [*lines, ""]


def _speed(case):
    rows = speed_rows(case)
    table = [
        _line(SPEED_HEADS),
        _line(["---"] * len(SPEED_HEADS)),
        *(_line(map(marked, one)) for one in rows),
    ]
    return [*(["", *table, ""] if rows else []), *(f"- {marked(one)}" for one in speed_remarks(case))]


def _line(cells):
    return "| " + " | ".join(cells) + " |"


def _versions(found):
    return ", ".join(f"{name} {version}" for name, version in found.items())
