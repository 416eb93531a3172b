"""The user's own data: a `.npz` whose keys are tensors of the user's graph, wherever in it they are."""

import os
import zipfile

import numpy as np

from tf2_lstm.migrate.convert.replay import Replay, ReplayError
from tf2_lstm.migrate.convert.samples import Sample, fed_tensors
from tf2_lstm.migrate.convert.slices import normal
from tf2_lstm.migrate.model import ArtifactError


def own_samples(tf1, recurrence, path):
    """Turn a file of the user's data into what a recurrence is fed.

    Args:
        tf1: the `TF1Model`.
        recurrence: the `Recurrence`.
        path: the `.npz`, or None.

    Returns:
        A list of one `Sample`, or None without a file. Tensors at the recurrence's edge that the file does not hold
        are computed by the user's graph from those that it holds.

    Raises:
        ArtifactError: the file is no `.npz` of plain arrays, or its tensors do not lead to the recurrence.
    """
    if path is None:
        return None
    given = {normal(name): value for name, value in read_arrays(path).items()}
    wanted = [tensor.tf1 for tensor in fed_tensors(recurrence)]
    values = {name: given[name] for name in wanted if name in given}
    missing = [name for name in wanted if name not in given]
    if missing:
        feeds = {name: (value.dtype.name, (None,) * value.ndim) for name, value in given.items()}
        try:
            with Replay(tf1, missing, feeds, gradients="") as replay:
                values.update(replay.run(given))
        except ReplayError as error:
            raise ArtifactError(
                f"{path}: does not lead to {missing[0]} of {recurrence.scope}: {error} Expected arrays under the "
                f"names of TF1 tensors, for instance {', '.join(wanted)}."
            ) from error
    return [Sample(f"inputs of {os.path.basename(path)}", values)]


def read_arrays(path):
    """Read a `.npz`; nothing is unpickled.

    Raises:
        ArtifactError: it is none.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except (OSError, ValueError, zipfile.BadZipFile, AttributeError, EOFError, KeyError) as error:
        raise ArtifactError(
            f"{path}: expected a .npz of arrays whose names are TF1 tensors, found something else: "
            f"{str(error).splitlines()[0] if str(error) else type(error).__name__}. Write it with numpy.savez."
        ) from error
