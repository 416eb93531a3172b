"""NumPy and TensorFlow in the same memory."""

import tracemalloc

import keras
import ml_dtypes
import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.memory import ALIGNED, as_array, as_tensor

ARRAYS = {
    "float32": np.arange(6, dtype="float32").reshape(2, 3),
    "float64": np.arange(6.0),
    "float16": np.ones(3, "float16"),
    "bfloat16": np.ones(3, ml_dtypes.bfloat16),
    "int64": np.arange(3),
    "of the other byte order": np.arange(6, dtype=">f4"),
    "a view, turned": np.arange(12, dtype="float32").reshape(3, 4)[::-1, ::2].T,
    "a scalar": np.float32(3),
    "no element": np.zeros((0, 3), "float32"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_there_and_back(name):
    array = ARRAYS[name]
    tensor = as_tensor(array)
    assert tensor.shape == array.shape
    assert tensor.dtype == array.dtype.newbyteorder("=").name
    assert as_array(tensor).dtype == array.dtype.newbyteorder("=")
    np.testing.assert_array_equal(as_array(tensor), array)


def test_a_tensor_takes_one_copy_which_is_its_memory():
    array = np.ones((2**20,), "float32")
    tracemalloc.start()
    try:
        tensor = as_tensor(array)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert array.nbytes < kept <= peak < 1.1 * array.nbytes
    assert as_array(tensor).ctypes.data % ALIGNED == 0


def test_a_variable_takes_the_tensor_s_memory_and_keeps_it():
    tensor = as_tensor(np.ones((2**10,), "float32"))
    variable = keras.Variable(lambda shape, dtype: tf.zeros(shape, dtype), shape=(2**10,))
    variable.assign(tensor)
    where = as_array(tensor).ctypes.data
    del tensor
    assert as_array(variable).ctypes.data == where
    variable.assign_add(tf.ones(2**10))
    assert as_array(variable).tolist() == [2.0] * 2**10


def test_the_array_stays_as_it_is():
    array = np.ones(4, "float32")
    tensor = as_tensor(array)
    array[:] = 7
    assert as_array(tensor).tolist() == [1.0] * 4


def test_an_array_of_a_tensor_is_no_copy_and_not_to_be_written_to():
    tensor = tf.ones((2, 3))
    assert np.shares_memory(as_array(tensor), as_array(tensor))
    assert not as_array(tensor).flags.writeable
