"""The equations of a cell as data: a row has them as text, parsed once for all code that computes or matches them.

    i = gate(linear.i(x, h) + w_i_diag * c)
    c' = clip(f * c + i * activation(linear.j(x, h)), cell_clip)

`x` is the input; a name with a stroke is a new state, the same without it the old one. `linear.i(x, h)` is
[x, h] @ kernel + bias in the columns of the gate i, wherever the row's weight map has them. `gate` and `activation` are
the functions of the cell, `clip(value, bound)` and `project(value)` return the value where the cell has no such option.
"""

import ast
from dataclasses import dataclass
from typing import Tuple

_STROKE = "_new"


@dataclass(frozen=True)
class Node:
    """A part of an equation.

    Attributes:
        kind: "name", "number", "sum", "product", "linear" (of a gate) or "call" (of a function).
        name: the name of a name, a gate or a function.
        parts: the `Node`s that it is computed from.
        value: the value of a number.
    """

    kind: str
    name: str = ""
    parts: Tuple["Node", ...] = ()
    value: float = 0.0


def parsed(equations):
    """Read equations.

    Args:
        equations: texts, "h' = ...", each of names that stand on the left of one before it or are the cell's own.

    Returns:
        A dict from each new state, "h'", to its `Node`, in order. Names in between are replaced by their equations.

    Raises:
        ValueError: a text is no equation.

    Example:
        ```python
        found = parsed(("u = gate(linear.u(x, h))", "h' = u * h"))
        assert list(found) == ["h'"] and found["h'"].parts[0].name == "gate"
        ```
    """
    known, states = {}, {}
    for text in equations:
        left, _, right = text.partition(" = ")
        node = _node(ast.parse(right.replace("'", _STROKE), mode="eval").body, known)
        if left.endswith("'"):
            states[left] = node
        else:
            known[left] = node
    return states


def _node(tree, known):
    if isinstance(tree, ast.Name):
        name = tree.id[: -len(_STROKE)] + "'" if tree.id.endswith(_STROKE) else tree.id
        return known.get(name, Node("name", name))
    if isinstance(tree, ast.Constant):
        return Node("number", value=tree.value)
    if isinstance(tree, ast.Call):
        parts = tuple(_node(one, known) for one in tree.args)
        if isinstance(tree.func, ast.Attribute):
            return Node("linear", tree.func.attr, parts)
        return Node("call", tree.func.id, parts)
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Add, ast.Sub, ast.Mult)):
        left, right = _node(tree.left, known), _node(tree.right, known)
        if isinstance(tree.op, ast.Mult):
            return Node("product", parts=(left, right))
        if isinstance(tree.op, ast.Sub):
            right = Node("product", parts=(Node("number", value=-1), right))
        return Node("sum", parts=(*(left.parts if left.kind == "sum" else (left,)), right))
    raise ValueError("an equation has names, numbers, sums, products and calls, not " + ast.dump(tree))


def linears(node):
    """Return the parts of an equation that are a gate's linear part, from left to right."""
    own = (node,) if node.kind == "linear" else ()
    return own + tuple(one for part in node.parts for one in linears(part))
