"""Read SavedModels of TensorFlow 1: a MetaGraph with signatures, and a checkpoint in the folder `variables`."""

import os
import re

from tf2_lstm.migrate.artifacts import checkpoint, files, meta_graph, protos
from tf2_lstm.migrate.model import ArtifactError

SERVE = "serve"


def read_saved_model(path, folder, weights=None):
    """Read a SavedModel.

    Args:
        path: the path that the user gave.
        folder: the folder that holds saved_model.pb.
        weights: the prefix of another checkpoint, instead of the one inside.

    Returns:
        A `TF1Model` of kind "saved_model".

    Raises:
        ArtifactError: a file is damaged, or it is a SavedModel of functions and objects.
    """
    file = os.path.join(folder, "saved_model.pb")
    where = files.shown(file)
    chosen = _choose(protos.parse("SavedModel", files.load(file), where), where)
    if chosen.HasField("object_graph_def"):
        raise ArtifactError(
            f"{where}: expected a SavedModel with signatures of one graph, as simple_save writes it, found one of "
            f"functions and objects, as tf.saved_model.save of {_version(chosen)} writes it. {_next_step(chosen)}"
        )
    meta = meta_graph.meta_of(chosen, where)
    prefix = weights or os.path.join(folder, "variables", "variables")
    return checkpoint.with_graph("saved_model", path, meta, prefix, [file], root=None if weights else folder)


def _version(chosen):
    """Return the name of the TensorFlow that wrote a file."""
    said = chosen.meta_info_def.tensorflow_version
    return f"TensorFlow {said}" if re.fullmatch(r"[\w.+-]{1,40}", said) else "an unknown TensorFlow"


def _next_step(chosen):
    if chosen.meta_info_def.tensorflow_version.startswith("1."):
        return (
            "Write the program's graph with tf.compat.v1.saved_model.simple_save or with tf.train.Saver, or a tf.keras "
            "model with model.save('model.h5'), and convert that."
        )
    return (
        "It runs in TensorFlow 2 as it is: tf.saved_model.load; or name the TF1 model that it was made from."
    )


def _choose(saved, where):
    """Return the MetaGraph that is served: of several the one with no other tag; the only one where none is tagged."""
    tagged = [meta for meta in saved.meta_graphs if SERVE in meta.meta_info_def.tags]
    alone = [meta for meta in tagged if list(meta.meta_info_def.tags) == [SERVE]]
    chosen = alone or tagged or list(saved.meta_graphs)
    if len(chosen) != 1:
        tags = ["+".join(meta.meta_info_def.tags) or "no tag" for meta in saved.meta_graphs]
        raise ArtifactError(
            f"{where}: expected one MetaGraph with the tag {SERVE!r}, found {len(tags)} ({', '.join(tags)[:200]}). "
            "Export the model that is served."
        )
    return chosen[0]
