"""Read `.h5` files of tf.keras 1.15: a model's configuration as JSON, and its weights.

Only the file itself is read: links to other files are refused, the configuration is plain data, nothing in it is
called.
"""

import json
import math
import os
import resource
import signal
import subprocess
import sys
from collections import OrderedDict
from contextlib import contextmanager, suppress

import numpy as np

from tf2_lstm.migrate.artifacts import files, nan_check
from tf2_lstm.migrate.model import ArtifactError, TF1Model, Variable

MODELS = ("Sequential", "Model", "Functional")
KINDS = "fiub"
#: The processor seconds that another process may take to read a file (an ordinary one takes less than one), and how
#: many times that by the clock, on a machine that has more to do.
SECONDS, PATIENCE = 5, 12


def read_keras_h5(path):
    """Read a model that tf.keras saved as HDF5.

    Args:
        path: the file.

    Returns:
        A `TF1Model` of kind "keras_h5": `config` is the model's configuration, `variables` are named
        "lstm/kernel", layers in the order of the file. `producer` is the version of Keras.

    Raises:
        ArtifactError: it is no such file.
    """
    where = files.shown(path)
    digests = files.digests([path])
    try_in_process(path)
    with _opened(path) as file:
        version = _text(file.attrs.get("keras_version", ""))
        config = _config(file, version, where)
        variables = OrderedDict()
        for name, place in _weights(_inner(file, "model_weights", where), where):
            variables[name] = _variable(path, name, place, _dataset(file, place, where))
    return TF1Model("keras_h5", path, digests, version, variables=variables, config=config)


def try_in_process(path):
    """Let another process read the file first: in a damaged file the library may run for ever, or crash.

    Args:
        path: the file.

    Raises:
        ArtifactError: the process did not come to an end by itself.
    """
    # -P: without it Python would look for modules in the folder of a stranger's files.
    command = [
        sys.executable,
        "-P",
        "-c",
        f"from {__name__} import walk; import sys; walk(sys.argv[1], int(sys.argv[2]))",
        path,
        str(SECONDS),
    ]
    without_end = f"did not come to an end in {SECONDS} seconds"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            command,
            env=environment,
            timeout=PATIENCE * SECONDS,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        ended = {-signal.SIGXCPU: without_end}.get(done.returncode, "crashed") if done.returncode < 0 else ""
    except subprocess.TimeoutExpired:
        ended = without_end
    if ended:
        raise ArtifactError(
            f"{files.shown(path)}: expected a model of tf.keras in HDF5, but the library that reads it {ended}. "
            "The file is damaged: copy it again."
        )


def walk(path, seconds=None):
    """Read all of a file but plain numbers in one chunk, and ignore what is wrong with it.

    Args:
        path: the file.
        seconds: the processor time after which this process is ended; None for no limit.
    """
    if seconds is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    where = files.shown(path)
    with suppress(ArtifactError), _opened(path) as file:
        _config(file, _text(file.attrs.get("keras_version", "")), where)
        for _, place in _weights(_inner(file, "model_weights", where), where):
            dataset = _dataset(file, place, where)
            if dataset.chunks is not None:
                np.asarray(dataset[()])


@contextmanager
def _opened(path):
    """Open a file; an error of h5py for a damaged file becomes one line."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except ArtifactError:
        raise
    except MemoryError as error:
        raise ArtifactError(
            f"{files.shown(path)}: expected weights that fit into memory, and one does not ({error or 'MemoryError'}). "
            "Is the file whole, and the right one?"
        ) from error
    except (OSError, KeyError, RuntimeError, ValueError, TypeError, AttributeError) as error:
        raise ArtifactError(
            f"{files.shown(path)}: expected a model of tf.keras in HDF5, the library says: "
            f"{files.said(error)}. Is the file whole, and the right one?"
        ) from error


def _text(value):
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else str(value)


def _config(file, version, where):
    """Return the model's configuration as plain data."""
    if "model_config" not in file.attrs:
        raise ArtifactError(
            f"{where}: expected a whole model, found weights without a configuration (no model_config). "
            "Save it with model.save(), not with save_weights()."
        )
    try:
        config = json.loads(_text(file.attrs["model_config"]))
    except (ValueError, RecursionError) as error:
        raise ArtifactError(f"{where}: model_config is no JSON ({error}). The file is damaged.") from error
    if version.startswith("3"):
        raise ArtifactError(
            f"{where}: expected a model of tf.keras 1.15, found one of Keras {version}. It needs no conversion: "
            "keras.models.load_model reads it."
        )
    if not isinstance(config, dict) or config.get("class_name") not in MODELS:
        raise ArtifactError(
            f"{where}: expected a Sequential or a functional model, found {str(config)[:80]!r}. "
            "Save the model again with tf.keras of TensorFlow 1.15."
        )
    return config


def _inner(group, path, where):
    """Return the object at a path below a group, without leaving the file."""
    import h5py

    for part in filter(None, path.split("/")):
        link = group.get(part, getlink=True) if isinstance(group, h5py.Group) else None
        if not isinstance(link, h5py.HardLink):
            found = "nothing" if link is None else "a link to elsewhere"
            raise ArtifactError(
                f"{where}: expected {path[:200]!r} inside the file, found {found}. "
                "Is the file whole, and the right one?"
            )
        group = group[part]
    return group


def _names(attributes, key):
    """Return a list of names; one that is too long for one attribute is in key0, key1, ..."""
    if key in attributes:
        return [_text(name) for name in attributes[key]]
    chunks = []
    while f"{key}{len(chunks)}" in attributes:
        chunks.append([_text(name) for name in attributes[f"{key}{len(chunks)}"]])
    return [name for chunk in chunks for name in chunk]


def _weights(group, where):
    """Yield (name, place in the file) of every weight, layer by layer."""
    for layer in _names(group.attrs, "layer_names"):
        for weight in _names(_inner(group, layer, where).attrs, "weight_names"):
            name = weight.removesuffix(":0")
            name = name if name.startswith(layer + "/") else f"{layer}/{name}"
            yield name, f"model_weights/{layer}/{weight}"


def _dataset(file, place, where):
    """Return the dataset at a place, after a check that the file itself holds its numbers."""
    import h5py

    found = _inner(file, place, where)
    if (
        not isinstance(found, h5py.Dataset)
        or found.dtype.kind not in KINDS
        or found.external
        or found.is_virtual
    ):
        raise ArtifactError(
            f"{where}: expected numbers kept in the file at {place[:200]!r}, found something else. "
            "Is the file whole, and the right one?"
        )
    needed, kept = math.prod(found.shape) * found.dtype.itemsize, found.id.get_storage_size()
    if kept < needed and (found.compression is None or kept * 1000 < needed):
        raise ArtifactError(
            f"{where}: {place[:200]!r} of shape {list(found.shape)} needs {needed} bytes, the file holds {kept}. "
            "The file was cut off: copy it again."
        )
    return found


def _variable(path, name, place, dataset):
    return Variable(name, tuple(dataset.shape), dataset.dtype.name, lambda: _value(path, name, place))


def _value(path, name, place):
    where = files.shown(path)
    with _opened(path) as file:
        value = np.asarray(_dataset(file, place, where)[()])
    return nan_check.finite(value, name, where)
