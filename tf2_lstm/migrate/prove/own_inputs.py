"""The user's own data: a `.npz` whose keys are tensors anywhere in the user's graph."""

import os
import zipfile
import zlib

import numpy as np

from tf2_lstm.migrate.artifacts import files
from tf2_lstm.migrate.artifacts.bundle import DTYPES
from tf2_lstm.migrate.graph.nodes import attribute, node_of, normal
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.prove.replay import Replay, ReplayError
from tf2_lstm.migrate.prove.samples import Sample


def own_samples(tf1, wanted, path, where):
    """Turn a file of the user's data into the inputs of a recurrence or a whole program.

    Args:
        tf1: the `TF1Model`.
        wanted: the inputs: key of a tensor, as `key_of` has it -> dtype.
        path: the `.npz`, or None.
        where: the part that is fed, for messages: "rnn" or "the whole program".

    Returns:
        A list of one `Sample`, or None without a file. Wanted tensors that the file does not hold are computed by the
        user's graph from those that it holds.

    Raises:
        ArtifactError: the file is no `.npz` of plain arrays, or its tensors do not lead to the wanted ones.
    """
    if path is None:
        return None
    given = _in_the_graph(tf1, path)
    values = {name: given[name] for name in wanted if name in given}
    missing = [name for name in wanted if name not in given]
    if missing:
        feeds = {name: (value.dtype.name, (None,) * value.ndim) for name, value in given.items()}
        try:
            with Replay(tf1, missing, feeds, gradients="") as replay:
                values.update(replay.run(given))
        except ReplayError as error:
            raise ArtifactError(
                f"{files.shown(path)}: does not lead to {missing[0]} of {where}: {str(error).rstrip('.')}. "
                f"Expected arrays under the names of TF1 tensors, for instance {', '.join(wanted)}."
            ) from error
    shown = files.shown(path)
    values = {name: fitted(values[name], dtype, f"{shown}: {name}") for name, dtype in wanted.items()}
    return [Sample(f"inputs of {os.path.basename(path)}", values)]


def read_arrays(path, named="TF1 tensors"):
    """Read a `.npz`; nothing is unpickled.

    Args:
        path: the file.
        named: a word for what the arrays are named after, for messages.

    Returns:
        A dict from name to array.

    Raises:
        ArtifactError: the file is no `.npz`.
    """
    try:
        if not files.is_file(path):
            raise ValueError("no file is there")
        arrays = np.load(path, allow_pickle=False)
        if not isinstance(arrays, np.lib.npyio.NpzFile):
            raise ValueError("one array without a name")
        with arrays:
            found = {name: arrays[name] for name in arrays.files}
        others = [name for name, value in found.items() if not isinstance(value, np.ndarray)]
        if others:
            raise ValueError(f"{others[0]!r} is no array")
        return found
    except (
        *(OSError, ValueError, AttributeError, EOFError, KeyError, MemoryError),
        # The errors of zipfile for a method of compression that it does not know, and for a password.
        *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError),
    ) as error:
        raise ArtifactError(
            f"{files.shown(path)}: expected a .npz of arrays whose names are {named}, found something else: "
            f"{str(error).splitlines()[0] if str(error) else type(error).__name__}. Write it with numpy.savez."
        ) from error


def _in_the_graph(tf1, path):
    """Return a file's arrays under the names of tensors; those of placeholders in their dtype, as Session.run casts."""
    nodes = {node.name: node for node in tf1.graph.node} if tf1.graph is not None else None
    found = {}
    for name, value in read_arrays(path).items():
        tensor = name if nodes is None else normal(name)
        where = f"{files.shown(path)}: {name}"
        if nodes is not None and node_of(tensor) not in nodes:
            raise ArtifactError(
                f"{where}: the graph has no such tensor. Name its arrays as tf2-lstm inspect does."
            )
        if tensor in found:
            raise ArtifactError(f"{where}: the tensor {tensor} is there twice. Leave one out.")
        node = None if nodes is None else nodes[node_of(tensor)]
        fed = (
            node is not None
            and node.op.startswith("Placeholder")
            and DTYPES.get(attribute(node, "dtype").type)
        )
        found[tensor] = _cast(value, fed[0], where) if fed else value
    return found


def fitted(value, dtype, where):
    """Return an array of a model's dtype that can be fed: not empty, finite.

    Raises:
        ArtifactError: it cannot; the message begins with `where`.
    """
    value = _cast(value, dtype, where)
    if not value.size:
        raise ArtifactError(
            f"{where}: expected numbers, found none: shape {list(value.shape)}. Give one row at least."
        )
    if not np.all(np.isfinite(value)):
        raise ArtifactError(
            f"{where}: expected finite numbers, found NaN or infinity. Nothing could be compared."
        )
    return value


def _cast(value, dtype, where):
    wanted = np.dtype(dtype)
    if not np.can_cast(value.dtype, wanted, "same_kind"):
        raise ArtifactError(
            f"{where}: expected {dtype}, found {value.dtype}. Write it with numpy.savez in that dtype."
        )
    cast = value.astype(wanted, copy=False)
    if value.dtype.kind in "iu" and cast.dtype.kind in "iu" and not np.array_equal(cast, value):
        raise ArtifactError(f"{where}: expected numbers of {dtype}, found larger ones. Check them.")
    return cast
