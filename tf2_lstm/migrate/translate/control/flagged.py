"""Branches that a flag takes only in training: a dropout in one becomes a layer whose rate is 0 as written."""

from dataclasses import replace

import numpy as np

from tf2_lstm.migrate.graph.nodes import data_inputs, edge, node_of, normal
from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.translate.control.order import Order
from tf2_lstm.migrate.translate.control.sides import decides
from tf2_lstm.migrate.translate.writing.values import Known, Live, Untranslated

#: The operations of tf.nn.dropout, in any version.
DROPOUT = frozenset(
    {
        *("Add", "AddV2", "Cast", "Const", "Div", "Floor", "Greater", "GreaterEqual", "Identity", "Less"),
        *("LessEqual", "Mul", "Pack", "RandomUniform", "RealDiv", "SelectV2", "Shape", "StridedSlice", "Sub"),
    }
)
#: Operations that draw random numbers.
RANDOM = frozenset({"RandomUniform", "RandomStandardNormal", "TruncatedNormal", "Multinomial"})
#: The most nodes of a branch that are looked at.
_LOOKED = 200


def in_training(outer, merge, inputs):
    """Translate the dropout in the branch of a Merge that inference does not take.

    Args:
        outer: the `ByRows`.
        merge: the Merge.
        inputs: the values of its branches, an `Untranslated` among them.

    Returns:
        A list of the `Live` of a Dropout layer and of the number of the branch that is taken; None where the branch is
        none of one dropout.
    """
    dead = [number for number, one in enumerate(inputs) if one == Untranslated()]
    if len(inputs) != 2 or len(dead) != 1 or not isinstance(inputs[1 - dead[0]], Live):
        return None
    alive, tensor = inputs[1 - dead[0]], normal(data_inputs(merge)[dead[0]])
    names, switches = _branch(outer.nodes, tensor)
    origin = _origin(outer, switches)
    ops = {outer.nodes[name].op for name in names}
    if origin is None or not ops & RANDOM:
        return None
    given = {one: outer.value(outer.nodes[node_of(one)].input[0]) for one in switches}
    order = Order(outer.nodes, [], {*given}, {})
    found = _translated(outer, order, given, tensor, alive, origin) if ops <= DROPOUT else None
    if found is None:
        outer.writer.note(left_out(merge, origin))
    return found and [found, Known(np.array(1 - dead[0], np.int32), "int32")]


def left_out(node, origin):
    """Return the note that the model leaves out numbers that training draws at random."""
    flags = " and ".join(origin.tensors)
    return f"{node.name}: numbers are drawn at random in a branch for training ({flags}): the model has none of it"


def flag_of(origin):
    """Return the note behind the number of a rate."""
    return f"in training ({' and '.join(origin.tensors)})"


def _branch(nodes, tensor):
    """Return (the names of the nodes before a tensor, the outputs of Switches at which the branch begins)."""
    todo, names, switches = [tensor], set(), set()
    while todo and len(names) < _LOOKED:
        one = todo.pop()
        node = nodes.get(node_of(one))
        if node is None:
            # An argument of a function.
            return set(), []
        if decides(nodes, node):
            switches.add(normal(one))
        elif node.name not in names:
            names.add(node.name)
            todo += data_inputs(node)
    return names, sorted(switches)


def _origin(outer, switches):
    """Return the `Origin` of the predicate that decides the branch; None where inference does not fix it."""
    for one in switches:
        predicate = outer.value(outer.nodes[node_of(one)].input[1])
        if isinstance(predicate, Known) and predicate.origin and bool(predicate.array) != bool(edge(one)[1]):
            return predicate.origin
    return None


def _translated(outer, order, given, tensor, alive, origin):
    """Return the `Live` of a layer that drops the value of the taken branch; None where there is none."""
    keys, turning = order.of([tensor])
    program = outer.writer.program
    rates = dict(program.rates)
    writer = replace(outer.writer, flag=flag_of(origin))
    inside = outer.part(outer.nodes, order, writer, dict(given), turning, outer.has_variables)
    for key in keys:
        if key not in given:
            inside.translate(key)
    found = inside.value(tensor)
    if drops_of(outer.writer, found, alive):
        return found
    program.rates.clear()
    program.rates.update(rates)
    return None


def drops_of(writer, found, alive):
    """Whether a value is the output of a Dropout layer of another value, or that value itself.

    Args:
        writer: the `Writer` of their lines.
        found: the value.
        alive: the `Live`.
    """
    if not isinstance(found, Live) or not isinstance(alive, Live):
        return False
    lines = {line.targets[0]: line.value for line in writer.program.lines}
    made = lines.get(found.ref.name)
    called = isinstance(made, Apply) and isinstance(made.what, Ref) and made.what.name in writer.dropouts
    return found.ref == alive.ref or (called and made.arguments == (alive.ref,))
