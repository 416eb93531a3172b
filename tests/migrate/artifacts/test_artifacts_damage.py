"""Files that were cut off or changed anywhere: refused in one line, or read as what they were. Never a crash.

Of a `.meta` file, which has no checksum, much can change that touches no value: the graph may be another one then, but
every variable still has the values of the checkpoint.
"""

import random
from collections import Counter

import numpy as np
import pytest
from artefact_files import ZOO, cell, copy_of, read_all, save, table_of, tf1
from fuzz.damage import HOW, flip
from google.protobuf.message import DecodeError
from tensorflow.core.util import saved_tensor_slice_pb2

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.artifacts import table

DATA = ".data-00000-of-00001"


NAMES = ["basic_lstm", "partitioned_by_scope", "train_adam"]
SUFFIXES = [".index", DATA, ".meta"]


#: Artefact and the file of it that is damaged; the format V1 has no index.
DAMAGED = [(name, "model.ckpt" + suffix) for name in NAMES for suffix in SUFFIXES]
SINGLE = [
    ("v1_with_graph", "model.ckpt"),
    ("v1_sharded", "model.ckpt-00001-of-00002"),
    ("weights_alone_v1", "model.ckpt"),
]


@pytest.mark.parametrize(("name", "file"), DAMAGED + SINGLE)
def test_damage_is_refused_or_changes_no_value(name, file, tmp_path):
    """Twelve times sixty: 720 damaged checkpoints, and of each what must come of it."""
    prefix = copy_of(name, tmp_path)
    wanted = read_all(prefix)
    path = tmp_path / file
    content, draw, seen = path.read_bytes(), random.Random(f"{name}{file}"), Counter()
    for number in range(60):
        damaged = HOW[number % len(HOW)](content, draw.randrange(len(content)), draw)
        path.write_bytes(damaged)
        must = "as it was" if damaged == content else KINDS[path.suffix](content, damaged)
        came = outcome(prefix, wanted)
        assert came in ("refused", "as it was") if must == "either" else came == must, number
        seen[must] += 1
    assert seen["refused"] > seen["as it was"] + seen["either"]


def of_data(content, damaged):
    return "refused"


def of_table(content, damaged):
    """Nobody reads the block of filters, its place and the filling of the footer; the rest is under checksums."""
    if len(damaged) != len(content):
        return "refused"
    changed = {where for where in range(len(content)) if content[where] != damaged[where]}
    same = changed <= unread(content) and handles(damaged)[1] == handles(content)[1]
    return "as it was" if same else "refused"


def of_graph(content, damaged):
    """It has no checksum: what is no message is refused, what says the same is the same; the rest is another graph."""
    read = tf1.MetaGraphDef.FromString
    try:
        found = read(damaged)
    except DecodeError:
        return "refused"
    wanted = read(content)
    same = (found.graph_def, found.saver_def) == (wanted.graph_def, wanted.saver_def)
    return "as it was" if same else "either"


KINDS = {".data-00000-of-00001": of_data, ".meta": of_graph, ".index": of_table, ".ckpt": of_table}
KINDS[".ckpt-00001-of-00002"] = of_table


def unread(content):
    """The places of a table's bytes that mean nothing to a reader of its entries, if the footer is read as before."""
    filters, _, at, filling = handles(content)
    block = range(filters[0], filters[0] + filters[1] + 5)
    footer = range(len(content) - table.FOOTER, at)
    return {*block, *footer, *range(filling, len(content) - len(table.MAGIC))}


def handles(content):
    """(Place, size) of the filters and of the index, as the footer has them, and the places where each has ended."""
    start, at = number_at(content, len(content) - table.FOOTER)
    size, after_filters = number_at(content, at)
    index, at = number_at(content, after_filters)
    index_size, end = number_at(content, at)
    return (start, size), (index, index_size), after_filters, end


def number_at(content, at):
    """A variable-length number of a protocol buffer, and where the next one begins."""
    number = shift = 0
    while content[at] > 127:
        number, shift, at = number | (content[at] & 127) << shift, shift + 7, at + 1
    return number | content[at] << shift, at + 1


def test_a_stranger_who_knows_of_checksums_cannot_crash_the_reader_of_v1(tmp_path):
    """Every entry changed in turn and written with a right checksum: refused in one line, or other numbers."""
    path, draw, seen = copy_of("weights_alone_v1", tmp_path), random.Random(7), Counter()
    entries = table.entries(path.read_bytes())
    for number in range(300):
        place = number % len(entries)
        key, value = entries[place]
        changed = HOW[number % len(HOW)](value, draw.randrange(len(value)), draw)
        path.write_bytes(table_of([*entries[:place], (key, changed), *entries[place + 1 :]]))
        came, must = ending(path), of_slices(value, changed)
        assert came in ("refused", "read") if must == "either" else came == must, number
        seen[must] += 1
    assert min(seen["refused"], seen["either"]) > 50


def of_slices(content, changed):
    """What is no message is refused, what says the same is read; the rest may be other numbers."""
    read = saved_tensor_slice_pb2.SavedTensorSlices.FromString
    try:
        return "read" if read(changed) == read(content) else "either"
    except DecodeError:
        return "refused"


def ending(path):
    try:
        return "read" if read_all(path) else "nothing read"
    except artifacts.ArtifactError as error:
        return "refused" if str(error).isprintable() else "refused in several lines"


def outcome(prefix, wanted):
    try:
        found = read_all(prefix)
    except artifacts.ArtifactError as error:
        return "refused" if str(error).isprintable() else "refused in several lines"
    assert found.keys() == wanted.keys()
    for name, value in found.items():
        np.testing.assert_array_equal(value, wanted[name], err_msg=name)
    return "as it was"


def test_every_byte_of_the_data_is_under_a_checksum(tmp_path):
    prefix = copy_of("basic_lstm", tmp_path)
    path = prefix.with_name(prefix.name + DATA)
    content = path.read_bytes()
    for where in range(0, len(content), 3):
        path.write_bytes(flip(content, where, random.Random(where)))
        with pytest.raises(artifacts.ArtifactError):
            read_all(prefix)


def test_every_byte_of_the_index_is_checked_or_of_no_meaning(tmp_path):
    """Only the filling of the footer and the unused block of filters can change."""
    content = (ZOO / "basic_lstm" / "model.ckpt.index").read_bytes()
    wanted = table.entries(content)
    for where in range(len(content)):
        damaged = flip(content, where, random.Random(where))
        assert is_unseen(damaged, wanted) == (of_table(content, damaged) == "as it was"), where


def is_unseen(content, wanted):
    try:
        assert table.entries(content) == wanted
    except table.BrokenTable:
        return False
    return True


def test_a_table_is_what_tensorflow_wrote(tmp_path):
    """The whole names are in the index, in order, the header first, however many blocks there are.

    A block ends at 256 kB, so long names fill one soon.
    """

    def build():
        for number in range(60):
            tf1.get_variable(f"{number:02d}" * 4000, (1,))

    prefix, values = save(tmp_path, build)
    content = (tmp_path / "model.ckpt.index").read_bytes()
    assert len(content) > 400_000
    keys = [key.decode() for key, _ in table.entries(content)]
    assert keys == ["", *sorted(values)]
    found = read_all(prefix)
    assert found.keys() == values.keys()
    assert all(np.array_equal(found[name], values[name]) for name in values)


def test_a_damaged_h5_is_refused_or_read_and_never_crashes(tmp_path):
    """HDF5 has no checksum: what can be asked is that Python lives on."""
    path = copy_of("h5_lstm", tmp_path)
    content, draw, seen = path.read_bytes(), random.Random(5), Counter()
    for number in range(12):
        how = HOW[number % len(HOW)]
        path.write_bytes(how(content, draw.randrange(min(len(content), 6000)), draw))
        seen[how.__name__, ending(path)] += 1
    assert {came for _, came in seen} == {"read", "refused"}
    assert (seen["cut", "refused"], seen["cut", "read"]) == (2, 0)


def test_an_h5_in_which_the_library_runs_for_ever_is_refused(tmp_path, monkeypatch):
    """An object of the heap of texts that has no number and no size: the next one is where it is."""
    path = copy_of("h5_lstm", tmp_path)
    content = bytearray(path.read_bytes())
    head = content.index(b"tensorflow", content.index(b"GCOL")) - 16
    content[head : head + 16] = bytes(16)
    path.write_bytes(content)
    monkeypatch.setattr("tf2_lstm.migrate.artifacts.keras_h5.SECONDS", 3)
    with pytest.raises(artifacts.ArtifactError, match="did not come to an end in 3 seconds"):
        read_all(path)


def test_a_crash_of_the_library_is_refused(tmp_path, monkeypatch):
    path = copy_of("h5_lstm", tmp_path)
    monkeypatch.setattr("sys.executable", str(tmp_path / "crashing"))
    (tmp_path / "crashing").write_text("#!/bin/sh\nkill -SEGV $$\n")
    (tmp_path / "crashing").chmod(0o755)
    with pytest.raises(artifacts.ArtifactError, match="the library that reads it crashed"):
        read_all(path)


def test_damage_that_is_not_seen_would_fail_these_tests(tmp_path, monkeypatch):
    """The sabotage: values without checksums."""
    prefix, _ = save(tmp_path, cell)
    wanted = read_all(prefix)
    monkeypatch.setattr("tf2_lstm.migrate.artifacts.protos.Tensors.read", lambda self, name: wanted[name] + 1)
    with pytest.raises(AssertionError):
        outcome(prefix, wanted)
