"""Read from the Saver's own operations which name of the checkpoint each variable of a graph is restored from.

A Saver leaves its work in the graph: `restore_op_name` waits for Assign operations, each takes an output of a Restore
operation, whose constants are the name in the checkpoint and, for a partitioned variable, the slice. So a Saver that
was given other names, or averages, is understood without guessing.
"""

from dataclasses import dataclass

from tf2_lstm.migrate.graph.nodes import attribute, node_of
from tf2_lstm.migrate.graph.operations import ASSIGNS, HANDS_ON, Trait, having

_RESTORES = having(Trait.RESTORES)
#: Operations between a restored tensor and its variable that only change the form.
PLAIN = HANDS_ON | having(Trait.RESHAPES)


@dataclass(frozen=True)
class Restored:
    """The source of one variable's node in the checkpoint.

    Attributes:
        name: the name in the checkpoint.
        starts: where the node's slice of the whole begins, an int for each axis; () for the whole.
        sizes: the slice's shape; () for the whole.
    """

    name: str
    starts: tuple = ()
    sizes: tuple = ()


def read_restores(graph, restore_op):
    """Follow a Saver's restore operation to the variables that it sets.

    Args:
        graph: a `GraphDef`.
        restore_op: the `restore_op_name` of the `SaverDef`; "" takes every restore of the graph.

    Returns:
        (restored, composed): node -> `Restored`, and node -> names of the tensors that are joined to one value, as for
        a
        cuDNN layer's opaque kernel.
    """
    nodes = {node.name: node for node in graph.node}
    restored, composed = {}, {}
    for assign in _assigns(nodes, node_of(restore_op)):
        if len(assign.input) < 2:
            continue
        target = node_of(assign.input[0])
        direct, sources = _sources(nodes, assign.input[1])
        if direct and len(sources) == 1:
            restored.setdefault(target, sources[0])
        elif sources:
            composed.setdefault(target, tuple(source.name for source in sources))
    return restored, composed


def _assigns(nodes, restore_op):
    """List the Assign operations that a restore operation waits for; without one, all of the graph."""
    if restore_op not in nodes:
        return [node for node in nodes.values() if node.op in ASSIGNS]
    found, seen, left = [], set(), [restore_op]
    while left:
        name = left.pop()
        if name in seen:
            continue
        seen.add(name)
        node = nodes[name]
        if node.op in ASSIGNS:
            found.append(node)
        else:
            left += [node_of(one) for one in node.input if one.startswith("^")]
    return sorted(found, key=lambda node: node.name)


def _sources(nodes, value):
    """Return whether a value is one restored tensor as it is, and all restored tensors that it is made from."""
    direct, found, seen, left = True, [], set(), [value]
    while left:
        name = left.pop()
        node = nodes[node_of(name)]
        if name in seen:
            continue
        seen.add(name)
        if node.op in _RESTORES:
            found += _restored(nodes, node, name)
            continue
        direct = direct and node.op in PLAIN
        left += [one for one in node.input if not one.startswith("^")][: 1 if node.op in PLAIN else None]
    return direct, found


def _restored(nodes, node, name):
    """Return the name and the slice behind one output of a Restore operation, in a list of at most one."""
    index = int(name.rpartition(":")[2]) if ":" in name else 0
    names = _strings(nodes, node, 1)
    if index >= len(names):
        return []
    slices = _strings(nodes, node, 2)
    return [Restored(names[index], *_slice(slices[index] if index < len(slices) else ""))]


def _strings(nodes, node, position):
    """Return the constant strings in one input of a node."""
    if position >= len(node.input) or node.input[position].startswith("^"):
        return []
    tensor = attribute(nodes[node_of(node.input[position])], "value").tensor
    count = 1
    for dim in tensor.tensor_shape.dim:
        count *= max(dim.size, 0)
    values = [value.decode("utf-8", errors="replace") for value in tensor.string_val]
    # A constant may leave out the end that repeats its last value.
    return (values + values[-1:] * min(count - len(values), 1_000_000)) if values else []


def _slice(text):
    """Read "8 24 4,4:0,24": the whole is 8 by 24, the slice has 4 rows from the fourth on and all columns."""
    *dims, spec = text.split(" ")
    parts = [part.split(",") for part in spec.split(":")]
    try:
        sizes = [int(dim) for dim in dims]
        starts = [0 if part == ["-"] else int(part[0]) for part in parts]
        lengths = [size if part == ["-"] else int(part[1]) for size, part in zip(sizes, parts, strict=True)]
    except (ValueError, IndexError):
        return (), ()
    whole = all(start == 0 for start in starts) and lengths == sizes
    return ((), ()) if whole else (tuple(starts), tuple(lengths))
