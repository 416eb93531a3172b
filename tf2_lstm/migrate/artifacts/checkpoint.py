"""Checkpoints: `model.ckpt.index` and `.data-...`, with the graph of a `.meta` file beside it or without."""

from tf2_lstm.migrate.artifacts import bundle, files, meta_graph, nodes
from tf2_lstm.migrate.model import TF1Model


def read_checkpoint(path, meta_path, prefix):
    """Read a checkpoint with its graph.

    Args:
        path: what the user named.
        meta_path: the `.meta` file.
        prefix: the checkpoint's path without ".index".

    Returns:
        A `TF1Model` of kind "checkpoint".

    Raises:
        ArtifactError: a file is missing or damaged, or the two are of different models.

    Example:
        ```python
        try:
            read_checkpoint("a.meta", "a.meta", "b.ckpt")
        except ValueError as error:
            assert "a.meta" in str(error)
        ```
    """
    meta = meta_graph.read_meta(meta_path)
    found = bundle.read_bundle(prefix)
    return with_graph("checkpoint", path, meta, found, files.digests([meta_path, *found.paths]))


def with_graph(kind, path, meta, found, digests):
    """Bring a graph and a checkpoint together.

    Args:
        kind: the kind of the model.
        path: what the user named.
        meta: a `Meta`.
        found: a `Bundle`.
        digests: file name -> SHA-256.

    Returns:
        A `TF1Model`.

    Raises:
        ArtifactError: the two are of different models.

    Example:
        ```python
        try:
            with_graph("checkpoint", "x", None, None, {})
        except AttributeError:
            pass
        ```
    """
    held, variables, notes = nodes.connect(
        meta.graph, meta.restore_op, found.variables, found.prefix, meta.trainable
    )
    return TF1Model(
        kind,
        path,
        digests,
        meta.producer,
        meta.graph,
        variables,
        held,
        meta.signatures,
        notes=notes,
    )


def read_weights(path, prefix):
    """Read a checkpoint without a graph: names and shapes are all that is known.

    Args:
        path: what the user named.
        prefix: the checkpoint's path without ".index".

    Returns:
        A `TF1Model` of kind "weights".

    Raises:
        ArtifactError: a file is missing or damaged.

    Example:
        ```python
        try:
            read_weights("b.ckpt", "b.ckpt")
        except ValueError as error:
            assert "b.ckpt.index" in str(error)
        ```
    """
    found = bundle.read_bundle(prefix)
    return TF1Model("weights", path, files.digests(found.paths), variables=found.variables)
