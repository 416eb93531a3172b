"""Load a stranger's `.keras` file as the commands do: nothing in it runs, and an error is one line."""

import os

import tf2_lstm
from tf2_lstm.errors import UserError


class LoadingError(UserError):
    """A model cannot be loaded: what, where, next step."""


def load(path, instead):
    """Load a Keras model under safe_mode.

    Args:
        path: a `.keras` file.
        instead: the function of this package that takes a model whose classes are the user's own, by its full name.

    Returns:
        The model, as `tf2_lstm.load_model` gives it.

    Raises:
        LoadingError: there is no model, or one that cannot be loaded without code of its own.
    """
    if not os.path.isfile(path):
        raise LoadingError(f"{path}: expected a .keras file, no file is there. Check the path.")
    try:
        return tf2_lstm.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        said = " ".join(str(error).split()).rstrip(".")[:300]
        raise LoadingError(
            f"{path}: expected a .keras file, Keras says: {said}. Register its own classes and functions with "
            f"keras.saving.register_keras_serializable, and call {instead} there."
        ) from error
