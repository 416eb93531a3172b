"""The build backend: setuptools, which builds `tf2-lstm`, or `tf2-lstm-scan` where `distribution=scan` is asked for.

`python -m build` and `pip install .` build the whole; both take `--config-settings distribution=scan`.
"""

import contextlib
import os
import tempfile

import small
from setuptools import build_meta

build_editable = build_meta.build_editable
get_requires_for_build_editable = build_meta.get_requires_for_build_editable
get_requires_for_build_sdist = build_meta.get_requires_for_build_sdist
prepare_metadata_for_build_editable = build_meta.prepare_metadata_for_build_editable

DISTRIBUTIONS = ("whole", "scan")


def get_requires_for_build_wheel(config_settings=None):
    """Return what building a wheel needs, as PEP 517 says."""
    with _project(config_settings) as settings:
        return build_meta.get_requires_for_build_wheel(settings)


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """Write the `.dist-info` of a wheel; return its name, as PEP 517 says."""
    metadata_directory = os.path.abspath(metadata_directory)
    with _project(config_settings) as settings:
        return build_meta.prepare_metadata_for_build_wheel(metadata_directory, settings)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build a wheel; return its name, as PEP 517 says."""
    wheel_directory = os.path.abspath(wheel_directory)
    with _project(config_settings) as settings:
        return build_meta.build_wheel(wheel_directory, settings, metadata_directory)


def build_sdist(sdist_directory, config_settings=None):
    """Build the one source distribution there is; return its name, as PEP 517 says.

    Raises:
        SystemExit: that of `tf2-lstm-scan` was asked for.
    """
    if _asked(dict(config_settings or {})) == "scan":
        raise SystemExit(
            "tf2-lstm-scan has no sdist: that of tf2-lstm builds both wheels. Next: build --wheel."
        )
    return build_meta.build_sdist(sdist_directory, config_settings)


@contextlib.contextmanager
def _project(config_settings):
    """Stand in the folder of the project to build; the settings that are left for setuptools."""
    settings = dict(config_settings or {})
    if _asked(settings) == "whole":
        yield settings
        return
    with tempfile.TemporaryDirectory() as folder:
        small.write_project(os.getcwd(), folder)
        with contextlib.chdir(folder):
            yield settings


def _asked(settings):
    """Take the name of the distribution out of the settings."""
    asked = settings.pop("distribution", "whole")
    if asked not in DISTRIBUTIONS:
        raise SystemExit(
            f"config setting distribution={asked!r}: expected one of {', '.join(DISTRIBUTIONS)}."
        )
    return asked
