"""Keras weights back into a TF1 checkpoint."""

import os
import shutil
import tempfile
from collections import OrderedDict
from pathlib import Path

import keras
import numpy as np

import tf2_lstm
from tf2_lstm.migrate.convert.bundles import checkpoint_prefix, read_entries, write_bundle
from tf2_lstm.migrate.convert.converting import look
from tf2_lstm.migrate.convert.folder import FolderError
from tf2_lstm.migrate.functional import find, tf1_variables
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.weights import WeightError


def export(path, request, output, name=None, overwrite=False):
    """Write a TF1 checkpoint like another one, with the weights of a Keras model in it.

    Args:
        path: the `.keras` file that `convert` wrote, trained further or not.
        request: the `Request` of what it was converted from; a checkpoint.
        output: the prefix of the checkpoint to write.
        name: the recurrence's name, when the model has another.
        overwrite: whether a checkpoint that is there may be replaced.

    Returns:
        The names of the variables that the model gave, a list; all others are copied.

    Raises:
        ArtifactError: the model or the checkpoint cannot be used; nothing is written.
        FolderError: the output cannot be written.

    Example:
        ```python
        from tf2_lstm.migrate.convert.converting import Request

        try:
            export("no_such.keras", Request("no/such/model.ckpt"), "new.ckpt")
        except ArtifactError as error:
            assert "no_such.keras" in str(error)
        ```
    """
    model = _load(path)
    tf1, findings = look(request)
    prefix = checkpoint_prefix(tf1, request)
    recurrence = _choose(findings.recurrences, name or model.name, path)
    new = _variables(model, recurrence, path)
    _check_output(output, overwrite)
    entries = OrderedDict(read_entries(prefix, tf1, new))
    _publish(entries, prefix, output)
    return list(new)


def _load(path):
    try:
        return tf2_lstm.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        raise ArtifactError(
            f"{path}: expected a model that convert wrote, Keras says: {str(error).splitlines()[0]}"
        ) from error


def _choose(recurrences, name, path):
    for recurrence in recurrences:
        if recurrence.name == name:
            return recurrence
    known = ", ".join(recurrence.name for recurrence in recurrences) or "none"
    raise ArtifactError(
        f"{path}: its name is {name}, expected that of a recurrence of the checkpoint: {known}. Say which with --name."
    )


def _variables(model, recurrence, path):
    cells, found = program_of(recurrence).cells, OrderedDict()
    for cell in recurrence.cells:
        try:
            arrays = [
                keras.ops.convert_to_numpy(one) for one in find(model, cells[id(cell.call)]).trainable_weights
            ]
            found.update(tf1_variables(cell, arrays))
        except (WeightError, AttributeError, ValueError, IndexError) as error:
            raise ArtifactError(f"{path}: is not the model of {recurrence.scope}: {error}") from error
    return found


def _check_output(output, overwrite):
    parent = Path(output).absolute().parent
    if not Path(output).name or not parent.is_dir():
        raise FolderError(f"{output}: the folder {parent} is not there. Create it first.")
    if os.path.exists(f"{output}.index") and not overwrite:
        raise FolderError(f"{output}: is there already. Choose another -o, or replace it with --overwrite.")


def _publish(entries, prefix, output):
    """Write beside, then rename; the index comes last, without it there is no checkpoint."""
    output = Path(output).absolute()
    try:
        with tempfile.TemporaryDirectory(prefix=f".{output.name[:80]}.", dir=output.parent) as folder:
            beside = Path(folder) / output.name
            write_bundle(entries, str(beside))
            if os.path.exists(f"{prefix}.meta"):
                shutil.copyfile(f"{prefix}.meta", f"{beside}.meta")
            for ending in (".data-00000-of-00001", ".meta", ".index"):
                if os.path.exists(f"{beside}{ending}"):
                    os.replace(f"{beside}{ending}", f"{output}{ending}")
    except OSError as error:
        raise FolderError(f"{output}: cannot be written: {error.strerror or error}.") from error


__all__ = ["export", "np"]
