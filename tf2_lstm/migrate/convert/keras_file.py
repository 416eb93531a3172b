"""Write and read a `.keras` file with as few copies of the weights in memory as possible."""

import math
import os
import shutil
import tempfile
import zipfile

import keras
import numpy as np

from tf2_lstm.migrate.memory import let_go
from tf2_lstm.migrate.skip_initializers import skip_initializers


def save_model(model, path):
    """Write a model as `model.save` does, and return the folder from which it can be loaded with the least memory.

    `model.save` holds the whole file in memory. Here Keras writes its unzipped form to the disk, and the archive is
    made from that.

    Args:
        model: the Keras model.
        path: the `.keras` file to write, a `Path`; a folder beside it is written and stays.

    Returns:
        The folder's `Path`, with the files of the archive, to load from and then to remove.

    Raises:
        OSError: the disk has no room for it.
    """
    folder = path.with_suffix(".unzipped")
    _ask_for_room(model, path)
    model.save(folder, zipped=False)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())
    return folder


def _ask_for_room(model, path):
    """Ask the system for room on the disk: without it HDF5 would crash the process.

    The folder and the archive each hold the numbers once, and HDF5's data on every variable.
    """
    variables = model.variables
    numbers = sum(math.prod(one.shape) * np.dtype(one.dtype).itemsize for one in variables)
    size = numbers + 32_768 + 4_096 * len(variables)
    if hasattr(os, "posix_fallocate"):
        with tempfile.TemporaryFile(dir=path.parent) as one, tempfile.TemporaryFile(dir=path.parent) as other:
            for file in (one, other):
                os.posix_fallocate(file.fileno(), 0, size)


def load_unzipped(folder):
    """Load the model in a folder that `save_model` left, and remove the folder.

    Args:
        folder: the `Path`.

    Returns:
        The model as `keras.models.load_model` gives it, under safe_mode.
    """
    # Nothing else references the saved model.
    let_go(sum(file.stat().st_size for file in folder.rglob("*")))
    try:
        # All weights are in the file: no initial values are needed.
        with skip_initializers():
            return keras.models.load_model(folder, compile=False, safe_mode=True)
    finally:
        shutil.rmtree(folder)
