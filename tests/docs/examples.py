"""The examples in docstrings: python blocks of modules, classes and functions."""

import ast
import importlib

from docs.blocks import read_blocks


def examples_of(path, root):
    """Return the python blocks in the docstrings of one source file, which is not imported.

    Args:
        path: the file.
        root: the folder that holds the packages.
    """
    found, text = [], path.read_text(encoding="utf-8")
    if "```" not in text and "~~~" not in text:
        return found
    name = path.relative_to(root).as_posix()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)):
            where = f"{name}:{getattr(node, 'name', 'module')}"
            found += [
                block for block in read_blocks(where, ast.get_docstring(node) or "") if _is_python(block)
            ]
    return found


def namespace_of(block):
    """Return the names that an example may use without importing them.

    Examples of the two columns are what a reader pastes into a program: they start with nothing. Those
    of the road document functions beside each other and may use what their module has.
    """
    names = {"__name__": "__main__"}
    if not block.file.startswith("tf2_lstm/migrate/"):
        return names
    module = block.file.partition(":")[0].removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return {**vars(importlib.import_module(module)), **names}


def _is_python(block):
    return block.language == "python"
