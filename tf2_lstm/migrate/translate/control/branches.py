"""Functions that are called; conditionals of control flow v2: both branches are computed, and one is chosen."""

from collections import Counter
from dataclasses import replace

from tf2_lstm.migrate.graph.frames import Frame, frames_of, part_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, functions_of, normal
from tf2_lstm.migrate.translate.control.fixed import with_name
from tf2_lstm.migrate.translate.control.flagged import DROPOUT, RANDOM, drops_of, flag_of, left_out
from tf2_lstm.migrate.translate.control.inner import shapes_inside
from tf2_lstm.migrate.translate.control.order import Order
from tf2_lstm.migrate.translate.control.sides import selected
from tf2_lstm.migrate.translate.writing.values import Known, Refusal


def branch_values(outer, node):
    """Translate an If.

    Args:
        outer: the `ByRows` around it.
        node: the NodeDef.

    Returns:
        A list of the values of the node's outputs.

    Raises:
        Refusal: a branch is not to be computed where it is not taken.
    """
    predicate, *given = data_inputs(node)
    predicate, functions = outer.value(predicate), functions_of(outer.scene.tf1.graph)
    found = [functions.get(attribute(node, name).func.name) for name in ("then_branch", "else_branch")]
    if None in found:
        raise Refusal("a function that it calls is not in the file")
    if isinstance(predicate, Known) and not predicate.open:
        taken, other = found if predicate.array else found[::-1]
        values = _results(outer, taken, given, functions)
        return _trained(outer, node, predicate.origin, values, other, given) if predicate.origin else values
    sides = [_results(outer, one, given, functions) for one in found]
    return [
        selected(outer.writer, node, predicate, *both, number)
        for number, both in enumerate(zip(*sides, strict=True))
    ]


def _trained(outer, node, origin, values, other, given):
    """Return the values of the branch for inference; one that the other branch drops is the Dropout layer's output."""
    ops, program = {one.op for one in other.node_def}, outer.writer.program
    if not ops & RANDOM:
        return [with_name(one, f"{node.name}:{number}", origin) for number, one in enumerate(values)]
    rates, found = dict(program.rates), values
    if ops <= DROPOUT:
        found = _results(outer, other, given, functions_of(outer.scene.tf1.graph), flag_of(origin))
    drops = [drops_of(outer.writer, *both) for both in zip(found, values, strict=True)]
    if not any(drops) or ops - DROPOUT:
        program.rates.clear()
        program.rates.update(rates)
        outer.writer.note(left_out(node, origin))
        return values
    return [one if dropped else value for one, value, dropped in zip(found, values, drops, strict=True)]


def call_values(outer, node):
    """Translate a PartitionedCall.

    Args:
        outer: the `ByRows` around it.
        node: the NodeDef.

    Returns:
        A list of the values of the node's outputs.

    Raises:
        Refusal: its function is not in the file.
    """
    functions = functions_of(outer.scene.tf1.graph)
    function = functions.get(attribute(node, "f").func.name)
    if function is None:
        raise Refusal("a function that it calls is not in the file")
    return _results(outer, function, data_inputs(node), functions)


def _results(outer, function, given, functions, flag=""):
    """Return the values that a function returns, its lines written among those around it."""
    part = part_of(function, given, range(len(given)))
    order = Order(part.nodes, [], {*part.captured}, frames_of(part.nodes, functions))
    keys, turning = order.of(list(part.results))
    known = {name: outer.value(tensor) for name, tensor in part.captured.items()}
    nodes = [key for key in keys if isinstance(key, str) and key not in known]
    scene = outer.scene
    shapes = shapes_inside(scene.infer, type(scene.tf1.graph)(), part, nodes, known)
    # Tensors of a function have names of their own, which tensors of the graph may have too.
    own = {
        "tensors": {},
        "readers": _readers(part, nodes),
        "function": part.function,
        "flag": flag or outer.writer.flag,
    }
    writer = replace(outer.writer, shapes=shapes, **own)
    inside = outer.part(part.nodes, order, writer, known, turning, False)
    inside.cells.reserve(nodes)
    for key in keys:
        if isinstance(key, Frame) or key not in known:
            inside.translate(key)
    return [inside.value(one) for one in part.results]


def _readers(part, nodes):
    """Map the name of each tensor in a function to the number of its readers."""
    read = [one for key in nodes for one in data_inputs(part.nodes[key])]
    return Counter(map(normal, [*read, *part.results]))
