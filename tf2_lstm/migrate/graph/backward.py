"""Find the backward part of a graph by the operations that it differentiates."""

import re

#: Operations of gradients alone. The gradient of a convolution's input is a transposed convolution too: it is not here.
GRADIENT = re.compile(
    r"(\w+Grad(V\d|WithArgmax)?|\w+BackpropFilter\w*|StackPop(V2)?|TensorListPopBack|CudnnRNNBackpropV?\d?)$"
)
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


def _is_under_a_scope(parts, nodes):
    """Whether the parts of a name are a node's name once the scope of the gradients is taken out."""
    if len(parts) > _DEEPEST:
        return False
    return any(
        "/".join(parts[:start] + parts[stop:]) in nodes
        for start in range(len(parts))
        for stop in range(start + 1, len(parts))
    )
