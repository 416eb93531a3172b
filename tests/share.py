"""A share of the largest tables of tests: a run takes one part of three, which the id of the commit chooses.

A case of such a table is alike hundreds of others (an artefact of the zoo, a layer under one more policy) and takes
seconds. Tests that are marked `table` are counted one function at a time: a part has its share of each. All other
tests are run each time, and all of them where no share is asked for.
"""

import subprocess
from argparse import ArgumentTypeError
from collections import Counter
from pathlib import Path

#: How many parts `commit` divides a table into.
PARTS = 3
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


def in_share(names, part, parts):
    """Tell which tests of tables a part has.

    Args:
        names: the names of the tests, in their order, "file::function[case]".
        part, parts: as of `share_of`.

    Returns:
        A list of bools.
    """
    before, found = Counter(), []
    for name in names:
        function = name.partition("[")[0]
        found.append(before[function] % parts == part - 1)
        before[function] += 1
    return found


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
