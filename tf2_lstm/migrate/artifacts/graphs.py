"""Check a graph from a file as every graph must be, and clear its devices."""

import re

from tf2_lstm.migrate.artifacts.counts import check_counts
from tf2_lstm.migrate.artifacts.functions import check_functions
from tf2_lstm.migrate.graph.nodes import node_of
from tf2_lstm.migrate.model import ArtifactError

#: An input: "^scope/node" for waiting, "scope/node" or "scope/node:1" for a tensor.
INPUT = re.compile(r"\^?[^:^]+(:\d{1,9})?$")


def checked(graph, where):
    """Check a graph and clear its devices, in its functions too.

    Args:
        graph: a `GraphDef`, changed in place.
        where: the file, for messages.

    Returns:
        The graph.

    Raises:
        ArtifactError: it has no nodes, a node without name or operation, two nodes of one name, an input that is no
            reference, a node that counts too many tensors, or functions without end.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts import protos

        graph = protos.message("GraphDef")
        graph.node.add(name="x", op="Placeholder", device="/gpu:0")
        assert checked(graph, "graph.pb").node[0].device == ""
        ```
    """
    if not graph.node:
        raise ArtifactError(
            f"{where}: expected a graph, found one without nodes. Is it the file that TensorFlow 1 wrote?"
        )
    _check_nodes(graph.node, where)
    check_functions(graph, where)
    check_counts(graph, where)
    for function in graph.library.function:
        for node in function.node_def:
            node.device = ""
    for node in graph.node:
        node.device = ""
    return graph


def _check_nodes(nodes, where):
    names = set()
    for node in nodes:
        if not node.name or not node.op or node.name in names:
            raise ArtifactError(
                f"{where}: expected nodes with a name of their own and an operation, found {node.name[:200]!r} of "
                f"operation {node.op[:80]!r}. The file is damaged: copy it again."
            )
        names.add(node.name)
    for node in nodes:
        for name in node.input:
            if not INPUT.match(name) or node_of(name) not in names:
                raise ArtifactError(
                    f"{where}: {node.name[:200]!r} reads {name[:200]!r}, which the graph does not have. "
                    "The file is damaged, or only a part of a graph: export the whole again."
                )
