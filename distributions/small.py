"""The project `tf2-lstm-scan`, written out of that of `tf2-lstm`: what its commands import, and no more.

Nothing is listed twice: the modules are found by following imports, the version and the bounds of dependencies are
those of `setup.cfg`.
"""

import ast
import configparser
import io
import re
import shutil
from pathlib import Path

COMMANDS = ("scan", "explain")
PACKAGE = "tf2_lstm_scan"
_DESCRIPTION = "Find TensorFlow 1 RNN code and say what each use becomes in Keras 3, without TensorFlow."


def modules(root):
    """Return what the commands import, in functions too: the names of the project's modules, those of others.

    Args:
        root: the folder of the project, a `pathlib.Path`.

    Returns:
        A dictionary, module -> its file relative to the root, and the set of the top-level names of everything else.

    Example:
        ```python
        ours, others = modules(Path("."))
        assert "tf2_lstm.cli.scan" in ours and "pathspec" in others
        ```
    """
    ours, others = {}, set()
    waiting = ["tf2_lstm.__main__", *(f"tf2_lstm.cli.{command}" for command in COMMANDS)]
    while waiting:
        name = waiting.pop()
        file = _file(root, name)
        if file is None:
            others.add(name.partition(".")[0])
        elif name not in ours:
            ours[name] = file
            waiting += _imported(root, name, file)
    return ours, others


def _file(root, module):
    path = Path(*module.split("."))
    return next(
        (file for file in (path / "__init__.py", path.with_suffix(".py")) if (root / file).is_file()), None
    )


def _imported(root, module, file):
    """The modules that a module imports, its packages included."""
    parts = module.split(".")
    yield from (".".join(parts[:length]) for length in range(1, len(parts)))
    for node in ast.walk(ast.parse((root / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            inner = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (node.module, *(name for name in inner if _file(root, name)))


def write_project(root, folder):
    """Write a project that setuptools builds.

    Args:
        root: the folder of `tf2-lstm`.
        folder: where to write, an empty folder.
    """
    root, folder = Path(root), Path(folder)
    ours, others = modules(root)
    shutil.copytree(
        root / "distributions" / PACKAGE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__")
    )
    for file in ours.values():
        target = folder / PACKAGE / "sources" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / file, target)
    shutil.copyfile(root / "LICENSE", folder / "LICENSE")
    (folder / "setup.cfg").write_text(
        settings((root / "setup.cfg").read_text(encoding="utf-8"), others), encoding="utf-8"
    )


def settings(text, others):
    """Return the text of a `setup.cfg`, made from that of `tf2-lstm`.

    Args:
        text: that of `tf2-lstm`.
        others: the names of what is imported; what of it is a dependency there is one here.
    """
    whole, small = (configparser.ConfigParser(interpolation=None) for _ in range(2))
    whole.read_string(text)
    own = {
        "name": "tf2-lstm-scan",
        "description": _DESCRIPTION,
        "long_description": f"file: {PACKAGE}/README.md",
    }
    needed = [line for line in whole["options"]["install_requires"].splitlines() if _name(line) in others]
    small.read_dict(
        {
            "metadata": dict(whole["metadata"]) | own,
            "options": {
                "packages": "find_namespace:",
                "python_requires": whole["options"]["python_requires"],
                "install_requires": "\n".join(["", *needed]),
            },
            "options.entry_points": {"console_scripts": f"\ntf2-lstm = {PACKAGE}:main"},
        }
    )
    written = io.StringIO()
    small.write(written)
    return written.getvalue()


def _name(requirement):
    return re.match(r"[\w.-]*", requirement.strip()).group().replace("-", "_")
