"""Run a stranger's graph in a process of its own, with limits: a crash ends no more than one part of the work.

The process is a fork of the command before TensorFlow is imported. It prints the output of the command; it tells the
parent through a pipe which part it works on. Where it dies or exceeds a limit in a part, the parent starts another one
that leaves this part out and says why; where it dies before or after the parts, the command ends with one line.
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field

#: Seconds between two looks at the memory of the process, and seconds that it may take to remove its files.
_LOOK, _GRACE = 0.05, 5.0
_PR_SET_PDEATHSIG = 1
#: The text in place of a part's name when all is written; no name of a node has it.
_DONE = "\0"
#: The signals that ask a command to end.
_ASKED = (signal.SIGINT, signal.SIGTERM)


@dataclass
class Task:
    """The process that a command runs in, as the command sees it.

    Attributes:
        skipped: part -> why it is left out.
        tell: called with the name of each part as the work on it begins, with "" when it has ended.
        done: called when all is written and only the printing is left, which may take any time.
    """

    skipped: dict = field(default_factory=dict)
    tell: object = lambda name: None
    done: object = lambda: None


@dataclass(frozen=True)
class Limits:
    """The limits of a process.

    Attributes:
        seconds: for each part, and for the time before and after them.
        bytes: the memory of the process and of those that it started.
    """

    seconds: float
    bytes: float


@dataclass(frozen=True)
class _End:
    """How a process ended: its exit code, or why it has none, and the part that it worked on."""

    code: int | None
    reason: str = ""
    part: str | None = None
    kind: str = "death"


#: How the process ended -> the next step.
NEXT = {
    "time": "Give it more with --time-limit, if the model is large.",
    "memory": "Give it more with --memory-limit, if the machine has it.",
    "death": "Is the graph whole, and does TensorFlow 1.x run it?",
    "done": "What it wrote is whole; run it again if the report was not printed.",
}


def run_isolated(command, run, limits, clean=lambda: None, path=""):
    """Run a command in a process of its own.

    Args:
        command: its name, for the line.
        run: a function of a `Task` to call in the process; it returns an exit code.
        limits: the `Limits`.
        clean: called after a process that did not end by itself; it removes the files that it was writing.
        path: the path that the command works on, for the line.

    Returns:
        The exit code; 2 after one line on standard error when the process died or exceeded a limit in no part, or twice
        in the same one. In the process itself the result of `run`.
    """
    task = Task()
    while True:
        child = _Child(limits)
        if child.pid == 0:
            return run(Task(task.skipped, child.tell, child.done))
        end = child.watch()
        if end.reason:
            clean()
        if end.code is not None:
            return end.code
        if end.kind == "done" or end.part is None or end.part in task.skipped:
            print(
                f"tf2-lstm {command}: {f'{path}: ' if path else ''}TensorFlow {_describe(end)}",
                file=sys.stderr,
            )
            return 2
        task.skipped[end.part] = f"TensorFlow {end.reason}"


def _describe(end):
    """Say how a process ended, what is written, and what to do next."""
    if end.kind == "done":
        return f"{end.reason} at the end. {NEXT[end.kind]}"
    where = f"at {end.part!r}" if end.part else "before a recurrence was found"
    return f"{end.reason} {where}; nothing was written. {NEXT[end.kind]}"


class _Child:
    """One process; `pid` is 0 inside of it."""

    def __init__(self, limits):
        self._limits, self._part, self._since, self._asked = limits, None, time.monotonic(), 0
        self._is_done = False
        self._said = _unnamed_file()
        self._read, self._write = os.pipe()
        sys.stdout.flush()
        parent = os.getpid()
        # Signals wait until the parent can forward them: the process must not outlive the command.
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, _ASKED)
        try:
            self.pid = os.fork()
        except OSError:
            self._hear()
            raise
        if self.pid:
            os.close(self._write)
        else:
            os.close(self._read)
            self._settle(parent)
            self._hear()

    def _hear(self):
        """Accept signals that ask to end again."""
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask)

    def _settle(self, parent):
        """Set up the process: a group of its own; TensorFlow's C++ prints to a file; it ends with its parent."""
        os.setpgid(0, 0)
        # The old standard error stays open for Python's own output.
        sys.stderr = os.fdopen(os.dup(2), "w", buffering=1, errors="backslashreplace")
        os.dup2(self._said.fileno(), 2)
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)

    def tell(self, name):
        """Tell the parent which part begins; called in the process."""
        os.write(self._write, name.encode("utf-8", errors="replace")[:400] + b"\n")

    def done(self):
        """Tell the parent that only the printing is left; called in the process."""
        os.write(self._write, _DONE.encode() + b"\n")

    def watch(self):
        """Wait for the end of the process, or kill it; return an `_End`."""
        with contextlib.suppress(OSError):
            os.setpgid(self.pid, self.pid)
        with self._forwarding():
            try:
                return self._watch()
            finally:
                os.close(self._read)
                self._kill()
                self._said.close()

    def _watch(self):
        while True:
            ready, _, _ = select.select([self._read], [], [], _LOOK)
            if ready and not self._note(os.read(self._read, 65_536)):
                # The pipe is closed: the process has ended, or is about to.
                return self._ended(os.waitpid(self.pid, 0)[1])
            if self._is_done:
                continue
            if time.monotonic() - self._since > self._limits.seconds:
                return _End(None, f"took longer than {self._limits.seconds:g} seconds", self._part, "time")
            if memory(self.pid) > self._limits.bytes:
                return _End(
                    None,
                    f"took more than {self._limits.bytes / 2**30:.3g} GiB of memory",
                    self._part,
                    "memory",
                )

    def _note(self, told):
        names = told.decode("utf-8", errors="replace").splitlines()
        if names:
            self._part, self._since = names[-1] or None, time.monotonic()
            self._is_done = _DONE in names
        return bool(told)

    def _ended(self, status):
        self.pid = None
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            return _End(code)
        if self._asked:
            return _End(128 + self._asked, "was asked to end")
        kind = "done" if self._is_done else "death"
        with contextlib.suppress(ValueError):
            return _End(None, f"died ({signal.Signals(-code).name}{self._last_words()})", self._part, kind)
        return _End(None, f"died (signal {-code})", self._part, kind)

    def _last_words(self):
        """Return the line of a failed check in the output of C++."""
        self._said.seek(0)
        lines = self._said.read(2**20).decode("utf-8", errors="replace").splitlines()
        failed = [line.partition("] ")[2] for line in lines if "Check failed" in line]
        return "".join(f": {one[:200]}" for one in failed[:1] if one.isprintable())

    def _kill(self):
        if self.pid is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self.pid, 0)

    @contextlib.contextmanager
    def _forwarding(self):
        """Forward signals that ask the command to end to the process; kill it if it does not end in time."""
        earlier = [signal.signal(number, self._forward) for number in _ASKED]
        last = signal.signal(signal.SIGALRM, lambda *_: os.killpg(self.pid, signal.SIGKILL))
        try:
            self._hear()
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            for number, handler in zip((*_ASKED, signal.SIGALRM), (*earlier, last), strict=True):
                signal.signal(number, handler)

    def _forward(self, number, frame):
        self._asked = number
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)
        signal.setitimer(signal.ITIMER_REAL, _GRACE)


def _unnamed_file():
    """Return a file without a name, in memory where the system can: it must work on a full disk."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("tensorflow"), "w+b")
    return tempfile.TemporaryFile()


def memory(pid):
    """Return how many bytes of memory a process holds, 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def can_isolate():
    """Whether the system can give a command a process of its own."""
    return hasattr(os, "fork")
