"""Is a whole program that was converted as fast as the TF1 session that ran it?

For each program of `whole_programs` a process builds it, saves it and runs it in its session; here it is converted,
loaded with `tf2_lstm.load_model`, held against the session's numbers, and called in `tf.function`; and it leaves for
onnxruntime, by `tf2-lstm export --format onnx`, if it can. All take turns.

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
#: What is held against the session: key of the figures -> what it is.
WAYS = {"keras": "Keras model", "onnx": "exported ONNX"}
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
    return lambda: function(given)[output].numpy()


def exported(folder):
    """Write the model as `tf2-lstm export --format onnx` does: (a function as that of `converted`, or why none)."""
    from tf2_lstm.errors import UserError
    from tf2_lstm.migrate.export.leaving import leave

    entry = json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))["models"][-1]
    try:
        report = leave(folder / "out" / entry["file"], folder / "model.onnx", "onnx")
    except UserError as error:
        return None, str(error)
    if not report.passed:
        raise SystemExit("the ONNX file is not proved: nothing is timed")
    from benchmarks.speed.contenders.onnx import session_of

    session, (output,) = (
        session_of((folder / "model.onnx").read_bytes()),
        [one["name"] for one in entry["outputs"]],
    )
    with np.load(folder / "inputs.npz") as saved:
        given = {one["name"]: saved[one["tf1"].partition(":")[0]] for one in entry["inputs"]}
    return lambda: session.run([output], given)[0], ""


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
            onnx, refused = exported(folder)
            ways = {"keras": ours, **({"onnx": onnx} if onnx else {})}
            for function in ways.values():
                check(name, function(), folder)
            runs = max(1, round(SECONDS / session(2)))
            turns = [
                {
                    "session": session(runs),
                    **{way: _seconds(function, runs) for way, function in ways.items()},
                }
                for _ in range(rounds)
            ]
    found = {"session": f"TensorFlow {version}", "session_ms": _median_ms(turns, "session")}
    found |= {way: _figures(turns, way) for way in ways}
    return found if onnx else {**found, "onnx": {"refused": refused}}


def _figures(turns, way):
    ratios = [turn["session"] / turn[way] for turn in turns]
    return {
        "ms": _median_ms(turns, way),
        "times_as_fast": round(statistics.median(ratios), 2),
        "lowest_and_highest": [round(min(ratios), 2), round(max(ratios), 2)],
    }


def _median_ms(turns, way):
    return round(1e3 * statistics.median(turn[way] for turn in turns), 2)


def _seconds(function, runs):
    start = time.perf_counter()
    for _ in range(runs):
        function()
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
        said = [f"{name}: {one['session']} {one['session_ms']:.2f} ms", *(_line(way, one) for way in WAYS)]
        print("\n  ".join(said), flush=True)
    machine.look_again(found["machine"])
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _line(way, program):
    """What is printed of one way to compute a program."""
    one, label = program[way], WAYS[way]
    if "refused" in one:
        return f"{label}: {one['refused']}"
    return f"{label} {one['ms']:.2f} ms: {one['times_as_fast']:.2f} times as fast ({_range(one)})"


def _range(one):
    """From the lowest turn to the highest, as text."""
    low, high = one["lowest_and_highest"]
    return f"{low:.2f} to {high:.2f}"


def table(path=RESULT):
    """The table of the committed figures for benchmarks/figures.md."""
    found = json.loads(path.read_text(encoding="utf-8"))
    rows = [
        [
            name,
            f"{one['session_ms']:.1f}",
            *(_cell(one[way], part) for part in ("ms", "times") for way in WAYS),
        ]
        for name, one in found["programs"].items()
    ]
    (session,) = {one["session"] for one in found["programs"].values()}
    labels = list(WAYS.values())
    head = [
        "program",
        "session, ms",
        *(f"{one}, ms" for one in labels),
        *(f"{one}, times as fast" for one in labels),
    ]
    where = f"{machine.said(found['machine'])}, median of {found['rounds']} turns"
    left = [
        f"The {name} does not leave for ONNX: {one['onnx']['refused'].partition('. ')[0]}."
        for name, one in found["programs"].items()
        if "refused" in one["onnx"]
    ]
    return "\n\n".join([f"{where}; the session is {session}.", grid(head, rows), *left])


def _cell(one, part):
    if "refused" in one:
        return "-"
    return f"{one['ms']:.1f}" if part == "ms" else f"**{one['times_as_fast']:.2f}x** ({_range(one)})"


if __name__ == "__main__":
    main()
