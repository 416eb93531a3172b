"""CRC-32C, the checksum of TensorFlow's files, in NumPy: a byte at a time is minutes for a gigabyte.

A checksum is linear in its bytes. So the bytes are cut into rows that are worked through side by side, and the rows'
remainders are put together, two neighbours at a time: the left one is moved on by as many zero bytes as the right one
has.
"""

import numpy as np

MASK = 0xA282EAD8
#: Bytes that are worked through at once, and the rows that they are cut into.
PIECE, ROWS = 2**24, 2**15


def _crc_table():
    rows = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        rows = rows >> 1 ^ np.uint32(0x82F63B78) * (rows & 1)
    return rows


CRC_TABLE = _crc_table()
_LISTED = CRC_TABLE.tolist()


def masked_crc(data):
    """Return the masked CRC-32C that LevelDB stores: a checksum of bytes that may hold checksums.

    Args:
        data: bytes, or a view of some.

    Example:
        ```python
        assert masked_crc(b"123456789") == (((0xE3069283 >> 15) | (0xE3069283 << 17)) + MASK) % 2**32
        ```
    """
    data, crc = memoryview(data), 0xFFFFFFFF
    for start in range(0, len(data), PIECE):
        crc = _advanced(crc, data[start : start + PIECE])
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF


def _advanced(crc, piece):
    """The remainder after some more bytes."""
    width = len(piece) // ROWS
    if width:
        crc = _side_by_side(crc, np.frombuffer(piece[: ROWS * width], np.uint8).reshape(ROWS, width))
    for byte in piece[ROWS * width :]:
        crc = _LISTED[(crc ^ byte) & 255] ^ crc >> 8
    return crc


def _side_by_side(crc, rows):
    found, moved = np.zeros(len(rows), np.uint32), np.uint32(1) << np.arange(32, dtype=np.uint32)
    found[0] = crc
    for column in np.ascontiguousarray(rows.T):
        found = CRC_TABLE[(found ^ column) & 255] ^ found >> 8
        moved = CRC_TABLE[moved & 255] ^ moved >> 8
    while len(found) > 1:
        found = _move(found[::2], moved) ^ found[1::2]
        moved = _move(moved, moved)
    return int(found[0])


def _move(values, moved):
    """Each value moved on; `moved` says where each bit comes to lie."""
    found = np.zeros_like(values)
    for bit in range(32):
        found ^= moved[bit] * (values >> np.uint32(bit) & np.uint32(1))
    return found
