"""A `.keras` file written and read with no more copies of the weights in memory than must be."""

import shutil
import zipfile

import keras

from tf2_lstm.migrate.memory import let_go
from tf2_lstm.migrate.unfilled import unfilled


def save_model(model, path):
    """Write a model as `model.save` does, and say from where it can be loaded at the least cost.

    `model.save` holds the whole file in memory. Here Keras writes its unzipped form to the disk, and the archive is
    made of that.

    Args:
        model: the Keras model.
        path: the `.keras` file to write, a `Path`; a folder beside it is written and stays.

    Returns:
        The folder's `Path`: the very files of the archive, to load from and then to remove.
    """
    folder = path.with_suffix(".unzipped")
    model.save(folder, zipped=False)
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(one for one in folder.rglob("*") if one.is_file()):
            archive.write(file, file.relative_to(folder).as_posix())
    return folder


def load_unzipped(folder):
    """Load the model in a folder that `save_model` left, and remove the folder.

    Args:
        folder: the `Path`.

    Returns:
        The model as `keras.models.load_model` gives it, under safe_mode.
    """
    # The model that was saved is held by nothing but itself.
    let_go(sum(file.stat().st_size for file in folder.rglob("*")))
    try:
        # Every number is in the file; none need be drawn.
        with unfilled():
            return keras.models.load_model(folder, compile=False, safe_mode=True)
    finally:
        shutil.rmtree(folder)
