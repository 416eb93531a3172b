"""Copy a TF1 checkpoint entry by entry, partitions as they are."""

import os
from collections import OrderedDict

import numpy as np
import tensorflow as tf

from tf2_lstm.migrate.artifacts import paths, protos
from tf2_lstm.migrate.model import ArtifactError


def checkpoint_prefix(tf1, request):
    """Return the prefix of the checkpoint that a model was read from.

    Raises:
        ArtifactError: it was read from something else than a checkpoint.
    """
    if tf1.kind not in ("checkpoint", "weights", "saved_model", "object_checkpoint"):
        raise ArtifactError(
            f"{request.path}: expected a checkpoint to copy, found {tf1.kind.replace('_', ' ')}. Name the "
            "checkpoint with which that was made, or keep the .keras file."
        )
    prefix = paths.checkpoint_prefix(os.fspath(request.weights or request.path))
    if not os.path.exists(f"{prefix}.index"):
        raise ArtifactError(
            f"{request.path}: expected a checkpoint of .index and .data files to copy, found one in the single-file "
            "format V1, which is only read. Restore it in TensorFlow 1 and save it with tf.train.Saver()."
        )
    return prefix


def read_entries(prefix, tf1, new):
    """Yield every entry of a checkpoint as (name, array), with new values for some.

    A variable that the checkpoint keeps whole is yielded whole, and one that it keeps in parts in parts.

    Args:
        prefix: the checkpoint's prefix.
        tf1: the `TF1Model` that was read from it.
        new: name of a variable of the model -> its new array.

    Raises:
        ArtifactError: a name of `new` is no entry of the checkpoint, or has another shape.
    """
    tensors = protos.Tensors(prefix)
    shapes, new = tensors.shapes(), _as_entries(tf1, new)
    for name, value in new.items():
        if list(np.shape(value)) != shapes.get(name):
            found = shapes.get(name, "no such entry")
            raise ArtifactError(
                f"{prefix}: expected {name} with shape {list(np.shape(value))}, found {found}."
            )
    for name in sorted(shapes):
        yield name, new[name] if name in new else tensors.read(name)


def _as_entries(tf1, new):
    """Return the new arrays under the names in the checkpoint, a partitioned one part by part."""
    entries = OrderedDict()
    for name, value in new.items():
        parts = tf1.variables[name].parts if name in tf1.variables else {}
        entries.update((part, value[place]) for part, place in parts.items())
        if not parts:
            entries[name] = value
    return entries


def write_bundle(entries, prefix):
    """Write a checkpoint as `tf.train.Saver` does.

    Args:
        entries: name -> array.
        prefix: the prefix of the checkpoint.

    Raises:
        OSError: it cannot be written.
    """
    names = list(entries)
    tensors = [tf.convert_to_tensor(entries[name]) for name in names]
    try:
        tf.raw_ops.SaveV2(
            prefix=os.fsencode(prefix),
            tensor_names=names,
            shape_and_slices=[""] * len(names),
            tensors=tensors,
        )
    except tf.errors.OpError as error:
        raise OSError(error.message.partition(" [Op:")[0].rpartition("; ")[2]) from error
