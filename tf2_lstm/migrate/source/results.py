"""The results of TF1's own functions: the structures of their outputs and states."""

from tf2_lstm.migrate.source.alternatives import (
    UNKNOWN,
    Made,
    Table,
    item,
    join,
    listed,
    members,
    only_constant,
)
from tf2_lstm.migrate.source.namespaces import look_up
from tf2_lstm.migrate.source.rules import known

_CELLS = ("cell", "wrapper", "stack")


def of_symbol(dotted, node, seen):
    """Return the result of a call of an imported name.

    Args:
        dotted: the full name.
        node: the call; its identity is the identity of the object that it makes.
        seen: the `events.Call`.
    """
    use = look_up(dotted)
    if use is None or use.what != "name" or dotted != use.name:
        return _one(dotted, "other", node)
    kind = known(use).kind
    if kind in _CELLS and use.family != "keras3":
        return _one(dotted, "cell", node, _detail(use.leaf, kind, seen))
    if kind == "state":
        return _one(dotted, "state", node, use.leaf)
    if kind == "unroll":
        return _unrolled(use.leaf, dotted, node, _inner(seen))
    if use.leaf == "dynamic_decode":
        return _items(_one(dotted, "outputs", node), _one(dotted, "state", node), UNKNOWN)
    return _one(dotted, "other", node)


def _detail(leaf, kind, seen):
    """Return the name of the cell whose state a cell has: a stack of GRUs counts as a GRU, one of LSTMs as a stack."""
    inner = _inner(seen) if kind in ("wrapper", "stack") else ""
    return (
        leaf if not inner or (kind == "stack" and "GRU" not in inner and "BasicRNN" not in inner) else inner
    )


def _inner(seen):
    """Return the name of the cells that a call gets as its first argument, or by the names cell and cells."""
    named = [seen.keywords[name] for name in ("cell", "cells", "cell_fw") if name in seen.keywords]
    given = (*seen.positional[:1], *named)
    found = members(given[0].value) if given else ()
    details = {v.detail if isinstance(v, Made) and v.role == "cell" else "" for v in found}
    return details.pop() if len(details) == 1 else ""


def _unrolled(leaf, dotted, node, cell):
    outputs, state = _one(dotted, "outputs", node), _one(dotted, "state", node, cell)
    if leaf == "raw_rnn":
        return _items(outputs, state, UNKNOWN)
    if leaf in ("bidirectional_dynamic_rnn", "bidirectional_functional_rnn"):
        return _items(_items(outputs, outputs), _items(state, state))
    if "bidirectional" in leaf:
        return _items(outputs, state, state)
    return _items(outputs, state)


def of_step(cell, node):
    """Return the result of `cell(inputs, state)`: an output and a state."""
    return _items(_one(cell.maker, "outputs", node), _one(cell.maker, "state", node, cell.detail))


def of_method(bound, node, seen):
    """Return the result of a method of a cell, or of a dictionary."""
    if isinstance(bound.owner, Made):
        if bound.name in ("zero_state", "get_initial_state"):
            return _one(f"{bound.owner.maker}.zero_state", "state", node, bound.owner.detail)
        return of_step(bound.owner, node) if bound.name in ("call", "__call__") else UNKNOWN
    if isinstance(bound.owner, Table):
        return _of_table(bound, seen)
    return UNKNOWN


def _of_table(bound, seen):
    table = frozenset((bound.owner,))
    values = join(*(value for _, value in bound.owner.entries))
    if bound.name == "values":
        return listed((values,), several=True)
    if bound.name == "items":
        return listed((_items(UNKNOWN, values),), several=True)
    if bound.name == "keys" or not seen.positional:
        return UNKNOWN
    default = [given.value for given in seen.positional[1:2]]
    return join(item(table, only_constant(seen.positional[0].value)), *default)


def _one(maker, role, node, detail=""):
    return frozenset((Made(maker, role, (id(node),), detail),))


def _items(*values):
    return listed(values)
