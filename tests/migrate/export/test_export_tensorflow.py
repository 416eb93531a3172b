"""The formats savedmodel and litert: proved in their own runtime, loaded where neither Keras nor this package is."""

import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tests.migrate.export.proved import wide
from tf2_lstm import RNN, GatherTree, LSTMCell, SequenceMask
from tf2_lstm.cli import main
from tf2_lstm.migrate.export import saved_model_format
from tf2_lstm.migrate.export.litert import litert_format
from tf2_lstm.migrate.export.writing import ExportError


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Words with lengths through peepholes, a projection and a softmax; it streams."""
    ids, lengths = (
        keras.Input((None,), dtype="int32", name="ids"),
        keras.Input((), dtype="int32", name="lengths"),
    )
    x = SequenceMask()([layers.Embedding(7, 3)(ids), lengths])
    x = RNN(LSTMCell(5, use_peepholes=True, projection_units=4), return_sequences=True, name="rnn")(x)
    path = tmp_path_factory.mktemp("saved") / "words.keras"
    wide(keras.Model([ids, lengths], layers.Dense(3, "softmax", name="tags")(x))).save(path)
    return path


def export(path, form, folder):
    output = folder / f"model.{form}"
    return main(["export", str(path), "--format", form, "--verbose", "-o", str(output)]), output


#: Served by what a company's server has: TensorFlow alone.
SERVE = """
import sys
import numpy as np
for name in ("keras", "tf2_lstm"):
    sys.modules[name] = None
import tensorflow as tf
loaded = tf.saved_model.load(sys.argv[1])
ids, lengths = tf.constant([[1, 2, 3, 4], [5, 6, 0, 0]]), tf.constant([4, 2])
whole = loaded.signatures["serve"](ids=ids, lengths=lengths)["tags"]
h, c, steps = tf.zeros([2, 4]), tf.zeros([2, 5]), []
for t in range(4):
    left = tf.cast(t < lengths, "int32")
    found = loaded.signatures["step"](ids=ids[:, t : t + 1], lengths=left, rnn_0=h, rnn_1=c)
    steps, h, c = [*steps, found["step_output"]], found["rnn_0"], found["rnn_1"]
np.savez(sys.argv[2], whole=whole, steps=tf.concat(steps, 1))
"""


def test_a_saved_model_is_served_by_tensorflow_alone(words, tmp_path, capsys):
    code, output = export(words, "savedmodel", tmp_path)
    assert code == 0
    printed = capsys.readouterr().out
    assert "EQUAL: 1 case(s), 16 comparisons" in printed
    assert "step: rnn_1" in printed
    done = subprocess.run(
        [sys.executable, "-c", SERVE, str(output), str(tmp_path / "found.npz")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = np.load(tmp_path / "found.npz")
    given = [np.array([[1, 2, 3, 4], [5, 6, 0, 0]], "int32"), np.array([4, 2], "int32")]
    expected = keras.models.load_model(words)(given)
    np.testing.assert_allclose(found["whole"], expected, rtol=0, atol=1e-6)
    np.testing.assert_allclose(found["steps"], expected, rtol=0, atol=1e-6)


def test_a_folder_is_never_replaced(words, tmp_path, capsys):
    (tmp_path / "model.savedmodel").mkdir()
    assert (
        main(
            [
                "export",
                str(words),
                "--format",
                "savedmodel",
                "-o",
                str(tmp_path / "model.savedmodel"),
                "--overwrite",
            ]
        )
        == 2
    )
    assert "something that is no file is there already" in capsys.readouterr().err


def test_what_does_not_stream_has_no_signature_for_a_step(tmp_path):
    x = keras.Input((None, 4), name="x")
    keras.Model(x, layers.Bidirectional(layers.LSTM(3), name="both")(x)).save(tmp_path / "model.keras")
    code, output = export(tmp_path / "model.keras", "savedmodel", tmp_path)
    assert code == 0
    assert "step" not in tf.saved_model.load(str(output)).signatures


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
def test_a_flat_file_runs_in_the_interpreter(words, tmp_path, capsys):
    code, output = export(words, "litert", tmp_path)
    assert code == 0
    assert "EQUAL: 1 case(s), 4 comparisons" in capsys.readouterr().out
    # The interpreter's own operators and no others: there are none of TensorFlow to link.
    interpreter = tf.lite.Interpreter(model_path=str(output))
    assert not [one for one in interpreter._get_ops_details() if one["op_name"].startswith("Flex")]
    model = keras.models.load_model(words)
    for steps in (2, 9):
        given = {"ids": np.full((1, steps), 3, "int32"), "lengths": np.array([2], "int32")}
        found = interpreter.get_signature_runner("serve")(**given)["tags"]
        np.testing.assert_allclose(found, model(list(given.values())), rtol=0, atol=1e-6)


@pytest.mark.parametrize("form", ["savedmodel", "litert"])
def test_what_differs_is_not_written(form, words, tmp_path, monkeypatch, capsys):
    module = {"savedmodel": saved_model_format, "litert": litert_format}[form]
    plain = module.runner

    def wrong(path):
        run = plain(path)
        return lambda values: {name: value * 1.00001 for name, value in run(values).items()}

    monkeypatch.setattr(module, "runner", wrong)
    code, output = export(words, form, tmp_path)
    assert code == 1
    assert "DIFFERENT" in capsys.readouterr().out
    assert not output.exists()


def test_a_step_that_differs_is_not_written(words, tmp_path, monkeypatch, capsys):
    plain = saved_model_format._traced_step

    def wrong(step):
        run, specs = plain(step)
        return lambda values: {**run(values), "rnn_1": 1.00001 * run(values)["rnn_1"]}, specs

    monkeypatch.setattr(saved_model_format, "_traced_step", wrong)
    code, output = export(words, "savedmodel", tmp_path)
    assert code == 1
    assert "step: rnn_1 against the Keras" in capsys.readouterr().out
    assert not output.exists()


def test_what_the_converter_cannot_do_is_one_line(tmp_path, capsys):
    x = keras.Input((None, 4), name="x")
    keras.Model(x, keras.ops.fft((x, x))[0]).save(tmp_path / "model.keras")
    code, output = export(tmp_path / "model.keras", "litert", tmp_path)
    assert code == 2
    assert not output.exists()
    said = capsys.readouterr().err
    assert "the converter of LiteRT has no operator for Complex of complex64, FFT of complex64." in said
    assert said.count("\n") == 1


def test_beams_of_open_sizes_leave(tmp_path, capsys):
    """Traced, TensorFlow knows none of the three sizes."""
    words, parents = (keras.Input((None, None), dtype="int32", name=name) for name in ("words", "parents"))
    lengths = keras.Input((), dtype="int32", name="lengths")
    keras.Model([words, parents, lengths], GatherTree()(words, parents, lengths, end=3)).save(
        tmp_path / "m.keras"
    )
    steps, rows, width = 6, 3, 4
    drawn = np.random.default_rng(0).integers(0, width, (2, steps, rows, width)).astype("int32")
    np.savez(tmp_path / "own.npz", words=drawn[0], parents=drawn[1], lengths=np.array([6, 0, 4], "int32"))
    options = ["--format", "savedmodel", "--inputs", str(tmp_path / "own.npz"), "-o", str(tmp_path / "out")]
    assert main(["export", str(tmp_path / "m.keras"), *options]) == 0
    assert "EQUAL: 1 case(s), 1 comparisons" in capsys.readouterr().out


def test_the_best_of_scores_leaves_for_litert_with_the_sign_of_a_zero(tmp_path, capsys):
    """Keras takes 0.0 for larger than -0.0; ids and a loop's condition are made so."""
    x = keras.Input((3,), name="x")
    keras.Model(x, {"best": ops.argmax(x, axis=-1), "worst": ops.argmin(x, axis=-1)}).save(
        tmp_path / "m.keras"
    )
    scores = np.array([[-0.0, 0.0, -1.0], [0.0, -0.0, 1.0], [-3.0, -0.0, 0.0]], "float32")
    np.savez(tmp_path / "own.npz", x=scores)
    options = ["--format", "litert", "--inputs", str(tmp_path / "own.npz"), "-o", str(tmp_path / "m.tflite")]
    assert main(["export", str(tmp_path / "m.keras"), *options]) == 0
    assert "EQUAL: 1 case(s), 2 comparisons" in capsys.readouterr().out
    found = litert_format.runner(tmp_path / "m.tflite")({"x": scores})
    assert (found["best"].tolist(), found["worst"].tolist()) == ([1, 2, 2], [2, 1, 0])


@keras.saving.register_keras_serializable(package="tests")
class Counting(layers.Layer):
    """It asks how many rows there are, as a number."""

    def call(self, x):
        return x * len(list(x))

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, x.dtype)


def test_what_tensorflow_cannot_trace_is_one_line(tmp_path):
    x = keras.Input((3,), name="x")
    with pytest.raises(
        ExportError, match="counting: does not run while TensorFlow traces it with open sizes"
    ):
        saved_model_format.write(keras.Model(x, Counting()(x), name="counting"), tmp_path / "out")


def test_what_the_interpreter_cannot_run_is_one_line(tmp_path, monkeypatch):
    output = tmp_path / "model.tflite"
    output.write_bytes(b"none")

    class Interpreter:
        def __init__(self, model_path):
            """Whatever is in the file."""

        def get_signature_runner(self, name):
            raise ValueError("Invalid tensor size.")

    monkeypatch.setattr(tf.lite, "Interpreter", Interpreter)
    with pytest.raises(
        ExportError, match=r"model\.tflite: LiteRT cannot run what was written, it says: Invalid"
    ):
        litert_format.runner(output)({})
