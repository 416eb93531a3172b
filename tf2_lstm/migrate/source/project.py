"""The modules of the program's own: found beside the file that imports them, resolved when needed."""

import os
import sys

from tf2_lstm.migrate.source.namespaces import TF_ROOTS

_MAX_LEVELS = 8
_ELSEWHERE = TF_ROOTS | frozenset(sys.stdlib_module_names) | {"numpy", "scipy", "torch", "jax"}


class Project:
    """Finds modules by name on the file system and keeps what they export.

    Args:
        load: a function of a path that returns {name: value}, the module's names.
    """

    def __init__(self, load):
        self._load = load
        self._exports = {}
        self._found = {}

    def find(self, module, directory):
        """Return the path of a module, a .py file or a folder; None if it is not the program's own.

        Args:
            module: a dotted name, "legacy_tf1.compat".
            directory: the folder of the file that imports it; the folders above it are tried too.
        """
        if directory is None or module.split(".")[0] in _ELSEWHERE:
            return None
        key = (module, directory)
        if key not in self._found:
            self._found[key] = self._search(module.split("."), directory)
        return self._found[key]

    def _search(self, parts, directory):
        for _ in range(_MAX_LEVELS):
            path = module_path(os.path.join(directory, *parts))
            if path:
                return path
            above = os.path.dirname(directory)
            if above == directory or os.path.exists(os.path.join(directory, ".git")):
                return None
            directory = above
        return None

    def submodule(self, path, name):
        """Return the path of a module below a package's folder, None if there is none."""
        folder = path if os.path.isdir(path) else None
        return module_path(os.path.join(folder, name)) if folder else None

    def exports(self, path):
        """Return {name: value} of the module at a path; {} for a package without __init__.py."""
        file = os.path.join(path, "__init__.py") if os.path.isdir(path) else path
        if file not in self._exports:
            self._exports[file] = {}
            if os.path.isfile(file):
                self._exports[file] = self._load(file)
        return self._exports[file]


def module_path(path):
    """Return the file or folder that is the module at a path without suffix, None if there is none."""
    if os.path.isfile(path + ".py"):
        return path + ".py"
    return path if os.path.isdir(path) else None
