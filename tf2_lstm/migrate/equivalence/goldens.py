"""Golden records: run results of real TensorFlow 1.15.5, one folder for each case.

A record holds `record.json` (what, when, by which versions), `tensors.npz` (inputs and results) and the genuine
`tf.train.Saver` checkpoint `weights.*`. Nothing here unpickles. Runs under Python 3.7, where records are written.
"""

import json
import os
import zipfile
import zlib
from collections import OrderedDict

import numpy as np

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.equivalence.result import RECORD, RunResult

SCHEMA = 1
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "goldens")


class RecordError(UserError):
    """A golden record is missing, damaged, or of another configuration."""


def folder_of(case, root=FOLDER):
    """Return the folder of a case's record."""
    return os.path.join(root, *case.name.split("/"))


def checkpoint_of(case, root=FOLDER):
    """Return the prefix of a case's `tf.train.Saver` checkpoint."""
    return os.path.join(folder_of(case, root), "weights")


def write_record(case, inputs, result, about, root=FOLDER):
    """Write a run result as the record of a case; the checkpoint is already in the folder.

    Args:
        case: the `Case`.
        inputs: name -> array, the inputs that were fed.
        result: the `RunResult`.
        about: further facts for record.json, e.g. the date.
        root: the folder of all records.
    """
    arrays = OrderedDict()
    listed = OrderedDict()
    for part, tensors in (("inputs", inputs), ("tensors", result.tensors)):
        listed[part] = []
        for number, (name, value) in enumerate(tensors.items()):
            arrays[f"{part}_{number}"] = value
            listed[part].append({"name": name, "shape": list(value.shape), "dtype": str(value.dtype)})
    facts = OrderedDict([("schema", SCHEMA), ("case", case.name), ("configuration", repr(case))])
    facts.update(about)
    facts["versions"] = result.versions
    facts.update(listed)
    np.savez_compressed(os.path.join(folder_of(case, root), "tensors.npz"), **arrays)
    with open(os.path.join(folder_of(case, root), "record.json"), "w") as file:
        file.write(json.dumps(facts, indent=1) + "\n")


def read_record(case, inputs, root=FOLDER):
    """Read the record of a case and check that it is of this configuration and of these inputs.

    Args:
        case: the `Case`.
        inputs: name -> array, the inputs of the other references; must equal the recorded ones.
        root: the folder of all records.

    Returns:
        A `RunResult` of the side RECORD.

    Raises:
        RecordError: no record, another schema, another configuration, other inputs, or a damaged file.
    """
    path = os.path.join(folder_of(case, root), "record.json")
    try:
        with open(path) as file:
            facts = json.load(file)
        # numpy.load leaves a file that it opened itself open when the archive is damaged.
        with open(os.path.join(folder_of(case, root), "tensors.npz"), "rb") as file, np.load(
            file, allow_pickle=False
        ) as arrays:
            fed = _named(facts["inputs"], "inputs", arrays)
            tensors = _named(facts["tensors"], "tensors", arrays)
    except FileNotFoundError:
        raise RecordError(
            f"{case.name}: no golden record ({os.path.relpath(path)} is not there). Record it with real "
            f"TensorFlow 1.15.5: make golden NAME={case.name}"
        ) from None
    except (OSError, ValueError, TypeError, LookupError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise RecordError(
            f"{case.name}: the golden record is damaged ({type(error).__name__}: {error}). Restore the folder "
            "from version control."
        ) from error
    _check(case, facts, fed, inputs)
    return RunResult(RECORD, tensors, versions=facts["versions"])


def _named(listed, part, arrays):
    return OrderedDict((entry["name"], arrays[f"{part}_{n}"]) for n, entry in enumerate(listed))


def _check(case, facts, fed, inputs):
    if facts["schema"] != SCHEMA:
        raise RecordError("{}: record schema {}, expected {}.".format(case.name, facts["schema"], SCHEMA))
    if facts["configuration"] != repr(case):
        raise RecordError(
            "{}: the record is of another configuration.\n  recorded: {}\n  now:      {!r}\nRecord it again: make "
            "golden NAME={}".format(case.name, facts["configuration"], case, case.name)
        )
    same = list(fed) == list(inputs) and all(np.array_equal(fed[name], inputs[name]) for name in fed)
    if not same:
        raise RecordError(
            f"{case.name}: the record's inputs are not the ones drawn now; the random generator or the drawing has "
            "changed."
        )
