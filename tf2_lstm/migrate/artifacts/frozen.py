"""Read frozen graphs: one file, in which every variable has become a constant."""

import math
from collections import OrderedDict

from tf2_lstm.migrate.artifacts import (
    checkpoint,
    files,
    graphs,
    meta_graph,
    nan_check,
    partitions,
    paths,
    protos,
)
from tf2_lstm.migrate.artifacts.bundle import DTYPES
from tf2_lstm.migrate.graph.nodes import attribute, node_of, variable_nodes
from tf2_lstm.migrate.graph.operations import ENTERS, Trait, having
from tf2_lstm.migrate.model import ArtifactError, TF1Model, Variable

FLOATS = (1, 2, 14, 19)
#: Operations that read a weight directly in a simplified graph.
WEIGHT_READERS = having(Trait.MULTIPLIES, Trait.CELL, Trait.WEIGHS)
#: Operations of tf.tensordot on the way to its product, and so of a dense layer on a sequence; each occurs once.
REARRANGED = ("Transpose", "Reshape")


def read_graph(path, weights=None):
    """Read a file that holds only a graph.

    Args:
        path: the `.pb` file, or the `.pbtxt` one in protobuf's text form.
        weights: the prefix of a checkpoint, for a graph that still has variables.

    Returns:
        A `TF1Model` of kind "frozen_graph", whose variables are the constants in place of variables; with weights of
        kind
        "checkpoint".

    Raises:
        ArtifactError: it is no graph, or it still has variables, whose values it does not hold.
    """
    where = files.shown(path)
    text = path.endswith(paths.TEXT_GRAPHS)
    graph = graphs.checked(protos.parse("GraphDef", files.load(path), where, text), where)
    held = variable_nodes(graph)
    if weights:
        model = checkpoint.with_graph("checkpoint", path, meta_graph.Meta(graph), weights, [path])
        return _with_constants(model, where)
    _unfold(graph)
    variables = OrderedDict((node.name, _variable(node, where)) for node in _weights(graph))
    if held and not variables:
        raise ArtifactError(
            f"{where}: expected a frozen graph, found {len(held)} variable(s) without values, "
            f"{files.shown(next(iter(held)))} first. Name the checkpoint with --weights, or freeze the graph."
        )
    nodes = {name: (name, None) for name in variables}
    axes = partitions.axes_of_parts(graph, variables)
    parts, nodes = partitions.join({name: variables.pop(name) for name in axes}, nodes, where, axes)
    variables.update(parts)
    notes = _without_values(held)
    return TF1Model("frozen_graph", path, files.digests([path]), "", graph, variables, nodes, notes=notes)


def _with_constants(model, where):
    """Add to a model with a checkpoint, whose graph was frozen in part, the constants in place of variables."""
    frozen = [node for node in _weights(model.graph) if node.name in model.variables]
    model.variables.update((node.name, _variable(node, where)) for node in frozen)
    model.nodes.update((node.name, (node.name, None)) for node in frozen)
    return model


def _without_values(held):
    """Return the note on variables that stayed variables when the graph was frozen."""
    names = ", ".join(files.shown(name) for name in list(held)[:3])
    more = f" and {len(held) - 3} more" if len(held) > 3 else ""
    return [f"{len(held)} variable(s) of the graph have no value in the file: {names}{more}."] if held else []


def _weights(graph):
    """Yield the constants that were variables: read like a variable, or by an operation that takes weights."""
    readers = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(node_of(name), []).append(node)
    for node in graph.node:
        if node.op == "Const" and attribute(node, "dtype").type in FLOATS:
            shape = _held(node).tensor_shape.dim
            if shape and any(
                _reads_weight(node.name, reader, readers) for reader in readers.get(node.name, [])
            ):
                yield node


def _reads_weight(name, reader, readers):
    if reader.op == "Identity":
        return reader.name == name + "/read" or "ReadVariableOp" in reader.name
    behind = [reader]
    for _ in REARRANGED:
        steps = [readers.get(one.name, []) if one.op in REARRANGED else [one] for one in behind]
        behind = [one for step in steps for one in step]
    return any(one.op in WEIGHT_READERS or _enters(one) for one in behind)


def _unfold(graph):
    """Let a loop read its weights from outside again where constants were folded into it (Grappler does it).

    Such a constant waits for the Enter that it replaces, of a constant with the same value.
    """
    nodes, entered = {node.name: node for node in graph.node}, {}
    for node in graph.node:
        waits = [nodes.get(node_of(name)) for name in node.input] if node.op == "Const" else []
        for enter in filter(_enters, waits):
            source = nodes.get(partitions.read_from(nodes, enter.name))
            if source is not None and source.op == "Const" and _held(source) == _held(node):
                entered[node.name] = enter.name
    for node in graph.node if entered else ():
        node.input[:] = [entered.get(name, name) for name in node.input]


def _enters(node):
    return node is not None and node.op in ENTERS and attribute(node, "is_constant").b


def _held(node):
    return attribute(node, "value").tensor


def _variable(node, where):
    tensor = _held(node)
    shape = tuple(dim.size for dim in tensor.tensor_shape.dim)
    dtype, size = DTYPES.get(tensor.dtype, ("", files.MESSAGE_LIMIT + 1))
    if min(shape) < 0 or math.prod(shape) * size > files.MESSAGE_LIMIT:
        raise ArtifactError(
            f"{where}: the constant {files.shown(node.name)} has the impossible shape {list(shape)}. "
            "The file is damaged: copy it again."
        )
    return Variable(node.name, shape, dtype, lambda: nan_check.finite(_value(node, where), node.name, where))


def _value(node, where):
    try:
        value = protos.tensorflow().make_ndarray(_held(node))
    except (ValueError, TypeError) as error:
        raise ArtifactError(
            f"{where}: expected the values of the constant {files.shown(node.name)}, found others "
            f"({error}). The file is damaged: copy it again."
        ) from error
    return value
