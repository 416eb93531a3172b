"""Read checkpoints in the format V1, which TensorFlow wrote until 0.12 and 1.15 still can: all in one file.

The file is the checkpoint's own path, or there is one for each device, `model.ckpt-00000-of-00002`. It is a table, as
is the index of a later checkpoint. The entry of the empty name lists the tensors and their slices; each slice has an
entry with its numbers. Message: TensorFlow, `core/util/saved_tensor_slice.proto`; names of entries:
`core/util/saved_tensor_slice_util.cc`.
"""

import math
import os
import re
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np

from tf2_lstm.migrate.artifacts import files, nan_check, protos, table
from tf2_lstm.migrate.artifacts.bundle import DTYPES, Bundle
from tf2_lstm.migrate.model import ArtifactError, Variable

#: The end of a shard's name, and of the pattern that a `checkpoint` file names shards by.
SHARD = re.compile(r"(.+)-(\d{5}|\?{5})-of-(\d{5})$", re.DOTALL)
#: The first entry of a table: nothing shared with the key before, and a key of no bytes.
BEGIN = b"\0\0"
#: dtype's name -> the field of a `TensorProto` that has its numbers, where it is not named after the dtype.
FIELDS = {
    "float32": "float_val",
    "float64": "double_val",
    "float16": "half_val",
    "bfloat16": "half_val",
    "complex64": "scomplex_val",
    "complex128": "dcomplex_val",
    **dict.fromkeys(("int32", "uint8", "int16", "int8", "uint16"), "int_val"),
}


@dataclass
class _Tensor:
    """One tensor of the files: shape, dtype, and (start, size) of each slice -> the place of its entry."""

    shape: tuple
    dtype: int
    slices: dict = field(default_factory=dict)


def base_of(path):
    """Return the path of a checkpoint that is named by one of its shards or by their pattern.

    Example:
        ```python
        assert base_of("model.ckpt-?????-of-00002") == base_of("model.ckpt-00001-of-00002") == "model.ckpt"
        ```
    """
    match = SHARD.match(path)
    return match[1] if match else path


def files_of(prefix):
    """List the files of a checkpoint in the format V1; [] where there is none at the path.

    Raises:
        ArtifactError: a shard is missing, or there are shards of several checkpoints.
    """
    if is_table(prefix):
        return [prefix]
    folder, name = os.path.split(prefix)
    if not files.is_folder(folder or "."):
        return []
    found = [SHARD.match(one) for one in files.names_in(folder or ".")]
    found = [match for match in found if match and match[1] == name]
    # A shard without read permission counts: the error comes when it is read.
    shards = [match for match in found if _is_shard(os.path.join(folder, match[0]))]
    counts = {int(match[3]) for match in shards}
    if len(counts) > 1:
        raise ArtifactError(
            f"{files.shown(prefix)}: expected the files of one checkpoint, found those of checkpoints in "
            f"{' and in '.join(map(str, sorted(counts)))} files. Move the others into another folder."
        )
    if counts and len(shards) != max(counts):
        raise ArtifactError(
            f"{files.shown(prefix)}: expected {max(counts)} data files of the checkpoint, found {len(shards)}, one is "
            "missing. Copy all files of the checkpoint."
        )
    return [os.path.join(folder, match[0]) for match in shards]


def names_in(folder):
    """Return the names, in a folder, of its checkpoints in the format V1, each once."""
    names = [name for name in files.names_in(folder) if not name.endswith(".index")]
    return sorted({base_of(name) for name in names if is_table(os.path.join(folder, name))})


def _is_shard(path):
    return is_table(path) or (files.is_file(path) and not os.access(path, os.R_OK))


def is_table(path):
    """Whether a path is a readable file that ends like a table, or begins like one that was cut off."""
    if not files.is_file(path) or not os.access(path, os.R_OK) or not os.path.getsize(path):
        return False
    head, tail = files.ends(path, len(BEGIN), len(table.MAGIC))
    return head == BEGIN or tail == table.MAGIC


def read_files(prefix):
    """Read and check the files of a checkpoint in the format V1: every checksum, every slice.

    Args:
        prefix: the checkpoint's path.

    Returns:
        A `Bundle`. No value is kept.

    Raises:
        ArtifactError: a file is damaged or no checkpoint, a slice is missing or impossible.
    """
    tensors, paths, variables, others = {}, files_of(prefix), OrderedDict(), []
    for path in paths:
        _read_file(path, tensors)
    for name, tensor in sorted(tensors.items()):
        _check_whole(prefix, name, tensor)
        if tensor.dtype in DTYPES:
            variables[name] = _variable(prefix, name, tensor)
        else:
            others.append(name)
    return Bundle(prefix, variables, tuple(others), False, paths)


def _read_file(path, tensors):
    """Add the tensors of one file; every number of it is looked at and none is kept."""
    own = None
    for handle, key, message in _messages(path):
        if key == b"" and message.HasField("meta"):
            own = {one.name: _listed(path, one, tensors) for one in message.meta.tensor}
        elif own is None or message.data.name not in own:
            raise _no_list(path, f"an entry of {files.shown(message.data.name)!r}")
        else:
            tensor = own[message.data.name]
            place = _place(path, message.data, tensor.shape)
            if tensor.dtype in DTYPES:
                _numbers(path, message.data, place, tensor)
            tensor.slices[place] = (path, handle, key)
    if own is None:
        raise _no_list(path, "no entry")


def _no_list(path, found):
    return ArtifactError(
        f"{files.shown(path)}: expected a list of tensors first and then their slices, found {found}. "
        "Is it the index of a checkpoint under another name?"
    )


def _messages(path, handle=None):
    """Yield the block's place, the key and the message of every entry in all blocks, or in one."""
    pieces = files.FileSlices(path)
    try:
        for place in [handle] if handle else table.handles(pieces):
            for key, value in table.block(pieces, place):
                yield place, key, protos.parse("SavedTensorSlices", value, files.shown(path))
    except table.BrokenTable as error:
        raise ArtifactError(
            f"{files.shown(path)}: expected a checkpoint in the single-file format V1, but {error}. "
            "The file is damaged or another: copy the checkpoint again."
        ) from error


def _listed(path, meta, tensors):
    """Return the tensor of an entry in the list; other files may have more slices of it."""
    shape = tuple(dim.size for dim in meta.shape.dim)
    tensor = tensors.setdefault(meta.name, _Tensor(shape, meta.type))
    if (tensor.shape, tensor.dtype) != (shape, meta.type) or min(shape, default=0) < 0:
        raise _impossible(path, meta.name, f"shape {list(shape)}, elsewhere {list(tensor.shape)}")
    return tensor


def _place(path, data, shape):
    """Return where a slice begins and its size; an extent without a length is the whole axis."""
    found = [
        (one.start, one.length if one.HasField("length") else size)
        for one, size in zip(data.slice.extent, shape, strict=False)
    ]
    inside = [
        min(at, size) >= 0 and at + size <= whole for (at, size), whole in zip(found, shape, strict=False)
    ]
    if len(data.slice.extent) != len(shape) or not all(inside):
        raise _impossible(path, data.name, f"a slice at {found} of shape {list(shape)}")
    return tuple(at for at, _ in found), tuple(size for _, size in found)


def _numbers(path, data, place, tensor):
    """Return the numbers of a slice as they are in the message, after a check of their count."""
    dtype = DTYPES[tensor.dtype][0]
    found = getattr(data.data, FIELDS.get(dtype, f"{dtype}_val"))
    expected = math.prod(place[1]) * (2 if dtype.startswith("complex") else 1)
    if len(found) != expected:
        raise _impossible(path, data.name, f"{len(found)} numbers for a slice of {list(place[1])}")
    return found


def _impossible(path, name, what):
    return ArtifactError(
        f"{files.shown(path)}: the entry of {files.shown(name)!r} is impossible ({what}). Copy the checkpoint again."
    )


def _check_whole(prefix, name, tensor):
    """Check that the slices of a tensor have as many numbers as the tensor."""
    there = sum(math.prod(size) for _, size in tensor.slices)
    if there != math.prod(tensor.shape) or not tensor.slices:
        raise ArtifactError(
            f"{files.shown(prefix)}: expected the {math.prod(tensor.shape)} numbers of {files.shown(name)!r}, found "
            f"{there}. Copy all files of the checkpoint again."
        )


def _variable(prefix, name, tensor):
    def read():
        try:
            found = _read(prefix, name, tensor)
        except (ValueError, OverflowError, TypeError) as error:
            if isinstance(error, ArtifactError):
                raise
            raise _impossible(prefix, name, f"NumPy says: {files.said(error)}") from error
        return nan_check.finite(found, name, files.shown(prefix))

    return Variable(name, tensor.shape, DTYPES[tensor.dtype][0], read)


def _read(prefix, name, tensor):
    """Return the array of a tensor, joined from its slices, whose checksums are verified again."""
    parts = {place: _array(name, tensor.dtype, place, *where) for place, where in tensor.slices.items()}
    if len(parts) == 1:
        return next(iter(parts.values()))
    whole, there = None, np.zeros(tensor.shape, bool)
    for (start, size), part in parts.items():
        place = tuple(slice(at, at + length) for at, length in zip(start, size, strict=True))
        whole = np.zeros(tensor.shape, part.dtype) if whole is None else whole
        whole[place], there[place] = part, True
    if not there.all():
        raise _impossible(prefix, name, "its slices overlap")
    return whole


def _array(name, dtype, place, path, handle, key):
    data = _slice(name, path, handle, key)
    if DTYPES[dtype][0] in ("float32", "float64"):
        # This does the same as `protos.array`, in a hundredth of the time.
        return np.array(getattr(data, FIELDS[DTYPES[dtype][0]]), DTYPES[dtype][0]).reshape(place[1])
    return protos.array(data, dtype, place[1])


def _slice(name, path, handle, key):
    """Return the message with the numbers of one slice, from its block, which is read again."""
    for _, found, message in _messages(path, handle):
        if found == key:
            return message.data.data
    raise _impossible(path, name, "a slice is gone")
