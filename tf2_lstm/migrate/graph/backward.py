"""The backward part of a graph, known by the operations that it differentiates."""

import re

#: Operations that only a gradient is made of. What a convolution's gradient is of its input, a transposed one is too.
GRADIENT = re.compile(
    r"(\w+Grad(V\d|WithArgmax)?|\w+BackpropFilter\w*|StackPop(V2)?|TensorListPopBack|CudnnRNNBackpropV?\d?)$"
)
#: Parts of a name that are looked through: no program nests its scopes deeper.
_DEEPEST = 40


def backward_part(nodes):
    """Find the nodes with which tf.gradients begins: TensorFlow calls them after the operation that they differentiate.

    They are "SCOPE/OPERATION_grad/...", whatever the scope is, and OPERATION is a node of the graph.

    Args:
        nodes: name -> NodeDef.

    Returns:
        A set of names.

    Example:
        ```python
        from types import SimpleNamespace as Node

        names = ("rnn/MatMul", "g/rnn/MatMul_grad/MatMul", "weight_grad/Mul", "again/g/rnn/MatMul_grad/MatMul")
        nodes = {name: Node(op="MatMul", input=[]) for name in names}
        assert backward_part(nodes) == {"g/rnn/MatMul_grad/MatMul", "again/g/rnn/MatMul_grad/MatMul"}
        ```
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
    """Whether a node's name is what is left of some parts without the scope of the gradients among them."""
    if len(parts) > _DEEPEST:
        return False
    return any(
        "/".join(parts[:start] + parts[stop:]) in nodes
        for start in range(len(parts))
        for stop in range(start + 1, len(parts))
    )
