"""Make a stranger's text safe for a terminal, a file or a pull request: seen as it is, never acted on."""

import json
import re

# Texts that CI runners take for a command: `::error::` where a line begins, `##[error]` and `##vso[...]` anywhere.
_MARK = re.compile(r"#(?=#\w*\[)")
_COMMAND = re.compile(rf"^(?=\s*::)(\s*):|{_MARK.pattern}")
_MARKS = (
    (re.compile(r"\\(?=[!-/:-@\[-`{-~]|$)"), r"\\\\"),
    (re.compile(r"([`*~|]|(?<![^\W_])_|_(?![^\W_]))"), r"\\\1"),
    (re.compile(r"\](?=[(\[:])"), r"\\]"),
    (re.compile(r"&(?=#?\w+;)"), "&amp;"),
    (re.compile(r"<"), "&lt;"),
    (re.compile(r"://"), r":\\//"),
    (re.compile(r"www(?=\.)", re.I), r"\g<0>\\"),
    (re.compile(r"@(?=\w)"), "`@`"),
    (
        re.compile(r"^([-+=>#\[])"),
        r"\\\1",
    ),  # Reports put a colon behind names: [a]: would be a link's address.
    (re.compile(r"^(\d+)([.)])(?=\s|$)"), r"\1\\\2"),
)


def printable(text):
    r"""Return a text in which all that a terminal or a CI log would act on is spelled out, line ends too.

    Example:
        ```python
        assert printable("rnn/\x1b[31mcell") == r"rnn/\x1b[31mcell"
        assert printable("right\u202eleft") == r"right\u202eleft"
        assert printable("::error::x") == r"\x3a:error::x"
        ```
    """
    seen = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    return _COMMAND.sub(lambda found: (found[1] or "") + ("\\x23" if found[0] == "#" else "\\x3a"), seen)


def marked(text):
    r"""Return a text for Markdown outside of code: no HTML, link, image, mention, line end or table cell.

    Example:
        ```python
        assert marked("<b>|x") == r"&lt;b>\|x"
        assert marked("![a](b) of rnn_cell [c]") == r"![a\](b) of rnn_cell [c]"
        ```
    """
    seen = printable(text).strip(" ")  # Markdown shows no blanks at the ends, and takes four for code.
    for pattern, instead in _MARKS:
        seen = pattern.sub(instead, seen)
    return seen


def code(text):
    r"""Return a text as code in a Markdown table; it cannot end the code.

    Example:
        ```python
        assert code("rnn/kernel") == "`rnn/kernel`"
        assert code("a`b|c") == r"<code>a\`b\|c</code>"
        ```
    """
    seen = printable(text)
    if seen.strip() and not set(seen) & set("`|"):
        return f"`{seen}`"
    return f"<code>{marked(text)}</code>"


def python_comment(text):
    r"""Return a text for a comment of a Python source: ASCII, on one line, and no command of a CI runner.

    Example:
        ```python
        assert python_comment("a\n##[error]\xe9") == r"a\n\x23#[error]\xe9"
        ```
    """
    return printable(text).encode("ascii", "backslashreplace").decode()


def python_literal(text):
    r"""Return a text as a Python string in ASCII, with the quotes that formatters prefer; it reads back the same.

    Example:
        ```python
        assert python_literal("a") == '"a"'
        assert python_literal("##[error]") == r"'\x23#[error]'"
        ```
    """
    quoted = _MARK.sub(r"\\x23", ascii(text))
    return quoted if '"' in quoted or "\\" in quoted else f'"{quoted[1:-1]}"'


def json_text(data, indent=2):
    r"""Return plain data as JSON in ASCII, in which no text is a command of a CI runner; it reads back the same.

    Args:
        data: dicts, lists, texts and finite numbers.
        indent: the number of blanks of a level.
    """
    return _MARK.sub(r"\\u0023", json.dumps(data, indent=indent, allow_nan=False))


def linkless(text):
    r"""Return a text for SARIF, whose plain messages may hold links.

    Example:
        ```python
        assert linkless("see [here](there), [h, c]") == r"see \[here](there), [h, c]"
        ```
    """
    return re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", printable(text))
