"""Read the table of a checkpoint without TensorFlow: sorted, in blocks, each with a checksum.

The format is LevelDB's (its `doc/table_format.md`; TensorFlow has it in `tensorflow/core/lib/io/table_builder.cc`). An
index is read here, and wholly checked, before TensorFlow's native reader sees the file; a checkpoint in the format V1
is one table with the numbers in it.
"""

import itertools
import struct

from tf2_lstm.migrate.artifacts.crc import masked_crc

#: The last bytes of a table.
MAGIC = bytes.fromhex("57fb808b247547db")
FOOTER = 48
TRAILER = 5


class BrokenTable(ValueError):
    """The bytes are no table, or were damaged; the message says where."""


def entries(data):
    """Read a table.

    Args:
        data: the bytes of the file.

    Returns:
        A list of (key, value) in the order of the file, both bytes.

    Raises:
        BrokenTable: a checksum, a length or the order of keys is wrong.
    """
    found = [(key, bytes(value)) for handle in handles(data) for key, value in block(data, handle)]
    if any(before >= after for (before, _), (after, _) in itertools.pairwise(found)):
        raise BrokenTable("expected keys in order, each once")
    return found


def handles(data):
    """Return the places of the blocks of entries.

    Args:
        data: the bytes of the file, or an object that returns them by slices.

    Returns:
        A list of (offset, size).

    Raises:
        BrokenTable: see `entries`.
    """
    if len(data) < FOOTER:
        raise BrokenTable(f"expected at least {FOOTER} bytes, found {len(data)}")
    footer = data[len(data) - FOOTER : len(data)]
    if footer[-len(MAGIC) :] != MAGIC:
        raise BrokenTable("expected the mark of a table in the last 8 bytes, found another")
    where = 0
    for _ in range(2):  # the block of filters, which TensorFlow leaves empty
        _, where = _varint(footer, where)
    return [_handle(bytes(handle), 0) for _, handle in block(data, _handle(footer, where))]


def block(data, handle):
    """Return the entries of one block after its checksum was verified.

    Args:
        data: as for `handles`.
        handle: (offset, size).

    Returns:
        A list of (key, value), bytes and a memoryview of the block.

    Raises:
        BrokenTable: see `entries`.
    """
    offset, size = handle
    if offset + size + TRAILER > len(data) - FOOTER:
        raise BrokenTable(f"expected a block of {size} bytes at {offset}, the file ends before")
    found = data[offset : offset + size + TRAILER]
    kind, stored = found[size], struct.unpack("<I", found[size + 1 :])[0]
    if masked_crc(memoryview(found)[: size + 1]) != stored:
        raise BrokenTable(f"the checksum of the block at {offset} does not fit its bytes")
    if kind != 0:
        raise BrokenTable(f"expected an uncompressed block at {offset}, found compression {kind}")
    return _read_block(memoryview(found)[:size], offset)


def _handle(data, where):
    offset, where = _varint(data, where)
    size, _ = _varint(data, where)
    return offset, size


def _read_block(block, offset):
    if len(block) < 4:
        raise BrokenTable(f"expected a block at {offset}, found {len(block)} bytes")
    stop = len(block) - 4 - 4 * struct.unpack("<I", block[-4:])[0]
    where, key, found = 0, b"", []
    while where < stop:
        shared, where = _varint(block, where)
        own, where = _varint(block, where)
        length, where = _varint(block, where)
        if shared > len(key) or where + own + length > stop:
            raise BrokenTable(f"an entry of the block at {offset} is longer than the block")
        key = key[:shared] + bytes(block[where : where + own])
        found.append((key, block[where + own : where + own + length]))
        where += own + length
    return found


def _varint(data, where):
    value = shift = 0
    while where < len(data) and shift < 64:
        byte = data[where]
        value |= (byte & 127) << shift
        where, shift = where + 1, shift + 7
        if byte < 128:
            return value, where
    raise BrokenTable(f"expected a number at {where}, found none")
