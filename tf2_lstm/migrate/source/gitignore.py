"""Read the patterns of .gitignore files, as pathspec does, at a bounded cost."""

import contextlib
import math
import os
import time
import warnings

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from tf2_lstm.migrate.source.limits import TooMuch, read_regular

MAX_BYTES = 200_000
MAX_WAYS = 20_000_000
SECONDS = 5.0


class Patterns:
    """The .gitignore of one folder.

    Attributes:
        folder: the folder, an absolute path.
        given_up: a set of sentences on patterns that were not obeyed, and why.
    """

    def __init__(self, folder):
        self.folder = folder
        self.given_up = set()
        self._patterns = []
        self._spent = 0.0
        self._read()

    @property
    def path(self):
        """The path of the file."""
        return os.path.join(self.folder, ".gitignore")

    def _read(self):
        try:
            data = read_regular(self.path, MAX_BYTES)
        except FileNotFoundError:
            return
        except OSError as error:
            self.given_up.add(f"not opened: {error.strerror or error}")
            return
        if len(data) > MAX_BYTES:
            self.given_up.add(f"only its first {MAX_BYTES} bytes are obeyed")
        lines = data[:MAX_BYTES].decode("utf-8", "replace").split("\n")
        with self._counted() as check:
            for number, line in enumerate(lines, start=1):
                check()
                pattern = _translate(line.rstrip("\r"))
                if pattern is not None and pattern.include is not None:
                    self._patterns.append((number, pattern.include, pattern.regex))

    @contextlib.contextmanager
    def _counted(self):
        """Count the time of all work for this file; after `SECONDS` its patterns are dropped."""
        start = time.monotonic() - self._spent

        def check():
            if time.monotonic() - start > SECONDS:
                raise TooMuch(f"its patterns are not obeyed: they took more than {SECONDS:g} seconds")

        try:
            yield check
        except TooMuch as error:
            self.given_up.add(str(error))
            self._patterns = []
        finally:
            self._spent = time.monotonic() - start

    def verdict(self, path, is_folder, beyond=""):
        """Return True for an ignored path, False for one that is taken back, None where no pattern matches.

        Args:
            path: an absolute path below the folder.
            is_folder: whether it is a folder.
            beyond: a relative path with "/" at its end that is read even if a pattern ignores it.
        """
        inside = os.path.relpath(path, self.folder).replace(os.sep, "/") + ("/" if is_folder else "")
        said = None
        with self._counted() as check:
            for number, include, regex in self._patterns:
                check()
                if ways(regex.pattern, inside) > MAX_WAYS:
                    self.given_up.add(f"line {number} is not obeyed: it has too many stars for so long names")
                    continue
                match = regex.match(inside)
                if match and match.end() > len(beyond):
                    said = include
        return said


def ways(pattern, inside):
    """Return a bound of the number of ways to match a pattern's stars with a path: the cost of matching.

    Args:
        pattern: the regular expression's text.
        inside: the relative path.

    Example:
        ```python
        assert ways(r"^(?:.+/)?[^/]*[.]py$", "a/bc.py") == 18
        assert ways(r"^(?:.+/)?[^/]*a[^/]*a[^/]*a[^/]*b$", "a" * 200) > 10**7
        ```
    """
    folders = inside.split("/")
    longest, stars, leaps = max(map(len, folders)), pattern.count("[^/]*"), pattern.count(".+")
    return math.comb(longest + stars, stars) * math.comb(len(folders) + leaps, leaps)


def is_ignored(path, is_folder, layers):
    """Whether a path is ignored; the innermost .gitignore with a matching pattern decides.

    Args:
        path: an absolute path.
        is_folder: whether it is a folder.
        layers: a list of (`Patterns`, the relative path that is read even if a pattern ignores it), outermost first.
    """
    said = [patterns.verdict(path, is_folder, beyond) for patterns, beyond in layers]
    return next((one for one in reversed(said) if one is not None), False)


def _translate(line):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return GitIgnoreSpecPattern(line)
    except (ValueError, OverflowError, RecursionError):
        return None  # No pattern to git either.
