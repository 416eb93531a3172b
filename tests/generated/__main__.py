"""The long run: many programs in several processes, counted, the faults made small.

python -m tests.generated 5000 --processes 2
"""

import argparse
import collections
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

#: Programs that one process runs, so that its memory ends with it.
CHUNK = 100
#: Seconds that a process may take for one program of its chunk.
PATIENCE = 60


def chunk_of(seed, count, options=()):
    """Run the programs of one seed, each process that dies followed by another.

    Args:
        seed: the seed.
        count: how many programs are drawn.
        options: ["--whole"], or none.

    Returns:
        A list of dicts: the two lines of each program, `worker` says which.
    """
    found, begin = [], 0
    while True:
        lines, code = _lines([str(seed), str(count), str(begin), *options], PATIENCE * count)
        pairs = list(zip(lines[::2], lines[1::2], strict=False))
        found += [{**first, **second} for first, second in pairs]
        if code == 0:
            return found
        died = {"kind": "death", "what": f"exit {code}", "sort": f"death: exit {code}", "fault": True}
        if len(lines) % 2 == 0:
            return [*found, {"program": f"seed {seed}, after {len(found)}", **died}]
        found.append({**lines[-1], **died})
        begin = lines[-1]["place"] + 1


def _lines(arguments, seconds):
    command = [sys.executable, "-m", "tests.generated.worker", *arguments]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds)
    except subprocess.TimeoutExpired as error:
        return _read(error.stdout or b""), "no end"
    return _read(done.stdout), done.returncode


def _read(output):
    return [json.loads(line) for line in output.decode().splitlines() if line.startswith("{")]


def shrunk_text(program, sort, options=()):
    """Return the shrunk text of a failing program; of one that kills its process, the text as it is."""
    if sort.startswith("death"):
        return program
    lines, _ = _lines(["--shrink", program, sort, *options], 20 * PATIENCE)
    return lines[0]["shrunk"] if lines else program


def main(arguments=None):
    """Run, print the counts, and return 1 if there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m tests.generated", description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int)
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first hundred; the next have the next ones"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--no-shrink", action="store_true", help="print the shortest program that was found")
    parser.add_argument(
        "--whole", action="store_true", help="the whole program too, from what is fed to all that is fetched"
    )
    said = parser.parse_args(arguments)
    options = ["--whole"] if said.whole else []
    chunks = [
        (said.seed + number, min(CHUNK, said.count - CHUNK * number))
        for number in range(-(-said.count // CHUNK))
    ]
    with ThreadPoolExecutor(said.processes) as pool:
        found = [one for chunk in pool.map(lambda one: chunk_of(*one, options), chunks) for one in chunk]
    for sort, count in collections.Counter(one["sort"] for one in found).most_common():
        print(f"{count:6d}  {sort}")
    faults = [one for one in found if one["fault"]]
    print(f"{len(found)} programs, {len(faults)} faults")
    for sort in sorted({one["sort"] for one in faults}):
        shortest = min((one["program"] for one in faults if one["sort"] == sort), key=len)
        print(f"{sort}\n  {shortest if said.no_shrink else shrunk_text(shortest, sort, options)}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
