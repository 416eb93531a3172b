"""Read a TF1 model from any artefact: `paths.py` finds out what the path is, and this module calls its reader."""

import os

from tf2_lstm.migrate.artifacts import averages, checkpoint, files, frozen, keras_h5, paths, saved_model
from tf2_lstm.migrate.model import ArtifactError


def read(path, weights=None, ema=False):
    """Read a TF1 model from any artefact. Nothing of it is run, and no value is read yet.

    Args:
        path: a checkpoint's prefix, its folder or one of its files; a `.meta` file; a SavedModel's folder; a frozen
            graph's `.pb` file; a `.h5` file of tf.keras.
        weights: the checkpoint that has the values, where it is not beside the graph or has another name.
        ema: serve the exponential moving averages in place of the variables.

    Returns:
        A `TF1Model`.

    Raises:
        ArtifactError: the input cannot be used; the message says what, where, what was expected and what to do.

    Example:
        ```python
        model = read("tests/zoo/files/ugrnn_cell/model.ckpt")
        assert model.kind == "checkpoint" and model.variables["rnn/ugrnn_cell/kernel"].shape == (9, 10)
        ```
    """
    path = os.fspath(path)
    kind, place = paths.kind_of(path)
    prefix = paths.checkpoint_prefix(os.fspath(weights)) if weights else None
    if weights and (kind == "keras_h5" or (kind == "prefix" and not _has_meta(place))):
        raise ArtifactError(
            f"{files.shown(path)}: --weights gives values to a graph, and this has no graph. Name the .meta file, the "
            "SavedModel or the graph, or leave out --weights."
        )
    model = _read(path, kind, place, prefix)
    return averages.serve(model) if ema else model


def _read(path, kind, place, prefix):
    if kind == "saved_model":
        return saved_model.read_saved_model(path, place, prefix)
    if kind == "keras_h5":
        return keras_h5.read_keras_h5(path)
    if kind == "graph":
        return frozen.read_graph(path, prefix)
    if kind == "meta":
        return checkpoint.read_checkpoint(path, place, prefix or place.removesuffix(".meta"))
    if _has_meta(place):
        return checkpoint.read_checkpoint(path, place + ".meta", prefix or place)
    return checkpoint.read_weights(path, place)


def _has_meta(prefix):
    # Of any kind: a device, or a link to nothing, is no reason to go on without the graph.
    return os.path.lexists(prefix + ".meta")
