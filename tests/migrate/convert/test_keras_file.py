"""A `.keras` file that was zipped from Keras's folder is what `model.save` writes."""

import json
import os
import resource
import zipfile

import keras
import numpy as np
import pytest

import tf2_lstm
from tf2_lstm.migrate.convert.keras_file import load_unzipped, save_model


def a_model():
    inputs = keras.Input((None, 3), name="inputs")
    cell = tf2_lstm.DropoutWrapper(tf2_lstm.LSTMCell(4, use_peepholes=True), input_dropout=0.5)
    shared = keras.layers.LSTMCell(4)
    values = keras.layers.RNN(cell, return_sequences=True)(inputs)
    values = tf2_lstm.RNN(shared)(values)
    return keras.Model(
        {"inputs": inputs}, {"outputs": values[0] if isinstance(values, (list, tuple)) else values}
    )


def members(path):
    with zipfile.ZipFile(path) as archive:
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_is_the_archive_that_keras_writes(tmp_path):
    model = a_model()
    save_model(model, tmp_path / "one.keras")
    model.save(tmp_path / "other.keras")
    one, other = members(tmp_path / "one.keras"), members(tmp_path / "other.keras")
    assert sorted(one) == sorted(other) == ["config.json", "metadata.json", "model.weights.h5"]
    assert json.loads(one["config.json"]) == json.loads(other["config.json"])
    assert json.loads(one["metadata.json"]).keys() == json.loads(other["metadata.json"]).keys()


def test_what_is_loaded_of_the_folder_is_what_is_loaded_of_the_file(tmp_path):
    model = a_model()
    folder = save_model(model, tmp_path / "one.keras")
    assert (folder / "model.weights.h5").read_bytes() == members(tmp_path / "one.keras")["model.weights.h5"]
    quick, usual = load_unzipped(folder), keras.models.load_model(tmp_path / "one.keras")
    assert os.listdir(tmp_path) == ["one.keras"]
    assert quick.get_config() == usual.get_config()
    for weight, second, first in zip(quick.weights, usual.weights, model.weights, strict=True):
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (weight, first)))
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (second, first)))


def test_a_weight_that_is_not_in_the_file_is_an_error_and_never_zero(tmp_path):
    folder = save_model(a_model(), tmp_path / "one.keras")
    other = keras.Model(i := keras.Input((2,)), keras.layers.Dense(2)(i))
    other.save_weights(folder / "model.weights.h5", overwrite=True)
    with pytest.raises(ValueError, match=r"could not be loaded|expected|missing"):
        load_unzipped(folder)
    assert not folder.exists()


@pytest.mark.parametrize("size", [1, 2_000, 4_096, 8_192, 12_000, 16_000])
def test_what_does_not_fit_on_the_disk_is_an_error_of_the_system(size, tmp_path):
    """HDF5 would bring the process down."""
    model, limits = a_model(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            save_model(model, tmp_path / "one.keras")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


def test_the_room_that_is_asked_for_is_enough(tmp_path, monkeypatch):
    asked, allocate = [], os.posix_fallocate
    monkeypatch.setattr(os, "posix_fallocate", lambda *place: asked.append(place[2]) or allocate(*place))
    folder = save_model(a_model(), tmp_path / "one.keras")
    held = sum(file.stat().st_size for file in folder.rglob("*"))
    assert held < asked[0] == asked[1]
    assert (tmp_path / "one.keras").stat().st_size < asked[0]
