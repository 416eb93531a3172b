"""The files in a folder that `convert` wrote: its manifest has the hash of each, so that no other file is replaced."""

import hashlib
import json
import os
import re
import stat

from tf2_lstm.migrate.report.printable import json_text

#: The file that shows that `convert` wrote a folder.
MANIFEST = "manifest.json"
#: The report, in its formats.
REPORTS = {"report.html": "html", "report.json": "json", "report.md": "markdown"}
#: The names that `convert` gives: reports, and for each recurrence the model and its source.
OWN = re.compile(r"report\.(html|json|md)|[A-Za-z][A-Za-z0-9_]{0,99}\.(keras|py)")
_CACHE = "__pycache__"
_LARGEST = 64 * 2**20


def write_manifest(folder, manifest):
    """Write the manifest of a folder, with the SHA-256 of every file beside it and of itself.

    Args:
        folder: the `Path` of the folder; all other files are in it already.
        manifest: a dict of plain data.
    """
    hashes = {path.name: _digest(path) for path in sorted(folder.iterdir())}
    whole = {**manifest, "written": hashes}
    whole = {**manifest, "written": {**hashes, MANIFEST: _of_text(_text(whole))}}
    (folder / MANIFEST).write_text(_text(whole) + "\n", encoding="utf-8")


def confirmed(folder):
    """List the files of a folder that `convert` wrote and nobody changed, sorted; [] without a manifest of its own.

    Args:
        folder: the `Path` of the folder.
    """
    hashes = _hashes(folder / MANIFEST)
    return sorted(
        name
        for name, digest in hashes.items()
        if name == MANIFEST
        or (OWN.fullmatch(name) and _is_file(folder / name) and _digest(folder / name) == digest)
    )


def other_files(folder):
    """List the other files in a folder, sorted; Python's compiled form of a written source is none of them.

    Args:
        folder: the `Path` of the folder.
    """
    cache = {_CACHE} if _compiled(folder) else set()
    return sorted(set(os.listdir(folder)) - set(confirmed(folder)) - cache)


def remove(folder):
    """Remove the files of a folder that `convert` wrote, and the folder if it is empty then.

    Args:
        folder: the `Path` of the folder.
    """
    own, compiled = confirmed(folder), _compiled(folder)
    for path in compiled:
        path.unlink()
    if compiled:
        os.rmdir(folder / _CACHE)
    # The manifest goes last: without it nothing shows who wrote the rest.
    for name in sorted(own, key=lambda name: name == MANIFEST):
        (folder / name).unlink()
    os.rmdir(folder)


def _compiled(folder):
    """List the files of `__pycache__` when all are of sources that `convert` wrote; [] when one is not."""
    cache = folder / _CACHE
    if cache.is_symlink() or not cache.is_dir():
        return []
    sources = {name.removesuffix(".py") for name in confirmed(folder) if name.endswith(".py")}
    found = sorted(cache.iterdir())
    own = [path for path in found if _is_file(path) and path.suffix == ".pyc"]
    return own if own == found and all(path.name.partition(".")[0] in sources for path in own) else []


def _hashes(path):
    """Return name -> hash of a manifest; {} for a manifest that `convert` did not write or somebody changed."""
    try:
        if not _is_file(path) or path.stat().st_size > _LARGEST:
            return {}
        text = path.read_bytes().decode("utf-8")
        found = json.loads(text)
        written = dict(found["written"])
        own = written.pop(MANIFEST)
        is_own = own == _of_text(_text({**found, "written": written})) and text == _text(found) + "\n"
        return {**written, MANIFEST: own} if is_own else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _text(manifest):
    return json_text(manifest, indent=1)


def _of_text(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_file(path):
    return stat.S_ISREG(os.lstat(path).st_mode) if os.path.lexists(path) else False


__all__ = ["MANIFEST", "REPORTS", "confirmed", "other_files", "remove", "write_manifest"]
