"""Odd graphs, deep graphs and damaged files, many thousands.

python -m tests.fuzz [--settings 500] [--deep 3000] [--files 10000] [--only NAME]

Every allowed operation is drawn with odd attributes and inputs, read, and run by the prover; levels that use a tensor
twice are put on edges of the zoo's graphs, which are read; every kind of file is damaged and read. Each is refused in
one line or read rightly, within five seconds of a processor. TensorFlow itself
dies of some graphs or finds no end: these are given to the command, which must end by itself, in one line.
"""

import argparse
import sys
from collections import Counter, defaultdict

from . import commands, deep, files, graphs, workers

#: Graphs of one operation that are given to the command; it takes seconds.
SAMPLE = 2


def main(argv=None):
    """Run the fuzz; 0 when there is no fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--settings", type=int, default=500, help="of each operation; 500 by default")
    parser.add_argument(
        "--deep", type=int, default=3_000, help="graphs with levels on an edge; 3000 by default"
    )
    parser.add_argument("--files", type=int, default=10_000, help="damaged files; 10000 by default")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="these cases alone")
    chosen = parser.parse_args(argv)
    names = chosen.only or [
        *graphs.cases(chosen.settings),
        *deep.cases(chosen.deep),
        *files.cases(chosen.files),
    ]
    damaged = [name for name in names if "/" in name]
    levels = [name for name in names if name.startswith("deep:")]
    faults = of_graphs([name for name in names if "/" not in name and not name.startswith("deep:")])
    faults += of_readings("deep graphs", levels, deep.work)
    files.prepare({name.partition("/")[0] for name in damaged})
    faults += of_readings("damaged files", damaged, files.work)
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


def of_readings(what, names, work):
    """Read what is deep or damaged; return how many are faults.

    Args:
        what: the names are of.
        names: of the cases.
        work: what is done with each.
    """
    counts, faults = Counter(), 0
    for end in workers.run(names, work):
        counts[end.kind] += 1
        if end.kind not in ("read", "refused"):
            faults += _tell(end.case, end.kind, end.said)
    print(f"{sum(counts.values())} {what}: {dict(counts)}: {faults} fault(s)", flush=True)
    return faults


def _tell(case, kind, said):
    print(f"{case}: {kind}: {said}", flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
