"""The patterns of .gitignore files, as git reads them."""

import os
import re
from functools import lru_cache


def read(folder):
    """Return the patterns of a folder's .gitignore: a list of (regex, negated, folders only)."""
    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as file:
            return [pattern for line in file if (pattern := translate(line.rstrip("\n"))) is not None]
    except OSError:
        return []


def is_ignored(path, is_folder, layers):
    """Say whether a path is ignored; the last pattern that matches decides.

    Args:
        path: an absolute path.
        is_folder: whether it is a folder.
        layers: a list of (folder, its patterns), outermost first.
    """
    ignored = False
    for folder, patterns in layers:
        inside = os.path.relpath(path, folder).replace(os.sep, "/")
        for regex, negated, folders_only in patterns:
            if (is_folder or not folders_only) and regex.match(inside):
                ignored = not negated
    return ignored


@lru_cache(maxsize=4096)
def translate(line):
    """Return (regex, negated, folders only) of one line, None for a comment or a blank one."""
    pattern = re.sub(r"(?<!\\)\s+$", "", line)
    if not pattern or pattern.startswith("#"):
        return None
    negated = pattern.startswith("!")
    pattern = pattern[1:] if negated else pattern
    folders_only = pattern.endswith("/")
    pattern = pattern.rstrip("/")
    anchored = "/" in pattern
    body = _regex(pattern.removeprefix("/"))
    try:
        return re.compile(("" if anchored else "(?:.*/)?") + body + r"\Z", re.S), negated, folders_only
    except re.error:
        return None


def _regex(pattern):
    out, at = [], 0
    while at < len(pattern):
        rest = pattern[at:]
        if rest.startswith("**/"):
            out.append("(?:.*/)?")
            at += 3
        elif rest == "**":
            out.append(".*")
            at += 2
        elif rest[0] == "*":
            out.append("[^/]*")
            at += 1
        elif rest[0] == "?":
            out.append("[^/]")
            at += 1
        elif rest[0] == "[" and "]" in rest[2:]:
            end = rest.index("]", 2)
            inner = rest[1:end].replace("\\", "\\\\")
            out.append("[" + ("^" + inner[1:] if inner[0] in "!^" else inner) + "]")
            at += end + 1
        else:
            escaped = rest[0] == "\\" and len(rest) > 1
            out.append(re.escape(rest[1] if escaped else rest[0]))
            at += 2 if escaped else 1
    return "".join(out)
