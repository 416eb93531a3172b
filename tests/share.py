"""A share of the slow tests: a run takes one part of three of them, which the id of the commit chooses.

Three quarters of all time go to one test in fifteen: programs that are converted and proved, layers that are
compiled, commands in processes of their own. `slow.txt` names them, as measured. All other tests are run each time,
and those that are marked `always`; without a share all are.
"""

import subprocess
from argparse import ArgumentTypeError
from collections import Counter, defaultdict
from pathlib import Path
from zlib import crc32

#: How many parts `commit` divides the slow tests into.
PARTS = 3
#: The slow tests, a unit a line: a function, all of whose cases are, or a file, whose tests wait for one fixture.
SLOW = Path(__file__).with_name("slow.txt")
#: What is slow: the part of all seconds that a case takes, and that the fixtures of a file take.
SLOW_CASE, SLOW_FIXTURES = 1 / 4000, 1 / 1000
_ROOT = Path(__file__).resolve().parents[1]


def share_of(said):
    """Read what `--share` says.

    Args:
        said: "2/3", "commit" or "all".

    Returns:
        (part, parts), counted from 1; None for all.

    Raises:
        ArgumentTypeError: it says none of these.
    """
    if said == "all":
        return None
    if said == "commit":
        return 1 + _commit() % PARTS, PARTS
    part, _, parts = said.partition("/")
    if not (part.isdecimal() and parts.isdecimal() and 1 <= int(part) <= int(parts)):
        raise ArgumentTypeError(f"expected all, commit, or a part as 2/3, received {said!r}")
    return int(part), int(parts)


def in_share(names, slow, part, parts):
    """Tell which tests a part has.

    Args:
        names: the names of the tests, in their order, "file::function[case]".
        slow: the units of `SLOW`; what is of none is in every part.
        part, parts: as of `share_of`.

    Returns:
        A list of bools. A file is in one part as a whole. Of a function each part has its share of the cases.
    """
    before, found = Counter(), []
    for name in names:
        file, function = _file(name), _function(name)
        unit = next((one for one in (file, function) if one in slow), None)
        place = crc32(unit.encode()) + before[unit] if unit else 0
        before[unit] += unit == function
        found.append(unit is None or place % parts == part - 1)
    return found


def slow_of(measured):
    """Find what is slow in a run of all tests.

    Args:
        measured: (the name of a test, "setup", "call" or "teardown", seconds), in any order.

    Returns:
        The units, sorted: files of which fixtures take most of the time, and functions whose cases are slow on average.
    """
    files, fixtures, functions, cases = Counter(), Counter(), Counter(), defaultdict(set)
    for name, when, seconds in measured:
        files[_file(name)] += seconds
        fixtures[_file(name)] += seconds if when == "setup" else 0
        functions[_function(name)] += seconds
        cases[_function(name)].add(name)
    whole = sum(files.values())
    found = {
        file
        for file, seconds in fixtures.items()
        if seconds > whole * SLOW_FIXTURES and seconds > files[file] / 2
    }
    return sorted(found) + sorted(
        function
        for function, seconds in functions.items()
        if seconds > whole * SLOW_CASE * len(cases[function]) and _file(function) not in found
    )


def read_slow():
    """Return the units of `SLOW`."""
    return frozenset(SLOW.read_text(encoding="utf-8").split())


def write_slow(measured):
    """Write `SLOW` anew, of what `slow_of` takes."""
    SLOW.write_text("".join(f"{one}\n" for one in slow_of(measured)), encoding="utf-8")


def _file(name):
    return name.partition("::")[0]


def _function(name):
    return name.partition("[")[0]


def _commit():
    """Return the id of the commit that is checked out, as a number; 0 where none is.

    The number of commits would do, but those who always land three at once would never see two of the parts.
    """
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=_ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return 0
    return int(found.stdout, 16)
