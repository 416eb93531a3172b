"""Private names of TensorFlow and Keras: found, or reported when they are gone (`docs/adr/0020-private-names.md`)."""

import functools
import importlib
import sys
import warnings

from tf2_lstm.errors import UserError


def import_private(path, purpose):
    """Return a private object that the package cannot do without.

    Args:
        path: its name, "package.module.name".
        purpose: what is not possible without it, for the message.

    Raises:
        UserError: this version of the package does not have it.
    """
    module, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise gone(path, purpose) from error


@functools.cache
def import_optional(path, cost):
    """Return a private object that only saves time, or None after one warning.

    Args:
        path: its name, "package.module.name".
        cost: what is slower without it, for the warning.
    """
    try:
        return import_private(path, "")
    except UserError:
        warn_gone(path, cost)
        return None


@functools.cache
def warn_gone(path, cost):
    """Warn once that a private object that only saves time is gone.

    Args:
        path: its name, beginning with the package's name.
        cost: what is slower without it.
    """
    warnings.warn(
        f"tf2_lstm: {_absence(path)}. The results are the same; {cost}.", RuntimeWarning, stacklevel=3
    )


def gone(path, purpose):
    """Return the error for a needed private object that is gone.

    Args:
        path: its name, beginning with the package's name.
        purpose: what is not possible without it.
    """
    return UserError(
        f"{_absence(path)}, which is needed {purpose}. Use the versions that tf2_lstm asks for: {_ASKED}."
    )


#: The same versions as in setup.cfg.
_ASKED = "pip install 'tensorflow==2.21.*' 'keras==3.15.*'"


def _absence(path):
    package = path.partition(".")[0]
    version = getattr(sys.modules.get(package), "__version__", "")
    return f"{package} {version} has no {path}"
