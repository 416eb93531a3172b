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
    """Twelve times sixty: 720 damaged checkpoints."""
    prefix = copy_of(name, tmp_path)
    wanted = read_all(prefix)
    path = tmp_path / file
    content, draw, seen = path.read_bytes(), random.Random(f"{name}{file}"), Counter()
    for number in range(60):
        damaged = HOW[number % len(HOW)](content, draw.randrange(len(content)), draw)
        path.write_bytes(damaged)
        came = outcome(prefix, wanted)
        seen[came] += 1
        if file.endswith(DATA):
            assert came == ("as it was" if damaged == content else "refused"), number
    assert seen["refused"] + seen["as it was"] == 60
    assert seen["refused"] >= (20 if file.endswith(".meta") else 50 if (name, file) in SINGLE else 40)


def test_a_stranger_who_knows_of_checksums_cannot_crash_the_reader_of_v1(tmp_path):
    """Every entry changed in turn and written with a right checksum: refused in one line, or other numbers."""
    path, draw, seen = copy_of("weights_alone_v1", tmp_path), random.Random(7), Counter()
    entries = table.entries(path.read_bytes())
    for number in range(300):
        place = number % len(entries)
        key, value = entries[place]
        changed = HOW[number % len(HOW)](value, draw.randrange(len(value)), draw)
        path.write_bytes(table_of([*entries[:place], (key, changed), *entries[place + 1 :]]))
        try:
            seen["read" if read_all(path) else ""] += 1
        except artifacts.ArtifactError as error:
            seen["refused" if str(error).isprintable() else "refused in several lines"] += 1
    assert seen["refused"] >= 150
    assert seen["refused"] + seen["read"] == 300


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
    unseen = [
        where
        for where in range(len(content))
        if is_unseen(flip(content, where, random.Random(where)), wanted)
    ]
    assert len(unseen) < table.FOOTER + 16
    assert min(unseen) > wanted_end(content)


def is_unseen(content, wanted):
    try:
        assert table.entries(content) == wanted
    except table.BrokenTable:
        return False
    return True


def wanted_end(content):
    """Where the blocks of entries end: the index of the table is read after them."""
    return max(content.rfind(key) for key, _ in table.entries(content) if key)


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


@pytest.mark.slow
def test_a_damaged_h5_is_refused_or_read_and_never_crashes(tmp_path):
    """HDF5 has no checksum: what can be asked is that Python lives on."""
    path = copy_of("h5_lstm", tmp_path)
    content, draw, seen = path.read_bytes(), random.Random(5), Counter()
    for number in range(12):
        path.write_bytes(HOW[number % len(HOW)](content, draw.randrange(min(len(content), 6000)), draw))
        try:
            seen["read" if read_all(path) else ""] += 1
        except artifacts.ArtifactError as error:
            seen["refused" if str(error).isprintable() else ""] += 1
    assert seen["read"] + seen["refused"] == 12
    assert seen["refused"] >= 4


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
