"""The process of one contender: `python -m benchmarks.speed.worker NAME`; it also runs on Python 3.7.

It reads messages from its standard input and answers on its standard output:

    build     a task and its arrays -> the result, which is checked
    time      repeats -> seconds a call
    memory    -> the largest resident set so far, in MB
    versions  -> of what it uses
"""

import gc
import importlib
import os
import platform
import resource
import sys
import time
import traceback

from benchmarks.speed import wire
from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.tasks import Task


class Worker:
    """A contender and what it has built."""

    def __init__(self, name):
        self.name = name
        self.module = importlib.import_module("benchmarks.speed.contenders." + CONTENDERS[name].module)
        # Not on import: TensorFlow takes no number of threads once it has begun.
        getattr(self.module, "limit_threads", lambda: None)()
        self.again = None

    def build(self, message, arrays):
        """Build a task, run it once, return its result."""
        self.again = None
        self.module.forget()
        gc.collect()
        first, self.again = self.module.build(self.name, Task(**message["task"]), arrays)
        return {}, first()

    def time(self, message, arrays):
        """Return the seconds a call of some repeats; the first is not counted when a call is short."""
        if message["warm"]:
            self.again()
        start = time.perf_counter()
        for _ in range(message["repeats"]):
            self.again()
        return {"seconds": (time.perf_counter() - start) / message["repeats"]}, {}

    def memory(self, message, arrays):
        """Return the peak of this process in MB."""
        return {"mb": _peak_kilobytes() / 1024.0}, {}

    def versions(self, message, arrays):
        """Return the versions of Python and of what the contender uses."""
        return {"versions": dict(self.module.versions(), python=platform.python_version())}, {}


def _peak_kilobytes():
    """The largest resident set; on Linux `ru_maxrss` begins with that of the process that started this one."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(name):
    """Serve until the input ends."""
    # What a library prints must not come between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests, worker = sys.stdin.buffer, None
    while True:
        message, arrays = wire.receive(requests)
        if message is None:
            return
        try:
            worker = worker or Worker(name)
            wire.send(answers, *getattr(worker, message["do"])(message, arrays))
        except Exception:
            wire.send(answers, {"error": traceback.format_exc()})


if __name__ == "__main__":
    main(sys.argv[1])
