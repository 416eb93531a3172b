"""Moving averages that a training step updates, batch normalisation's above all: no outputs of a program."""

from tf2_lstm.migrate.graph.nodes import data_inputs, edge, node_of
from tf2_lstm.migrate.graph.operations import HANDS_ON, SWITCHES, VARIABLES

_ASSIGNS = ("AssignSub", "AssignSubVariableOp")


def differences(nodes):
    """Return the nodes by which a moving average moves: what is taken away from a variable is its distance to a value.

    Args:
        nodes: name -> NodeDef.

    Returns:
        A list of names: of `variable - value`, or of its product with the rate.
    """
    found = []
    for node in nodes.values():
        if node.op in _ASSIGNS:
            variable, taken = (edge(one)[0] for one in data_inputs(node)[:2])
            product = data_inputs(nodes[taken]) if nodes[taken].op == "Mul" else [taken]
            if any(_is_distance(nodes, node_of(one), _origin(nodes, variable)) for one in product):
                found.append(taken)
    return found


def _is_distance(nodes, name, variable):
    node = nodes[name]
    return node.op == "Sub" and _origin(nodes, edge(node.input[0])[0]) == variable


def _origin(nodes, name):
    """Return the node that a copy is made of; a graph may turn in a circle."""
    seen = set()
    while name not in seen and nodes[name].op in HANDS_ON | SWITCHES and nodes[name].op not in VARIABLES:
        seen.add(name)
        name = edge(nodes[name].input[0])[0]
    return name
