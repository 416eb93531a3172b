"""How much the functions of a graph are when each is counted as often as it is called."""

from tf2_lstm.migrate.graph.nodes import attribute
from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.model import ArtifactError

#: The most nodes of functions that are read, counted for each call: where each of forty levels calls the next twice,
#: forty levels would be a million million.
MOST_CALLED = 200_000
_CALLING = having(Trait.CALL, Trait.LOOP, Trait.CONDITIONAL)


def check_called(nodes, functions, path):
    """Raise an error where the functions that are called have too many nodes to be read.

    Args:
        nodes: the nodes of the graph.
        functions: a dict from name to FunctionDef; none calls itself, as `artifacts` has checked.
        path: the file, for messages.

    Raises:
        ArtifactError: they do.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        graph = message("GraphDef")
        graph.node.add(name="y", op="PartitionedCall").attr["f"].func.name = "f"
        function = graph.library.function.add()
        function.signature.name = "f"
        function.node_def.add(name="y", op="Tanh", input=["x"])
        check_called(graph.node, {"f": function}, "graph.pb")
        ```
    """
    totals = {}

    def count(nodes):
        return sum(count_of(name) for node in nodes for name in _called(node, functions))

    def count_of(name):
        if name not in totals:
            own = functions[name].node_def
            totals[name] = len(own) + count(own)
        return totals[name]

    if count(nodes) > MOST_CALLED:
        first = next(
            (name for name, total in totals.items() if total > MOST_CALLED), max(totals, key=totals.get)
        )
        raise ArtifactError(
            f"{path}: expected functions with {MOST_CALLED} nodes at most, each counted as often as it is called, "
            f"found more (in {first!r}). Is it a graph that TensorFlow wrote?"
        )


def _called(node, functions):
    """List the functions that a node runs, as often as it does; none where one is not in the graph."""
    if node.op not in _CALLING:
        return []
    names = [attribute(node, name).func.name for name in ("f", "cond", "body", "then_branch", "else_branch")]
    return [name for name in names if name in functions]


__all__ = ["check_called"]
