"""What a path is, and which file of this room reads it."""

import os

from tf2_lstm.migrate.artifacts import checkpoint, files, frozen, protos, saved_model
from tf2_lstm.migrate.model import ArtifactError


def read(path, weights=None, ema=False):
    """Read a TF1 model from whatever it was saved as. Nothing of it is run, no value is read yet.

    Args:
        path: a checkpoint's prefix or folder, a `.meta` file, a SavedModel's folder, a frozen graph's `.pb`, or a
            tf.keras `.h5`.
        weights: the prefix or folder of the checkpoint, where it is not beside the graph.
        ema: serve the exponential moving averages in place of the variables.

    Returns:
        A `TF1Model`.

    Raises:
        ArtifactError: the input cannot be used; the message says what, where, and what to do.

    Example:
        ```python
        try:
            read("no/such/model.ckpt")
        except ArtifactError as error:
            assert "nothing is there" in str(error)
        ```
    """
    path = os.fspath(path)
    if files.is_folder(path):
        if files.is_file(os.path.join(path, "saved_model.pb")):
            return saved_model.read_saved_model(path, path)
        prefix = _latest(path)
        return _read_prefix(path, prefix)
    if path.endswith(".meta"):
        return checkpoint.read_checkpoint(path, path, weights or path[: -len(".meta")])
    if path.endswith(".pb"):
        return frozen.read_frozen(path)
    return _read_prefix(path, path)


def _read_prefix(path, prefix):
    if not files.is_file(prefix + ".index"):
        raise ArtifactError(f"{path}: nothing is there.")
    if files.is_file(prefix + ".meta"):
        return checkpoint.read_checkpoint(path, prefix + ".meta", prefix)
    return checkpoint.read_weights(path, prefix)


def _latest(folder):

    state = protos.parse("CheckpointState", files.load(os.path.join(folder, "checkpoint")), folder, text=True)
    return os.path.join(folder, os.path.basename(state.model_checkpoint_path))
