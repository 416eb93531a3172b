"""Snippets carry what is expected of them: `#: names` and `#! trap rules` at the end of a line."""

import re

from tf2_lstm.migrate.source.rules import short
from tf2_lstm.migrate.source.scan import scan

_NAMES = re.compile(r"#:\s*([^#]*)")
_TRAPS = re.compile(r"#!\s*([^#]*)")


def expected(code, pattern):
    """Return {(line, word)} of the marks in a snippet."""
    found = set()
    for number, line in enumerate(code.split("\n"), start=1):
        for mark in pattern.findall(line):
            found |= {(number, word) for word in mark.split()}
    return found


def expected_names(code):
    return expected(code, _NAMES)


def expected_traps(code):
    return expected(code, _TRAPS)


def findings(code):
    """Return the findings of a source given on the standard input."""
    data = code if isinstance(code, bytes) else code.encode()
    return scan(["-"], stdin=data).findings


def is_trap(one):
    return one.rule >= "RNN500"


def names(code):
    """Return {(line, name)} of every finding but the traps."""
    return {(one.line, short(one.name)) for one in findings(code) if not is_trap(one)}


def traps(code):
    """Return {(line, rule)} of the traps."""
    return {(one.line, one.rule) for one in findings(code) if is_trap(one)}


def table(*rows):
    """Return the arguments of `pytest.mark.parametrize` for rows of (sentence, code)."""
    sentences = [sentence for sentence, _ in rows]
    assert len(set(sentences)) == len(sentences), "two rows have one sentence"
    return {"argnames": "code", "argvalues": [code for _, code in rows], "ids": sentences}
