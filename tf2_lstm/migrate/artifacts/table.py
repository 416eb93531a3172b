"""The index of a checkpoint, read without TensorFlow: a sorted table in blocks, each with a checksum.

The format is LevelDB's (its `doc/table_format.md`; TensorFlow has it in `tensorflow/core/lib/io/table_builder.cc`). It
is read here, and wholly checked, before TensorFlow's native reader sees the file.
"""

import itertools
import struct

MAGIC = 0xDB4775248B80FB57
FOOTER = 48
TRAILER = 5
MASK = 0xA282EAD8


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

    Example:
        ```python
        try:
            entries(b"not a table")
        except BrokenTable as error:
            assert "at least 48 bytes" in str(error)
        ```
    """
    if len(data) < FOOTER:
        raise BrokenTable(f"expected at least {FOOTER} bytes, found {len(data)}")
    footer = data[-FOOTER:]
    if struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        raise BrokenTable("expected the mark of a table in the last 8 bytes, found another")
    where = 0
    for _ in range(2):  # the block of filters, which TensorFlow leaves empty
        _, where = _varint(footer, where)
    found = []
    for _, handle in _block(data, *_handle(footer, where)):
        found += _block(data, *_handle(handle, 0))
    keys = [key for key, _ in found]
    if any(before >= after for before, after in itertools.pairwise(keys)):
        raise BrokenTable("expected keys in order, each once")
    return found


def _handle(data, where):
    offset, where = _varint(data, where)
    size, _ = _varint(data, where)
    return offset, size


def _block(data, offset, size):
    """The entries of one block after its checksum was verified."""
    end = offset + size
    if end + TRAILER > len(data) - FOOTER:
        raise BrokenTable(f"expected a block of {size} bytes at {offset}, the file ends before")
    kind, stored = data[end], struct.unpack("<I", data[end + 1 : end + TRAILER])[0]
    if masked_crc(data[offset : end + 1]) != stored:
        raise BrokenTable(f"the checksum of the block at {offset} does not fit its bytes")
    if kind != 0:
        raise BrokenTable(f"expected an uncompressed block at {offset}, found compression {kind}")
    return _read_block(data[offset:end], offset)


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
        key = key[:shared] + block[where : where + own]
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


def _crc_table():
    rows = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        rows.append(byte)
    return rows


CRC_TABLE = _crc_table()


def masked_crc(data):
    """Return the masked CRC-32C that LevelDB stores: a checksum of bytes that may hold checksums.

    Example:
        ```python
        assert masked_crc(b"123456789") == (((0xE3069283 >> 15) | (0xE3069283 << 17)) + MASK) % 2**32
        ```
    """
    crc, table = 0xFFFFFFFF, CRC_TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF
