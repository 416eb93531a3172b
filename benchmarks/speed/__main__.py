"""`python -m benchmarks.speed`: measure, check, print the goals, write the result."""

import argparse
import sys
import time
from pathlib import Path

from benchmarks.speed.checking import WrongResult
from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.process import ContenderError
from benchmarks.speed.run import run, write
from benchmarks.speed.tables import goals_table

RESULTS = Path(__file__).resolve().parent.parent / "results"


def parser():
    """The options of the command line."""
    found = argparse.ArgumentParser("benchmarks.speed", description=__doc__)
    found.add_argument("--quick", action="store_true", help="the short run, under three minutes")
    found.add_argument("--rounds", type=int, help="turns a contender and task (7; 3 with --quick)")
    found.add_argument(
        "--only", action="append", metavar="TEXT", help="parts whose key contains it, e.g. training/lstm"
    )
    names = list(CONTENDERS)
    found.add_argument(
        "--contenders", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names)
    )
    found.add_argument("--tf1-python", metavar="PATH", help="the Python of a TensorFlow 1.15.5 environment")
    found.add_argument("--output", type=Path, default=RESULTS, metavar="FOLDER", help="where the result goes")
    found.add_argument("--name", default="latest", help="of the result's files")
    return found


def main(argv=None):
    """Run; return 0, 1 when a contender is wrong, 2 when one cannot run or the command is wrong."""
    options = parser().parse_args(argv)
    rounds = (3 if options.quick else 7) if options.rounds is None else options.rounds
    if rounds < 1:
        print(f"--rounds: expected a number from 1 up; received {rounds}.", file=sys.stderr)
        return 2
    if options.tf1_python and not Path(options.tf1_python).is_file():
        print(
            f"--tf1-python: there is no file {options.tf1_python}; give the path of a python.",
            file=sys.stderr,
        )
        return 2
    started = time.monotonic()
    say = lambda text: print(f"{time.monotonic() - started:4.0f} s  {text}", flush=True)  # noqa: E731
    try:
        result = run(options.contenders, rounds, options.quick, options.only, options.tf1_python, say)
    except WrongResult as error:
        print(f"wrong, so nothing is timed: {error}", file=sys.stderr)
        return 1
    except ContenderError as error:
        print(error, file=sys.stderr)
        return 2
    write(result, options.output, options.name, say)
    print(goals_table(result))
    print(f"{result['seconds']} seconds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
