"""The nodes inside of recurrences, which nobody can fetch."""

from tf2_lstm.migrate.graph.nodes import data_inputs, edge
from tf2_lstm.migrate.graph.operations import Trait, having

_OF_LOOPS = having(Trait.EXIT, Trait.SWITCH, Trait.MERGE, Trait.NEXT)


def inside_of(nodes, readers, recurrences):
    """Return the names of the nodes between the inputs and the outputs of recurrences.

    Args:
        nodes: name -> NodeDef.
        readers: name of a node -> the names of its readers.
        recurrences: the `Recurrence`s.
    """
    given_out = {edge(tensor.tf1)[0] for one in recurrences for tensor in one.outputs if tensor.tf1}
    found = set()
    for one in recurrences:
        stop = {edge(tensor.tf1)[0] for tensor in one.inputs if tensor.tf1}
        outputs = {edge(tensor.tf1)[0] for tensor in one.outputs if tensor.tf1}
        todo = [before for name in outputs - stop for before in _before(nodes, name)]
        while todo:
            name = todo.pop()
            if name in found or name in stop or name in outputs or name not in nodes:
                continue
            found.add(name)
            todo += _before(nodes, name)
        found |= _loop_parts(nodes, readers, found, given_out)
    return found - given_out


def _before(nodes, name):
    return [edge(one)[0] for one in data_inputs(nodes[name])] if name in nodes else []


def _loop_parts(nodes, readers, inside, given_out):
    """Return the other exits of a loop, and the other nodes that only occur in loops."""
    todo, found = list(inside), set()
    while todo:
        for one in readers.get(todo.pop(), ()):
            if nodes[one].op in _OF_LOOPS and not (one in inside or one in found or one in given_out):
                found.add(one)
                todo.append(one)
    return found
