"""Files of strangers: checked before they are opened, hashed, never followed out of their folder."""

import contextlib
import hashlib
import os
import stat

from tf2_lstm.migrate.model import ArtifactError

#: The largest size of a protocol buffer, and so of a graph.
MESSAGE_LIMIT = 2**31 - 1


def status(path):
    """Return `os.stat` of a path, None if nothing is there.

    Raises:
        ArtifactError: the path cannot be looked at: no permission, a loop of links, a name too long.
    """
    try:
        return os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ArtifactError(
            f"{shown(path)}: expected a path that can be opened, the system says: {_reason(error)}. Name another one."
        ) from error


def is_file(path):
    """Whether a path is an ordinary file; pipes and devices are not."""
    found = status(path)
    return found is not None and stat.S_ISREG(found.st_mode)


def is_folder(path):
    """Whether a path is a folder."""
    found = status(path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def names_in(folder):
    """Return the sorted names of a folder.

    Raises:
        ArtifactError: the folder cannot be read.
    """
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        raise ArtifactError(
            f"{shown(folder)}: expected a folder that can be listed, the system says: {_reason(error)}. "
            "Give yourself the permission, or copy the folder."
        ) from error


def load(path, limit=MESSAGE_LIMIT):
    """Return the bytes of a file.

    Args:
        path: the file.
        limit: the largest size that makes sense.

    Raises:
        ArtifactError: it is missing, empty, too large, no file, or not to be opened.
    """
    found = status(path)
    if found is None or not stat.S_ISREG(found.st_mode):
        seen = "nothing is there" if found is None else "it is no ordinary file"
        raise ArtifactError(f"{shown(path)}: expected a file, {seen}. Check the path.")
    if not 0 < found.st_size <= limit:
        raise ArtifactError(
            f"{shown(path)}: expected 1 to {limit} bytes, found {found.st_size}. Is the file whole, and the right one?"
        )
    with _reading(path) as file:
        return file.read()


def ends(path, first=512, last=8):
    """Return the first and the last bytes of a file.

    Raises:
        ArtifactError: it is empty, or cannot be read.
    """
    with _reading(path) as file:
        head = file.read(first)
        file.seek(-min(last, os.fstat(file.fileno()).st_size), os.SEEK_END)
        tail = file.read()
    if not head:
        raise ArtifactError(
            f"{shown(path)}: expected a file with something in it, found an empty one. Copy it again."
        )
    return head, tail


class FileSlices:
    """The bytes of a file by slices, each read on demand.

    Args:
        path: the file.
    """

    def __init__(self, path):
        self._path, self._size = path, os.path.getsize(path)

    def __len__(self):
        return self._size

    def __getitem__(self, piece):
        with _reading(self._path) as file:
            file.seek(piece.start)
            return file.read(piece.stop - piece.start)


@contextlib.contextmanager
def _reading(path):
    """Open a file; an error of the system becomes one line."""
    try:
        with open(path, "rb") as file:
            yield file
    except OSError as error:
        raise ArtifactError(
            f"{shown(path)}: expected a file that can be read, the system says: {_reason(error)}. "
            "Give yourself the permission, or copy the file."
        ) from error


def digest(path):
    """Return the SHA-256 of a file in hexadecimal, read in chunks.

    Raises:
        ArtifactError: the file cannot be read.
    """
    with _reading(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(paths, root=None):
    """Return name -> SHA-256 of several files.

    Args:
        paths: the files.
        root: the folder that names are relative to; without one they are the last part of the path.
    """
    return {os.path.relpath(path, root) if root else os.path.basename(path): digest(path) for path in paths}


def shown(path):
    """Return a path for a message: on one line, shortened.

    Example:
        ```python
        assert "\\n" not in shown("a\\nb") and len(shown("x" * 999)) < 320
        ```
    """
    text = os.fspath(path)
    text = text if text.isprintable() else repr(text)
    return text if len(text) <= 300 else f"{text[:140]}...{text[-140:]}"


def said(error):
    """Return the text of a library's error for a message: on one line, shortened.

    Example:
        ```python
        assert said(ValueError("no\\nsuch")) == "no such"
        ```
    """
    text = " ".join(str(error).split())[:300]
    return text if text.isprintable() else ascii(text)


def _reason(error):
    return said(getattr(error, "strerror", None) or error)
