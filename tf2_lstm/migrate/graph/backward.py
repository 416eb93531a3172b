"""Find the backward part of a graph by the operations that it differentiates."""

import re

from tf2_lstm.migrate.graph.nodes import data_inputs, node_of
from tf2_lstm.migrate.graph.operations import Trait, having

#: Operations of gradients alone. The gradient of a convolution's input is a transposed convolution too: it is not here.
GRADIENT = re.compile(
    r"(\w+Grad(V\d|WithArgmax)?|\w+BackpropFilter\w*|StackPop(V2)?|TensorListPopBack|CudnnRNNBackpropV?\d?)$"
)
#: Operations of layers. No optimizer has one; a program that learns from gradients has.
_LAYERS = having(Trait.MULTIPLIES, Trait.CELL)
#: The most parts of a name that are looked at: no program nests its scopes deeper.
_DEEPEST = 40


def backward_part(nodes):
    """Find the nodes that tf.gradients adds: TensorFlow names them after the operation that they differentiate.

    Their names are "SCOPE/OPERATION_grad/...", with any scope, and OPERATION is a node of the graph.

    Args:
        nodes: name -> NodeDef.

    Returns:
        A set of names.
    """
    known = {}

    def differentiates(head):
        if head not in known:
            known[head] = _is_under_a_scope(head.split("/"), nodes)
        return known[head]

    found = set()
    for name, node in nodes.items():
        heads = [name[: match.start()] for match in re.finditer("_grad/", name)][:_DEEPEST]
        if GRADIENT.match(node.op) or any(map(differentiates, heads)):
            found.add(name)
    return found


def without_backward(graph, fetched=()):
    """Return a graph without its backward part and all that is computed from it, as the updates of weights.

    Args:
        graph: a `GraphDef`.
        fetched: names of tensors that must stay in it.

    Returns:
        A `GraphDef`: the same one where nothing goes, where a fetched tensor would go, and where layers compute
        something from gradients, as in an optimizer that is an LSTM.
    """
    nodes, readers = {node.name: node for node in graph.node}, {}
    for node in graph.node:
        for reference in data_inputs(node):
            readers.setdefault(node_of(reference), []).append(node.name)
    backward = backward_part(nodes)
    todo, gone = list(backward), set()
    while todo:
        name = todo.pop()
        if name not in gone:
            gone.add(name)
            todo += readers.get(name, ())
    learns = any(nodes[name].op in _LAYERS for name in gone - backward)
    if not gone or learns or any(node_of(name) in gone for name in fetched):
        return graph
    part = type(graph)(versions=graph.versions, library=graph.library)
    part.node.extend(node for node in graph.node if node.name not in gone)
    return part


def _is_under_a_scope(parts, nodes):
    """Whether the parts of a name are a node's name once the scope of the gradients is taken out."""
    if len(parts) > _DEEPEST:
        return False
    return any(
        "/".join(parts[:start] + parts[stop:]) in nodes
        for start in range(len(parts))
        for stop in range(start + 1, len(parts))
    )
