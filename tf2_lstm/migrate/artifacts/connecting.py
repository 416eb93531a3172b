"""Connect a graph and a checkpoint: every variable's node gets its values, or a note says why not."""

from collections import Counter
from dataclasses import replace

from tf2_lstm.migrate.artifacts import files, old_names, partitions
from tf2_lstm.migrate.artifacts.restores import Restored, read_restores
from tf2_lstm.migrate.graph.nodes import static_shape, variable_nodes
from tf2_lstm.migrate.model import ArtifactError

NOT_ITS_OWN = "The checkpoint does not fit the graph: name the one that was saved with it."


def connect(graph, restore_op, variables, where, required=(), own_names=None):
    """Find for every variable node of a graph the variable of the checkpoint that it holds.

    Args:
        graph: the `GraphDef`.
        restore_op: the Saver's restore operation, "" if unknown.
        variables: checkpoint name -> `Variable`.
        where: the checkpoint, for messages.
        required: nodes of which at least one must have its values; () for all that the Saver restores.
        own_names: a name that the graph may restore -> the name in `variables`, for an object-based checkpoint.

    Returns:
        (nodes, variables, notes): `nodes` as `TF1Model` has it, the variables, and notes for the user.

    Raises:
        ArtifactError: none of the variables is in the checkpoint, or one has another shape: it is not
            of this graph.
    """
    restored, composed = read_restores(graph, restore_op)
    nodes, missing, held, old = {}, [], variable_nodes(graph), {}
    variables, notes = old_names.rename(variables, partitions.PART.match)
    spelled = old_names.by_todays_name(variables)
    for name, node in held.items():
        source = restored.get(name) or Restored(name)
        source = replace(source, name=(own_names or {}).get(source.name, source.name))
        if source.name not in variables:
            source = replace(source, name=spelled.get(old_names.current_name(source.name), source.name))
            old.update({source.name: name} if source.name in variables else {})
        if source.name not in variables and name in variables:
            # This part is kept apart: by its own name, not as a slice of the whole variable.
            source = Restored(name)
        if source.name in variables:
            nodes[name] = _held(name, node, source, variables, where)
        elif not all(part in variables for part in composed.get(name, [""])):
            missing.append(name)
    _refuse_missing({name: held[name] for name in missing}, restored, required, variables, where)
    variables, nodes = partitions.join(
        variables, nodes, files.shown(where), partitions.axes_of_parts(graph, held)
    )
    notes += old_names.notes(old)
    if missing:
        notes.append(
            f"{len(missing)} variable(s) of the graph have no value in the checkpoint: {_listed(missing)}."
        )
    return nodes, variables, notes


def missing(graph, restore_op, nodes):
    """List the names of the variables that a graph restores and the checkpoint lacks, in order.

    Args:
        graph: the `GraphDef`.
        restore_op: the Saver's restore operation, "" if unknown.
        nodes: the `nodes` of `connect`.
    """
    restored, _ = read_restores(graph, restore_op)
    names = [restored[node].name for node in variable_nodes(graph) if node in restored and node not in nodes]
    return tuple(dict.fromkeys(names))


def _held(name, node, source, variables, where):
    """Return the entry of `nodes` for one node, after a check of its shape against the checkpoint's."""
    whole = variables[source.name]
    expected = static_shape(node)
    found = source.sizes or whole.shape
    if expected not in (None, found):
        raise ArtifactError(
            f"{files.shown(where)}: the graph's variable {files.shown(name)} has shape {list(expected)}, the "
            f"checkpoint's {files.shown(source.name)} has {list(found)}. {NOT_ITS_OWN}"
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
            f"{files.shown(source.name)}, which has shape {list(whole.shape)}. {NOT_ITS_OWN}"
        )


def _refuse_missing(missing, restored, required, variables, where):
    """Refuse a checkpoint that lacks all that the graph must have; one that has a part is converted."""
    needed = [name for name in restored if not required or name in required]
    gone = [name for name in missing if name in needed]
    if gone and len(gone) == len(needed):
        names = [restored[name].name for name in gone]
        raise ArtifactError(
            f"{files.shown(where)}: the graph restores {_listed(names)}, which the checkpoint does not have; it has "
            f"{_listed(list(variables))}. {_next_step([missing[name] for name in gone], names, variables)}"
        )


def _next_step(nodes, names, variables):
    """Return what to do with a checkpoint that has none of the graph's names: do the shapes agree?"""
    shapes = [static_shape(node) for node in nodes]
    if None in shapes or Counter(shapes) - Counter(variable.shape for variable in variables.values()):
        return NOT_ITS_OWN
    return (
        f"The shapes agree, the names do not: restore it with tf.train.Saver({{its name: the variable "
        f"{files.shown(names[0])}, ...}}) in the program and save it again, or name the checkpoint that was saved with "
        "the graph."
    )


def _listed(names, most=3):
    names = [files.shown(name) for name in names]
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
