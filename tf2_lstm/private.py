"""What TensorFlow and Keras do not promise to keep, found or said to be gone (`docs/adr/0020-private-names.md`)."""

import functools
import importlib
import sys
import warnings

from tf2_lstm.errors import UserError


def import_private(path, purpose):
    """Return something that the package cannot do without.

    Args:
        path: where it is, "package.module.name".
        purpose: what is not possible without it, for the message.

    Raises:
        UserError: it is not there, in this version of the package.

    ```python
    from tf2_lstm.private import import_private

    print(import_private("keras.ops.matmul", "to multiply").__name__)
    ```
    """
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise gone(path, purpose) from error


@functools.cache
def import_optional(path, cost):
    """Return something that only saves time, or None after one warning.

    Args:
        path: where it is, "package.module.name".
        cost: what is slower without it, for the warning.

    ```python
    from tf2_lstm.private import import_optional

    print(import_optional("keras.ops.matmul", "products").__name__)
    ```
    """
    try:
        return import_private(path, "")
    except UserError:
        warn_gone(path, cost)
        return None


@functools.cache
def warn_gone(path, cost):
    """Warn once that something is gone which only saves time.

    Args:
        path: where it was, beginning with the package's name.
        cost: what is slower without it.
    """
    warnings.warn(f"tf2_lstm: {_said(path)}. The results are the same; {cost}.", RuntimeWarning, stacklevel=3)


def gone(path, purpose):
    """Return the error for something that is needed and gone.

    Args:
        path: where it was, beginning with the package's name.
        purpose: what is not possible without it.
    """
    return UserError(
        f"{_said(path)}, which is needed {purpose}. Use the versions that tf2_lstm asks for: {_ASKED}."
    )


#: As in setup.cfg.
_ASKED = "pip install 'tensorflow==2.21.*' 'keras==3.15.*'"


def _said(path):
    package = path.partition(".")[0]
    version = getattr(sys.modules.get(package), "__version__", "")
    return f"{package} {version} has no {path}"
