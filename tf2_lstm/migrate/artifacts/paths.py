"""Find out what a path is: a folder, a prefix or a file of a kind that can be read, or what else it seems to be."""

import codecs
import os
import re

from tf2_lstm.migrate.artifacts import files, protos, single_file
from tf2_lstm.migrate.model import ArtifactError

STATE = "checkpoint"
HDF5 = b"\x89HDF\r\n\x1a\n"
#: A graph in protobuf's text form.
TEXT_GRAPHS = (".pbtxt", ".prototxt")
#: The first bytes of files of other kinds, and the next step for each.
OTHERS = (
    (b"PK\x03\x04", "a zip archive. Unpack it; a .keras file needs no conversion"),
    (b"\x80\x02", "a pickle, which is never opened. Save the model with tf.train.Saver"),
    (b"\x80\x03", "a pickle, which is never opened. Save the model with tf.train.Saver"),
    (b"\x80\x04", "a pickle, which is never opened. Save the model with tf.train.Saver"),
    (b"\x80\x05", "a pickle, which is never opened. Save the model with tf.train.Saver"),
    (b"\x93NUMPY", "a NumPy array. Name the checkpoint"),
    (b"\x1f\x8b", "a gzip archive. Unpack it"),
)
CHECKPOINT_FILE = re.compile(r"(.+)\.(?:index|data-\d{5}-of-\d{5})$", re.DOTALL)


def kind_of(path):
    """Return the kind of artefact at a path.

    Args:
        path: the path that the user gave.

    Returns:
        (kind, place): "saved_model" and its folder, "meta", "graph" or "keras_h5" and the file, or "prefix" and the
        checkpoint's path without ".index"; for the single-file format V1 the file, for its shards their common prefix.

    Raises:
        ArtifactError: it cannot be read; the message says what it seems to be.
    """
    if "\0" in path:
        raise ArtifactError(
            f"{files.shown(path)}: expected a path, found one with a zero byte. Check the path."
        )
    if files.is_folder(path):
        return _folder(path)
    if files.is_file(path):
        return _file(path)
    if files.is_file(path + ".index"):
        return "prefix", path
    if single_file.files_of(single_file.base_of(path)):
        return "prefix", single_file.base_of(path)
    if files.is_file(path + ".meta"):
        raise ArtifactError(
            f"{files.shown(path)}.index: the graph is there, the weights are not: expected the index of the "
            "checkpoint. Copy all of its files, or name another checkpoint with --weights."
        )
    seen = "nothing is there" if files.status(path) is None else "it is no ordinary file"
    raise ArtifactError(
        f"{files.shown(path)}: expected a checkpoint, a SavedModel, a .pb or an .h5 file, {seen}. "
        "Check the path; a checkpoint is named without .index."
    )


def checkpoint_prefix(path):
    """Return the prefix of a checkpoint that was named by its prefix, one of its files, or its folder.

    Raises:
        ArtifactError: it is no checkpoint.
    """
    kind, place = kind_of(path)
    if kind == "saved_model":
        return os.path.join(place, "variables", "variables")
    if kind == "meta":
        return kind_of(place.removesuffix(".meta"))[1]
    if kind != "prefix":
        raise ArtifactError(
            f"{files.shown(path)}: expected a checkpoint with weights, found a {kind} file. "
            "Name the checkpoint's prefix or folder."
        )
    return place


def _folder(path):
    names = files.names_in(path)
    if "saved_model.pb" in names:
        return "saved_model", path
    if STATE in names:
        return "prefix", _latest(path)
    found = sorted(name.removesuffix(".index") for name in names if name.endswith(".index"))
    found += single_file.names_in(path)
    if len(found) == 1:
        return "prefix", os.path.join(path, found[0])
    has = f"{len(found)} checkpoints ({', '.join(found[:5])})" if found else f"{_listed(names)}"
    raise ArtifactError(
        f"{files.shown(path)}: expected a folder with one checkpoint, a `checkpoint` file or a saved_model.pb, found "
        f"{files.shown(has)}. Name the one that is meant."
    )


def _listed(names):
    return f"{len(names)} other file(s), {', '.join(names[:5])}" if names else "an empty folder"


def _latest(folder):
    """Return the prefix that a folder's `checkpoint` file names; other folders are not looked into."""
    path = os.path.join(folder, STATE)
    where = files.shown(path)
    state = protos.parse("CheckpointState", files.load(path, limit=2**24), where, text=True)
    named = state.model_checkpoint_path
    prefix = os.path.join(folder, os.path.basename(named.replace("\\", "/")))
    if named and files.is_file(prefix):
        return _file(prefix)[1]
    if named and single_file.files_of(single_file.base_of(prefix)):
        return single_file.base_of(prefix)
    if not named or not files.is_file(prefix + ".index"):
        raise ArtifactError(
            f"{where}: names the checkpoint {named[:200]!r}, expected it in this folder, found no "
            f"{files.shown(os.path.basename(prefix))}.index. Name a checkpoint of the folder itself."
        )
    return prefix


def _file(path):
    if os.path.basename(path) == "saved_model.pb":
        return "saved_model", os.path.dirname(path) or "."
    match = CHECKPOINT_FILE.match(path)
    if match:
        return "prefix", match[1]
    if os.path.basename(path) == STATE:
        return "prefix", _latest(os.path.dirname(path) or ".")
    if path.endswith(".meta"):
        return "meta", path
    head, _ = files.ends(path)
    if head.startswith(HDF5):
        return "keras_h5", path
    if single_file.is_table(path):
        return "prefix", single_file.base_of(path)
    _refuse_others(path, head)
    if path.endswith((".h5", ".hdf5", ".keras")):
        raise ArtifactError(
            f"{files.shown(path)}: expected an HDF5 file, found one that begins with {head[:8]!r}. "
            "Is the file whole, and the right one?"
        )
    if files.is_file(path + ".index"):
        return "prefix", path
    return "graph", path


def _refuse_others(path, head):
    for mark, what in OTHERS:
        if head.startswith(mark):
            raise ArtifactError(f"{files.shown(path)}: expected a TF1 checkpoint or graph, found {what}.")
    if path.endswith((".py", ".ipynb")):
        raise ArtifactError(
            f"{files.shown(path)}: expected a TF1 checkpoint or graph, found Python source. "
            "`tf2-lstm scan` reads source; name the checkpoint here."
        )
    if is_text(head) and not path.endswith(TEXT_GRAPHS):
        raise ArtifactError(
            f"{files.shown(path)}: expected a TF1 checkpoint or graph, found text. Name the checkpoint's prefix; "
            f"a graph in text form has a name that ends in {' or '.join(TEXT_GRAPHS)}."
        )


def is_text(data):
    """Whether bytes are the beginning of plain text in UTF-8. A serialized graph is not: it begins with lengths.

    Example:
        ```python
        assert is_text(b"node { }\\n") and not is_text(b"\\n\\x12\\x01") and not is_text(b"\\n\\xa0Na name of 10,000")
        ```
    """
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return False
    return all(byte in b"\t\n\r" or byte >= 32 for byte in data)
