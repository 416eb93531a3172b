"""From bytes to source text: encodings, and the cells of a notebook."""

import ast
import codecs
import io
import json
import re
import tokenize
import warnings
from dataclasses import dataclass

from tf2_lstm.migrate.source.limits import MAX_PARSED

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
_WRITES_A_FILE = re.compile(r"\s*%%(?:writefile|file)\s")
_TIMED = re.compile(r"^(\s*)(%(?:timeit|time|prun|memit)(?:\s+-\S+(?:\s+\d+)?)*\s+)(?=\S)", re.A)
_ASSIGNED_MAGIC = re.compile(r"(?<![=!<>])=[ \t]*[%!]")
# A string that is not closed ends with its line: a search for its end from each quote would be quadratic.
_STRING = r"""'(?:\\.|[^'\\])*\\?(?:'|$)|"(?:\\.|[^"\\])*\\?(?:"|$)"""
_STRINGS = re.compile(_STRING)
_TOKEN = re.compile(r"(?P<comment>#.*)|(?P<triple>\'\'\'|\"\"\")|" + _STRING + r"|(?P<bracket>[][(){}])")
# Codecs of Python that take quadratic time.
_SLOW_CODECS = ("punycode", "idna")


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
    """A file has the suffix of a notebook and no cells."""


def decode(data):
    """Return (text, None), or (text, what is wrong) when Python itself would refuse the bytes."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace"), f"it is {encoding.upper()}, which Python refuses"
    if b"\0" in data:
        return data.replace(b"\0", b"").decode("utf-8", "replace"), "it has NUL bytes, which Python refuses"
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        if codecs.lookup(encoding).name in _SLOW_CODECS:
            raise LookupError(f"no source is written in {encoding}")
        return data.decode(encoding), None
    except (SyntaxError, UnicodeError, LookupError) as error:
        reason = str(error).splitlines()[0]
        return data.decode("latin-1"), f"it was read as Latin-1 because {reason}"


def notebook(text):
    """Return the Python source in a notebook.

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
        code = [
            (_source(cell), number)
            for number, cell in enumerate(cells, start=1)
            if cell.get("cell_type") == "code"
        ]
        # Every cell is parsed to find its magics; one that is too large to parse is searched by text as it is.
        is_small = sum(len(source) for source, _ in code) <= MAX_PARSED
        return [Piece(without_magics(source) if is_small else source, number) for source, number in code]
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
    """Return a cell's source with IPython's magics blanked out; lines keep their numbers.

    Args:
        text: the source of the cell. Each of its characters is looked at a fixed number of times.
    """
    magic = _CELL_MAGIC.match(text)
    if magic and (magic.group(1).lower() in _OTHER_LANGUAGES or _writes_no_python(text)):
        return ""
    return text if _is_python(text) else "\n".join(_blanked(text.split("\n")))


def _writes_no_python(text):
    first = text.strip().split("\n", 1)[0]
    return bool(_WRITES_A_FILE.match(first + " ")) and not first.rstrip().endswith(".py")


def _is_python(text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _blanked(lines):
    """Yield the lines with magics blanked out; `% b` in a line that continues a statement is no magic."""
    inside, depth, joined, of_magic = "", 0, False, False
    for line in lines:
        if of_magic or not (inside or depth or joined):
            blank = "" if of_magic else _blank(line)
            if blank != line:
                of_magic = line.rstrip().endswith("\\") and not _TIMED.match(line)
                yield blank
                continue
            of_magic = False
        inside, depth, code = _goes_on(line, inside, depth)
        joined = code.rstrip().endswith("\\")
        yield line


def _goes_on(line, inside, depth):
    """Return (the quotes of the string that is open at the line's end, the open brackets, the line's code)."""
    at = 0
    if inside:
        at = line.find(inside)
        if at < 0:
            return inside, depth, ""
        at += 3
    while match := _TOKEN.search(line, at):
        at = match.end()
        if match["comment"]:
            return "", depth, line[: match.start()]
        if match["triple"]:
            at = line.find(match["triple"], at)
            if at < 0:
                return match["triple"], depth, ""
            at += 3
        elif match["bracket"]:
            depth = max(0, depth + (1 if match["bracket"] in "([{" else -1))
    return "", depth, line


def _blank(line):
    """Return a line at which a statement begins with its magic blanked out."""
    timed = _TIMED.match(line)
    if timed:  # The statement that is timed keeps its column.
        return timed.group(1) + "pass;".ljust(len(timed.group(2))) + line[timed.end() :]
    code = line.lstrip()
    indent = line[: len(line) - len(code)]
    if code[:1] in ("%", "!", "?"):
        return indent + "pass"
    code = _without_strings(code).rstrip()
    if code.endswith("?"):
        return indent + "pass"
    assigned = _ASSIGNED_MAGIC.search(code)
    return line[: len(indent) + assigned.start()] + "= None" if assigned else line


def _without_strings(code):
    """Return a line of code up to its comment, with its strings blanked out."""
    bare = _STRINGS.sub(lambda found: "_" * len(found.group()), code)
    return bare.partition("#")[0]
