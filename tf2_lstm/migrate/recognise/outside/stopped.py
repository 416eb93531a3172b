"""tf.stop_gradient inside of a recurrence: truncated backpropagation by hand, and weights that are not trained."""

from tf2_lstm.migrate.graph.dataflow import HOLDS, Dataflow
from tf2_lstm.migrate.graph.nodes import dtype_of, edge
from tf2_lstm.migrate.graph.operations import MOVES
from tf2_lstm.migrate.model import NotInTheModel

STOPS = "StopGradient"
#: What to do where it stops the gradient of a carried state, and that of a weight.
CARRIED = (
    "to train as the program does, call the model on the steps before it and on those after it, with "
    "keras.ops.stop_gradient of the states between the two calls"
)
WEIGHTS = "to train as the program does, set trainable = False of the layer that has the weight"


def stopped(nodes, recurrences):
    """Find where the gradient of a recurrence ends in the graph and goes on in its Keras model.

    The forward pass is equal, so that the model is written; the user who trains it must know.

    Args:
        nodes: the graph's nodes, name -> NodeDef.
        recurrences: the `Recurrence`s that were found in it.

    Returns:
        A list of `NotInTheModel`, at most two for a recurrence: one for the states that steps carry, one for weights.
    """
    if not any(node.op == STOPS for node in nodes.values()):
        return []
    flow = Dataflow(nodes)
    return [loss for one in recurrences for loss in _of(flow, one)]


def _of(flow, recurrence):
    ends, starts = (
        [edge(one.tf1) for one in tensors if one.tf1] for tensors in (recurrence.outputs, recurrence.inputs)
    )
    inside = flow.made_for(ends, set(starts))
    stops = [
        name
        for name, node in flow.nodes.items()
        if name in inside and node.op == STOPS and "float" in dtype_of(node)
    ]
    weights = [name for name in stops if _is_weight(flow, name)]
    # A weight that the graph computes is a constant of the model; a note of its own says what training does.
    fed = {name for name, _ in starts}
    carried = [name for name in stops if name not in weights and fed & flow.made_for(flow.reads[name], set())]
    return [_loss(flow, recurrence, *one) for one in ((carried, CARRIED), (weights, WEIGHTS)) if one[0]]


def _is_weight(flow, name):
    place = flow.reads[name][0]
    while flow.op(place[0]) in MOVES - HOLDS and flow.reads[place[0]]:
        place = flow.reads[place[0]][0]
    return flow.op(place[0]) in HOLDS


def _loss(flow, recurrence, stops, step):
    first, others = stops[0], len(stops) - 1
    name, number = flow.reads[first][0]
    more = f" (and at {others} more)" if others else ""
    reason = (
        f"the gradient stops at {name}:{number}, which {first} ({STOPS}) reads{more}, and the model's goes on: what "
        f"goes forward is equal, and the gradients were compared without the stop. Next step: {step}"
    )
    return NotInTheModel(recurrence.scope or recurrence.name, f"{name}:{number}", "", first, reason)
