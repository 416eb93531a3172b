"""Write Keras weights back into a TF1 checkpoint."""

import contextlib
import glob
import os
import shutil
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from os.path import realpath
from pathlib import Path

import keras
import numpy as np

from tf2_lstm import accelerate
from tf2_lstm.migrate.artifacts import files, nan_check
from tf2_lstm.migrate.artifacts.protos import tensorflow
from tf2_lstm.migrate.convert.converting import look
from tf2_lstm.migrate.convert.folder import FolderError, locked, sync
from tf2_lstm.migrate.convert.signatures import programs_of
from tf2_lstm.migrate.convert.whole import translated
from tf2_lstm.migrate.export.bundles import checkpoint_prefix, read_entries, write_bundle
from tf2_lstm.migrate.export.program_weights import whole_variables
from tf2_lstm.migrate.functional import find, tf1_variables, unlike
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.layouts import to_equations
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.prove.replay import eagerly, first_line
from tf2_lstm.migrate.translate.whole import ProgramRefused
from tf2_lstm.migrate.weights import WeightError, to_tf1


def export(path, request, output, name=None, overwrite=False):
    """Write a TF1 checkpoint like another one, with the weights of a Keras model in it.

    Args:
        path: the `.keras` file that `convert` wrote, trained further or not.
        request: the `Request` of the conversion that made it, of a checkpoint.
        output: the prefix of the checkpoint to write.
        name: the recurrence's name, or "model" for the whole program, when the model has another.
        overwrite: whether an existing checkpoint may be replaced.

    Returns:
        A list of the names of the variables that come from the model; all others are copied.

    Raises:
        ArtifactError: the model or the checkpoint cannot be used; nothing is written.
        FolderError: the output cannot be written.
    """
    with eagerly():
        return _export(path, request, output, name, overwrite)


def _export(path, request, output, name, overwrite):
    _check_name(output)
    model = _load(path)
    tf1, findings = look(request)
    prefix = checkpoint_prefix(tf1, request)
    chosen = name or model.name
    program = programs_of(tf1, request.fetch).get(chosen)
    if program is not None:
        new = _of_program(model, program, findings, request, path)
    else:
        new = _of_recurrence(model, _choose(findings, chosen, path, request.path), path)
    _check_output(output, overwrite, prefix)
    _check_sources(output, [path, *filter(None, [request.path, request.weights]), prefix])
    entries = OrderedDict(read_entries(prefix, tf1, new))
    _publish(entries, prefix, output)
    return list(new)


#: Errors of Keras, zip archives and HDF5 for a file that is no model, or a damaged one.
_NO_MODEL = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    RuntimeError,
    ArithmeticError,
    ImportError,
    EOFError,
    OSError,
    zipfile.BadZipFile,
    zlib.error,
    tensorflow().errors.OpError,
)


def _load(path):
    if not files.is_file(path):
        raise ArtifactError(f"{path}: expected a model that convert wrote, no file is there. Check the path.")
    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except _NO_MODEL as error:
        raise ArtifactError(
            f"{path}: expected a model that convert wrote, Keras says: {first_line(error).rstrip('.')}. Name "
            "the .keras file in the folder that convert wrote."
        ) from error
    return accelerate(model)


def _of_program(model, tf1, findings, request, path):
    """Return the variables that the model of the whole program has."""
    try:
        whole = translated(tf1, findings, request)
    except ProgramRefused as error:
        raise ArtifactError(
            f"{path}: expected the whole program of {request.path}, which is not converted: {error}. Give export the "
            "options that convert had."
        ) from error
    return whole_variables(model, whole, tf1, path, _of_recurrence, _of_single_cell)


def _choose(findings, name, path, like):
    for recurrence in findings.recurrences:
        if recurrence.name == name:
            return recurrence
    known = ", ".join(recurrence.name for recurrence in findings.recurrences)
    if known:
        raise ArtifactError(
            f"{path}: its name is {name}, expected that of a recurrence of {like}: {known}. Say which with --name."
        )
    refused = "; ".join(f"{one.scope}: {one.reason}" for one in findings.not_converted[:2]) or "there is none"
    raise ArtifactError(
        f"{path}: expected a recurrence of {like} for it, found none that converts, whatever its name: {refused}. Give "
        "export the options that convert had."
    )


def _of_recurrence(model, recurrence, path):
    """Return the variables that the model of a recurrence has."""
    _check_exportable(recurrence, path)
    return _variables(model, recurrence, path)


def _check_exportable(recurrence, path):
    """Refuse a weight that the graph computes: the checkpoint holds only what it is computed from."""
    for weight in (one for cell in recurrence.cells for one in cell.computed):
        raise ArtifactError(
            f"{path}: {weight.tensor} is computed from {weight.origin} in the TF1 graph, expected a weight that is a "
            "variable: which values of those give the weight of the model is not known. Keep the .keras file"
        )


def _check_all_there(cell, arrays, own, path):
    """Refuse weights that no variable of the TF1 cell holds: a bias where the cell has none."""
    again = to_equations(cell, {leaf: own[name] for leaf, name in cell.names.items()})
    for leaf, array in to_tf1(cell.call, arrays, where=cell.scope).items():
        kept = again[leaf]
        if leaf.endswith("bias") and not np.allclose(array, kept, rtol=1e-3, atol=1e-5, equal_nan=True):
            raise ArtifactError(
                f"{path}: the cell of {cell.scope or ', '.join(cell.variables)} adds no bias to every gate in the TF1 "
                f"graph, expected zeros there, found up to {np.abs(array - kept).max():.3g}. Set those to zero, or "
                "keep the .keras file"
            )


def _layer_of(model, place):
    try:
        return find(model, place)
    except (AttributeError, IndexError, ValueError) as error:
        raise WeightError(
            f"expected a cell at {place}, found none there. Name with --like what it was converted from"
        ) from error


def _variables(model, recurrence, path):
    cells, found = program_of(recurrence).cells, OrderedDict()
    for cell in recurrence.cells:
        found.update(_of_cell(model, cells[id(cell.call)], cell, recurrence.scope, path))
    other = unlike(model, recurrence)
    if other:
        raise ArtifactError(
            f"{path}: is not the model of {recurrence.scope}: {other}. Is it of another checkpoint?"
        )
    return found


def _of_single_cell(model, place, cell, path):
    """Return the variables of a known cell that is in no recurrence."""
    return _of_cell(model, place, cell, cell.scope, path)


def _of_cell(model, place, cell, scope, path):
    """Return the variables of a known cell, given its path in the model."""
    try:
        arrays = [keras.ops.convert_to_numpy(one) for one in _layer_of(model, place).weights]
        found = tf1_variables(cell, arrays)
        _check_all_there(cell, arrays, found, path)
    except (WeightError, ValueError, IndexError) as error:
        raise ArtifactError(f"{path}: is not the model of {scope}: {error}") from error
    for name, value in found.items():
        nan_check.finite(value, name, path)
    return found


#: The order of writing: without the index there is no checkpoint.
ENDINGS = (".data-00000-of-00001", ".meta", ".index")


def _check_name(output):
    """Refuse an output that ends like a folder: `Path` drops that, so the wrong files would be checked."""
    if os.path.basename(output) in ("", os.curdir, os.pardir):
        raise FolderError(
            f"{output or repr(output)}: expected the prefix of a checkpoint, received what can only be a folder. Give "
            "-o a name that does not end with /."
        )


def _check_output(output, overwrite, prefix):
    parent = Path(output).absolute().parent
    if not parent.is_dir():
        raise FolderError(f"{output}: the folder {parent} is not there. Create it first.")
    there = [path for path in (Path(f"{output}{ending}") for ending in ENDINGS) if os.path.lexists(path)]
    read = [path for path in there for ending in ENDINGS if realpath(path) == realpath(f"{prefix}{ending}")]
    if realpath(output) == realpath(prefix) or read:
        raise FolderError(
            f"{output}: is the checkpoint that is copied, which is never changed. Choose another -o."
        )
    if [path for path in there if not path.is_file()]:
        raise FolderError(
            f"{output}: something that is no file has the name of one of its files. Choose another -o."
        )
    if there and not overwrite:
        raise FolderError(f"{output}: is there already. Choose another -o, or replace it with --overwrite.")


def _check_sources(output, sources):
    """Refuse to write over any file that is read, under any name."""
    read = [Path(source) for source in sources]
    read += [beside for one in read for beside in one.parent.glob(f"{glob.escape(one.name)}.*")]
    for target in (Path(f"{output}{ending}") for ending in ENDINGS):
        same = [
            one for one in read if os.path.exists(one) and target.exists() and os.path.samefile(one, target)
        ]
        if same or realpath(target) in map(realpath, read):
            raise FolderError(
                f"{output}: would be written over {target}, which is being read. Choose another -o."
            )


def _publish(entries, prefix, output):
    """Write beside, then rename; an old index is removed first, so that no index ever belongs to other data.

    An old graph, the .meta, is removed too where there is no new one: it would be taken for that of the new data.
    """
    output = Path(output).absolute()
    try:
        with contextlib.ExitStack() as stack:
            temporary = tempfile.TemporaryDirectory(prefix=f".{output.name[:80]}.", dir=output.parent)
            folder = stack.enter_context(temporary)
            stack.enter_context(locked(folder))
            beside = Path(folder) / output.name
            write_bundle(entries, str(beside))
            if os.path.exists(f"{prefix}.meta"):
                shutil.copyfile(f"{prefix}.meta", f"{beside}.meta")
            for path in Path(folder).iterdir():
                sync(path)
            Path(f"{output}.index").unlink(missing_ok=True)
            for ending in ENDINGS:
                if os.path.exists(f"{beside}{ending}"):
                    os.replace(f"{beside}{ending}", f"{output}{ending}")
                else:
                    Path(f"{output}{ending}").unlink(missing_ok=True)
        sync(output.parent)
    except OSError as error:
        raise FolderError(f"{output}: cannot be written: {error.strerror or error}.") from error


__all__ = ["export", "np"]
