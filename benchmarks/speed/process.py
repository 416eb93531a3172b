"""The process of a contender, seen from the side that measures."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.speed import wire
from benchmarks.speed.contenders import CONTENDERS

ROOT = Path(__file__).resolve().parent.parent.parent
THREADS = 2
#: The same number of threads for all, and no chatter.
SETTINGS = {
    "OMP_NUM_THREADS": str(THREADS),
    "OPENBLAS_NUM_THREADS": str(THREADS),
    "MKL_NUM_THREADS": str(THREADS),
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "KERAS_BACKEND": "tensorflow",
}


class ContenderError(RuntimeError):
    """A contender could not do what it was asked for; the message has its own words."""


class Process:
    """One contender in one process, used as a context.

    Args:
        name: of the contender.
        python: the interpreter, that of the real TF 1.15 for "tf1".
    """

    def __init__(self, name, python=sys.executable):
        self.name = name
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [python, "-W", "ignore", "-m", "benchmarks.speed.worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={**os.environ, **SETTINGS, "PYTHONPATH": path},
        )

    def ask(self, do, arrays=None, **message):
        """Send a request, to be answered later; several processes can work at a time."""
        try:
            wire.send(self._process.stdin, {"do": do, **message}, arrays)
        except BrokenPipeError:
            raise self._gone() from None

    def answer(self):
        """Wait for the answer; return (dict, arrays)."""
        message, arrays = wire.receive(self._process.stdout)
        if message is None:
            raise self._gone()
        if "error" in message:
            raise ContenderError(f"{self.name} ({CONTENDERS[self.name].label}):\n{message['error']}")
        return message, arrays

    def do(self, do, arrays=None, **message):
        """Ask and wait."""
        self.ask(do, arrays, **message)
        return self.answer()

    def close(self):
        """End the process."""
        # What was not sent to a process that is gone cannot be sent now either.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.close()

    def _gone(self):
        code = self._process.wait()
        return ContenderError(
            f"{self.name} ({CONTENDERS[self.name].label}): its process ended with {code} and no answer. "
            f"See what it says: python -m benchmarks.speed.worker {self.name}"
        )
