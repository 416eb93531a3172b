"""Tables that are wrong though every checksum fits: the order of keys, prefixes, lengths, blocks."""

import struct

import pytest
from artefact_files import ZOO, varint

from tf2_lstm.migrate.artifacts.crc import masked_crc
from tf2_lstm.migrate.artifacts.table import MAGIC, BrokenTable, entries


def entry(shared, own, value=b"v", says=None):
    """An entry; `says` replaces the length of its value."""
    length = len(value) if says is None else says
    return varint(shared) + varint(len(own)) + varint(length) + own + value


def block(*parts, restarts=1, kind=0):
    body = b"".join(parts) + struct.pack("<I", 0) * restarts + struct.pack("<I", restarts)
    body += bytes([kind])
    return body + struct.pack("<I", masked_crc(memoryview(body)))


def table(*parts, kind=0):
    """A file of one block of entries."""
    data = block(*parts, kind=kind)
    index = block(entry(0, b"z", varint(0) + varint(len(data) - 5)))
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - 5)
    return data + index + footer.ljust(40, b"\0") + MAGIC


def test_keys_with_a_prefix_in_common_are_read():
    data = table(entry(0, b"", b"head"), entry(0, b"kernel"), entry(6, b"/part", b"1"), entry(2, b"z"))
    assert entries(data) == [(b"", b"head"), (b"kernel", b"v"), (b"kernel/part", b"1"), (b"kez", b"v")]


BROKEN = {
    "keys in another order": ([entry(0, b"b"), entry(0, b"a")], "keys in order, each once"),
    "a key twice": ([entry(0, b"a"), entry(0, b"a")], "keys in order, each once"),
    "the header not first": ([entry(0, b"a"), entry(0, b"", b"head")], "keys in order, each once"),
    "a shorter key after its own prefix": ([entry(0, b"ab"), entry(1, b"")], "keys in order, each once"),
    "a prefix of no key": ([entry(1, b"a")], "longer than the block"),
    "a prefix that is longer than the key before": (
        [entry(0, b"ab"), entry(3, b"c")],
        "longer than the block",
    ),
    "a value that ends after the block": ([entry(0, b"a", b"v", says=60)], "longer than the block"),
    "a value that ends one byte after the entries": ([entry(0, b"a", b"v", says=2)], "longer than the block"),
    "a length without an end": ([entry(0, b"a"), b"\xff" * 12], "expected a number"),
    "an entry that is cut off": ([entry(0, b"a"), b"\x00"], "expected a number|longer than the block"),
}


@pytest.mark.parametrize(("parts", "says"), BROKEN.values(), ids=BROKEN)
def test_a_table_that_does_not_fit_together_is_refused(parts, says):
    with pytest.raises(BrokenTable, match=says):
        entries(table(*parts))


def test_a_compressed_block_is_refused():
    with pytest.raises(BrokenTable, match="found compression 1"):
        entries(table(entry(0, b"a"), kind=1))


def test_a_block_that_is_said_to_be_elsewhere_is_refused():
    good = table(entry(0, b"a"))
    assert entries(good)
    data = block(entry(0, b"a"))
    index = block(entry(0, b"z", varint(0) + varint(len(data) + 900)))
    footer = varint(0) + varint(0) + varint(len(data)) + varint(len(index) - 5)
    with pytest.raises(BrokenTable, match="the file ends before"):
        entries(data + index + footer.ljust(40, b"\0") + MAGIC)


@pytest.mark.parametrize("bit", range(8))
@pytest.mark.parametrize("place", ["first", "middle", "kind", "checksum"])
def test_a_changed_bit_is_seen(place, bit):
    data = bytearray(table(entry(0, b"kernel"), entry(0, b"rnn", b"12345678")))
    length = len(block(entry(0, b"kernel"), entry(0, b"rnn", b"12345678")))
    at = {"first": 0, "middle": length // 2, "kind": length - 5, "checksum": length - 1}[place]
    data[at] ^= 1 << bit
    with pytest.raises(BrokenTable, match=r"checksum|compression"):
        entries(bytes(data))


def test_the_index_of_an_artefact_is_in_the_order_of_its_keys():
    keys = [key for key, _ in entries((ZOO / "basic_lstm" / "model.ckpt.index").read_bytes())]
    assert keys == sorted(set(keys))
    assert keys[:2] == [b"", b"rnn/basic_lstm_cell/bias"]
