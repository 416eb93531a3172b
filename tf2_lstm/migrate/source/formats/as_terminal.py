"""Text for a terminal: the findings of a file below its name, each with its line of source and the place marked."""

import itertools
import re
import textwrap

from tf2_lstm.migrate.report.printable import printable
from tf2_lstm.migrate.source.decoding import NotANotebook, Piece, decode, notebook
from tf2_lstm.migrate.source.limits import MAX_READ, read_regular
from tf2_lstm.migrate.source.summary import NEEDS_A_PERSON, said, sentences

_COLOURS = {"error": "31", "warning": "33", "note": "36"}
_BOLD, _MARKED = "1", "1;35"
#: How many characters of a long line are shown before the place.
_BEFORE = 24


def write(result, width=80, colour=True):
    """Return the findings by file, and the summary below.

    Args:
        result: the `Result` of a scan.
        width: the columns of the terminal.
        colour: whether severities have colours.
    """

    def paint(code, text):
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    lines = []
    for path, findings in itertools.groupby(result.findings, key=lambda one: one.path):
        lines.append(paint(_BOLD, printable(path)))
        pieces = _pieces(path)
        for _, alike in itertools.groupby(findings, key=_span):
            alike = list(alike)
            lines += [line for one in alike for line in _finding_lines(one, width, paint)]
            lines += _shown(alike[0], pieces, width, paint)
        lines.append("")
    return "\n".join([*lines, *sentences(result)])


def _span(one):
    return one.cell, one.line, one.column, one.end_line, one.end_column


def _finding_lines(one, width, paint):
    cell = f"cell {one.cell}:" if one.cell else ""
    text = printable(f"{cell}{one.line}:{one.column} {one.rule} {said(one)}")
    first, *rest = textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
    lines = [first.replace(one.rule, paint(_COLOURS[one.severity], one.rule), 1), *rest]
    return [line.replace(NEEDS_A_PERSON, paint(_MARKED, NEEDS_A_PERSON)) for line in lines]


def _shown(one, pieces, width, paint):
    """Return the line of source and the mark below it; [] where the source cannot be read again."""
    lines = pieces.get(one.cell, ())
    if one.line > len(lines):
        return []
    text, room = lines[one.line - 1], width - 6
    end = one.end_column - 1 if one.end_line == one.line else len(text)
    before, marked, after = (
        printable(part) for part in (text[: one.column - 1].lstrip(), text[one.column - 1 : end], text[end:])
    )
    if len(before) + len(marked) > room:
        before = before[-_BEFORE:]
    mark = "^" * max(1, min(len(marked), room - len(before)))
    return [
        f"    | {(before + marked + after)[:room]}".rstrip(),
        f"    | {' ' * len(before)}{paint(_COLOURS[one.severity], mark)}",
    ]


def _pieces(path):
    """Map None, or the number of each cell of a notebook, to the lines of the file."""
    try:
        text, _ = decode(read_regular(path, MAX_READ))
        pieces = notebook(text) if path.endswith(".ipynb") else [Piece(text)]
    except (OSError, ValueError, NotANotebook):
        return {}
    return {piece.cell: re.split(r"\r\n|\r|\n", piece.text) for piece in pieces}
