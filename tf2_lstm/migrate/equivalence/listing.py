"""The cases that exist, how a user names them, and both columns of a pair side by side."""

import difflib
import importlib.util
import shutil
from pathlib import Path

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.pairs import CASES, PAIRS


class UnknownName(UserError):
    """The user's words name no pair, case or program."""


def choose(names, everything, default):
    """Return the cases that the user's words name, in the table's order, each once.

    Args:
        names: names of pairs, programs or cases.
        everything: all cases.
        default: the names when nothing was said.

    Returns:
        A list of `Case`.

    Raises:
        UnknownName: a name is none of those, the message names the nearest; or both names and all.
    """
    if names and everything:
        raise UnknownName(f"--all and {' '.join(names)} exclude each other. Leave one of them out.")
    names = list(names) or ([] if everything else list(default))
    for name in names:
        if name not in PAIRS and name not in CASES:
            raise _unknown(name, [*PAIRS, *CASES])
    return [
        case
        for case in CASES.values()
        if everything
        or case.name in names
        or any(case in PAIRS[name].cases for name in names if name in PAIRS)
    ]


def _unknown(name, known):
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See tf2-lstm compare --list."
    return UnknownName(f"no pair, case or program is called {name!r}. {hint}")


def list_pairs():
    """Return the list of all pairs, with the names that they cover and their cases, as text."""
    lines = []
    for pair in PAIRS.values():
        lines.append(f"{pair.name}  ({pair.kind})  {pair.tf1[0]} -> {pair.keras}")
        lines += [f"    {case.name:<41} {case.why}" for case in pair.cases]
    return "\n".join([*lines, "", f"{len(PAIRS)} pairs, {len(CASES)} cases"])


def side_by_side(name, width=None):
    """Return the files of both columns of a pair, line beside line, as text.

    Args:
        name: a pair or a program.
        width: the columns of the terminal; by default as many as it has.

    Raises:
        UnknownName: no such pair.
    """
    if name not in PAIRS:
        raise _unknown(name, list(PAIRS))
    width = width or shutil.get_terminal_size((160, 24)).columns
    half = max(40, (width - 3) // 2)
    columns = []
    for package in ("legacy_tf1", "tf2_lstm"):
        root = Path(importlib.util.find_spec(package).origin).parent
        text = (root / PAIRS[name].file).read_text(encoding="utf-8").expandtabs()
        columns.append([f"{package}/{PAIRS[name].file}", "", *text.splitlines()])
    left, right = (_wrapped(lines, half) for lines in columns)
    height = max(len(left), len(right))
    left += [""] * (height - len(left))
    right += [""] * (height - len(right))
    return "\n".join(f"{a:<{half}} | {b}".rstrip() for a, b in zip(left, right, strict=True))


def _wrapped(lines, width):
    return [line[start : start + width] for line in lines for start in range(0, max(1, len(line)), width)]
