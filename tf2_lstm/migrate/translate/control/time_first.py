"""The outputs of a recurrence before TF1 transposed them: tf.keras reads the last step of these."""

from tf2_lstm.migrate.graph.nodes import data_inputs, node_of, normal
from tf2_lstm.migrate.graph.subgraph import swaps_two
from tf2_lstm.migrate.roles import Role


def time_first(nodes, recurrence):
    """Return the tensors of which the outputs of a recurrence are the transposition.

    Args:
        nodes: name -> NodeDef.
        recurrence: the `Recurrence`.

    Returns:
        A dict: name of a tensor [time, batch, ...] -> the output [batch, time, ...], one of the recurrence's.
    """
    found = {}
    for one in recurrence.outputs:
        node = nodes.get(node_of(one.tf1)) if one.tf1 and one.role is Role.OUTPUTS else None
        if node is not None and node.op == "Transpose" and not one.closed:
            source, order = data_inputs(node)
            if _swaps(nodes, nodes[node_of(order)]):
                found[normal(source)] = one
    return found


def _swaps(nodes, order):
    """Whether an order of axes swaps the first two; dynamic_rnn joins [1, 0] and the numbers of the others."""
    if order.op != "ConcatV2":
        return swaps_two(order)
    first, second = (nodes[node_of(one)] for one in data_inputs(order)[:2])
    return swaps_two(first) and second.op == "Range"
