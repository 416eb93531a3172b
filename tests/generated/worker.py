"""One process of a long run: some programs of a seed, a line of JSON before and after each.

    python -m tests.generated.worker SEED COUNT FROM [--whole]
    python -m tests.generated.worker --shrink PROGRAM SORT [--whole]

Whoever started it reads from the lines which program it died with.
"""

import json
import sys
import tempfile
from pathlib import Path

from tests.generated.program import Layer, Program
from tests.generated.programs import drawn
from tests.generated.shrinking import shrunk
from tests.generated.trying import attempt


def try_one(program, whole=False):
    """Return the `Verdict` on a program, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        return attempt(program, Path(folder), whole)


def read(text):
    """Return the program that printed as a text."""
    return eval(text, {"__builtins__": {}, "Layer": Layer, "Program": Program})


def _say(**line):
    print(json.dumps(line), flush=True)


def main(arguments):
    """Run what the command line says."""
    whole = arguments[-1] == "--whole"
    arguments = arguments[: len(arguments) - whole]
    if arguments[0] == "--shrink":
        program, sort = read(arguments[1]), arguments[2]
        _say(shrunk=repr(shrunk(program, lambda one: try_one(one, whole).sort == sort)))
        return
    number, count, begin = map(int, arguments)
    for place, program in enumerate(drawn(number, count)):
        if place < begin:
            continue
        _say(place=place, program=repr(program))
        verdict = try_one(program, whole)
        _say(kind=verdict.kind, what=verdict.what, sort=verdict.sort, fault=verdict.fault)


if __name__ == "__main__":
    main(sys.argv[1:])
