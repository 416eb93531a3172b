"""Rename folders in one step: a name that is in use is never without a folder, and none is replaced unseen."""

import ctypes
import errno
import os
import tempfile
from pathlib import Path

_AT_FDCWD, _NOREPLACE, _EXCHANGE = -100, 1, 2
#: Errors of a system that lacks the call, or of a file system that lacks the flag.
_UNKNOWN = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)


def exchange(one, other):
    """Exchange the names of two folders, in one step where the system can.

    Args:
        one: a path.
        other: a path on the same file system.

    Raises:
        OSError: it cannot be done; then both keep their names.
    """
    if _renameat2(one, other, _EXCHANGE):
        return
    # In three steps: for a moment no folder has the second name.
    aside = Path(tempfile.mkdtemp(prefix=Path(one).name[:-8], dir=Path(one).absolute().parent))
    try:
        os.rename(other, aside)
    except OSError:
        os.rmdir(aside)
        raise
    try:
        os.rename(one, other)
    except OSError:
        os.rename(aside, other)
        raise
    os.rename(aside, one)


def rename_new(one, other):
    """Give a folder a name that no other has.

    Args:
        one: the folder's path.
        other: its new path.

    Raises:
        OSError: something has the name.

    Example:
        ```python
        import os, tempfile

        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(f"{folder}/a")
            rename_new(f"{folder}/a", f"{folder}/b")
            assert os.listdir(folder) == ["b"]
        ```
    """
    if _renameat2(one, other, _NOREPLACE):
        return
    if os.path.lexists(other):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(other))
    os.rename(one, other)


def _renameat2(one, other, flag):
    """Call renameat2; return whether the system has it."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), ctypes.c_uint(flag)) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNKNOWN:
        return False
    raise OSError(code, os.strerror(code), os.fspath(other))
