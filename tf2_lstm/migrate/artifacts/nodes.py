"""A graph and a checkpoint brought together: every variable's node has its values, or it is said why not."""

from tf2_lstm.migrate.artifacts import files, partitions
from tf2_lstm.migrate.artifacts.graphs import static_shape, variable_nodes
from tf2_lstm.migrate.artifacts.restores import Restored, read_restores
from tf2_lstm.migrate.model import ArtifactError

OTHER_MODEL = "They are of different models: name the checkpoint of this graph."


def connect(graph, restore_op, variables, where, required=()):
    """Say for every variable node of a graph which variable of the checkpoint it holds.

    Args:
        graph: the `GraphDef`.
        restore_op: the Saver's restore operation, "" if unknown.
        variables: checkpoint name -> `Variable`.
        where: the checkpoint, for messages.
        required: nodes whose values must be there; without any all that the Saver restores must.

    Returns:
        (nodes, variables, notes): `nodes` as `TF1Model` has it, the variables, and what a person must know.

    Raises:
        ArtifactError: a variable is missing in the checkpoint or has another shape: it is of another model.

    Example:
        ```python
        from tf2_lstm.migrate.artifacts.protos import message

        assert connect(message("GraphDef"), "", OrderedDict(), "model.ckpt") == ({}, OrderedDict(), [])
        ```
    """
    restored, composed = read_restores(graph, restore_op)
    nodes, missing, held = {}, [], variable_nodes(graph)
    for name, node in held.items():
        source = restored.get(name) or Restored(name)
        if source.name in variables:
            nodes[name] = _held(name, node, source, variables, where)
        elif not all(part in variables for part in composed.get(name, [""])):
            missing.append(name)
    _refuse_missing(missing, restored, required, variables, where)
    variables, nodes = partitions.join(
        variables, nodes, files.shown(where), partitions.axes_of_parts(graph, held)
    )
    if not missing:
        return nodes, variables, []
    note = f"{len(missing)} variable(s) of the graph have no value in the checkpoint: {_listed(missing)}."
    return nodes, variables, [note]


def _held(name, node, source, variables, where):
    """The entry of `nodes` for one node, after its shape was held against the checkpoint's."""
    whole = variables[source.name]
    expected = static_shape(node)
    found = source.sizes or whole.shape
    if expected not in (None, found):
        raise ArtifactError(
            f"{files.shown(where)}: the graph's variable {files.shown(name)} has shape {list(expected)}, the "
            f"checkpoint's {files.shown(source.name)} has {list(found)}. {OTHER_MODEL}"
        )
    if not source.sizes:
        return source.name, None
    _check_slice(source, whole, where)
    return source.name, tuple(slice(s, s + n) for s, n in zip(source.starts, source.sizes, strict=True))


def _check_slice(source, whole, where):
    ends = [start + size for start, size in zip(source.starts, source.sizes, strict=True)]
    if len(ends) != len(whole.shape) or any(end > size for end, size in zip(ends, whole.shape, strict=True)):
        raise ArtifactError(
            f"{files.shown(where)}: the graph restores {list(source.sizes)} from {list(source.starts)} on of "
            f"{files.shown(source.name)}, which has shape {list(whole.shape)}. {OTHER_MODEL}"
        )


def _refuse_missing(missing, restored, required, variables, where):
    """Refuse a checkpoint that lacks what the graph must have."""
    gone = [name for name in missing if name in restored and (not required or name in required)]
    if gone:
        names = [restored[name].name for name in gone]
        raise ArtifactError(
            f"{files.shown(where)}: the graph restores {_listed(names)}, which the checkpoint does not have; it has "
            f"{_listed(list(variables))}. {OTHER_MODEL}"
        )


def _listed(names, most=3):
    names = [files.shown(name) for name in names]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
