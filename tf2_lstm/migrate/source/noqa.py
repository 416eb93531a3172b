"""`# noqa` and `# noqa: RNN101`: findings that a person has looked at."""

import re
from functools import lru_cache

_NOQA = re.compile(r"#\s*noqa(?!\w)(?P<codes>\s*:\s*[A-Z]+[0-9]*(?:[\s,]+[A-Z]+[0-9]+)*)?", re.I)


def is_noqa(lines, finding):
    """Whether the line where a finding starts, or ends, silences it.

    Args:
        lines: the lines of the source.
        finding: the `Finding`.
    """
    return any(_is_silenced(lines, number, finding.rule) for number in {finding.line, finding.end_line})


def _is_silenced(lines, number, rule):
    codes = _codes(lines[number - 1]) if 0 < number <= len(lines) else None
    return codes is not None and (not codes or any(rule.startswith(code) for code in codes))


@lru_cache(maxsize=64)
def _codes(line):
    """Return the codes that a line silences, () for all, None for none; a long line has many findings."""
    match = _NOQA.search(line)
    return tuple(re.findall(r"[A-Z]+[0-9]*", (match.group("codes") or "").upper())) if match else None
