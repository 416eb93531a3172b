"""`make mutants`: plant every mistake of the table, one at a time, and say which ones no test sees."""

import argparse
import sys

from tests.mutants.planted import PLANTED
from tests.mutants.running import run_all


def main():
    """Run; 0 if every mistake is caught, 1 if one survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help="mistakes of files or tests with this in the name"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--verbose", action="store_true", help="show the output of tests that did not see one"
    )
    given = parser.parse_args()
    chosen = [
        one for one in PLANTED if all(word in f"{one.file} {one.test} {one.old}" for word in given.words)
    ]
    if not chosen:
        sys.exit("no mistake is called so")

    def tell(outcome):
        print(f"{'SURVIVED' if outcome.problem else 'caught'}  {outcome.mistake}", flush=True)
        if outcome.problem:
            print(f"          {outcome.mistake.test}: {outcome.problem}", flush=True)
            print(outcome.said if given.verbose else "", end="", flush=True)

    outcomes = run_all(chosen, given.processes, tell)
    survived = [outcome for outcome in outcomes if outcome.problem]
    print(
        f"{len(outcomes) - len(survived)} of {len(outcomes)} planted mistakes caught, {len(survived)} survived"
    )
    return 1 if survived or len(outcomes) != len(chosen) else 0


if __name__ == "__main__":
    sys.exit(main())
