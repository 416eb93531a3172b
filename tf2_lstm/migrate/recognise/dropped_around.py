"""Dropout in front of a recurrence or behind it: one thing with its keep_prob, not the operations it is made of."""

from tf2_lstm.migrate.graph.nodes import edge
from tf2_lstm.migrate.graph.operations import operation
from tf2_lstm.migrate.graph.terms import Term
from tf2_lstm.migrate.recognise.wrappers import dropout


def dropouts(reading, names):
    """Find dropout among the operations of a graph.

    Args:
        reading: the `GraphReader` of the graph.
        names: the names of operations.

    Returns:
        Name of the operation that gives the dropped value -> (what is said of it, the places of the value it drops).
    """
    found = {}
    for name in names:
        if name in reading.nodes and operation(reading.nodes[name].op).form in ("mul", "select"):
            said = _said(reading, name)
            found.update({name: said} if said else {})
    return found


def _said(reading, name):
    if (name, 0) not in reading.values and name not in reading.values:
        return None
    one = dropout(reading.terms, reading.term(name))
    if one is None:
        return None
    places = {edge(copy) for copy, _ in reading.names.get(one.value.number, ())}
    if not places:
        # A product of several masks: no tensor is what this one drops, and all in front would count as a part of it.
        return None
    keep = one.keep
    if isinstance(keep, Term):
        keep = reading.name(keep, first=True) or "that the graph computes"
    return f"dropout ({name}) with keep_prob {keep}", places
