"""Tensors in front of a loss that look like scores: candidates for --fetch where only a loss is found."""

from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.graph.operations import VARIABLES

#: Operations of a loss: sums and means, and those that compute element by element.
_OWN = """
Abs Add AddN AddV2 Cast ClipByValue Div DivNoNan Equal Exp ExpandDims Greater GreaterEqual Less LessEqual Log Log1p
LogicalAnd LogicalNot LogicalOr Max Maximum Mean Min Minimum Mul Neg NotEqual Pow Prod RealDiv Relu Reshape Rsqrt Select
SelectV2 Softplus Sqrt Square SquaredDifference Squeeze StopGradient Sub
"""
_LOSSES_OWN = frozenset(_OWN.split())
#: Operations whose output is no score where only a loss reads it.
OF_LOSSES = frozenset(
    {"Abs", "Log", "Log1p", "Maximum", "Minimum", "Neg", "Pow", "Square", "SquaredDifference", "Sub"}
)
#: The most scores that are named, and the most nodes that are looked at.
_NAMED, _LOOKED = 6, 2_000


def scores_of(nodes, shapes, name, among):
    """List the tensors that a loss is computed from and that are no part of the loss themselves.

    Args:
        nodes: name -> NodeDef.
        shapes: name of a tensor -> shape, by TensorFlow's inference.
        name: the name of the loss's node.
        among: the names of the nodes that are looked at: those that are computed from inputs.

    Returns:
        A list of names of tensors: those with a name of their own (tf.identity), a softmax or a sigmoid, the output of
        a
        layer or a recurrence.
    """
    todo, seen, found = [f"{name}:0"] if name in among else [], set(), []
    while todo and len(seen) < _LOOKED:
        tensor = todo.pop(0)
        one = nodes[node_of(tensor)]
        if tensor in seen or one.op in VARIABLES:
            continue
        seen.add(tensor)
        if (
            one.name == name
            or one.op in _LOSSES_OWN
            or (one.op == "Sum" and shapes.get(tensor) in ((), None))
        ):
            todo += [normal(given) for given in data_inputs(one) if node_of(given) in among]
        elif shapes.get(tensor) != ():
            found.append(tensor)
    return found[:_NAMED]


def looks_like_a_loss(nodes, shapes, tensor, backward):
    """Whether a tensor is a number that a training graph differentiates.

    Args:
        nodes: name -> NodeDef.
        shapes: name of a tensor -> shape, by TensorFlow's inference.
        tensor: the name.
        backward: the names of the nodes of the backward part.
    """
    op = nodes[node_of(tensor)].op
    is_number = shapes.get(tensor) == () or (shapes.get(tensor) is None and op in ("Mean", "Sum"))
    return bool(backward) and is_number and op in {*_LOSSES_OWN, "Sum", "Identity"}
