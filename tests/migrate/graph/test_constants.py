"""Which number a person wrote for a float of a graph."""

import numpy as np
import pytest

from tf2_lstm.migrate.graph.constants import written

#: What a person writes, and what TensorFlow computes of it in Python before it makes a float32 of it.
NUMBERS = {
    "a decimal": 0.1,
    "a number with a sign": -0.3,
    "a large one": 123456.7,
    "a small one": 1e-12,
    "zero": 0.0,
    "infinity": float("inf"),
    "one over 0.7": 1 / 0.7,
    "one over 0.99": 1 / 0.99,
    "one over 0.125": 8.0,
    "minus a third": -1 / 3,
    "seven digits": 0.3333333,
    "as many digits as float32 has, and one over no short number": 1.4285722,
}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_number_is_read_as_it_was_written(number, dtype):
    assert written(dtype(number)) == number


def test_no_number_stays_none():
    assert np.isnan(written(np.float32("nan")))


@pytest.mark.parametrize("keep", [number / 100 for number in range(1, 100)])
def test_every_scale_of_dropout_is_one_over_its_keep_prob(keep):
    assert written(np.float32(1 / keep)) * keep == pytest.approx(1, abs=1e-15)
