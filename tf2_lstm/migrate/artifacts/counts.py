"""Check how many tensors a node claims to read and return: TensorFlow believes it, and runs out of memory or dies."""

from tf2_lstm.migrate.artifacts import protos
from tf2_lstm.migrate.graph.nodes import attribute, functions_of
from tf2_lstm.migrate.model import ArtifactError

#: No node that TensorFlow 1 ran has more outputs: a sequence cut into its steps has one for each step.
MOST = 65_536
_DAMAGED = "The file is damaged: write it again with TensorFlow 1.x."


def count_outputs(node, functions=()):
    """Count the outputs that a node claims to have; they need not exist.

    Args:
        node: a `NodeDef`.
        functions: name -> `FunctionDef` of its graph: a node may have one for its operation.

    Returns:
        An int, whatever an attribute says; None for an unknown operation.
    """
    if node.op in functions:
        return len(functions[node.op].signature.output_arg)
    declared = protos.definition(node.op)
    return None if declared is None else sum(_count(node, one) for one in declared.output_arg)


def _count(node, argument):
    """Return how many tensors an argument of an operation stands for, by the node's attributes."""
    if argument.type_list_attr:
        name = argument.type_list_attr
        return len(attribute(node, name).list.type)
    if argument.number_attr:
        return attribute(node, argument.number_attr).i
    return 1


def check_counts(graph, where):
    """Refuse a graph in which a node counts too many tensors, or an edge comes from an output that does not exist.

    Args:
        graph: a `GraphDef`; its functions are checked as well.
        where: the file, for messages.

    Raises:
        ArtifactError: there is such a node or edge.
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
