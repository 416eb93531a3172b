"""From bytes to source text: encodings, and the cells of a notebook."""

import ast
import io
import json
import re
import sys
import tokenize
import warnings
from dataclasses import dataclass

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_OTHER_LANGUAGES = frozenset(
    (
        "bash", "bigquery", "cmd", "css", "html", "javascript", "js", "julia", "latex", "markdown", "perl",
        "powershell", "r", "ruby", "script", "sh", "sql", "svg", "svelte", "system", "sx",
    )
)  # fmt: skip
_WRITES_A_FILE = re.compile(r"\s*%%(?:writefile|file)\s.*?(\.\w+)?\s*$", re.M)
_TIMED = re.compile(r"^(\s*)(%(?:timeit|time|prun|memit)(?:\s+-\S+(?:\s+\d+)?)*\s+)(?=\S)", re.A)
_LINE_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|.*[\w)\]]\?{1,2}\s*)$")
_ASSIGNED_MAGIC = re.compile(r"^(\s*[\w.,\s\[\]'\"]+=\s*)[%!].*$")


@dataclass(frozen=True)
class Piece:
    """A stretch of source text: a file, or one cell of a notebook.

    Attributes:
        text: the source.
        cell: the number of the cell, counted from 1; None for a file.
    """

    text: str
    cell: object = None


class NotANotebook(ValueError):
    """A file with the suffix of a notebook that has no cells."""


def decode(data):
    """Return (text, None), or (text, what is wrong) when Python itself would refuse the bytes."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), f"it is {encoding.upper()}, which Python refuses"
    if b"\0" in data:
        return data.replace(b"\0", b"").decode("utf-8", "replace"), "it has NUL bytes, which Python refuses"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding), None
    except (SyntaxError, UnicodeError, LookupError) as error:
        reason = str(error).splitlines()[0]
        return data.decode("latin-1"), f"it was read as Latin-1 because {reason}"


def notebook(text):
    """Return the pieces of Python in a notebook.

    Args:
        text: the notebook's JSON.

    Returns:
        A list of `Piece`; magics are blanked out, cells of another language are left out.

    Raises:
        NotANotebook: it is not JSON, or has no list of cells.
    """
    try:
        content = json.loads(text)
        sheets = content.get("worksheets") or [content]
        cells = [cell for sheet in sheets for cell in sheet["cells"]]
        if _language(content) not in ("python", "ipython", ""):
            return []
        return [
            Piece(without_magics(_source(cell)), number)
            for number, cell in enumerate(cells, start=1)
            if cell.get("cell_type") == "code"
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotANotebook(f"{type(error).__name__}: {error}") from None


def _language(content):
    metadata = content.get("metadata") or {}
    language = (metadata.get("language_info") or {}).get("name") or (metadata.get("kernelspec") or {}).get(
        "language"
    )
    return re.sub(r"\d.*$", "", str(language or "").lower())


def _source(cell):
    source = cell.get("source", cell.get("input", ""))
    return source if isinstance(source, str) else "".join(source)


def without_magics(text):
    """Return a cell's source with IPython's magics blanked out; lines keep their numbers."""
    magic = _CELL_MAGIC.match(text)
    written = _WRITES_A_FILE.match(text)
    if magic and (magic.group(1).lower() in _OTHER_LANGUAGES or (written and written.group(1) != ".py")):
        return ""
    lines = text.split("\n")
    for _ in range(len(lines)):
        number = _not_python("\n".join(lines))
        if number is None:
            return "\n".join(lines)
        # Line by line, as Python stops at them: `% b` in an expression that goes on is no magic.
        if number > len(lines) or not _blank_at(lines, number - 1):
            break
    return "\n".join(_blank(line) for line in lines)


def _not_python(text):
    """Return the number of the line that Python stops at, None if there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError as error:
        return error.lineno or sys.maxsize
    except (ValueError, RecursionError, MemoryError):
        return sys.maxsize
    return None


def _blank_at(lines, number):
    """Blank a magic and the lines that its backslashes join to it; return False if there is none."""
    before = lines[number]
    lines[number] = _blank(before)
    if lines[number] == before:
        return False
    joined = not lines[number].rstrip().endswith("\\")
    while joined and before.rstrip().endswith("\\") and number + 1 < len(lines):
        number += 1
        before, lines[number] = lines[number], ""
    return True


def _blank(line):
    timed = _TIMED.match(line)
    if timed:  # The statement that is timed keeps its column.
        return timed.group(1) + "pass;".ljust(len(timed.group(2))) + line[timed.end() :]
    assigned = _ASSIGNED_MAGIC.match(line)
    if assigned:
        return assigned.group(1) + "None"
    magic = _LINE_MAGIC.match(line)
    return magic.group(1) + "pass" if magic else line
