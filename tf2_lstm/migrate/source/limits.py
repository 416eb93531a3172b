"""Limits of the work on one file: bytes read, bytes parsed, seconds. A file beyond them is a finding, never a wait."""

import os
import stat
import time

MAX_READ = 16_000_000
MAX_PARSED = 1_000_000
SECONDS = 10.0


class TooMuch(Exception):
    """A file is given up; the text says at which limit."""


class NotRegular(OSError):
    """A path is a pipe, a device or a socket, whose data has no end."""


class Clock:
    """The time that one task may take."""

    def __init__(self, seconds=None):
        self._seconds = SECONDS if seconds is None else seconds
        self._end = time.monotonic() + self._seconds

    def check(self):
        """Raise `TooMuch` when the time is over."""
        if time.monotonic() > self._end:
            raise TooMuch(f"it took more than {self._seconds:g} seconds")


def read_regular(path, limit=None):
    """Return the bytes of a regular file, cut one byte beyond the limit.

    Args:
        path: the file.
        limit: the number of bytes, `MAX_READ` by default.

    Raises:
        NotRegular: it is a pipe, a device, a socket or a folder. It is not opened.
        OSError: it cannot be opened.
    """
    limit = MAX_READ if limit is None else limit
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise NotRegular(0, "it is no regular file")
    # The file may have been replaced since: opening a pipe must not wait for a writer.
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise NotRegular(0, "it is no regular file")
        return file.read(limit + 1)


def _without_waiting(path, flags):
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
