"""Input that cannot be used: one clear line each, and nothing of the input is run."""

import contextlib
import os
from collections import OrderedDict

import pytest
import tensorflow as tf
from artefact_files import copy_of, read_all, read_zoo, table_of
from bad_inputs import TABLE, put

from tf2_lstm.migrate import artifacts
from tf2_lstm.migrate.artifacts import protos, table
from tf2_lstm.migrate.artifacts.bundle import DTYPES


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path_factory, monkeypatch):
    """What is run of the input would leave something here, a module with the name of a known one too."""
    folder = tmp_path_factory.mktemp("cwd")
    for name in ("numpy", "h5py"):
        put(folder / f"{name}.py", f"from pathlib import Path\nPath('ran_{name}').touch()\n")
    monkeypatch.chdir(folder)
    yield
    assert sorted(path.name for path in folder.iterdir()) == ["h5py.py", "numpy.py"]


def message_of(path, **options):
    """The message of the error that reading gives, values among it."""
    with pytest.raises(artifacts.ArtifactError) as caught:
        read_all(path, **options)
    return str(caught.value)


@pytest.mark.parametrize(("make", "words"), TABLE.values(), ids=TABLE)
def test_bad_input_gets_one_clear_line(make, words, tmp_path):
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    message = message_of(path)
    assert words in message
    assert message.isprintable()
    assert len(message) < 1500
    assert ": " in message
    assert message.endswith((".", "?"))
    assert sorted(tmp_path.rglob("*")) == before


def test_the_table_is_long_enough():
    assert len(TABLE) >= 25


@contextlib.contextmanager
def nobody():
    """Be somebody whom permissions concern, which the superuser is not."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


FORBIDDEN = [
    ("basic_lstm", "model.ckpt.index"),
    ("basic_lstm", "model.ckpt.data-00000-of-00001"),
    ("basic_lstm", "model.ckpt.meta"),
    ("basic_lstm", "checkpoint"),
    ("basic_lstm", "."),
    ("v1_with_graph", "model.ckpt"),
    ("v1_sharded", "model.ckpt-00001-of-00002"),
]


@pytest.mark.parametrize(("artefact", "name"), FORBIDDEN)
def test_what_may_not_be_read_is_named(artefact, name, tmp_path):
    for parent in (tmp_path, *tmp_path.parents[:-2]):
        with contextlib.suppress(PermissionError):
            parent.chmod(0o755)
    folder = tmp_path / "model"
    copy_of(artefact, folder)
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    (folder / name).chmod(0)
    try:
        with nobody():
            message = message_of(folder)
    finally:
        (folder / name).chmod(0o755)
    assert "permission" in message.lower()
    assert message.isprintable()


WRONG_OPTIONS = {
    "averages of a model without any": (("basic_lstm", {"ema": True}), "--ema"),
    "averages of a frozen graph": (("frozen", {"ema": True}), "--ema"),
    "weights for weights": (("weights_alone_assumed", {"weights": "basic_lstm"}), "this has no graph"),
    "weights that are a frozen graph": (
        ("basic_lstm", {"weights": "frozen"}),
        "expected a checkpoint with weights",
    ),
    "weights of another model": (("basic_lstm", {"weights": "lstm_all_options"}), "does not fit the graph"),
}


@pytest.mark.parametrize(("case", "words"), WRONG_OPTIONS.values(), ids=WRONG_OPTIONS)
def test_options_that_do_not_fit_are_refused(case, words, tmp_path):
    name, options = case
    if "weights" in options:
        options = {"weights": copy_of(options["weights"], tmp_path / "weights")}
    assert words in message_of(copy_of(name, tmp_path / "model"), **options)


@pytest.mark.parametrize("by", [-4, 4, -(10 * 20 * 4)])
def test_a_size_that_is_not_that_of_the_shape_is_seen(tmp_path, by):
    """Every checksum fits, and so do the data files."""
    path = copy_of("basic_lstm", tmp_path)
    index = tmp_path / "model.ckpt.index"
    entries = OrderedDict(table.entries(index.read_bytes()))
    key = b"rnn/basic_lstm_cell/bias"
    entry = protos.parse("BundleEntryProto", entries[key], "index")
    entry.size = max(entry.size + by, 0)
    index.write_bytes(
        table_of(
            [(name, entry.SerializeToString() if name == key else value) for name, value in entries.items()]
        )
    )
    with pytest.raises(
        artifacts.ArtifactError, match=r"needs 80 bytes, the index says|is said to be in bytes"
    ):
        artifacts.read(path)


def test_the_sizes_of_dtypes_are_tensorflow_s():
    assert {number: (name, tf.dtypes.as_dtype(number).size) for number, (name, _) in DTYPES.items()} == DTYPES
    assert all(tf.dtypes.as_dtype(number).name == name for number, (name, _) in DTYPES.items())


def test_good_input_is_not_refused():
    """The other side of the table: what its makers damage is fine before."""
    assert read_zoo("basic_lstm").variables
    assert read_zoo("saved_model").variables
