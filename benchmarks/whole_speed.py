"""Is a whole program that was converted as fast as the TF1 session that ran it?

For each program of `whole_programs` a process builds it, saves it and runs it in its session; here it is converted,
loaded with `tf2_lstm.load_model`, held against the session's numbers, and called in `tf.function`. The two take turns.

    python -m benchmarks.whole_speed [--tf1-python PATH] [--rounds 9] [--only NAME] [--json PATH]
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.speed import machine
from benchmarks.speed.process import ROOT, SETTINGS
from benchmarks.speed.tables import grid
from benchmarks.whole_programs import FETCHED, PROGRAMS

RESULT = ROOT / "benchmarks" / "results" / "whole_speed.json"
#: Largest allowed |difference|, as a part of the largest magnitude; see `speed/checking.py`.
ALLOWED = 2e-5
#: How long one turn takes, about.
SECONDS = 0.4


@contextlib.contextmanager
def session_of(name, folder, python):
    """Run the TF1 process of a program: (its version, a function that gives the seconds of one of so many runs)."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with subprocess.Popen(
        [python, "-W", "ignore", "-m", "benchmarks.whole_programs", name, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        env={**os.environ, **SETTINGS, "PYTHONPATH": path},
    ) as process:
        version = process.stdout.readline().strip()
        if not version:
            raise SystemExit(
                f"{name}: {python} could not build the program; run benchmarks.whole_programs with it"
            )

        def seconds(runs):
            process.stdin.write(f"{runs}\n")
            process.stdin.flush()
            return float(process.stdout.readline())

        yield version, seconds
        process.stdin.close()


def converted(folder):
    """Convert what the process saved; a function without arguments that computes the fetched tensor."""
    import tensorflow as tf

    import tf2_lstm
    from tf2_lstm.migrate.convert.converting import Request, convert

    conversion = convert(
        Request(str(folder / "model.ckpt"), program=True, fetch=(f"{FETCHED}:0",)), str(folder / "out")
    )
    if not conversion.complete:
        raise SystemExit("not converted as a whole: " + "; ".join(conversion.report.notes))
    entry = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))["models"][-1]
    model = tf2_lstm.load_model(folder / "out" / entry["file"])
    with np.load(folder / "inputs.npz") as saved:
        given = {one["name"]: tf.constant(saved[one["tf1"].partition(":")[0]]) for one in entry["inputs"]}
    function, (output,) = tf.function(model), [one["name"] for one in entry["outputs"]]
    return lambda: function(given)[output]


def check(name, found, folder):
    """Hold a result against the session's; nothing wrong is timed."""
    with np.load(folder / "outputs.npz") as saved:
        expected = saved[FETCHED]
    off = float(np.abs(found - expected).max() / np.abs(expected).max())
    # Written so that a NaN is no agreement.
    if found.shape != expected.shape or not off <= ALLOWED:
        raise SystemExit(
            f"{name}: expected {expected.shape}, received {found.shape}, off by {off:.1e} of the largest"
        )


def measure(name, python, rounds):
    """Return the figures of one program as plain data."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        with session_of(name, folder, python) as (version, session):
            ours = converted(folder)
            check(name, ours().numpy(), folder)
            runs = max(1, round(SECONDS / session(2)))
            turns = [(session(runs), _seconds(ours, runs)) for _ in range(rounds)]
    ratios = [theirs / own for theirs, own in turns]
    theirs, own = (statistics.median(each) for each in zip(*turns, strict=True))
    return {
        "session": f"TensorFlow {version}",
        "session_ms": round(1e3 * theirs, 2),
        "keras_ms": round(1e3 * own, 2),
        "times_as_fast": round(statistics.median(ratios), 2),
        "lowest_and_highest": [round(min(ratios), 2), round(max(ratios), 2)],
    }


def _seconds(function, runs):
    start = time.perf_counter()
    for _ in range(runs):
        function().numpy()
    return (time.perf_counter() - start) / runs


def main():
    """Measure every program, print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--tf1-python", default=sys.executable, help="python of a TensorFlow 1.15.5 environment"
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", choices=sorted(PROGRAMS), action="append")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    given = parser.parse_args()
    found = {"machine": machine.describe(), "rounds": given.rounds, "programs": {}}
    for name in given.only or PROGRAMS:
        one = found["programs"][name] = measure(name, given.tf1_python, given.rounds)
        low, high = one["lowest_and_highest"]
        print(
            f"{name:18} session {one['session_ms']:7.2f} ms, Keras {one['keras_ms']:7.2f} ms: "
            f"{one['times_as_fast']:.2f} times as fast as {one['session']} ({low} to {high})",
            flush=True,
        )
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def table(path=RESULT):
    """The table of the committed figures for benchmarks/figures.md."""
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        [name, f"**{one['times_as_fast']:.2f}x**", f"{one['session_ms']:.1f}", f"{one['keras_ms']:.1f}"]
        for name, one in found["programs"].items()
    ]
    (session,) = {one["session"] for one in found["programs"].values()}
    head = ["program", "times as fast", "session, ms", "Keras model, ms"]
    where = (
        f"{found['machine']['cpu']}, {found['machine']['threads']} threads, median of {found['rounds']} turns"
    )
    return f"{where}; the session is {session}.\n\n{grid(head, rows)}"


if __name__ == "__main__":
    main()
