"""The output folder: it appears whole or not at all, and nothing is written beside it."""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
from pathlib import Path

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.convert import renaming, written
from tf2_lstm.migrate.convert.written import MANIFEST, REPORTS

_LONGEST = 80


class FolderError(UserError):
    """The output folder cannot be written: what, where, next step."""


def safe_names(names):
    """Turn scope names, which may be any text, into file names that are safe, short and unique.

    Args:
        names: a list of strings.

    Returns:
        A list of as many names of letters, digits and underscores; none equals another in any case.

    Example:
        ```python
        assert safe_names(["../a b", "A_B", ""]) == ["a_b", "A_B_2", "rnn"]
        ```
    """
    found, used = [], set()
    for name in names:
        safe = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:_LONGEST] or "rnn"
        safe = f"rnn_{safe}" if safe[0].isdigit() else safe
        one, number = safe, 1
        while one.lower() in used:
            number += 1
            one = f"{safe}_{number}"
        used.add(one.lower())
        found.append(one)
    return found


def check_output(out, overwrite, sources):
    """Refuse an output folder before any work is done.

    Args:
        out: the `Path`.
        overwrite: whether an earlier output may be replaced.
        sources: the paths that were read.

    Raises:
        FolderError: it is there already, is no earlier output or holds more than that, holds what was read, or its
            parent is not there.
    """
    if not out.name:
        raise FolderError(f"{out}: expected a folder that can be written. Give -o a name.")
    if not out.absolute().parent.is_dir():
        raise FolderError(f"{out}: the folder {out.absolute().parent} is not there. Create it first.")
    if not os.access(out.absolute().parent, os.W_OK | os.X_OK):
        raise FolderError(f"{out}: {out.absolute().parent} cannot be written to. Choose another -o.")
    if not os.path.lexists(out):
        return
    if not overwrite:
        raise FolderError(f"{out}: is there already. Choose another -o, or replace it with --overwrite.")
    inside = [str(path) for path in sources if _holds(_real(out), _real(path))]
    if inside:
        raise FolderError(f"{out}: holds {inside[0]}, which is being read. Choose another -o.")
    _check_own(out, out)


def _check_own(folder, out):
    """Refuse a path that is no folder of convert's, or has other or changed files in it."""
    if folder.is_symlink() or not folder.is_dir():
        raise FolderError(
            f"{out}: --overwrite replaces what convert wrote, and this is no folder. Choose another -o."
        )
    if any(folder.iterdir()) and not (folder / MANIFEST).is_file():
        raise FolderError(
            f"{out}: --overwrite replaces what convert wrote, and there is no {MANIFEST} in it. Choose another -o."
        )
    others = written.other_files(folder)
    if MANIFEST in others:
        raise FolderError(
            f"{out}: --overwrite replaces what convert wrote, and its {MANIFEST} was changed, or is of a version that "
            "kept no hashes. Choose another -o."
        )
    if others:
        raise FolderError(
            f"{out}: --overwrite replaces what convert wrote, and {others[0]} in it is something else, or was changed. "
            "Move it away, or choose another -o."
        )


def _holds(folder, path):
    return folder == path or folder in path.parents


def _real(path):
    """Return a path without links; for links in a circle, which `resolve` refuses, as far as they lead."""
    return Path(os.path.realpath(path))


@contextlib.contextmanager
def staged(out, overwrite=False, sources=()):
    """Yield an empty folder that becomes `out` when the block succeeds, and is removed when it fails.

    Args:
        out: the folder to write.
        overwrite: whether an earlier output may be replaced.
        sources: the paths that were read.

    Yields:
        The `Path` of a hidden folder beside `out`.

    Raises:
        FolderError: see `check_output`; the disk is full, or something cannot be written.
    """
    out = Path(out)
    check_output(out, overwrite, sources)
    try:
        staging = Path(tempfile.mkdtemp(prefix=_prefix(out), dir=out.absolute().parent))
    except OSError as error:
        raise FolderError(f"{out}: cannot be written: {error.strerror}. Choose another -o.") from error
    with locked(staging):
        own = os.stat(staging).st_ino
        try:
            yield staging
            publish(staging, out, overwrite)
        except OSError as error:
            raise FolderError(
                f"{out}: cannot be written: {error.strerror or error}. Nothing is left of it."
            ) from error
        finally:
            _clean(staging, own)


def publish(staging, out, overwrite):
    """Give a finished folder its name, after all in it is on the disk.

    An earlier output gets the hidden name and is checked once more: if somebody has added a file meanwhile, the names
    are exchanged back. Then the files that `convert` wrote in it are removed.
    """
    os.chmod(staging, 0o777 & ~_umask())
    for path in [*staging.iterdir(), staging]:
        sync(path)
    if overwrite and os.path.lexists(out):
        check_output(out, overwrite, ())
        renaming.exchange(staging, out)
        try:
            _check_own(staging, out)
        except (FolderError, OSError):
            renaming.exchange(staging, out)
            raise
    else:
        renaming.rename_new(staging, out)
    sync(out.absolute().parent)


def _clean(staging, own):
    """Remove a folder of ours; where an earlier output has its name now, only the files that convert wrote."""
    with contextlib.suppress(OSError):
        if os.stat(staging).st_ino == own:
            shutil.rmtree(staging, ignore_errors=True)
        else:
            written.remove(staging)


def left_over(out):
    """List the hidden folders beside an output that killed runs left, without those of live runs.

    Args:
        out: the output's path.

    Returns:
        Sorted `Path`s.
    """
    out = Path(out).absolute()
    prefix = _prefix(out)
    found = []
    with contextlib.suppress(OSError):
        found = [path for path in out.parent.iterdir() if _is_staging(path, prefix)]
    return sorted(path for path in found if _is_free(path))


def cleaner(out):
    """Return a function that removes the folder that a run which died has left beside an output, and nothing older.

    Args:
        out: the output's path.
    """
    before = set(left_over(out))

    def clean():
        for path in set(left_over(out)) - before:
            _discard(path)

    return clean


def _discard(path):
    """Remove a hidden folder; a sealed one may be an earlier output, of which only convert's own files are removed."""
    if os.path.lexists(path / MANIFEST):
        with contextlib.suppress(OSError):
            written.remove(path)
    else:
        shutil.rmtree(path, ignore_errors=True)


def _prefix(out):
    return f".{out.name[:_LONGEST]}."


def _is_staging(path, prefix):
    ending = path.name.removeprefix(prefix)
    named = path.name.startswith(prefix) and re.fullmatch("[a-z0-9_]{8}", ending)
    return bool(named) and path.is_dir() and not path.is_symlink()


@contextlib.contextmanager
def locked(folder):
    """Lock a folder as one of a live run; the system unlocks it when the process ends."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_free(folder):
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)


def sync(path):
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


__all__ = [
    "MANIFEST",
    "REPORTS",
    "FolderError",
    "check_output",
    "cleaner",
    "left_over",
    "locked",
    "publish",
    "safe_names",
    "staged",
    "sync",
]
