"""Odd graphs, deep graphs and damaged files, many thousands.

python -m tests.fuzz [--settings 500] [--programs 500] [--deep 3000] [--files 10000] [--first 0] [--only NAME]

Every allowed operation is drawn with odd attributes and inputs, read, and run by the prover; every one with a row in
the translation is converted as a whole program; levels that use a tensor twice are put on edges of the zoo's graphs,
which are read; every kind of file is damaged and read, models on their way out too. Each is refused in one line or
read rightly, within five seconds of a processor. TensorFlow itself dies of some graphs or finds no end: these are
given to the command, which must end by itself, in one line.
"""

import argparse
import sys
from collections import Counter, defaultdict

from . import commands, deep, files, graphs, programs, workers

#: Graphs of one operation that are given to the command; it takes seconds.
SAMPLE = 2


def main(argv=None):
    """Run the fuzz; 0 when there is no fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--settings", type=int, default=500, help="of each operation; 500 by default")
    parser.add_argument(
        "--programs", type=int, default=500, help="of each operation with a row; 500 by default"
    )
    parser.add_argument(
        "--deep", type=int, default=3_000, help="graphs with levels on an edge; 3000 by default"
    )
    parser.add_argument("--files", type=int, default=10_000, help="damaged files; 10000 by default")
    parser.add_argument(
        "--first", type=int, default=0, help="the number of the first case; others are drawn by others"
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="these cases alone")
    chosen = parser.parse_args(argv)
    names = chosen.only or [
        *graphs.cases(chosen.settings, first=chosen.first),
        *programs.cases(chosen.programs, chosen.first),
        *deep.cases(chosen.deep, chosen.first),
        *files.cases(chosen.files, chosen.first),
    ]
    damaged, levels, whole, odd = sorts(names)
    faults = of_graphs("graphs", odd)
    faults += of_graphs("programs", whole, programs.work, commands.fault_of_program)
    faults += of_readings("deep graphs", levels, deep.work)
    files.prepare({name.partition("/")[0] for name in damaged})
    faults += of_readings("damaged files", damaged, files.work)
    return 1 if faults else 0


def sorts(names):
    """Return the names of damaged files, of deep graphs, of whole programs, and of graphs with an odd node."""
    found = [], [], [], []
    for name in names:
        kinds = "/" in name, name.startswith("deep:"), name.startswith("program:"), True
        found[kinds.index(True)].append(name)
    return found


def of_graphs(what, names, work=graphs.work, command=commands.fault):
    """Read and run odd graphs; return how many are faults.

    Args:
        what: the names are of.
        names: of `graphs.cases` or of `programs.cases`.
        work: what is done with each.
        command: what says what is wrong with the command's end on a deadly graph, "" for nothing.
    """
    counts, deadly, faults = Counter(), defaultdict(list), 0
    for end in workers.run(names, work):
        counts[end.kind] += 1
        if end.kind == "failed":
            faults += _tell(end.case, end.kind, end.said)
        if end.kind in ("died", "no end"):
            deadly[end.case.rpartition(":")[0], end.kind].append(end.case)
    tried = [(name, kind) for (_, kind), cases in sorted(deadly.items()) for name in cases[:SAMPLE]]
    for name, kind in tried:
        said = command(name)
        faults += _tell(name, kind, said) if said else 0
    operations = {name.rpartition(":")[0] for name in names}
    print(f"{sum(counts.values())} {what} of {len(operations)} operations: {dict(counts)}")
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
