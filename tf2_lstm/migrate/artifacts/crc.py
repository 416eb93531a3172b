"""CRC-32C, the checksum of TensorFlow's files, as LevelDB stores it."""

import google_crc32c

MASK = 0xA282EAD8
#: The number of bytes that are copied at once: the library takes no memoryview.
CHUNK = 2**24


def masked_crc(data):
    """Return the masked CRC-32C that LevelDB stores: a checksum of bytes that may hold checksums.

    Args:
        data: bytes, or a memoryview of bytes.
    """
    data, crc = memoryview(data), 0
    for start in range(0, len(data), CHUNK):
        crc = google_crc32c.extend(crc, bytes(data[start : start + CHUNK]))
    return ((crc >> 15 | crc << 17) + MASK) & 0xFFFFFFFF
