"""Many cases in one process, which is begun again behind a case that kills it or does not come to an end."""

import faulthandler
import os
import resource
import select
import signal
import sys
import time
from collections import namedtuple

#: What came of a case: "read", "refused", "failed", "died" or "no end", and what was said of it.
End = namedtuple("End", "case kind said", defaults=("",))
#: Cases that one process does, so that its memory ends with it; bytes that it may take beyond what it begins with.
_MOST, _BYTES = 400, 4 * 2**30
#: Seconds of the clock for each second of a processor that a case may take: a machine has more to do.
_PATIENCE = 12


def run(cases, work, seconds=5.0):
    """Do the cases one after the other, in forks of this process.

    Args:
        cases: a list.
        work: a function of a case that returns (kind, what is to be said); an exception is "failed".
        seconds: of a processor that one case may take.

    Yields:
        The `End` of each case, in order.
    """
    done = 0
    while done < len(cases):
        for end in _Worker(cases[done : done + _MOST], work).ends(seconds):
            yield end
            done += 1


class _Worker:
    """One process; it writes a line as each case ends."""

    def __init__(self, cases, work):
        self._cases = cases
        read, write = os.pipe()
        sys.stdout.flush()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(read)
            _live(cases, work, write)
        os.close(write)
        self._read = read

    def ends(self, seconds):
        """Yield the ends of the cases until the process has done all or one was its end."""
        number, buffer, since, used = 0, b"", time.monotonic(), self._used()
        try:
            while number < len(self._cases):
                if not select.select([self._read], [], [], 0.5)[0]:
                    if self._used() - used > seconds or time.monotonic() - since > _PATIENCE * seconds:
                        yield End(self._cases[number], "no end", f"longer than {seconds:g} seconds")
                        return
                    continue
                told = os.read(self._read, 65_536)
                if not told:
                    yield End(self._cases[number], "died", self._how())
                    return
                *lines, buffer = (buffer + told).split(b"\n")
                for line in lines:
                    kind, _, said = line.decode("utf-8", errors="replace").partition(" ")
                    yield End(self._cases[number], kind, said)
                    number, since, used = number + 1, time.monotonic(), self._used()
        finally:
            os.close(self._read)
            self._end()

    def _used(self):
        """Seconds of a processor that the process and what it waited for took; 0.0 when it is gone."""
        try:
            with open(f"/proc/{self._pid}/stat", encoding="ascii") as file:
                times = file.read().rpartition(")")[2].split()[11:15]
        except OSError:
            return 0.0
        return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")

    def _how(self):
        status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        self._pid = None
        return signal.Signals(-status).name if status < 0 else f"exit {status}"

    def _end(self):
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)


def _live(cases, work, write):
    """Do the cases; the process ends here, whatever happens."""
    faulthandler.disable()
    silent = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silent, number)
    held = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (_held() + _BYTES, held))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for case in cases:
        try:
            kind, said = work(case)
        except Exception as error:
            kind, said = "failed", f"{type(error).__name__}: {error}"
        line = f"{kind} {' '.join(said.split())[:300]}"
        os.write(write, line.encode("utf-8", errors="replace") + b"\n")
    os._exit(0)


def _held():
    """The data of this process in bytes, as the limit counts it."""
    with open("/proc/self/status", encoding="ascii") as file:
        (line,) = [line for line in file if line.startswith("VmData")]
    return int(line.split()[1]) * 1024
