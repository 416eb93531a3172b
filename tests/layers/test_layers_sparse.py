"""The layers of sparse tensors against TensorFlow's operations, as they are, in a saved model and in tf.function."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm import CombineSegments, SparseFillEmptyRows, SparseReshape

raw = tf.raw_ops


def drawn(seed):
    """(Indices, values, rows, columns) of a sparse matrix: in any order, rows empty; one in four has no element."""
    generator = np.random.default_rng(seed)
    rows, columns = generator.integers(1, 7, 2)
    count = generator.integers(0, rows * columns + 1) if seed % 4 else 0
    places = generator.permutation(rows * columns)[:count]
    return np.stack([places // columns, places % columns], 1), generator.normal(size=count), rows, columns


def whole(default=-1.5):
    """A model of the layers: a sparse matrix without empty rows, in a row, and what its rows are together."""
    indices = keras.Input((2,), dtype="int64", name="indices")
    values = keras.Input((), dtype="float64", name="values")
    rows, columns = (keras.Input(batch_shape=(), dtype="int32", name=name) for name in ("rows", "columns"))
    places, numbers, empty = SparseFillEmptyRows(default)(indices, values, rows)
    found = {"indices": places, "values": numbers, "empty": empty}
    found["flat"] = SparseReshape([-1, None], [-1])(places, columns)
    found["turned"] = SparseReshape([-1, None], [-1, None, 1])(places, columns, rows)
    for how in ("sum", "mean", "sqrtn", "max", "min", "prod"):
        found[how] = CombineSegments(how, dtype="float64")(numbers, places[:, 0], rows)
    return keras.Model({"indices": indices, "values": values, "rows": rows, "columns": columns}, found)


def of_tensorflow(indices, values, rows, columns, default=-1.5):
    """What the operations of TensorFlow give."""
    shape = np.int64([rows, columns])
    places, numbers, empty, _ = raw.SparseFillEmptyRows(
        indices=indices, values=values, dense_shape=shape, default_value=np.float64(default)
    )
    found = {"indices": places, "values": numbers, "empty": empty}
    for name, target in (("flat", [-1]), ("turned", [-1, rows, 1])):
        found[name] = raw.SparseReshape(input_indices=places, input_shape=shape, new_shape=np.int64(target))[
            0
        ]
    ids = places[:, 0]
    for how in ("sum", "mean", "max", "min", "prod"):
        found[how] = getattr(tf.math, f"segment_{how}")(numbers, ids)
    found["sqrtn"] = tf.sparse.segment_sqrt_n(numbers, tf.range(len(numbers)), ids)
    return found


@pytest.fixture(scope="module")
def ways(tmp_path_factory):
    """Name -> a function: the model, saved and loaded, and in tf.function."""
    model, path = whole(), tmp_path_factory.mktemp("saved") / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    specs = {one.name: tf.TensorSpec(one.shape, one.dtype) for one in model.inputs}
    return {"called": model, "loaded": loaded, "traced": tf.function(loaded, input_signature=[specs])}


@pytest.mark.parametrize("way", ["called", "loaded", "traced"])
def test_they_give_what_the_operations_give(ways, way):
    for seed in range(12):
        indices, values, rows, columns = drawn(seed)
        given = {"indices": indices, "values": values, "rows": np.int32(rows), "columns": np.int32(columns)}
        expected = of_tensorflow(indices, values, rows, columns)
        found = ways[way]({name: tf.convert_to_tensor(one) for name, one in given.items()})
        assert found.keys() == expected.keys()
        for name, one in expected.items():
            np.testing.assert_allclose(found[name], one, rtol=1e-12, atol=1e-12, err_msg=f"{seed} {name}")
            assert found[name].dtype == one.dtype


#: TensorFlow rounds a mean of integers towards zero: `convert` refuses it.
OF_FLOATS = [
    (how, dtype) for how in ("sum", "mean", "max", "min", "prod") for dtype in ("float16", "float32")
]


@pytest.mark.parametrize(
    ("how", "dtype"), [*OF_FLOATS, *((how, "int32") for how in ("sum", "max", "min", "prod"))]
)
def test_segments_of_any_rank_and_dtype(how, dtype):
    x = (np.random.default_rng(3).normal(size=(5, 2, 3)) * 4 - 6).astype(dtype)
    for ids in ([0, 0, 2, 2, 2], [1, 1, 1, 1, 4]):
        expected = getattr(tf.math, f"segment_{how}")(x, ids)
        found = CombineSegments(how)(x, tf.constant(ids), tf.constant(max(ids) + 1))
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=2e-3 if dtype == "float16" else 1e-6)


@pytest.mark.parametrize("how", ["sum", "mean", "max", "min", "prod"])
def test_the_gradients_are_those_of_the_operations(how):
    """Also where several parts are the largest."""
    x, ids = tf.constant([[1.0, 2.0], [3.0, 2.0], [3.0, -1.0], [5.0, 6.0]]), tf.constant([0, 0, 0, 2])
    found = []
    for function in (
        getattr(tf.math, f"segment_{how}"),
        lambda *given: CombineSegments(how)(*given, tf.constant(3)),
    ):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(function(x, ids) * tf.constant([[1.0, 2.0], [0.5, 0.25], [3.0, 4.0]]))
        found.append(tape.gradient(loss, x))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)


def test_the_values_have_their_gradients():
    values = tf.constant([1.0, 2.0, 3.0])
    with tf.GradientTape() as tape:
        tape.watch(values)
        _, filled, _ = SparseFillEmptyRows(9.0)(tf.constant([[3, 0], [1, 1], [3, 1]]), values, tf.constant(5))
        loss = tf.reduce_sum(filled * tf.constant([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]))
    np.testing.assert_array_equal(filled, [9, 2, 9, 1, 3, 9])
    np.testing.assert_array_equal(tf.convert_to_tensor(tape.gradient(loss, values)), [8, 2, 16])


def test_their_configuration_is_data():
    for one in (CombineSegments("mean"), SparseFillEmptyRows(-1), SparseReshape([-1, None], [-1, 2])):
        config = json.loads(json.dumps(one.get_config()))
        assert type(one).from_config(config).get_config() == one.get_config()


def test_another_way_to_combine_is_refused():
    with pytest.raises(
        ValueError, match="expected how to be one of sum, mean, sqrtn, max, min, prod; received 'median'"
    ):
        CombineSegments("median")
