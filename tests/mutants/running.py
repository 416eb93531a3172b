"""Every planted mistake through the test that must see it, in temporary copies of the tree."""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What came of one mistake.

    Attributes:
        mistake: the `Mistake`.
        problem: why it is not caught, "" if it is.
        said: the output of the test.
    """

    mistake: object
    problem: str
    said: str = ""


def copy_tree(folder):
    """Copy the files that are tracked, and those that are new, as they are now."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


class Worker:
    """A process of `worker.py` in a copy of the tree."""

    def __init__(self, folder):
        self.folder = folder
        copy_tree(folder)
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.worker"],
            cwd=folder,
            env={**environment, "TF_CPP_MIN_LOG_LEVEL": "3"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, test, mistake=None):
        """Run a test, with a mistake or without one."""
        task = [mistake.file, mistake.old, mistake.new, test] if mistake else ["", "", "", test]
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        return (
            json.loads(line) if line else {"passed": 0, "failed": 0, "broken": 1, "said": "the worker died"}
        )

    def close(self):
        """End the process."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@contextmanager
def worker():
    """A `Worker`, its copy removed in the end."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        one = Worker(Path(name))
        try:
            yield one
        finally:
            one.close()


def judge(worker, test, mistakes):
    """Run a test without a mistake, then with each; yield an `Outcome` each.

    It is caught if the test itself fails: not if it passes, and not if it cannot be collected or set up.
    """
    plain = worker.ask(test)
    if plain["failed"] or plain["broken"] or not plain["passed"]:
        yield from (
            Outcome(one, "the test does not pass without a mistake", plain["said"]) for one in mistakes
        )
        return
    for one in mistakes:
        found = worker.ask(test, one)
        if found["failed"]:
            yield Outcome(one, "")
        else:
            how = "the test breaks before it runs" if found["broken"] else "the test passes"
            yield Outcome(one, how, found["said"])


def run_all(mistakes, processes, tell):
    """Judge all mistakes, those of one test together; `tell` is called with each `Outcome`."""
    groups, waiting, lock = {}, queue.SimpleQueue(), threading.Lock()
    for one in mistakes:
        groups.setdefault(one.test, []).append(one)
    for group in groups.items():
        waiting.put(group)
    outcomes = []

    def work():
        with worker() as own:
            while True:
                try:
                    test, group = waiting.get_nowait()
                except queue.Empty:
                    return
                for outcome in judge(own, test, group):
                    with lock:
                        outcomes.append(outcome)
                        tell(outcome)

    threads = [threading.Thread(target=work) for _ in range(min(processes, len(groups)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
