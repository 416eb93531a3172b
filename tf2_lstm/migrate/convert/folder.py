"""The output folder: it appears whole or not at all, and nothing is written beside it."""

import contextlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

#: What a folder must hold to be taken for one that `convert` wrote.
MANIFEST = "manifest.json"
REPORTS = ("report.json", "report.md")
_LONGEST = 80


class FolderError(ValueError):
    """The output cannot be written: what, where, next step."""


def safe_names(names):
    """Turn scope names, which may be anything, into file names that are safe, short and unique.

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
    inside = [str(path) for path in sources if _holds(out.resolve(), Path(path).resolve())]
    if inside:
        raise FolderError(f"{out}: holds {inside[0]}, which is being read. Choose another -o.")
    if out.is_symlink() or not out.is_dir() or (any(out.iterdir()) and not (out / MANIFEST).is_file()):
        raise FolderError(
            f"{out}: --overwrite replaces what convert wrote, and there is no {MANIFEST} in it. Choose another -o."
        )
    others = sorted({path.name for path in out.iterdir()} - _written(out))
    if others:
        raise FolderError(
            f"{out}: --overwrite replaces what convert wrote, and {others[0]} in it is something else. Move that away, "
            "or choose another -o."
        )


def _holds(folder, path):
    return folder == path or folder in path.parents


def _written(out):
    """Names of what `convert` wrote to a folder, as its manifest has it, and of what Python leaves beside a source."""
    try:
        models = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["models"]
        own = {one[key] for one in models for key in ("file", "source_code")}
    except (OSError, ValueError, KeyError, TypeError):
        own = set()
    return {MANIFEST, *REPORTS, "__pycache__", *own}


@contextlib.contextmanager
def staged(out, overwrite=False, sources=()):
    """Yield an empty folder that becomes `out` when the block ends well, and goes away when it does not.

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
        staging = Path(tempfile.mkdtemp(prefix=f".{out.name[:_LONGEST]}.", dir=out.absolute().parent))
    except OSError as error:
        raise FolderError(f"{out}: cannot be written: {error.strerror}. Choose another -o.") from error
    try:
        yield staging
        publish(staging, out, overwrite)
    except OSError as error:
        raise FolderError(
            f"{out}: cannot be written: {error.strerror or error}. Nothing is left of it."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def publish(staging, out, overwrite):
    """Give a finished folder its name; everything in it is on the disk before."""
    os.chmod(staging, 0o777 & ~_umask())
    for path in [*staging.iterdir(), staging]:
        _sync(path)
    earlier = None
    if overwrite and out.exists():
        earlier = Path(tempfile.mkdtemp(prefix=f".{out.name[:_LONGEST]}.", dir=out.absolute().parent))
        os.rename(out, earlier)
    try:
        # Fails where a folder with files appeared meanwhile.
        os.rename(staging, out)
    except OSError:
        if earlier and not out.exists():
            os.rename(earlier, out)
        elif earlier:
            shutil.rmtree(earlier, ignore_errors=True)
        raise
    _sync(out.absolute().parent)
    if earlier:
        shutil.rmtree(earlier, ignore_errors=True)


def _sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
