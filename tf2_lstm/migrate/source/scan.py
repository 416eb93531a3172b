"""`scan(paths)`: the findings of a code base, as a pure function. Nothing is written, nothing is executed."""

import os
import sys
from dataclasses import dataclass

from tf2_lstm.migrate.source.analyse import Analyser
from tf2_lstm.migrate.source.file_walk import collect
from tf2_lstm.migrate.source.limits import MAX_READ, read_regular
from tf2_lstm.migrate.source.observer import finding
from tf2_lstm.migrate.source.rules import RULES
from tf2_lstm.migrate.source.traps.trap import Trap

STDIN = "-"
_ENOUGH_FOR_TWO = 96
_CHUNK = 24


@dataclass(frozen=True)
class Options:
    """What to report and where to look.

    Attributes:
        select: prefixes of rule ids to report; () is all of them.
        ignore: prefixes of rule ids to leave out.
        exclude: glob patterns of paths to leave out.
        jobs: the number of processes; None is one for each core, when there are enough files.
    """

    select: tuple = ()
    ignore: tuple = ()
    exclude: tuple = ()
    jobs: object = None


@dataclass(frozen=True)
class Known:
    """The facts that one round learns from all files for the next; see `Analyser`."""

    carriers: frozenset = frozenset()
    users: frozenset = frozenset()
    reached: frozenset = frozenset()

    def joined(self, other):
        """Return the facts of both."""
        return Known(self.carriers | other.carriers, self.users | other.users, self.reached | other.reached)


@dataclass(frozen=True)
class Result:
    """The result of a scan.

    Attributes:
        files: the number of files that were read.
        findings: every `Finding`, in the order of files and places.
        left_out: the number of files and folders that were left out (.gitignore, --exclude, environments).
    """

    files: int
    findings: tuple = ()
    left_out: int = 0


def scan(paths, options=None, stdin=None):
    """Find every TF1 RNN use below some paths.

    ```python
    from tf2_lstm.migrate.source.scan import scan

    source = b"from tensorflow.contrib import rnn\\ncell = rnn.BasicLSTMCell(4)\\n"
    result = scan(["-"], stdin=source)
    assert [finding.rule for finding in result.findings] == ["RNN010", "RNN101", "RNN501"]
    assert result.findings[1].name == "tensorflow.contrib.rnn.BasicLSTMCell"
    ```

    Args:
        paths: files and folders; "-" is the source in `stdin`.
        options: an `Options`.
        stdin: the bytes of the standard input, read from there when None.

    Returns:
        A `Result`.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    options = options or Options()
    found = collect([path for path in paths if path != STDIN], options.exclude)
    results = []
    if STDIN in paths:
        data = sys.stdin.buffer.read(MAX_READ + 1) if stdin is None else stdin
        results.append(_bytes(Analyser(), STDIN, data, os.getcwd(), named=True))
    results += _all(found.paths, options.jobs)
    results += [[finding(Trap(rule, _Start, reason), path, [])] for path, rule, reason in found.given_up]
    kept = [one for findings in results for one in findings if wanted(one, options)]
    files = len(found.paths) + paths.count(STDIN)
    return Result(files, tuple(sorted(kept, key=lambda one: one.sort_key())), found.left_out)


def wanted(one, options):
    """Whether a finding is reported; only `ignore` silences one about a file that could not be read fully."""
    if any(one.rule.startswith(prefix) for prefix in options.ignore):
        return False
    return not options.select or RULES[one.rule].fixed or any(one.rule.startswith(p) for p in options.select)


def _all(paths, jobs):
    """Return the findings of every file.

    Quiet files are read once more: they may import a module that renames TF1's names, or save for one with RNNs.
    """
    if jobs is None:
        jobs = min(os.cpu_count() or 1, 8) if len(paths) >= _ENOUGH_FOR_TWO else 1
    if jobs == 1:
        return _analyse_all(paths, _here())
    # The import takes a fifth of the start-up, and few scans need it.
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

    try:
        with ProcessPoolExecutor(jobs) as pool:
            return _analyse_all(paths, pool.map)
    except (OSError, ImportError, BrokenExecutor):
        # No processes to be had here: no semaphores, or no memory for two.
        return _analyse_all(paths, _here())


def _analyse_all(paths, run):
    findings, known, again = dict.fromkeys(paths, ()), Known(), list(paths)
    while again:
        chunks = [again[start : start + _CHUNK] for start in range(0, len(again), _CHUNK)]
        quiet, before = [], known
        for chunk, (found, more) in zip(chunks, run(_chunk, chunks, [before] * len(chunks)), strict=True):
            findings.update(zip(chunk, found, strict=True))
            quiet += [path for path, one in zip(chunk, found, strict=True) if not one]
            known = known.joined(more)
        again = quiet if known != before else []
    return list(findings.values())


def _here():
    analyser = Analyser()
    return lambda _, chunks, known: (_analyse(analyser, *one) for one in zip(chunks, known, strict=True))


_of_this_process = None


def _chunk(paths, known):
    """Analyse files in a process of the pool, which keeps the modules that it has resolved."""
    global _of_this_process
    _of_this_process = _of_this_process or Analyser()
    return _analyse(_of_this_process, paths, known)


def _analyse(analyser, paths, known):
    """Return (the findings of each file, what was learnt from all)."""
    analyser.carriers, analyser.users, analyser.reached = known.carriers, known.users, known.reached
    found = [_file(analyser, path, named) for path, named in paths]
    return found, Known(*map(frozenset, (analyser.passing, analyser.using, analyser.reaching)))


def _file(analyser, path, named):
    try:
        data = read_regular(path)
    except OSError as error:
        text = f"not opened: {error.strerror or error}"
        return [finding(Trap("RNN004", _Start, text), path, [])]
    return _bytes(analyser, path, data, os.path.dirname(os.path.abspath(path)), named)


def _bytes(analyser, path, data, directory, named):
    try:
        return analyser.findings(path, data, directory, named)
    except Exception as error:  # A defect of ours must not hide a file: it is a finding as well.
        return [_failed(path, error), *_by_text(analyser, path, data)]


def _by_text(analyser, path, data):
    try:
        return analyser.by_text(path, data)
    except Exception:  # The defect is in what both do; it is a finding already.
        return []


def _failed(path, error):
    text = f"not resolved: {type(error).__name__}: {error}; please report it with the file"
    return finding(Trap("RNN006", _Start, " ".join(text.split())[:200]), path, [])


class _Start:
    lineno, col_offset, end_lineno, end_col_offset = 1, 0, 1, 0
