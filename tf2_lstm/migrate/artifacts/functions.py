"""The functions of a graph's library: who calls whom, and that it comes to an end."""

import graphlib

from tf2_lstm.migrate.graph.nodes import functions_of
from tf2_lstm.migrate.model import ArtifactError

#: How deep functions may call each other. Each call is replaced by what it calls: how many calls may there be then, and
#: how many nodes. TensorFlow needs a minute and a half for so many calls, and four times as long for twice as many.
DEEPEST, MOST_CALLS, MOST_NODES = 64, 4_000, 1_000_000


def called(node, functions):
    """Return the names of the functions that a node calls, or hands on to one that it calls.

    Args:
        node: a `NodeDef`.
        functions: the names of the graph's functions: a node may have one for its operation.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        node = message("GraphDef").node.add(name="x", op="While")
        node.attr["body"].func.name = "step"
        assert called(node, ()) == ["step"]
        ```
    """
    own = [node.op] if node.op in functions else []
    return own + [name for value in node.attr.values() for name in _named(value)]


def _named(value):
    """Names of the functions in an attribute; a function's own attributes may hold others."""
    found = [value.func] if value.HasField("func") else []
    for one in [*found, *value.list.func]:
        if one.name:
            yield one.name
        for inner in one.attr.values():
            yield from _named(inner)


def check_functions(graph, where):
    """Refuse functions that no program could put in place of their calls.

    Args:
        graph: a `GraphDef`.
        where: the file, for messages.

    Raises:
        ArtifactError: functions call each other without end, too deep or too often, or one is not complete: it takes
            attributes, maybe functions, from who calls it. TensorFlow 1 saves none of these.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        function = graph.library.function.add()
        function.signature.name = "endless"
        function.node_def.add(name="again", op="endless")
        try:
            check_functions(graph, "graph.pb")
        except ArtifactError as error:
            assert "'endless' calls itself" in str(error)
        ```
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
    """Names of functions, each after those that it calls."""
    try:
        return list(graphlib.TopologicalSorter(calls).static_order())
    except graphlib.CycleError as error:
        raise _refusal(where, error.args[1][0], "calls itself, at once or through others") from error


def _refusal(where, name, does):
    return ArtifactError(
        f"{where}: expected functions that are whole and come to an end, {name[:200]!r} {does}. "
        "Save the part of the graph that holds the recurrence."
    )
