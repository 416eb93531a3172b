"""Describe the control flow of an imported graph, as TensorFlow needs it to differentiate the graph.

TensorFlow keeps a context for each v1 loop and conditional in Python and saves it in a collection. A graph without its
collections has the loops all the same: their frames show which nodes belong to which loop.
"""

from collections import defaultdict

from tf2_lstm.migrate.graph.cond_contexts import conditional_contexts
from tf2_lstm.migrate.graph.frames import enters_of, frame_variables_of
from tf2_lstm.migrate.graph.nesting import Nesting
from tf2_lstm.migrate.graph.nodes import attribute, node_of
from tf2_lstm.migrate.graph.operations import EXITS


class LoopError(ValueError):
    """The loops of a graph cannot be described to TensorFlow."""


def loop_contexts(graph):
    """Describe the loops of a graph, of which none may be inside another, and the conditionals in their steps.

    A conditional outside of loops is differentiated without a context.

    Args:
        graph: a `GraphDef` with v1 control flow.

    Returns:
        A list of dicts, the fields of TensorFlow's `WhileContextDef`; under "conditionals" a list of dicts for its
        `CondContextDef`.

    Raises:
        LoopError: a loop is inside another, or is not complete.
        ConditionalError: a conditional is inside another, or is not complete.
    """
    nodes, readers = {node.name: node for node in graph.node}, defaultdict(list)
    for node in graph.node:
        for name in node.input:
            readers[node_of(name)].append(node)
    rounds, members = frame_variables_of(nodes), _members(nodes)
    return [
        _context(frame, enters, rounds.get(frame, ()), members[frame], nodes, readers)
        for frame, enters in enters_of(nodes).items()
    ]


def _members(nodes):
    """Map the name of each frame to the nodes in it, and its Exits."""
    nesting, found = Nesting(nodes), defaultdict(list)
    for node in nodes.values():
        for frame in nesting.loops(node.input[0] if node.op in EXITS else node.name):
            found[frame].append(node)
    return found


def _context(frame, enters, rounds, members, nodes, readers):
    conditions = [node.name for node in members if node.op == "LoopCond"]
    if len(conditions) != 1:
        raise LoopError(f"the loop {frame} holds another one, or has no condition")
    merge, body = _merge_and_body(rounds, readers)
    outside = {name for node in enters for name in node.input if not name.startswith("^")}
    own = [f"{node.name}:0" for node in members]
    return {
        "context_name": frame,
        "parallel_iterations": 32,
        "back_prop": True,
        "pivot_name": f"{conditions[0]}:0",
        "pivot_for_pred_name": f"{merge}:0",
        "pivot_for_body_name": f"{body}:0",
        "loop_exit_names": [f"{node.name}:0" for node in members if node.op in EXITS],
        "loop_enter_names": [f"{one.enter}:0" for one in rounds],
        "values": own + sorted(outside),
        "external_values": {
            node.input[0]: f"{node.name}:0" for node in enters if attribute(node, "is_constant").b
        },
        "outside": sorted(outside),
        "conditionals": conditional_contexts(members, nodes, readers),
    }


def _merge_and_body(rounds, readers):
    """Return the names of a loop variable's Merge and of the Identity of its value inside the body."""
    for one in rounds:
        for body in readers[one.switch]:
            if f"{one.switch}:1" in body.input and body.op == "Identity":
                return one.merge, body.name
    raise LoopError("the loop has no variable that its body reads")
