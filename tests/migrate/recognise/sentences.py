"""The sentences with which `recognise` refuses, read out of its sources: none is without a program that gives it."""

import ast
import re
from functools import cache
from pathlib import Path

from tf2_lstm.migrate import recognise

FOLDER = Path(recognise.__file__).parent
#: What is called with a sentence -> which of its arguments is that.
CALLED = {"NotUnderstood": 0, "NotConverted": 1, "not_converted": 2, "_refused": 2}
#: Modules in which a kind of error becomes a sentence, and constants that are parts of one.
ERRORS = {"keras1": "LookupError"}
PARTS = {
    "decoders": ("CHOICES", "WRITES", "ATTENDS", "FED_BACK"),
    "foreign": ("REASON",),
    "unrolled": ("BETWEEN",),
    "gate_dropout": ("GATES_DROPPED",),
    "by_form": ("OF_GATES", "NORMALISED", "IN_ONE"),
}


@cache
def modules():
    """Name of a module -> its syntax tree."""
    return {path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in FOLDER.rglob("*.py")}


def sentences():
    """The sentences as sets of their fixed pieces: {("the loop goes on by a condition of its own: ",), ...}."""
    found = set()
    for name, tree in modules().items():
        found |= {text for value in _constants(tree, PARTS.get(name, ())) for text in _texts(value, tree)}
        for holder in ast.walk(tree):
            if isinstance(holder, ast.FunctionDef):
                found |= {text for node in _given(holder, name) for text in _texts(node, holder)}
    # What joins two sentences is none.
    return {text for text in found if any(len(re.findall(r"\w+", piece)) > 2 for piece in text)}


def _given(holder, module):
    """The arguments of a function's calls that are sentences."""
    for node in ast.walk(holder):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            at = 0 if called == ERRORS.get(module) else CALLED.get(called)
            if at is not None and len(node.args) > at:
                yield node.args[at]


def _texts(node, holder, seen=()):
    """The fixed pieces of each text that an expression may be; `seen` are the names that it is a value of."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield (node.value,)
    elif isinstance(node, ast.JoinedStr):
        yield tuple(part.value for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body, holder, seen), *_texts(node.orelse, holder, seen))
    elif isinstance(node, ast.Dict):
        yield from (text for value in node.values for text in _texts(value, holder, seen))
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from (text for value in _returned(node.func.id, holder) for text in _texts(value, holder))
    elif isinstance(node, ast.Name) and node.id not in seen:
        values = _assigned(holder, node.id) or _constant(node.id, holder)
        yield from (text for value in values for text in _texts(value, holder, (*seen, node.id)))


def _constant(name, holder):
    """The values of a constant of the module of a function, or of the one that it comes from."""
    own = [tree for tree in modules().values() if holder in ast.walk(tree)]
    every = [value for tree in modules().values() for value in _constants(tree, (name,))]
    return [value for tree in own for value in _constants(tree, (name,))] or every


def _assigned(holder, name):
    return [
        node.value
        for node in ast.walk(holder)
        if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == [name]
    ]


def _constants(tree, names):
    """The values of a module's constants."""
    own = [node for node in tree.body if isinstance(node, ast.Assign)]
    return [value for node in own for name in names for value in _assigned(node, name)]


def _returned(name, holder):
    """What a function of the module of another one gives back."""
    tree = next(tree for tree in modules().values() if holder in ast.walk(tree))
    functions = [one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef) and one.name == name]
    return [node.value for one in functions for node in ast.walk(one) if isinstance(node, ast.Return)]
