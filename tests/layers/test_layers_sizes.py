"""The layers of whole programs, for sizes that a call knows and for a weight alone: in a model, saved, without rows."""

import keras
import numpy as np
import pytest

from tf2_lstm import FullOf, RangeOf, ReshapeTo, SizeOf, Weight

#: What `whole` gives, of a batch of any size and of 5 steps of 6.
WIDE = np.arange(6, dtype="float32") - 2.5


def whole():
    """A functional model of each of the layers."""
    x = keras.Input((None, 6), name="x")
    batch, steps = SizeOf(0)(x), SizeOf(1)(x)
    weight = Weight((6,), "ones", name="scale")
    return keras.Model(
        x,
        {
            "flat": ReshapeTo([None, None, 2])(x, batch, 3 * steps),
            "full": FullOf([None, 3], 1.5)(batch),
            "numbers": RangeOf([1, None, 2])(steps),
            "scaled": x * weight(x),
        },
    )


def saved(model, folder):
    model.save(folder / "model.keras")
    return keras.models.load_model(folder / "model.keras")


@pytest.mark.parametrize("rows", [3, 0])
def test_a_model_of_them_computes_the_same_when_it_was_saved(rows, tmp_path):
    model = whole()
    model.get_layer("scale").set_weights([WIDE])
    x = np.random.default_rng(0).normal(size=(rows, 5, 6)).astype("float32")
    for one in (model, saved(model, tmp_path)):
        found = {name: np.asarray(value) for name, value in one(x).items()}
        np.testing.assert_array_equal(found["flat"], x.reshape(rows, 15, 2))
        np.testing.assert_array_equal(found["full"], np.full((rows, 3), 1.5, "float32"))
        np.testing.assert_array_equal(found["numbers"], [1, 3])
        np.testing.assert_array_equal(found["scaled"], x * WIDE)


def test_they_leave_a_dtype_as_it_is():
    two = keras.ops.convert_to_tensor(2)
    numbers = np.ones((2, 4), "complex64") * 1j
    for dtype in ("complex64", "float64", "int32", "bool"):
        given = numbers.real.astype(dtype) if dtype != "complex64" else numbers
        found = ReshapeTo([None, None, 2])(given, two, two)
        assert keras.backend.standardize_dtype(found.dtype) == dtype
        np.testing.assert_array_equal(np.asarray(found), given.reshape(2, 2, 2))
        assert int(SizeOf(1)(given)) == 4
        assert Weight((3,), "ones")(given).shape == (3,)


@pytest.mark.parametrize(("policy", "stored"), [("mixed_float16", "float32"), ("float64", "float64")])
def test_a_weight_trains_under_a_dtype_policy(policy, stored):
    layer = Weight((3,), "ones", dtype=policy)
    layer(np.zeros((2, 1)))
    assert layer.weight.dtype == stored
    assert [one.path for one in layer.trainable_weights] == [f"{layer.name}/weight"]
