"""The format litert: each operation that is said otherwise for it, and lists of any number of rows."""

import re
import shutil
from functools import partial
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tests.migrate.export.proved import wide
from tests.migrate.export.test_onnx_operations import CASES as ONNX_CASES
from tests.migrate.export.test_onnx_operations import IN_FRONT, OPENED, convolves_channels_in_front
from tf2_lstm import begin_array, end_array, write_element
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.signatures import programs_of
from tf2_lstm.migrate.convert.whole import translated
from tf2_lstm.migrate.export.leaving import leave
from tf2_lstm.migrate.export.litert import list_operations, litert_format, operators, without_lists
from tf2_lstm.migrate.export.litert.saved_functions import make
from tf2_lstm.migrate.export.litert.unsupported import LACKING
from tf2_lstm.migrate.translate.as_model import build_whole

WHOLE = Path(__file__).resolve().parents[2] / "zoo" / "whole"

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated"),
    # A model inside of a model hands no mask on.
    pytest.mark.filterwarnings("ignore:Layer 'functional.* was passed an input with a mask"),
]


def left(model, folder, **inputs):
    """The report of a model that leaves, on seeded inputs or on given ones."""
    model.save(folder / "model.keras")
    if inputs:
        np.savez(folder / "own.npz", **inputs)
    return leave(
        folder / "model.keras",
        folder / "model.tflite",
        "litert",
        overwrite=True,
        inputs=folder / "own.npz" if inputs else None,
    )


def passes(model, folder):
    """Whether a model leaves; not if its numbers differ, nor if it is refused."""
    try:
        return left(model, folder).passed
    except UserError:
        return False


def of_rows(compute):
    """A model of x, [B, T, 3]."""
    x = keras.Input((None, 3), name="x")
    return keras.Model(x, compute(x))


def turned(x):
    return ops.swapaxes(x, 0, 1)


def stays(x):
    """Whether half of a number is the number."""
    return ops.equal(x, 0.5 * x)


@keras.saving.register_keras_serializable(package="tests")
class OfTensorFlow(layers.Layer):
    """An operation that keras.ops does not have."""

    def __init__(self, name, **options):
        super().__init__(name=name)
        self.options = options

    def call(self, x):
        return {"cumprod": tf.math.cumprod, "unpack": self._unpacked}[self.name](x, **self.options)

    def _unpacked(self, x, axis):
        return tf.stack(tf.unstack(tf.cast(x, "int64"), axis=axis)[::-1])

    def get_config(self):
        return {"name": self.name, **self.options}


#: Operation -> the programs that need its row.
NEEDED = {
    "ArgMax": [lambda x: {"best": ops.argmax(ops.log(x), axis=-1)}],
    "ArgMin": [lambda x: {"best": ops.argmin(ops.log(x), axis=-1)}],
    "Const": [lambda x: stays(ops.where(x > 0, x, -np.inf)), lambda x: stays(ops.where(x > 0, x, np.inf))],
    "Cumprod": [
        lambda x: OfTensorFlow("cumprod", axis=2)(x),
        lambda x: OfTensorFlow("cumprod", axis=-1, exclusive=True)(x),
        lambda x: OfTensorFlow("cumprod", axis=2, reverse=True)(x),
        lambda x: OfTensorFlow("cumprod", axis=2, exclusive=True, reverse=True)(x),
    ],
    "IsInf": [lambda x: ops.isinf(x / ops.relu(x)), lambda x: ops.isinf(ops.log(ops.relu(x)))],
    "Neg": [lambda x: ops.add(1.0, ops.negative(turned(x)))],
    "RealDiv": [
        lambda x: ops.divide(2.0, ops.exp(turned(x))),
        lambda x: ops.divide(1.0, ops.exp(turned(x)) + 1.0),
        lambda x: ops.cast(ops.cast(ops.cast(9 * x, "int32"), "float64") / 4.0, "int32"),
        lambda x: ops.cast(ops.cast(ops.cast(9 * x, "int32"), "float64") / -2.0, "int32"),
    ],
    "Reciprocal": [lambda x: ops.reciprocal(ops.exp(turned(x)))],
    "StridedSlice": [
        lambda x: x[..., None],
        lambda x: x[:, None, :, 2],
        lambda x: x[:, :, None, None, ::-1],
        lambda x: x[..., None, -2],
    ],
    "Sub": [
        lambda x: 1.0 - turned(x),
        lambda x: 1.0 - 2.0 * ops.tanh(turned(x)),
        lambda x: 3 - turned(ops.cast(9 * x, "int32")),
        lambda x: ops.subtract(np.array([[[1, 2, 3]]], "float32"), turned(x)),
    ],
    "Unpack": [lambda x: OfTensorFlow("unpack", axis=2)(x)],
}
CASES = [(name, place) for name, programs in NEEDED.items() for place in range(len(programs))]


def test_every_row_has_a_case():
    assert NEEDED.keys() == operators.ROWS.keys()


@pytest.mark.parametrize(("name", "place"), CASES)
def test_a_row_gives_the_numbers_of_keras_and_is_needed(name, place, tmp_path, monkeypatch):
    model = of_rows(NEEDED[name][place])
    assert left(model, tmp_path).passed
    monkeypatch.delitem(operators.ROWS, name)
    assert not passes(model, tmp_path)


def letters(x):
    """Words of letters, [B, W, L], each a sequence: its rows are words of rows."""
    return layers.LSTM(4)(ops.reshape(x, (-1, 3, 1)))


def steps_first(x):
    return turned(layers.GRU(4, return_sequences=True)(turned(x)))


def both_ways(x):
    return layers.Bidirectional(layers.LSTM(4, return_sequences=True))(layers.Masking()(x))


@keras.saving.register_keras_serializable(package="tests")
class Sums(layers.Layer):
    """The sums of a sequence [B, T, ...] from its second step on, [T - 1, B, ...]; of one step there are none."""

    def call(self, x):
        x = ops.swapaxes(x, 0, 1)
        empty = ops.zeros_like(x[1:])
        array = begin_array(empty)
        given = (ops.convert_to_tensor(0), ops.zeros_like(x[0]), array)
        _, _, array = ops.while_loop(
            lambda step, *_: step < ops.shape(x)[0] - 1, partial(self._step, x), given
        )
        return ops.concatenate([ops.zeros_like(x[:1]), end_array(array, empty)], 0)

    def _step(self, x, step, total, array):
        total = total + ops.take(x, step + 1, axis=0)
        return step + 1, total, write_element(array, step, total)


@keras.saving.register_keras_serializable(package="tests")
class Inside(layers.Layer):
    """A loop whose steps are loops: the sums of each step's numbers."""

    def call(self, x):
        rows = tf.TensorArray("float32", tf.shape(x)[1], element_shape=[None, 3])
        _, rows = tf.while_loop(
            lambda step, _: step < tf.shape(x)[1],
            lambda step, rows: (step + 1, rows.write(step, self._sums(x[:, step]))),
            (0, rows),
        )
        return rows.stack()

    def _sums(self, row):
        sums = tf.TensorArray("float32", 3, element_shape=[None])
        _, _, sums = tf.while_loop(
            lambda place, *_: place < 3,
            lambda place, total, sums: (
                place + 1,
                total + row[:, place],
                sums.write(place, total + row[:, place]),
            ),
            (0, tf.zeros_like(row[:, 0]), sums),
        )
        return tf.transpose(sums.stack())

    def compute_output_spec(self, x):
        return keras.KerasTensor((None, None, 3))


LISTS = {
    "letters": letters,
    "steps first": steps_first,
    "both ways": both_ways,
    "a loop in a loop": lambda x: Inside()(x),
}


@pytest.mark.parametrize("name", LISTS)
def test_rows_of_any_number_leave_and_the_converters_own_lists_do_not(name, tmp_path, monkeypatch):
    model = of_rows(LISTS[name])
    report = left(model, tmp_path)
    assert report.passed
    assert [tensor.reference for tensor in report.cases[0].tensors] == [
        f"Keras, {size}" for size in ("3 x 5, padded", "1 x 1", "4 x 7, padded", "2 x 12")
    ]
    monkeypatch.setattr(litert_format, "without_lists", lambda library: None)
    with pytest.raises(UserError, match="Take --format onnx"):
        left(model, tmp_path)


def test_a_loop_without_a_step_leaves(tmp_path, monkeypatch):
    """The interpreter prepares the step before it knows that there is none."""
    model = of_rows(lambda x: Sums()(x))
    assert left(model, tmp_path).passed
    monkeypatch.setattr(
        list_operations, "_cut", lambda name, inputs, dtype: make(name, "Identity", inputs[:1], T=dtype)
    )
    with pytest.raises(UserError, match="LiteRT cannot run what was written"):
        left(model, tmp_path)


@keras.saving.register_keras_serializable(package="tests")
class Chosen(layers.Layer):
    """A list that no loop uses, but a branch."""

    def call(self, x):
        array = tf.TensorArray("float32", tf.shape(x)[0], element_shape=[None, 3]).unstack(x)
        return tf.cond(tf.shape(x)[1] > 2, lambda: array.read(0), lambda: array.read(0) + 1.0)

    def compute_output_spec(self, x):
        return keras.KerasTensor((None, 3))


def test_a_list_that_a_branch_uses_stays_one(tmp_path, monkeypatch):
    seen = []

    def watched(library):
        before = library.SerializeToString(deterministic=True)
        without_lists.without_lists(library)
        seen.append((b"TensorListGetItem" in before, before == library.SerializeToString(deterministic=True)))

    monkeypatch.setattr(litert_format, "without_lists", watched)
    assert left(of_rows(lambda x: Chosen()(x)), tmp_path).passed
    assert seen == [(True, True)]


def test_what_the_interpreter_has_not_is_named_with_its_dtype(tmp_path):
    x = keras.Input((None, 3), dtype="float64", name="x")
    with pytest.raises(
        UserError, match=r"the converter of LiteRT has no operator for .*MatMul of float64"
    ) as said:
        left(keras.Model(x, layers.LSTM(2, dtype="float64", name="lstm")(x)), tmp_path)
    assert str(said.value).endswith("Take --format onnx.")
    assert not (tmp_path / "model.tflite").exists()


def test_a_whole_program_leaves(tmp_path):
    """It has 1 - r with r transposed, and scans from both ends."""
    shutil.unpack_archive(WHOLE / "simple_recurrent_unit" / "artefact.zip", tmp_path)
    request = Request(str(tmp_path / "frozen.pb"), program=True)
    tf1, findings = look(request)
    [(name, one)] = programs_of(tf1, request.fetch).items()
    assert left(build_whole(translated(one, findings, request, name), one), tmp_path).passed


def operations():
    """What the cases of ONNX make of three inputs: (name of a case, its place) -> tensor, and the inputs."""
    x, y = (keras.Input((None, 4), name=name) for name in "xy")
    n = keras.Input((None,), dtype="int32", name="n")
    found = {}
    for name, make_them in {**ONNX_CASES, **OPENED}.items():
        made = make_them(x, y, n)
        found.update(
            ((name, place), one) for place, one in enumerate(made if isinstance(made, list) else [made])
        )
    return [x, y, n], found


def lacks(lack, found):
    """The tensors of the operations that a row of the table is of."""
    return {
        key: one for key, one in found.items() if key[0] == lack.case and key[1] in (lack.places or (key[1],))
    }


#: The converter sees `gelu` in its parts, if no other of the kind is beside it.
ALONE = ("Gelu", 1)


def test_every_operation_leaves_but_those_of_the_table(tmp_path):
    inputs, found = operations()
    assert left(keras.Model(inputs, {"alone": found.pop(ALONE)}), tmp_path).passed
    for lack in LACKING:
        for key in lacks(lack, found):
            del found[key]
    model = wide(keras.Model(inputs, {f"{name} {place}": one for (name, place), one in found.items()}))
    report = left(model, tmp_path)
    wrong = {one.name: one.problem or one.max_abs_diff for one in report.cases[0].tensors if not one.passed}
    assert not wrong


@pytest.mark.parametrize("lack", LACKING, ids=lambda lack: f"{lack.case} {lack.places}")
def test_what_the_table_names_does_not_leave(lack, tmp_path):
    inputs, found = operations()
    kept = lacks(lack, found)
    assert kept
    if IN_FRONT in kept and not convolves_channels_in_front():
        pytest.skip("TensorFlow convolves channels in front by oneDNN, off on this CPU")
    for one in kept.values():
        model = wide(keras.Model(inputs, {"found": one}))
        if lack.said:
            with pytest.raises(UserError, match=re.escape(lack.said)):
                left(model, tmp_path)
        else:
            assert not left(model, tmp_path).passed
