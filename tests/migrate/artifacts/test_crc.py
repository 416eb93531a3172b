"""The checksum is TensorFlow's, whatever the size, and every bit counts."""

import random
import struct

import pytest
import tensorflow as tf

from tf2_lstm.migrate.artifacts import crc


def of_tensorflow(data, folder):
    """The checksum that TensorFlow writes after a record."""
    with tf.io.TFRecordWriter(str(folder / "record")) as writer:
        writer.write(data)
    return struct.unpack("<I", (folder / "record").read_bytes()[-4:])[0]


@pytest.mark.parametrize("size", [0, 1, 7, 1000, 100_003])
def test_it_is_that_of_tensorflow(size, tmp_path):
    data = random.Random(size).randbytes(size)
    assert crc.masked_crc(data) == of_tensorflow(data, tmp_path)


@pytest.mark.parametrize("chunk", [1, 16, 99, 100])
def test_large_data_go_in_chunks(chunk, tmp_path, monkeypatch):
    monkeypatch.setattr(crc, "CHUNK", chunk)
    data = random.Random(chunk).randbytes(100)
    assert crc.masked_crc(memoryview(data)) == of_tensorflow(data, tmp_path)


def test_a_changed_bit_changes_it():
    data = bytearray(random.Random(2).randbytes(200))
    right = crc.masked_crc(data)
    for where in (0, 1, 127, len(data) - 1):
        data[where] ^= 16
        assert crc.masked_crc(data) != right
        data[where] ^= 16
    assert crc.masked_crc(data) == right
