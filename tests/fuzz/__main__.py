"""Odd graphs and damaged files, many thousands: `python -m tests.fuzz [--settings 500] [--files 10000] [--only NAME]`.

Every allowed operation is drawn with odd attributes and inputs, read, and run by the prover; every kind of file is
damaged and read. Each is refused in one line or read rightly, within five seconds of a processor. TensorFlow itself
dies of some graphs or finds no end: these are given to the command, which must end by itself, in one line.
"""

import argparse
import sys
from collections import Counter, defaultdict

from . import commands, files, graphs, workers

#: Graphs of one operation that are given to the command; it takes seconds.
SAMPLE = 2


def main(argv=None):
    """Run the fuzz; 0 when there is no fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--settings", type=int, default=500, help="of each operation; 500 by default")
    parser.add_argument("--files", type=int, default=10_000, help="damaged files; 10000 by default")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="these cases alone")
    chosen = parser.parse_args(argv)
    names = chosen.only or graphs.cases(chosen.settings)
    faults = of_graphs([name for name in names if "/" not in name])
    names = chosen.only or files.cases(chosen.files)
    faults += of_files([name for name in names if "/" in name])
    return 1 if faults else 0


def of_graphs(names, work=graphs.work, command=commands.fault):
    """Read and run odd graphs; return how many are faults.

    Args:
        names: of `graphs.cases`.
        work: what is done with each.
        command: what says what is wrong with the command's end on a deadly graph, "" for nothing.
    """
    counts, deadly, faults = Counter(), defaultdict(list), 0
    for end in workers.run(names, work):
        counts[end.kind] += 1
        if end.kind == "failed":
            faults += _tell(end.case, end.kind, end.said)
        if end.kind in ("died", "no end"):
            deadly[end.case.partition(":")[0], end.kind].append(end.case)
    tried = [(name, kind) for (_, kind), cases in sorted(deadly.items()) for name in cases[:SAMPLE]]
    for name, kind in tried:
        said = command(name)
        faults += _tell(name, kind, said) if said else 0
    operations = {name.partition(":")[0] for name in names}
    print(f"{sum(counts.values())} graphs of {len(operations)} operations: {dict(counts)}")
    print(f"{len(tried)} deadly ones given to the command: {faults} fault(s)", flush=True)
    return faults


def of_files(names, work=files.work):
    """Read damaged files; return how many are faults."""
    if names:
        files.prepare({name.partition("/")[0] for name in names})
    counts, faults = Counter(), 0
    for end in workers.run(names, work):
        counts[end.kind] += 1
        if end.kind not in ("read", "refused"):
            faults += _tell(end.case, end.kind, end.said)
    print(f"{sum(counts.values())} damaged files: {dict(counts)}: {faults} fault(s)", flush=True)
    return faults


def _tell(case, kind, said):
    print(f"{case}: {kind}: {said}", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
