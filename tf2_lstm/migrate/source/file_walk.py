"""Find the files that a scan reads: Python and notebooks below the given paths, without those of git and pip."""

import fnmatch
import os
from dataclasses import dataclass, field

from tf2_lstm.migrate.source import gitignore
from tf2_lstm.migrate.source.limits import read_regular

SUFFIXES = (".py", ".pyw", ".pyi", ".ipynb")
_SKIPPED = frozenset(
    (
        ".git", ".hg", ".svn", ".bzr", "__pycache__", "node_modules", "site-packages", ".tox", ".nox",
        ".eggs", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".ipynb_checkpoints",
        ".venv",
    )
)  # fmt: skip
_ENVIRONMENT = (
    "pyvenv.cfg",
    "conda-meta",
    os.path.join("bin", "activate"),
    os.path.join("Scripts", "activate"),
)


@dataclass
class Files:
    """The result of a walk.

    Attributes:
        paths: (path, whether it was given by name), in order, each once.
        left_out: the number of files and folders that were left out by .gitignore, --exclude or as an environment.
        given_up: (path, rule, reason) of each path that could not be listed or opened, or a .gitignore not obeyed.
    """

    paths: list = field(default_factory=list)
    left_out: int = 0
    given_up: list = field(default_factory=list)


def collect(paths, exclude=()):
    """Walk paths.

    Args:
        paths: files and folders; a file is taken whatever its suffix.
        exclude: glob patterns of paths or of names, which hold for files and folders.

    Returns:
        A `Files`.

    Raises:
        FileNotFoundError: a path does not exist.
    """
    found, seen = Files(), set()
    for path in paths:
        if not os.path.exists(path):
            raise FileNotFoundError(path)
        if os.path.isdir(path):
            _walk(path, exclude, found, seen)
        else:
            _take(path, True, found, seen)
    return found


def _take(path, named, found, seen):
    real = os.path.realpath(path)
    if real not in seen:
        seen.add(real)
        found.paths.append((path, named))


def _walk(top, exclude, found, seen):
    layers = _layers_above(os.path.abspath(top))
    every, folders = [patterns for patterns, _ in layers], set()
    stack = [(top, layers)]
    while stack:
        folder, layers = stack.pop()
        try:
            # Not its real path: finding that takes a look-up at each of its levels.
            itself = os.stat(folder)
            if (itself.st_dev, itself.st_ino) in folders:
                continue
            folders.add((itself.st_dev, itself.st_ino))
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            found.given_up.append((folder, "RNN004", f"not opened: {error.strerror or error}"))
            continue
        if any(entry.name == ".gitignore" for entry in entries):
            every.append(gitignore.Patterns(os.path.abspath(folder)))
            layers = [*layers, (every[-1], "")]
        below = [(entry.path, layers) for entry in entries if _enter(entry, exclude, layers, found, seen)]
        stack += reversed(below)
    found.given_up += [(one.path, "RNN013", reason) for one in every for reason in sorted(one.given_up)]


def _enter(entry, exclude, layers, found, seen):
    """Take a file; return True for a folder to walk."""
    is_folder = _is_folder(entry)
    if not is_folder and not _is_python(entry):
        return False
    if is_folder and entry.name in _SKIPPED:
        return False
    if _is_excluded(entry.path, exclude):
        found.left_out += 1
        return False
    if layers and gitignore.is_ignored(os.path.abspath(entry.path), is_folder, layers):
        found.left_out += 1
        return False
    if is_folder and any(os.path.exists(os.path.join(entry.path, mark)) for mark in _ENVIRONMENT):
        found.left_out += 1
        return False
    if not is_folder:
        _take(entry.path, False, found, seen)
    return is_folder


def _is_folder(entry):
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_python(entry):
    if entry.name.endswith(SUFFIXES):
        return True
    if "." in entry.name or not os.path.isfile(entry.path):
        return False
    try:
        first = read_regular(entry.path, 80).split(b"\n")[0]
        return first.startswith(b"#!") and b"python" in first
    except OSError:
        return False


def _is_excluded(path, exclude):
    tidy = os.path.normpath(path).replace(os.sep, "/")
    name = tidy.rsplit("/", 1)[-1]
    return any(
        fnmatch.fnmatch(name, pattern)
        or fnmatch.fnmatch(tidy, pattern)
        or fnmatch.fnmatch(tidy, f"*/{pattern}")
        for pattern in (glob.rstrip("/") for glob in exclude)
    )


def _layers_above(folder):
    """Return the .gitignore layers from the root of the repository down to a folder, without the folder.

    A given path is read even if git ignores it: each layer comes with the folder's path from there.
    """
    above = []
    current = folder
    while not os.path.exists(os.path.join(current, ".git")):
        parent = os.path.dirname(current)
        if parent == current:
            return []
        current = parent
        given = os.path.relpath(folder, current).replace(os.sep, "/") + "/"
        above.append((gitignore.Patterns(current), given))
    return list(reversed(above))
