"""A graph as it comes out of a file: checked for what every graph must be, and freed of its devices."""

import re

from tf2_lstm.migrate.artifacts import protos
from tf2_lstm.migrate.artifacts.counts import check_counts
from tf2_lstm.migrate.artifacts.functions import check_functions
from tf2_lstm.migrate.model import ArtifactError

#: Kinds of operations that hold a variable.
VARIABLES = ("VariableV2", "Variable", "VarHandleOp", "AutoReloadVariable")

#: An input: "^scope/node" for waiting, "scope/node" or "scope/node:1" for a tensor.
INPUT = re.compile(r"\^?[^:^]+(:\d{1,9})?$")


def producer(node_input):
    """Return the node that an input names: "scope/node:1" and "^scope/node" are of "scope/node".

    Example:
        ```python
        assert producer("^a/b") == producer("a/b:1") == "a/b"
        ```
    """
    return node_input.lstrip("^").split(":")[0]


def checked(graph, where):
    """Check a graph and clear its devices, in its functions too.

    Args:
        graph: a `GraphDef`, changed in place.
        where: the file, for messages.

    Returns:
        The graph.

    Raises:
        ArtifactError: it has no nodes, a node without name or operation, two of one name, an input that is none, one
            that counts more tensors than there can be, or functions without end.

    Example:
        ```python
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
            if not INPUT.match(name) or producer(name) not in names:
                raise ArtifactError(
                    f"{where}: {node.name[:200]!r} reads {name[:200]!r}, which the graph does not have. "
                    "The file is damaged, or only a part of a graph: export the whole again."
                )


def variable_nodes(graph):
    """Return name -> node of what holds a variable, in the order of the graph.

    Example:
        ```python
        graph = protos.message("GraphDef")
        graph.node.add(name="kernel", op="VariableV2")
        assert list(variable_nodes(graph)) == ["kernel"]
        ```
    """
    return {node.name: node for node in graph.node if node.op in VARIABLES}


def attribute(node, name):
    """Return an attribute, an empty one if the node has none of that name; the node stays as it is.

    Example:
        ```python
        node = protos.message("GraphDef").node.add(name="x", op="Enter")
        assert not attribute(node, "is_constant").b and "is_constant" not in node.attr
        ```
    """
    return node.attr[name] if name in node.attr else protos.message("AttrValue")


def static_shape(node):
    """Return a node's `shape` attribute as a tuple, None where any size is open.

    Example:
        ```python
        node = protos.message("GraphDef").node.add(name="kernel", op="VariableV2")
        node.attr["shape"].shape.dim.add(size=3)
        assert static_shape(node) == (3,)
        ```
    """
    if "shape" not in node.attr:
        return None
    shape = node.attr["shape"].shape
    sizes = tuple(dim.size for dim in shape.dim)
    return None if shape.unknown_rank or min(sizes, default=0) < 0 else sizes
