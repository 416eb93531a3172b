"""Describe the conditionals in an imported loop, as TensorFlow needs it to differentiate them.

A `tf.cond` of v1 is Switches on one predicate and a Merge of values from either side of them. The graph shows which
nodes are between.
"""

from collections import defaultdict

from tf2_lstm.migrate.graph.frames import begins_a_branch
from tf2_lstm.migrate.graph.nodes import copied, normal
from tf2_lstm.migrate.graph.operations import ENTERS, EXITS, MERGES, SWITCHES, Trait, having

_OF_LOOPS = ENTERS | EXITS | having(Trait.NEXT)


class ConditionalError(ValueError):
    """The conditionals of a graph cannot be described to TensorFlow."""


def conditional_contexts(members, nodes, readers):
    """Describe the conditionals among some nodes; none may be inside another.

    Args:
        members: the `NodeDef`s of one loop.
        nodes: name -> `NodeDef`, of the whole graph.
        readers: name -> the `NodeDef`s that read it, of the whole graph.

    Returns:
        A list of dicts, the fields of TensorFlow's `CondContextDef`, two for each conditional.

    Raises:
        ConditionalError: a conditional is inside another, or is not complete.
    """
    switches = defaultdict(list)
    for node in members:
        if begins_a_branch(nodes, node):
            switches[copied(nodes, node.input[1])].append(node)
    found = [
        context
        for predicate, own in switches.items()
        for context in (_context(predicate, own, branch, readers) for branch in (1, 0))
        if context is not None
    ]
    inside = [name for context in found for name in context["values"]]
    if len(set(inside)) != len(inside):
        raise ConditionalError("a conditional holds another one")
    return found


def _context(predicate, switches, branch, readers):
    """Describe one branch; None when it has no nodes."""
    inside, external = {}, {}
    for switch in switches:
        output = f"{switch.name}:{branch}"
        taken = [node for node in readers[switch.name] if _reads(node, output)]
        if taken and normal(switch.input[0]) != predicate:
            inside[switch.name] = switch
            external[normal(switch.input[0])] = output
        _add_all(taken, inside, readers)
    if not inside:
        return None
    first = next(iter(inside))
    pivot = f"{first}:{branch}" if inside[first].op in SWITCHES else f"{first}:0"
    return {
        "context_name": f"{first}/context_{branch}",
        "pred_name": predicate,
        "pivot_name": pivot,
        "branch": branch,
        "values": [f"{name}:0" for name in inside],
        "external_values": external,
    }


def _reads(node, output):
    return any(not name.startswith("^") and normal(name) == output for name in node.input)


def _add_all(waiting, inside, readers):
    """Add all nodes that are computed from some nodes, up to the Merge."""
    while waiting:
        node = waiting.pop()
        if node.name in inside or node.op in MERGES:
            continue
        if node.op in _OF_LOOPS:
            raise ConditionalError(f"{node.name} is reached from one side of a conditional alone")
        inside[node.name] = node
        waiting += readers[node.name]
