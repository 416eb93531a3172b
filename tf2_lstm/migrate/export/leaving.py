"""Export a `.keras` file to a file for another runtime: load, write beside, prove, publish."""

import contextlib
import importlib
import os
import tempfile
from pathlib import Path

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.convert import renaming
from tf2_lstm.migrate.convert.folder import FolderError, locked, sync
from tf2_lstm.migrate.export.loading import load
from tf2_lstm.migrate.export.proof import prove

#: Format -> (its module, the packages that it needs).
FORMATS = {
    "litert": ("litert.litert_format", ()),
    "onnx": ("onnx_format", ("onnx", "onnxruntime")),
    "savedmodel": ("saved_model_format", ()),
}


class LeavingError(UserError):
    """A model cannot be exported: what, where, next step."""


def leave(path, output, form, overwrite=False, inputs=None):
    """Write a model for another runtime, if it has the same results there.

    Args:
        path: a `.keras` file of a Sequential or functional model.
        output: the path to write.
        form: a key of `FORMATS`.
        overwrite: whether an existing file may be replaced; a folder may not.
        inputs: a `.npz` of the user's own inputs, its keys the names of the model's; None for seeded ones.

    Returns:
        The `Report` of the proof; only if it passed, the file was written.

    Raises:
        UserError: the model cannot be read or exported, or the output cannot be written.
    """
    output = Path(output)
    chosen = module_of(form)
    _check_output(output, path, overwrite)
    model = load(path, "tf2_lstm.migrate.export.leaving.leave")
    with _beside(output) as staging:
        from tf2_lstm.migrate.export.accepted import own_samples, samples_of

        target = staging / output.name
        given = own_samples(model, inputs) if inputs else None
        limits = chosen.write(model, target, given)
        given = given or samples_of(model, limits)
        report = prove(model, given.samples, chosen.runner(target), chosen.RUNTIME, chosen.versions())
        report.notes.extend(given.notes)
        if hasattr(chosen, "prove_step"):
            report.cases[0].tensors += chosen.prove_step(model, given.samples, target)
        if report.passed:
            _publish(target, output, overwrite)
    return report


def module_of(form):
    """Return the module of a format, after a check that the packages that it needs are installed.

    Raises:
        LeavingError: one is not.
    """
    name, needed = FORMATS[form]
    missing = [package for package in needed if importlib.util.find_spec(package) is None]
    if missing:
        raise LeavingError(
            f"--format {form}: expected the package {', '.join(missing)}, it is not installed. "
            "pip install 'tf2-lstm[serve]'"
        )
    return importlib.import_module(f"tf2_lstm.migrate.export.{name}")


def _check_output(output, path, overwrite):
    if not output.name or not output.absolute().parent.is_dir():
        raise FolderError(f"{output}: the folder {output.absolute().parent} is not there. Create it first.")
    if not os.path.lexists(output):
        return
    if os.path.exists(path) and os.path.exists(output) and os.path.samefile(path, output):
        raise FolderError(f"{output}: is the model that is read, which is never changed. Choose another -o.")
    if not output.is_file() or output.is_symlink():
        raise FolderError(f"{output}: something that is no file is there already. Choose another -o.")
    if not overwrite:
        raise FolderError(f"{output}: is there already. Choose another -o, or replace it with --overwrite.")


@contextlib.contextmanager
def _beside(output):
    """Yield a hidden folder beside the output, on the same disk, which is always removed."""
    try:
        with (
            tempfile.TemporaryDirectory(
                prefix=f".{output.name[:80]}.", dir=output.absolute().parent
            ) as folder,
            locked(folder),
        ):
            yield Path(folder)
    except OSError as error:
        raise FolderError(f"{output}: cannot be written: {error.strerror or error}.") from error


def _publish(target, output, overwrite):
    """Give a finished output its name, after all of it is on the disk."""
    for path in [target, *(sorted(target.rglob("*")) if target.is_dir() else [])]:
        sync(path)
    if overwrite and output.is_file():
        os.replace(target, output)
    else:
        renaming.rename_new(target, output)
    sync(output.absolute().parent)
