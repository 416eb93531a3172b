"""Names for the lines of a program, made from the names of a TF1 graph; no text of a stranger becomes code."""

import builtins
import keyword
import re

_LONGEST = 40
#: Names that a module of the written source already uses.
_TAKEN = {"keras", "length_mask", "tf2_lstm"}
_PREFIXES = ("build_", "dropout_rate")


def line_name(node):
    """Return a Python name for the output of a node: its last scope, and the operation where that adds something.

    Args:
        node: the NodeDef.

    Example:
        ```python
        from types import SimpleNamespace as Node

        assert line_name(Node(name="model/logits/BiasAdd", op="BiasAdd")) == "logits"
        assert line_name(Node(name="model/scores_2", op="MatMul")) == "scores_2"
        assert line_name(Node(name="lambda", op="Tanh")) == "lambda_"
        assert line_name(Node(name="Sum", op="Sum")) == "sum_"
        ```
    """
    *scopes, last = node.name.split("/")
    own = re.sub(r"_\d+$", "", last).lower()
    if own in (node.op.lower(), "identity") and scopes:
        quiet = node.op in ("BiasAdd", "Add", "AddV2", "Identity")
        last = scopes[-1] if quiet else f"{scopes[-1]}_{last}"
    return python_name(last)


def class_name(name):
    """Return the name of a class made from a Python name.

    Example:
        ```python
        assert class_name("rnn_while") == "RnnWhile"
        ```
    """
    return "".join(part.capitalize() for part in name.split("_"))


def python_name(text):
    """Return a name of a variable made from a text: no keyword, and none that hides a function of Python.

    Example:
        ```python
        assert python_name("2 big/Words") == "t_2_big_words"
        assert python_name("model/map") == "model_map" and python_name("map") == "map_"
        ```
    """
    name = key_name(text)
    return f"{name}_" if hasattr(builtins, name) else name


def key_name(text):
    """Return the name of an input or output made from a text, which callers write in a dict: "input" stays.

    Example:
        ```python
        assert key_name("Input") == "input"
        ```
    """
    name = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_").lower()[:_LONGEST].strip("_") or "tensor"
    name = f"t_{name}" if name[0].isdigit() else name
    name = f"t_{name}" if name.startswith(_PREFIXES) else name
    return f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in _TAKEN else name
