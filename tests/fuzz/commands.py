"""A graph that kills TensorFlow, given to the command as a user would."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from . import graphs, programs

ROOT = Path(__file__).resolve().parents[2]
LIMITS = ("--time-limit", "20", "--memory-limit", "4")


def fault(name):
    """Say what is wrong with how `convert` ends on a graph, "" for nothing.

    Args:
        name: of `graphs.cases`.
    """
    return _fault(graphs.odd(name).graph, ())


def fault_of_program(name):
    """Say what is wrong with how `convert --fetch` ends on a program, "" for nothing.

    Args:
        name: of `programs.cases`.
    """
    model, fetch = programs.program(name)
    return _fault(model.graph, tuple(f"--fetch={tensor}" for tensor in fetch))


def _fault(graph, options):
    with tempfile.TemporaryDirectory() as folder:
        meta, weights = graphs.write(graph, Path(folder))
        out = Path(folder) / "out"
        command = ["convert", str(meta), "--weights", str(weights), "-o", str(out), *LIMITS, *options]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "tf2_lstm", *command],
                cwd=ROOT,
                env=os.environ | {"TF2_LSTM_TRACEBACK": "1"},
                capture_output=True,
                text=True,
                timeout=600,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "the command has no end"
        left = sorted(path.name for path in Path(folder).iterdir())
        return judged(done.returncode, done.stderr, left)


def judged(code, errors, left):
    """Say what is wrong with the end of a command.

    Args:
        code: its exit code.
        errors: what it said on standard error.
        left: the names in the folder of the graph and of the output.
    """
    if code not in (0, 1, 2):
        return f"exit code {code}"
    if "Traceback" in errors or len(errors.splitlines()) != (code == 2):
        return f"exit code {code}, and said {errors[-300:]!r}"
    if left != (["odd.meta"] if code == 2 else ["odd.meta", "out"]):
        return f"exit code {code}, and left {left}"
    return ""
