"""Limits of the ids that a program is fed: below the number of rows of each table that they index."""

from tf2_lstm.migrate.graph.constants import array_of
from tf2_lstm.migrate.graph.nodes import attribute, data_inputs, node_of, normal
from tf2_lstm.migrate.graph.operations import MOVES

#: Operation -> (the input with the ids, the input with the table).
_CHOOSES = {
    "Gather": (1, 0),
    "GatherV2": (1, 0),
    "ResourceGather": (1, 0),
    "GatherNd": (1, 0),
    "OneHot": (0, 1),
    **{
        f"SparseSegment{how}{more}": (1, 0)
        for how in ("Sum", "Mean", "SqrtN")
        for more in ("", "WithNumSegments")
    },
    # The columns of a sparse matrix choose rows of the other one.
    "SparseTensorDenseMatMul": (2, 3),
}
#: Operation -> the inputs with the numbers of its first output that are numbers of theirs.
_KEEPS = {
    "Unique": (0,),
    "Gather": (0,),
    "GatherV2": (0,),
    "Select": (1, 2),
    "SelectV2": (1, 2),
    "SparseFillEmptyRows": (1,),
    "SparseToDense": (2,),
}


#: How many numbers are drawn of which a program takes the distinct ones, and looks up none: some are there twice.
FEW = 3


def limits_of(nodes, tf1, order):
    """Find the limits of ids that go into lookups, or of which the distinct ones are taken.

    Args:
        nodes: name -> NodeDef.
        tf1: the `TF1Model`.
        order: the names of the nodes that the program is computed by.

    Returns:
        A dict from the name of a tensor, on the way from an input to a lookup, to the number of rows, or `FEW`.
    """
    limits = {}
    for name in order:
        node = nodes.get(name) if isinstance(name, str) else None
        if node is not None and node.op in _CHOOSES:
            ids, table = _CHOOSES[node.op]
            rows = _rows(nodes, tf1, data_inputs(node)[table], node.op == "OneHot")
            if rows:
                _spread(nodes, data_inputs(node)[ids], rows, limits)
    for name in order:
        node = nodes.get(name) if isinstance(name, str) else None
        if node is not None and node.op == "Unique" and normal(data_inputs(node)[0]) not in limits:
            _spread(nodes, data_inputs(node)[0], FEW, limits)
    return limits


def pruned_ids(nodes):
    """Return the tensors of ids of which a program leaves out those below zero, as TF1's safe lookup does.

    Args:
        nodes: name -> NodeDef.

    Returns:
        A set of names, all tensors on the way from an input.
    """
    readers, found = {}, {}
    for name, node in nodes.items():
        for one in data_inputs(node):
            readers.setdefault(node_of(one), []).append(name)
    for name, node in nodes.items():
        after = readers.get(name, ()) if node.op == "GreaterEqual" else ()
        after = [
            *after,
            *(two for one in after if nodes[one].op == "LogicalAnd" for two in readers.get(one, ())),
        ]
        if any(nodes[one].op == "Where" for one in after) and _is_zero(nodes, data_inputs(node)[1]):
            _spread(nodes, data_inputs(node)[0], 0, found)
    return {*found}


def _is_zero(nodes, reference):
    node = nodes[node_of(reference)]
    array = array_of(attribute(node, "value").tensor) if node.op == "Const" else None
    return array is not None and array.shape == () and not array


def _rows(nodes, tf1, reference, is_depth):
    """Return the number of rows of a table that is a variable, or the depth that is a constant."""
    node = nodes[normal(reference).partition(":")[0]]
    while node.name not in tf1.nodes and node.op in MOVES and data_inputs(node):
        node = nodes[normal(data_inputs(node)[0]).partition(":")[0]]
    if is_depth:
        array = array_of(attribute(node, "value").tensor) if node.op == "Const" else None
        return None if array is None else int(array)
    if node.name not in tf1.nodes or tf1.nodes[node.name][0] not in tf1.variables:
        return None
    shape = tf1.variables[tf1.nodes[node.name][0]].shape
    return shape[0] if shape else None


def _spread(nodes, reference, rows, limits):
    """Set the limit of all tensors that hand ids on as they are."""
    todo = [normal(reference)]
    while todo:
        tensor = todo.pop()
        if limits.get(tensor, rows + 1) <= rows:
            continue
        limits[tensor] = rows
        node = nodes.get(tensor.partition(":")[0])
        given = data_inputs(node) if node is not None else []
        if given:
            kept = range(len(given)) if node.op in MOVES else _KEEPS.get(node.op, ())
            todo += [normal(given[one]) for one in kept]
