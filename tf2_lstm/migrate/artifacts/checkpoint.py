"""Read checkpoints of either format, with the graph of a `.meta` file beside them or without."""

from tf2_lstm.migrate.artifacts import (
    bundle,
    connecting,
    files,
    meta_graph,
    object_checkpoint,
    old_names,
    partitions,
    single_file,
)
from tf2_lstm.migrate.model import TF1Model


def read_checkpoint(path, meta_path, prefix):
    """Read a checkpoint with its graph.

    Args:
        path: the path that the user gave.
        meta_path: the `.meta` file.
        prefix: the checkpoint's path without ".index".

    Returns:
        A `TF1Model` of kind "checkpoint".

    Raises:
        ArtifactError: a file is missing or damaged, or the two do not fit together.
    """
    meta = meta_graph.read_meta(meta_path)
    return with_graph("checkpoint", path, meta, prefix, [meta_path])


def with_graph(kind, path, meta, prefix, graph_files, root=None):
    """Make a `TF1Model` of a graph and a checkpoint.

    Args:
        kind: the kind of the model.
        path: the path that the user gave.
        meta: a `Meta`.
        prefix: the checkpoint's path without ".index".
        graph_files: the files that the graph is from.
        root: see `files.digests`.

    Returns:
        A `TF1Model`.

    Raises:
        ArtifactError: a file is missing or damaged, or the two do not fit together.
    """
    found, named = read_named(prefix)
    held, variables, notes = connecting.connect(
        meta.graph, meta.restore_op, found.variables, found.prefix, meta.trainable, found.own_names
    )
    return TF1Model(
        kind,
        path,
        files.digests([*graph_files, *found.paths], root),
        meta.producer,
        meta.graph,
        variables,
        held,
        meta.signatures,
        notes=named + notes,
        missing=connecting.missing(meta.graph, meta.restore_op, held),
        trainable=meta.trainable or None,
    )


def read_weights(path, prefix):
    """Read a checkpoint without a graph: only names and shapes are known.

    Args:
        path: the path that the user gave.
        prefix: the checkpoint's path without ".index".

    Returns:
        A `TF1Model` of kind "weights" or "object_checkpoint".

    Raises:
        ArtifactError: a file is missing or damaged.
    """
    found, notes = read_named(prefix)
    variables, renamed = old_names.rename(found.variables)
    variables, _ = partitions.join(variables, {}, files.shown(prefix))
    kind = "object_checkpoint" if found.object_graph else "weights"
    return TF1Model(kind, path, files.digests(found.paths), variables=variables, notes=notes + renamed)


def read_named(prefix):
    """Read a checkpoint of any format with the names that the program gave.

    Args:
        prefix: the checkpoint's path without ".index".

    Returns:
        (bundle, notes).

    Raises:
        ArtifactError: a file is missing or damaged, or TensorFlow 2 wrote it.
    """
    later = files.is_file(prefix + ".index") and not single_file.is_table(prefix)
    if not later and single_file.files_of(prefix):
        return single_file.read_files(prefix), []
    found = bundle.read_bundle(prefix)
    return object_checkpoint.with_own_names(found) if found.object_graph else (found, [])
