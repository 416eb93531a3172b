"""Strings, tables and data sets, which no Keras model computes: a program begins and ends at the numbers beside."""

import re

from tf2_lstm.migrate.graph.nodes import data_inputs, edge, node_of, normal
from tf2_lstm.migrate.graph.operations import SILENT, VARIABLES, Trait, having
from tf2_lstm.migrate.graph.shapes import STRING, output_dtypes
from tf2_lstm.migrate.translate.rows.registry import rows
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

#: Operations that are translated without a row, or compute nothing.
_OTHERS = SILENT | VARIABLES | having(Trait.LOOP, Trait.CONDITIONAL, Trait.CALL, Trait.ENTER, Trait.POPS)

#: The scope of the nodes that tf.contrib.lookup adds around a table.
_LOOKUP = re.compile(r".*?_Lookup/")


def fed_from_outside(nodes):
    """List the tensors of numbers that are made from strings, tables or a data set, in the order of the graph.

    Args:
        nodes: name -> NodeDef.

    Returns:
        A list of names of tensors.
    """
    outside = {name for name, node in nodes.items() if _is_outside(nodes, node)}
    outside |= _of_lookups(nodes, outside)
    read = {
        normal(one)
        for name, node in nodes.items()
        if name not in outside and (node.op in rows() or node.op not in SILENT)
        for one in data_inputs(node)
        if node_of(one) in outside
    }
    order = {name: number for number, name in enumerate(nodes)}
    return sorted(
        (one for one in read if _is_numbers(nodes, one)), key=lambda one: (order[node_of(one)], edge(one)[1])
    )


def _of_lookups(nodes, outside):
    """Return the nodes that tf.contrib.lookup adds around a table in its own scope: ids of words outside of it."""
    scopes = {found[0] for name in outside if (found := _LOOKUP.match(name))}
    found, grows = set(), bool(scopes)
    while grows:
        new = {
            name
            for name, node in nodes.items()
            if name not in found and name.startswith(tuple(scopes)) and _all_in(nodes, node, outside | found)
        }
        found, grows = found | new, bool(new)
    return found


def _all_in(nodes, node, outside):
    given = [node_of(one) for one in data_inputs(node)]
    return bool(given) and all(one in outside or nodes[one].op == "Const" for one in given)


def _is_outside(nodes, node):
    """Whether an operation reads strings, or one without a row anything but numbers and variables."""
    given = [one for one in data_inputs(node) if node_of(one) in nodes and not _is_numbers(nodes, one)]
    if node.op in rows():
        return any(STRING in (output_dtypes(nodes[node_of(one)]) or ()) for one in given)
    if node.op in _OTHERS:
        return False
    return any(nodes[node_of(one)].op not in VARIABLES for one in given)


def _is_numbers(nodes, tensor):
    name, number = edge(tensor)
    dtypes = dtypes_of(nodes[name])
    return number < len(dtypes) and bool(dtypes[number])


def ending_in_numbers(nodes, outputs):
    """Replace outputs that are strings, as names of classes are, by the numbers that they are looked up by.

    Args:
        nodes: name -> NodeDef.
        outputs: name of an output -> the TF1 tensor.

    Returns:
        (the outputs, a sentence for each that was replaced; an output without such numbers is left out).
    """
    found, notes = {}, []
    for name, tensor in outputs.items():
        now = tensor
        while now is not None and not _is_numbers(nodes, now):
            given = [one for one in data_inputs(nodes[node_of(now)]) if nodes[node_of(one)].op != "Const"]
            numbers = [one for one in given if _is_numbers(nodes, one)]
            given = numbers or given
            now = normal(given[0]) if len(given) == 1 else None
        if now != tensor:
            ends = "it is left out" if now is None else f"the program ends in front of them, at {now}"
            notes.append(f"{tensor}: strings, which no Keras model gives out: {ends}")
        if now is not None and now not in found.values():
            found[name] = now
    return found, notes
