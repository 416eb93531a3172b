"""How many tensors a node says that it reads and gives: TensorFlow believes it, and fills the memory or dies of it."""

from tf2_lstm.migrate.artifacts import protos
from tf2_lstm.migrate.graph.nodes import attribute, functions_of
from tf2_lstm.migrate.model import ArtifactError

#: More outputs than any node has that TensorFlow 1 ran: a sequence cut into its steps has one a step.
MOST = 65_536
_DAMAGED = "The file is damaged: write it again with TensorFlow 1.x."


def count_outputs(node, functions=()):
    """Count the outputs that a node says that it has; none of them need be there.

    Args:
        node: a `NodeDef`.
        functions: name -> `FunctionDef` of its graph: a node may have one for its operation.

    Returns:
        A whole number, whatever an attribute says; None for an operation that nobody knows.

    Example:
        ```python
        node = protos.message("GraphDef").node.add(name="pieces", op="Split")
        node.attr["num_split"].i = 2**62
        assert count_outputs(node) == 2**62
        ```
    """
    if node.op in functions:
        return len(functions[node.op].signature.output_arg)
    declared = protos.definition(node.op)
    return None if declared is None else sum(_count(node, one) for one in declared.output_arg)


def _count(node, argument):
    """How many tensors an argument of an operation stands for, as the node's attributes say."""
    if argument.type_list_attr:
        name = argument.type_list_attr
        return len(attribute(node, name).list.type)
    if argument.number_attr:
        return attribute(node, argument.number_attr).i
    return 1


def check_counts(graph, where):
    """Refuse a graph with a node that counts more than there can be, or an edge from an output that is not there.

    Args:
        graph: a `GraphDef`; its functions are looked at as well.
        where: the file, for messages.

    Raises:
        ArtifactError: such a node or edge.

    Example:
        ```python
        graph = protos.message("GraphDef")
        graph.node.add(name="x", op="Placeholder")
        graph.node.add(name="y", op="Tanh", input=["x:1"])
        try:
            check_counts(graph, "graph.pb")
        except ArtifactError as error:
            assert "'y' reads 'x:1', but 'x' (Placeholder) has 1 output(s)" in str(error)
        ```
    """
    functions = functions_of(graph)
    for nodes in (graph.node, *(function.node_def for function in graph.library.function)):
        for node in nodes:
            _check_outputs(node, count_outputs(node, functions), where)
            _check_inputs(node, where)
    counts = {node.name: (node.op, count_outputs(node, functions)) for node in graph.node}
    for node in graph.node:
        for name in node.input:
            _check_edge(node, name, counts, where)


def _check_outputs(node, count, where):
    if count is not None and not 0 <= count <= MOST:
        raise ArtifactError(
            f"{where}: node {node.name[:200]!r} ({node.op}) says that it has {count:,} outputs, expected {MOST:,} at "
            f"most. {_DAMAGED}"
        )


def _check_inputs(node, where):
    declared = protos.definition(node.op)
    counted = [] if declared is None else [one.number_attr for one in declared.input_arg if one.number_attr]
    for name in counted:
        count = attribute(node, name).i
        if count > len(node.input):
            raise ArtifactError(
                f"{where}: node {node.name[:200]!r} ({node.op}) says that it reads {count:,} tensors, found "
                f"{len(node.input):,}. {_DAMAGED}"
            )


def _check_edge(node, name, counts, where):
    source, _, number = name.partition(":")
    op, count = counts.get(source, ("", None))
    if count is not None and int(number or 0) >= count:
        raise ArtifactError(
            f"{where}: node {node.name[:200]!r} reads {name[:200]!r}, but {source[:200]!r} ({op[:80]}) has {count} "
            f"output(s). {_DAMAGED}"
        )
