"""`tf2-lstm export --format`: what convert wrote leaves, proved; what differs or cannot leave is not written."""

import importlib.util
import os
import re

import keras
import numpy as np
import onnxruntime
import pytest
from keras import layers, ops

from tests.migrate.convert.expected_recurrences import ZOO, read_expected
from tests.migrate.export.proved import X, failures, wide
from tf2_lstm import ReshapeTo
from tf2_lstm.cli import main
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.signatures import programs_of
from tf2_lstm.migrate.convert.whole import translated
from tf2_lstm.migrate.export import native
from tf2_lstm.migrate.export.accepted import samples_of
from tf2_lstm.migrate.export.leaving import leave
from tf2_lstm.migrate.export.writing import ExportError
from tf2_lstm.migrate.functional import build_model
from tf2_lstm.migrate.translate.as_model import build_whole

#: Artefacts whose models have little in common.
LEAVING = [
    "bidirectional_lengths",
    "bidirectional_same_cell",
    "cudnn_gru_bidirectional",
    "decoder_bounded",
    "dropout_in_stack",
    "dynamic_time_major_lengths",
    "flat_dynamic_stack",
    "h5_mask_zero",
    "lengths_fixed",
    "lstm_all_options",
    "static_rnn_separate_steps",
    "step_stack",
]


def accepted(model, limits):
    return samples_of(model, limits).samples


@pytest.mark.parametrize("name", LEAVING)
def test_what_convert_writes_leaves(name, tmp_path):
    tf1, findings = look(Request(str(ZOO / name / read_expected(name)["artifact"])))
    assert findings.recurrences
    for recurrence in findings.recurrences:
        assert not failures(build_model(recurrence, tf1.variables), tmp_path, accepted)


@pytest.fixture(scope="module")
def tagger(tmp_path_factory):
    """A saved model of words with an LSTM under a mask."""
    words = keras.Input((None,), dtype="int32", name="words")
    x = layers.LSTM(4, return_sequences=True)(layers.Embedding(9, 3, mask_zero=True)(words))
    path = tmp_path_factory.mktemp("saved") / "tagger.keras"
    wide(keras.Model(words, layers.Dense(2, "softmax", name="tags")(x))).save(path)
    return path


def export(model, output, *more, form="onnx"):
    return main(["export", str(model), "--format", form, "-o", str(output), *more])


def test_the_file_is_what_keras_computes_and_sizes_are_free(tagger, tmp_path, capsys):
    assert export(tagger, tmp_path / "tagger.onnx") == 0
    printed = capsys.readouterr().out
    assert "EQUAL: 1 case(s), 4 comparisons" in printed
    assert "tagger.onnx: written" in printed
    assert os.listdir(tmp_path) == ["tagger.onnx"]
    session = onnxruntime.InferenceSession(tmp_path / "tagger.onnx")
    model = keras.models.load_model(tagger)
    for shape in ((1, 3), (5, 8)):
        words = np.random.default_rng(1).integers(0, 9, shape).astype("int32")
        [found] = session.run(["tags"], {"words": words})
        np.testing.assert_allclose(found, model(words), rtol=0, atol=1e-6)


def test_what_differs_is_exit_1_and_no_file(tagger, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(native.ORDER, "lstm", (0, 1, 2, 3))
    assert export(tagger, tmp_path / "tagger.onnx") == 1
    printed = capsys.readouterr().out
    assert "DIFFERENT: 1 of 1 case(s)" in printed
    assert "tagger.onnx: not written" in printed
    assert not os.listdir(tmp_path)


def test_what_is_there_is_replaced_when_asked_alone(tagger, tmp_path, capsys):
    output = tmp_path / "tagger.onnx"
    output.write_text("mine")
    assert export(tagger, output) == 2
    assert "is there already. Choose another -o, or replace it with --overwrite." in capsys.readouterr().err
    assert output.read_text() == "mine"
    assert export(tagger, output, "--overwrite") == 0
    assert output.stat().st_size > 1000


def occupied(folder):
    (folder / "model.onnx").mkdir()
    return folder / "model.onnx"


#: What is refused: (what to write in a folder, more arguments, words of the one line).
REFUSED = {
    "no parent": (lambda folder: folder / "no" / "model.onnx", [], "Create it first"),
    "a folder": (occupied, ["--overwrite"], "something that is no file is there already"),
    "an option of the way back": (lambda folder: folder / "m", ["--like", "x"], "expected with --format tf1"),
}


@pytest.mark.parametrize(("output", "more", "words"), REFUSED.values(), ids=REFUSED)
def test_an_output_is_refused_in_one_line(tagger, output, more, words, tmp_path, capsys):
    assert export(tagger, output(tmp_path), *more) == 2
    line = capsys.readouterr().err
    assert words in line
    assert line.count("\n") == 1


def test_the_model_that_is_read_is_never_changed(tagger, capsys):
    before = tagger.read_bytes()
    assert export(tagger, tagger, "--overwrite") == 2
    assert "is the model that is read" in capsys.readouterr().err
    assert tagger.read_bytes() == before


def test_no_model_is_one_line(tmp_path, capsys):
    (tmp_path / "text.keras").write_text("text")
    for name, words in (("none.keras", "no file is there"), ("text.keras", "Keras says: ")):
        assert export(tmp_path / name, tmp_path / "model.onnx") == 2
        line = capsys.readouterr().err
        assert words in line
        assert line.count("\n") == 1


def test_what_no_operators_are_written_for_is_exit_2_and_no_file(tmp_path, capsys):
    x = keras.Input((None, 4), name="x")
    keras.Model(x, layers.UnitNormalization(name="unit")(x)).save(tmp_path / "model.keras")
    assert export(tmp_path / "model.keras", tmp_path / "model.onnx") == 2
    assert "UnitNormalization 'unit': keras.ops has Normalize there" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["model.keras"]


def test_a_package_that_is_not_there_is_named_with_its_remedy(tagger, tmp_path, capsys, monkeypatch):
    there = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else there(name)
    )
    assert export(tagger, tmp_path / "model.onnx") == 2
    assert capsys.readouterr().err == (
        "tf2-lstm export: --format onnx: expected the package onnxruntime, it is not installed. "
        "pip install 'tf2-lstm[serve]'\n"
    )


def test_the_way_back_asks_for_what_the_model_was(tagger, tmp_path, capsys):
    assert export(tagger, tmp_path / "model", form="tf1") == 2
    assert "--format tf1: expected --like PATH" in capsys.readouterr().err


# The seeded inputs.


def test_padding_lengths_and_limits_are_among_the_inputs():
    words, x = keras.Input((None,), dtype="int32", name="words"), keras.Input(**X)
    lengths, mask = (
        keras.Input((), dtype="int32", name="lengths"),
        keras.Input((None,), dtype="bool", name="mask"),
    )
    model = keras.Model([words, x, lengths, mask], layers.Masking(9.0)(x)[:, 0])
    first, one, *_ = samples_of(model, {"words": 3}).samples
    assert first.label == "3 x 5, padded"
    assert one.label == "1 x 1"
    assert first.values["lengths"][:2].tolist() == [5, 0]
    assert (first.values["x"] == 9).all(-1).any(-1).tolist() == [False, True, True]
    assert (first.values["x"][1] == 9).all()
    assert first.values["words"].max() < 3
    assert not first.values["mask"][1].any()
    assert not first.values["mask"][2, 0]


def test_a_sequence_that_has_its_steps_first_is_found():
    x, lengths = keras.Input((None, 4), name="x"), keras.Input((), dtype="int32", name="lengths")
    model = keras.Model([x, lengths], ops.swapaxes(x, 0, 1)[..., 0] * ops.cast(lengths, "float32")[:, None])
    assert samples_of(model, {}).samples[0].values["x"].shape == (5, 3, 4)


def test_steps_in_front_of_rows_that_are_fixed_are_found():
    """As noise that was drawn for 6 steps of any number of rows."""
    x, first = keras.Input(batch_shape=(6, None, 4), name="x"), keras.Input((4,), name="first")
    model = keras.Model([x, first], x + first)
    assert samples_of(model, {}).samples[0].values["x"].shape == (6, 3, 4)


def test_ids_of_rows_are_found_where_no_lengths_are_taken():
    """A table of three, which only a call knows: no row has the number of its last step."""
    ids, x = keras.Input((), dtype="int32", name="ids"), keras.Input((None, 4), name="x")
    model = keras.Model(
        [ids, x], ops.one_hot(ids, 3) + ops.take(ops.cumsum(x[0, :1, :3], axis=1)[0], ids)[:, None]
    )
    assert samples_of(model, {}).samples[0].values["ids"].max() < 3


def test_rows_without_a_step_are_left_out_where_keras_gives_no_number():
    x, lengths = keras.Input((None, 4), name="x"), keras.Input((), dtype="int32", name="lengths")
    model = keras.Model([x, lengths], ops.sum(x, axis=(1, 2)) / ops.cast(lengths, "float32"))
    found = samples_of(model, {})
    assert [sample.values["lengths"].min() for sample in found.samples] == [1, 1, 1, 12]
    assert found.notes == []


def test_sizes_that_keras_refuses_are_named(tmp_path, capsys):
    """A window of two steps over one: Keras says no, and the report which inputs were not compared."""
    x = keras.Input((None, 4), name="x")
    keras.Model(x, layers.Conv1D(2, 2, name="window")(x)).save(tmp_path / "model.keras")
    assert export(tmp_path / "model.keras", tmp_path / "model.onnx") == 0
    printed = capsys.readouterr().out
    assert "inputs of 1 x 1 are left out: Keras says: " in printed
    assert "EQUAL: 1 case(s), 3 comparisons" in printed


def test_sizes_without_an_output_are_named():
    x = keras.Input((None, 4), name="x")
    found = samples_of(keras.Model(x, {"later": x[:, 2:]}), {})
    assert [sample.label for sample in found.samples] == ["3 x 5, padded", "4 x 7, padded", "2 x 12"]
    assert found.notes == ["inputs of 1 x 1 are left out: later has no number"]


# The user's own inputs.


@pytest.fixture(scope="module")
def picky(tmp_path_factory):
    """A model that takes as many rows as it is told, which nobody guesses."""
    x, rows = keras.Input((3,), name="x"), keras.Input(batch_shape=(), dtype="int32", name="rows")
    path = tmp_path_factory.mktemp("picky") / "picky.keras"
    keras.Model([x, rows], ReshapeTo([None, 7, 3])(x, rows)).save(path)
    return path


OWN = {"x": np.arange(42, dtype="float32").reshape(14, 3), "rows": np.array(2, "int32")}


@pytest.mark.parametrize("form", ["onnx", "savedmodel"])
def test_own_inputs_prove_what_no_seeded_ones_do(form, picky, tmp_path, capsys):
    assert export(picky, tmp_path / "out", form=form) == 2
    assert "give your own with --inputs FILE.npz" in capsys.readouterr().err
    np.savez(tmp_path / "own.npz", **OWN)
    assert export(picky, tmp_path / "out", "--inputs", str(tmp_path / "own.npz"), "--verbose", form=form) == 0
    assert "inputs of own.npz" in capsys.readouterr().out


#: Own inputs that are refused -> words of the one line.
NOT_TAKEN = {
    "one less": ({"x": OWN["x"]}, "expected the arrays x, rows, found x."),
    "another dtype": ({**OWN, "rows": np.array(2.0)}, "own.npz: rows: expected int32, found float64"),
    "another size": (
        {**OWN, "rows": np.array(3)},
        "own.npz: expected inputs that functional.* takes: Keras says",
    ),
}


@pytest.mark.parametrize(("given", "words"), NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_own_inputs_that_the_model_does_not_take_are_refused(given, words, picky, tmp_path, capsys):
    np.savez(tmp_path / "own.npz", **given)
    assert export(picky, tmp_path / "out", "--inputs", str(tmp_path / "own.npz")) == 2
    line = capsys.readouterr().err
    assert re.search(words, line)
    assert line.count("\n") == 1
    assert os.listdir(tmp_path) == ["own.npz"]


def test_a_model_that_takes_none_is_refused():
    x, y = keras.Input((None, 4), name="x"), keras.Input((None, 4), name="y")
    model = keras.Model([x, y], ops.matmul(x, ops.concatenate([y, y[:, :1]], axis=1)))
    with pytest.raises(ExportError, match="expected a model that takes seeded inputs"):
        samples_of(model, {})


#: Programs of one size: rows that come in threes, a state of four rows, steps that are written out.
ONE_SIZE = ("equal_inputs", "sizes_of_a_state", "sizes_of_a_variable", "sizes_of_unstack")


@pytest.mark.parametrize("form", ["onnx", "litert"])
@pytest.mark.parametrize("name", ONE_SIZE)
def test_a_program_of_one_size_leaves_on_inputs_of_its_own(name, form, tmp_path):
    tf1, findings = look(Request(str(ZOO / name / read_expected(name)["artifact"]), program=True))
    [(title, one)] = programs_of(tf1, ()).items()
    whole = translated(one, findings, Request(str(ZOO / name), program=True), title)
    build_whole(whole, one).save(tmp_path / "model.keras")
    with np.load(ZOO / name / "run.npz") as held:
        np.savez(tmp_path / "own.npz", **{given.name: held[given.tf1] for given in whole.inputs})
    with pytest.raises(UserError, match="give your own with --inputs"):
        leave(tmp_path / "model.keras", tmp_path / "seeded", form)
    assert leave(tmp_path / "model.keras", tmp_path / "own", form, inputs=tmp_path / "own.npz").passed


def test_zeros_of_both_signs_are_one_for_onnxruntime_unless_they_are_made_one(tmp_path):
    """The guide says so, and what to do."""
    x = keras.Input((2,), name="x")
    np.savez(tmp_path / "own.npz", x=np.array([[-0.0, 0.0], [0.0, -0.0]], "float32"))
    for made, equal in ((x, False), (ops.where(ops.equal(x, 0), 0.0, x), True)):
        keras.Model(x, ops.argmax(made, axis=-1)).save(tmp_path / "model.keras")
        report = leave(
            tmp_path / "model.keras", tmp_path / f"{equal}.onnx", "onnx", inputs=tmp_path / "own.npz"
        )
        assert report.passed == equal
