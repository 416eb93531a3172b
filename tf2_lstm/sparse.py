"""Layers for the parts of a sparse tensor, its indices and values, and for the rows of a table that they choose.

| TF1                                          | here                                                    |
|----------------------------------------------|---------------------------------------------------------|
| `tf.sparse.fill_empty_rows(x, 0)`            | `SparseFillEmptyRows(0)(indices, values, rows)`         |
| `tf.sparse.reshape(x, [batch * steps, 3])`   | `SparseReshape([-1, None, 3], [-1, 3])(indices, steps)` |
| `tf.math.segment_mean(x, ids)`               | `CombineSegments("mean")(x, ids, count)`                |

The layers have no weights, and their configuration is data: a model of them loads with `safe_mode`.
"""

import keras
import numpy as np
from keras import ops

from tf2_lstm import backends


@keras.saving.register_keras_serializable(package="tf2_lstm")
class SparseFillEmptyRows(keras.layers.Layer):
    """tf.sparse.fill_empty_rows: an element in the first column of each row that has none.

    Args:
        default: the value of such an element.
        **options: arguments of `keras.layers.Layer`.

    Call arguments: the indices, a row of numbers for each element; the values, a vector; the number of rows, a scalar.
    Returns: the indices and the values, row after row, and for each row whether it had no element.

    ```python
    import keras
    from tf2_lstm import SparseFillEmptyRows

    indices = keras.ops.convert_to_tensor([[2, 1], [0, 3]])
    values = keras.ops.convert_to_tensor([7, 8])
    indices, values, empty = SparseFillEmptyRows(-1)(indices, values, keras.ops.convert_to_tensor(3))
    assert keras.ops.convert_to_numpy(indices).tolist() == [[0, 3], [1, 0], [2, 1]]
    assert keras.ops.convert_to_numpy(values).tolist() == [8, -1, 7]
    assert keras.ops.convert_to_numpy(empty).tolist() == [False, True, False]
    ```
    """

    def __init__(self, default=0, **options):
        options.setdefault("autocast", False)
        super().__init__(**options)
        self.default = default

    def build(self, *shapes):
        """Build nothing."""
        self.built = True

    def call(self, indices, values, rows):
        """Return (indices, values, whether each row was empty)."""
        ones = ops.ones_like(indices[:, 0])
        counts = ops.zeros((backends.number_of(rows),), indices.dtype)
        empty = ops.equal(ops.scatter_update(counts, indices[:, :1], ones), 0)
        missing = ops.cast(ops.stack(ops.nonzero(empty), axis=-1), indices.dtype)
        added = ops.full_like(missing[:, 0], self.default, dtype=values.dtype)
        # In a function nothing need say how many columns there are.
        is_row = ops.cast(ops.equal(ops.arange(ops.shape(indices)[1]), 0), indices.dtype)
        indices = ops.concatenate([indices, missing * is_row])
        values = ops.concatenate([values, added])
        # Not every backend sorts equal numbers in their order: no two of these are equal.
        places = ops.cumsum(ops.ones_like(indices[:, 0]))
        order = ops.argsort(indices[:, 0] * ops.max(places, initial=0) + places)
        return ops.take(indices, order, axis=0), ops.take(values, order, axis=0), empty

    def compute_output_spec(self, indices, values, rows):
        """Return the specs of the results: how many elements there are, nothing says."""
        return (
            keras.KerasTensor((None, indices.shape[1]), dtype=indices.dtype),
            keras.KerasTensor((None,), dtype=values.dtype),
            keras.KerasTensor((None,), dtype="bool"),
        )

    def get_config(self):
        """Return the configuration as plain data."""
        return {**super().get_config(), "default": self.default}


@keras.saving.register_keras_serializable(package="tf2_lstm")
class SparseReshape(keras.layers.Layer):
    """tf.sparse.reshape: the indices of the same elements in another shape.

    Args:
        shape: the shape before, a list of ints with None for each size that the call gives. The first size is not
            needed: it may be -1.
        target: the shape after, alike.
        **options: arguments of `keras.layers.Layer`.

    Call arguments: the indices, a row of numbers for each element; then a scalar for each None. Returns: the indices.

    ```python
    import keras
    from tf2_lstm import SparseReshape

    indices = keras.ops.convert_to_tensor([[0, 1], [2, 3]])
    found = SparseReshape([-1, 4], [-1, None])(indices, keras.ops.convert_to_tensor(3))
    assert keras.ops.convert_to_numpy(found).tolist() == [[0, 1], [3, 2]]
    ```
    """

    def __init__(self, shape, target, **options):
        options.setdefault("autocast", False)
        super().__init__(**options)
        self.shape, self.target = list(shape), list(target)

    def build(self, *shapes):
        """Build nothing."""
        self.built = True

    def call(self, indices, *given):
        """Return the indices."""
        left = [ops.cast(one, indices.dtype) for one in given]
        before, after = (
            [left.pop(0) if size is None else size for size in sizes] for sizes in (self.shape, self.target)
        )
        place = indices[:, 0]
        for axis, size in enumerate(before[1:], 1):
            place = place * size + indices[:, axis]
        found = []
        for size in after[:0:-1]:
            found.insert(0, ops.mod(place, size))
            place = ops.floor_divide(place, size)
        return ops.stack([place, *found], axis=-1)

    def compute_output_spec(self, indices, *given):
        """Return the spec of the result."""
        return keras.KerasTensor((indices.shape[0], len(self.target)), dtype=indices.dtype)

    def get_config(self):
        """Return the configuration as plain data."""
        return {**super().get_config(), "shape": self.shape, "target": self.target}


#: How -> (how `scatter_update` puts parts together, the number that they begin with; None for an end of the dtype).
_HOW = {
    **dict.fromkeys(("sum", "mean", "sqrtn"), ("add", 0)),
    "max": ("max", None),
    "min": ("min", None),
    "prod": ("mul", 1),
}


@keras.saving.register_keras_serializable(package="tf2_lstm")
class CombineSegments(keras.layers.Layer):
    """tf.math.segment_sum and its like, and the combiners of tf.nn.embedding_lookup_sparse.

    Args:
        how: "sum", "mean", "sqrtn" (the sum divided by the root of the number of parts), "max", "min" or "prod".
        **options: arguments of `keras.layers.Layer`.

    Call arguments: a tensor; a vector, which segment each part along its first axis is in; the number of segments, a
    scalar. Returns: a part for each segment. Of an empty one it is 0, and 1 where it is a product.

    ```python
    import keras
    from tf2_lstm import CombineSegments

    x = keras.ops.convert_to_tensor([[1.0], [3.0], [5.0]])
    found = CombineSegments("mean")(x, keras.ops.convert_to_tensor([0, 0, 2]), keras.ops.convert_to_tensor(4))
    assert keras.ops.convert_to_numpy(found).tolist() == [[2.0], [0.0], [5.0], [0.0]]
    ```
    """

    def __init__(self, how, **options):
        if how not in _HOW:
            raise ValueError(
                f"CombineSegments: expected how to be one of {', '.join(_HOW)}; received {how!r}. Name one"
            )
        options.setdefault("autocast", False)
        super().__init__(**options)
        self.how = how

    def build(self, *shapes):
        """Build nothing."""
        self.built = True

    def call(self, x, ids, count):
        """Return the combined parts."""
        ids, count, parts = ops.expand_dims(ids, -1), backends.number_of(count), ops.shape(x)[1:]
        reduction, begin = _HOW[self.how]
        if begin is None:
            begin = _end(self.how, keras.backend.standardize_dtype(x.dtype))
        found = ops.scatter_update(
            ops.full((count, *parts), begin, dtype=x.dtype), ids, x, reduction=reduction
        )
        if self.how in ("sum", "prod"):
            return found
        ones = ops.ones_like(ids[:, 0], dtype=x.dtype)
        counts = ops.scatter_update(ops.zeros((count,), x.dtype), ids, ones, reduction="add")
        counts = ops.reshape(counts, (-1, *[1] * len(parts)))
        if self.how in ("max", "min"):
            return ops.where(counts > 0, found, ops.zeros_like(found))
        return ops.divide_no_nan(found, ops.sqrt(counts) if self.how == "sqrtn" else counts)

    def compute_output_spec(self, x, ids, count):
        """Return the spec of the result."""
        return keras.KerasTensor((None, *x.shape[1:]), dtype=x.dtype)

    def get_config(self):
        """Return the configuration as plain data."""
        return {**super().get_config(), "how": self.how}


def _end(how, dtype):
    """Return the number of a dtype that a maximum, or a minimum, begins with."""
    if "float" in dtype:
        return float("-inf" if how == "max" else "inf")
    limits = np.iinfo(dtype)
    return int(limits.min if how == "max" else limits.max)
