"""Where a subgraph begins: at the fed tensors, and at all tensors that have the value of one.

Recognition takes tensors that are computed in the same way for one. So does the subgraph: whichever of them it reads,
it reads the fed value.
"""

from tf2_lstm.migrate.graph.constants import DTYPES
from tf2_lstm.migrate.graph.nesting import Nesting
from tf2_lstm.migrate.graph.nodes import attribute, dtype_of, node_of, normal
from tf2_lstm.migrate.graph.operations import OPEN, Trait, having

#: Operations that must stay although only a control edge leads to them.
_WRITES = having(Trait.WRITES)
_BOOL = 10


class SliceError(ValueError):
    """The graph does not have the tensors that a subgraph is asked for."""


def merged_feeds(nodes, fed, dtypes, same):
    """Find the nodes of a subgraph that stand for the tensors with the value of a fed one.

    A tensor inside of a loop or of a branch is left as it is: it comes from one outside.

    Args:
        nodes: name -> NodeDef, the whole graph.
        fed: name of a fed tensor -> the name of its placeholder.
        dtypes: name of a tensor -> the enum of the dtype that is fed for it.
        same: name of a tensor -> the fed tensor that has its value.

    Returns:
        (given, added): name of a tensor -> the node that stands for it, and the Casts to add for that.
    """
    given, added, nesting = {}, [], Nesting(nodes)
    for name, one in same.items():
        node = nodes.get(node_of(name))
        if node is None or nesting.of(name):
            continue
        given[name] = fed[one]
        wanted = {text: number for number, text in DTYPES.items()}[dtype_of(node)]
        if wanted != dtypes[name]:
            given[name] = f"{fed[one]}_as_{dtype_of(node)}"
            if all(cast.name != given[name] for cast in added):
                added.append(_cast(type(node), given[name], fed[one], dtypes[name], wanted))
    return given, added


def _cast(message, name, source, held, wanted):
    cast = message(name=name, op="Cast", input=[source])
    cast.attr["SrcT"].type, cast.attr["DstT"].type = held, wanted
    return cast


def ancestors(nodes, outputs, fed, shapes):
    """Find the nodes that compute some tensors, back to the fed ones.

    A node that is only waited for is left out where it needs a value that nobody feeds: a control edge to a part that
    is cut away orders nothing. A node that writes a variable is never left out, but where the variable's value is fed:
    nothing reads what it writes.

    Args:
        nodes: name -> NodeDef.
        outputs: names of the tensors.
        fed: the tensors at which the search ends.
        shapes: the tensors at whose Shape nodes the search ends.

    Returns:
        A set of names.

    Raises:
        SliceError: a tensor is not in the graph.
    """
    outputs = [name for name in outputs if normal(name) not in fed]
    found = _walk(nodes, outputs, fed, shapes, lambda name: True)
    if not _needs(nodes, found):
        return found
    known = {}

    def follow(name):
        if name not in known:
            behind = _walk(nodes, [name], fed, shapes, lambda name: True)
            writes = any(nodes[one].op in _WRITES for one in behind)
            known[name] = writes or not _needs(nodes, behind)
        return known[name]

    return _walk(nodes, outputs, fed, shapes, follow)


def _needs(nodes, found):
    """Whether some nodes need a value to be fed; the replay feeds flags by itself."""
    return any(nodes[name].op in OPEN and attribute(nodes[name], "dtype").type != _BOOL for name in found)


def _walk(nodes, starts, fed, shapes, follow):
    waiting, found = list(starts), set()

    def _is_waited_for(control):
        node = nodes.get(node_of(control))
        writes = node is not None and node.op in _WRITES
        return follow(node_of(control)) and not (writes and normal(node.input[0]) in fed)

    while waiting:
        name = waiting.pop()
        node = node_of(name)
        if node in found:
            continue
        if node not in nodes:
            raise SliceError(f"{name}: not in the graph. Was the graph changed after it was read?")
        found.add(node)
        given = {**fed, **shapes} if nodes[node].op == "Shape" else fed
        waiting += [
            one
            for one in nodes[node].input
            if (_is_waited_for(one) if one.startswith("^") else normal(one) not in given)
        ]
    return found
