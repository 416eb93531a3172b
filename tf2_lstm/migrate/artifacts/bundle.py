"""A checkpoint's index and data files as `Variable`s whose values are read on demand."""

import math
import os
from collections import OrderedDict
from dataclasses import dataclass, field

from tf2_lstm.migrate.artifacts import files, nan_check, protos, table
from tf2_lstm.migrate.model import ArtifactError, Variable

#: `DataType` of TensorFlow -> (name, bytes of one element); no variable of a model has another dtype.
DTYPES = {
    1: ("float32", 4),
    2: ("float64", 8),
    3: ("int32", 4),
    4: ("uint8", 1),
    5: ("int16", 2),
    6: ("int8", 1),
    8: ("complex64", 8),
    9: ("int64", 8),
    10: ("bool", 1),
    14: ("bfloat16", 2),
    17: ("uint16", 2),
    18: ("complex128", 16),
    19: ("float16", 2),
    22: ("uint32", 4),
    23: ("uint64", 8),
}
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


@dataclass(frozen=True)
class Bundle:
    """A checkpoint whose index was read.

    Attributes:
        prefix: the path without ".index".
        variables: checkpoint name -> `Variable`, in the order of names.
        others: names of entries that are no variables of numbers: strings of tables and datasets.
        object_graph: whether it is an object-based checkpoint.
        paths: the files that make it.
        own_names: of an object-based checkpoint, the path through the objects -> the name in `variables`.
    """

    prefix: str
    variables: OrderedDict
    others: tuple
    object_graph: bool
    paths: list = field(repr=False)
    own_names: dict = field(default_factory=dict, repr=False)

    def object_graph_bytes(self):
        """Return the serialized object graph of an object-based checkpoint."""
        return bytes(protos.Tensors(self.prefix).read(OBJECT_GRAPH))


def read_bundle(prefix):
    """Read and check the index of a checkpoint; its data files must be there and long enough.

    Args:
        prefix: the path without ".index".

    Returns:
        A `Bundle`. No value was read.

    Raises:
        ArtifactError: the index is damaged, a shard is missing or too short.
    """
    header, raw = _index(prefix)
    paths = _shards(prefix, header.num_shards)
    sizes = [os.path.getsize(path) for path in paths]
    tensors, variables, others = protos.Tensors(prefix), OrderedDict(), []
    for key, entry in raw:
        _check_entry(prefix, key, entry, sizes)
        if key.startswith(b"\0"):  # one slice of a partitioned variable, found through the whole
            continue
        name = _text(prefix, key)
        if entry.dtype in DTYPES:
            variables[name] = _variable(tensors, name, entry)
        elif name != OBJECT_GRAPH:
            others.append(name)
    object_graph = any(key == OBJECT_GRAPH.encode() for key, _ in raw)
    return Bundle(prefix, variables, tuple(others), object_graph, [prefix + ".index", *paths])


def _index(prefix):
    """Return the header and the entries of the index."""
    path = prefix + ".index"
    try:
        found = table.entries(files.load(path))
    except table.BrokenTable as error:
        raise ArtifactError(
            f"{files.shown(path)}: expected the index of a TensorFlow checkpoint, but {error}. "
            "The file is damaged or another: copy the checkpoint again."
        ) from error
    if not found or found[0][0] != b"":
        raise ArtifactError(
            f"{files.shown(path)}: expected the header of a checkpoint, found {len(found)} entries without one. "
            "Is this the index that tf.train.Saver wrote?"
        )
    header = protos.parse("BundleHeaderProto", found[0][1], path)
    if header.endianness != 0 or not 1 <= header.num_shards <= 99999:
        raise ArtifactError(
            f"{files.shown(path)}: expected a little-endian checkpoint in 1 to 99999 data files, found endianness "
            f"{header.endianness} and {header.num_shards}. Save it again on an ordinary machine."
        )
    return header, [(key, protos.parse("BundleEntryProto", value, path)) for key, value in found[1:]]


def _shards(prefix, count):
    paths = [f"{prefix}.data-{number:05d}-of-{count:05d}" for number in range(count)]
    for path in paths:
        if not files.is_file(path):
            raise ArtifactError(
                f"{files.shown(path)}: a data file of the checkpoint is missing, expected {count}. "
                "Copy all files of the checkpoint."
            )
        if not os.access(path, os.R_OK):
            raise ArtifactError(
                f"{files.shown(path)}: expected a file that can be read, found no permission. "
                "Give yourself the permission, or copy the file."
            )
    return paths


def _text(prefix, key):
    try:
        return key.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArtifactError(
            f"{files.shown(prefix)}.index: expected names in UTF-8, found {key[:60]!r}. Was it written by TensorFlow?"
        ) from error


def _check_entry(prefix, key, entry, sizes):
    """Check an entry against the data files, so that the native reader meets nothing impossible."""
    end = entry.offset + entry.size
    dims = [dim.size for dim in entry.shape.dim]
    name = key.decode("utf-8", errors="replace")[:200]
    if min([entry.offset, entry.size, entry.shard_id, *dims]) < 0 or entry.shard_id >= len(sizes):
        raise ArtifactError(
            f"{files.shown(prefix)}.index: the entry of {name!r} is impossible (shape {dims}, "
            f"shard {entry.shard_id} of {len(sizes)}). Copy the checkpoint again."
        )
    if entry.slices:
        return
    if end > sizes[entry.shard_id]:
        raise ArtifactError(
            f"{files.shown(prefix)}: {name!r} is said to be in bytes {entry.offset} to {end} of data file "
            f"{entry.shard_id}, which has {sizes[entry.shard_id]}. The file was cut off: copy the checkpoint again."
        )
    expected = math.prod(dims) * DTYPES.get(entry.dtype, (None, 0))[1]
    if entry.dtype in DTYPES and entry.size != expected:
        raise ArtifactError(
            f"{files.shown(prefix)}.index: {name!r} of shape {dims} needs {expected} bytes, the index says "
            f"{entry.size}. The index does not belong to the data: copy the checkpoint again."
        )


def _variable(tensors, name, entry):
    shape = tuple(dim.size for dim in entry.shape.dim)
    dtype = DTYPES[entry.dtype][0]
    return Variable(
        name, shape, dtype, lambda: nan_check.finite(tensors.read(name), name, files.shown(tensors.prefix))
    )
