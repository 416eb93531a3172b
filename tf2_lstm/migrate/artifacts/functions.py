"""Check the functions of a graph's library: which calls which, and that the calls come to an end."""

import graphlib

from tf2_lstm.migrate.graph.nodes import functions_of
from tf2_lstm.migrate.model import ArtifactError

#: The deepest calls of functions. Each call is inlined: the most calls and
#: the most nodes then. TensorFlow needs 90 seconds for so many calls, and four times as long for twice as many.
DEEPEST, MOST_CALLS, MOST_NODES = 64, 4_000, 1_000_000


def called(node, functions):
    """Return the names of the functions that a node calls, or hands on to one that it calls.

    Args:
        node: a `NodeDef`.
        functions: the names of the graph's functions: a node may have one for its operation.
    """
    own = [node.op] if node.op in functions else []
    return own + [name for value in node.attr.values() for name in _named(value)]


def _named(value):
    """Yield the names of the functions in an attribute; a function's own attributes may hold others."""
    found = [value.func] if value.HasField("func") else []
    for one in [*found, *value.list.func]:
        if one.name:
            yield one.name
        for inner in one.attr.values():
            yield from _named(inner)


def check_functions(graph, where):
    """Refuse functions whose calls no program could inline.

    Args:
        graph: a `GraphDef`.
        where: the file, for messages.

    Raises:
        ArtifactError: functions call each other without end, too deep or too often, or one is not complete: it takes
            attributes, maybe functions, from its caller. TensorFlow 1 saves none of these.
    """
    functions = functions_of(graph)
    calls = {}
    for name, function in functions.items():
        if any(value.placeholder for node in function.node_def for value in node.attr.values()):
            raise _refusal(where, name, "takes attributes from who calls it")
        calls[name] = [
            one for node in function.node_def for one in called(node, functions) if one in functions
        ]
    depths, counts, sizes = {}, {}, {}
    for name in _inner_first(calls, where):
        depths[name] = 1 + max((depths[one] for one in calls[name]), default=0)
        counts[name] = 1 + sum(counts[one] for one in calls[name])
        sizes[name] = len(functions[name].node_def) + sum(sizes[one] for one in calls[name])
        if depths[name] > DEEPEST:
            raise _refusal(where, name, f"calls functions more than {DEEPEST} deep")
    started = [one for node in graph.node for one in called(node, functions) if one in functions]
    for counted, most, what in ((counts, MOST_CALLS, "calls"), (sizes, MOST_NODES, "nodes")):
        found = sum(counted[one] for one in started)
        if found > most:
            raise ArtifactError(
                f"{where}: expected functions of {most:,} {what} at most, found {found:,} when each call is replaced "
                "by what it calls. Save the part of the graph that holds the recurrence."
            )


def _inner_first(calls, where):
    """List the names of functions, each after those that it calls."""
    try:
        return list(graphlib.TopologicalSorter(calls).static_order())
    except graphlib.CycleError as error:
        raise _refusal(where, error.args[1][0], "calls itself, at once or through others") from error


def _refusal(where, name, does):
    return ArtifactError(
        f"{where}: expected functions that are whole and come to an end, {name[:200]!r} {does}. "
        "Save the part of the graph that holds the recurrence."
    )
