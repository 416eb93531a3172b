"""Runs one test with one mistake after another, in a copy of the tree; TensorFlow is imported once, each run is a fork.

Reads tasks as lines of JSON, [file, old, new, test], the file "" for no mistake; answers each with a line {"passed",
"failed", "broken", "said"}: how many tests passed, failed in the test itself and broke elsewhere, and their output.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.mutants.mistake import Mistake

#: Imported before the forks; nothing of the project, which each fork imports with its mistake.
HEAVY = ("numpy", "tensorflow", "keras", "pytest", "rich.console", "pathspec")
#: Seconds that one test may take.
LONGEST = 240


class Counter:
    """A plugin of pytest that counts where tests passed, failed or broke."""

    def __init__(self):
        self.passed = self.failed = self.broken = 0

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.passed += report.passed
            self.failed += report.failed
        else:
            self.broken += report.failed

    def pytest_collectreport(self, report):
        self.broken += report.failed


def run(test):
    """Run one test in this process; what `Counter` counted."""
    import pytest

    counter = Counter()
    pytest.main(["-x", "-q", "-p", "no:cacheprovider", test], plugins=[counter])
    return {"passed": counter.passed, "failed": counter.failed, "broken": counter.broken}


def forked(test):
    """Run one test in a fork; its counts and its output."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as answer:
        child = os.fork()
        if not child:
            _in_child(test, said, answer)
        end = time.monotonic() + LONGEST
        while os.waitpid(child, os.WNOHANG) == (0, 0):
            if time.monotonic() > end:
                os.killpg(child, signal.SIGKILL)
            time.sleep(0.05)
        said.seek(0)
        answer.seek(0)
        counts = answer.read() or '{"passed": 0, "failed": 0, "broken": 1}'
        return {**json.loads(counts), "said": said.read()[-1500:]}


def _in_child(test, said, answer):
    os.setpgid(0, 0)
    for stream in (1, 2):
        os.dup2(said.fileno(), stream)
    try:
        json.dump(run(test), answer)
        answer.flush()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def attempt(file, old, new, test):
    """Plant a mistake, run the test, take the mistake away."""
    if not file:
        return forked(test)
    path = Path(file)
    text = path.read_text(encoding="utf-8")
    path.write_text(Mistake(file, old, new, test).planted(text), encoding="utf-8")
    try:
        return forked(test)
    finally:
        path.write_text(text, encoding="utf-8")


def main():
    """Answer tasks until the input ends."""
    for name in HEAVY:
        importlib.import_module(name)
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        print(json.dumps(attempt(*json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
