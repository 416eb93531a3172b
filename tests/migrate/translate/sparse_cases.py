"""Cases of the rows of sparse tensors and segments: name -> a function of the tensors fed in `row_cases`."""

import numpy as np
import tensorflow as tf

v1, raw = tf.compat.v1, tf.raw_ops
_TABLE = np.random.RandomState(11).uniform(-1, 1, (6, 4)).astype("float32")
#: Of a sparse tensor of 6 rows: the first, the last and one between them are empty, and the rows are not in order.
_ROWS = np.int64([[4, 2], [1, 0], [4, 0], [2, 1], [1, 2]])


def _filled(fed, number, indices=_ROWS, dtype="float32", rows=6, default=7):
    """A part of what is left when empty rows are filled; the number of rows is that of something fed."""
    values = tf.cast(tf.reshape(fed["y"], [-1])[: len(indices)], dtype)
    shape = tf.stack([rows - 2 + tf.size(fed["n"], tf.int64), 3])
    filled = raw.SparseFillEmptyRows(
        indices=indices + fed["j"][:1, :2] * 0 if len(indices) else fed["j"][:0, :2],
        values=values,
        dense_shape=shape,
        default_value=tf.constant(default, dtype),
    )
    return filled[number]


def _fills():
    found, none = {}, np.zeros((0, 2), "int64")
    for number, name in enumerate(("indices", "values", "which rows")):
        found[f"SparseFillEmptyRows, {name}"] = lambda fed, at=number: _filled(fed, at)
        found[f"SparseFillEmptyRows, {name} of nothing"] = lambda fed, at=number: _filled(fed, at, none)
        found[f"SparseFillEmptyRows, {name} of no rows"] = lambda fed, at=number: _filled(
            fed, at, none, rows=0
        )
    return {
        **found,
        "SparseFillEmptyRows, integers": lambda fed: _filled(fed, 1, dtype="int64", default=-3),
        "SparseFillEmptyRows, constants": lambda fed: (
            tf.cast(
                raw.SparseFillEmptyRows(
                    indices=_ROWS, values=[1, 2, 3, 4, 5], dense_shape=np.int64([6, 3]), default_value=0
                ).output_values,
                tf.float32,
            )
            + fed["x"][0, 0, 0]
        ),
    }


def _reshaped(fed, before, after, number=0):
    """Indices of a sparse tensor in another shape; None is the number of rows of x."""
    rows = tf.shape(fed["x"], tf.int64)[0]
    shapes = [
        tf.stack([rows if one is None else tf.constant(one, tf.int64) for one in sizes])
        for sizes in (before, after)
    ]
    places = np.argwhere(np.arange(12).reshape([2 if one is None else one for one in before]) % 5 < 2)
    found = raw.SparseReshape(
        input_indices=places + tf.cast(fed["n"][0] * 0, tf.int64), input_shape=shapes[0], new_shape=shapes[1]
    )
    return found[number]


_SHAPES = {
    "to a matrix": ([None, 3, 2], [6, None]),
    "to more axes": ([6, None], [None, 2, 3]),
    "to a vector": ([None, 6], [12]),
    "of open sizes": ([3, None, 2], [None, 6]),
    "the rest of the first axis": ([None, 6], [-1, 3]),
    "the rest of the last axis": ([None, 6], [4, -1]),
    "to itself": ([None, 6], [None, -1]),
}


def _reshaped_by_numbers(fed, number):
    """Indices in a shape that is put together of a fed number and of one that says the rest, as a linear model does."""
    places = np.argwhere(np.arange(12).reshape(2, 6) % 5 < 2)
    found = raw.SparseReshape(
        input_indices=places + tf.cast(fed["n"][0] * 0, tf.int64),
        input_shape=tf.cast(tf.stack([fed["n"][0] * 0 + 2, 6]), tf.int64),
        new_shape=tf.cast(tf.stack([fed["n"][0] * 0 + 4, -1]), tf.int64),
    )
    return found[number]


def _reshapes():
    found = {
        f"SparseReshape, {name}": lambda fed, given=given: _reshaped(fed, *given)
        for name, given in _SHAPES.items()
    }
    found |= {
        f"SparseReshape, the shape {name}": lambda fed, given=given: _reshaped(fed, *given, 1)
        for name, given in _SHAPES.items()
        if name != "to a vector"
    }
    for number, name in enumerate(("indices", "shape")):
        found[f"SparseReshape, {name} by fed numbers"] = lambda fed, at=number: _reshaped_by_numbers(fed, at)
    return found


def _product(fed, dtype="float32", **adjoints):
    """A sparse matrix times a matrix, an element twice and a row without one."""
    places = np.int64([[0, 1], [0, 1], [2, 0], [2, 3]])
    matrix = tf.cast(_TABLE[:4], dtype)
    values = tf.cast(tf.reshape(fed["y"], [-1])[:4], dtype)
    if adjoints.get("adjoint_a"):
        places = places[:, ::-1]
    shape = [4, 5] if adjoints.get("adjoint_a") else [5, 4]
    if adjoints.get("adjoint_b"):
        matrix = tf.transpose(matrix)
    return raw.SparseTensorDenseMatMul(
        a_indices=places,
        a_values=values,
        a_shape=tf.cast(shape, tf.int64) * tf.size(fed["p"][0], tf.int64) // 4,
        b=matrix,
        **adjoints,
    )


def _of_segments():
    ids, found = np.int32([1, 1, 1, 3]), {}
    for kind in ("max", "min", "prod"):
        function, name = getattr(tf.math, f"segment_{kind}"), f"Segment{kind.capitalize()}"
        found[name] = lambda fed, f=function: f(tf.concat([fed["p"], fed["p"][::-1] - 3], 0), ids)
        # All below zero, of a minimum all above: a maximum that begins at zero shows.
        more = 9 if kind == "min" else -3
        found[f"{name}, integers"] = lambda fed, f=function, more=more: f(
            tf.reshape(fed["j"], [-1])[:4] + more, ids
        )
        found[f"{name}, of more axes"] = lambda fed, f=function: f(fed["image"] - 2, fed["n"][::-1])
        found[f"{name}, nothing"] = lambda fed, f=function: f(fed["p"][:0], fed["n"][:0])
        found[f"{name}, endless"] = lambda fed, f=function: f(fed["p"] * np.float32(-np.inf), [0, 2])
    return found


def _safe(fed, combiner, weights=False, default=None):
    """Rows of a table by tf.nn.safe_embedding_lookup_sparse: ids below zero, and rows that are empty then."""
    ids = fed["j"][:, :2] % 6 - tf.constant([[0, 1], [7, 9]], tf.int64)
    there = np.int64([[0, 0], [0, 1], [1, 0], [3, 1]])
    sparse = tf.SparseTensor(there, tf.reshape(ids, [-1]), [5, 2])
    given = tf.SparseTensor(there, tf.reshape(fed["x"], [-1])[:4] + 1, [5, 2]) if weights else None
    return v1.nn.safe_embedding_lookup_sparse([_TABLE], sparse, given, combiner, default)


def _safely():
    found = {}
    for combiner in ("sum", "mean", "sqrtn"):
        found[f"Unique, safe, {combiner}"] = lambda fed, one=combiner: _safe(fed, one)
        found[f"Unique, safe, a default, {combiner}"] = lambda fed, one=combiner: _safe(fed, one, default=2)
        found[f"Unique, safe, weights, {combiner}"] = lambda fed, one=combiner: _safe(fed, one, True, 1)
    return found


def _in_parts(fed, strategy, weights=False):
    """Rows of a table in two parts, for each row of a sparse tensor in which ids are there twice."""
    ids = tf.concat([tf.reshape(fed["j"], [-1]) % 6, fed["j"][0, :2]], 0)
    there = np.int64([[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [3, 0], [3, 2], [4, 1]])
    sparse = tf.SparseTensor(there, ids, [5, 3])
    given = tf.SparseTensor(there, tf.reshape(fed["p"], [-1])[:8], [5, 3]) if weights else None
    parts = [_TABLE[:3], _TABLE[3:]] if strategy == "div" else [_TABLE[::2], _TABLE[1::2]]
    return v1.nn.embedding_lookup_sparse(parts, sparse, given, strategy, combiner="sqrtn")


def _bucketize():
    boundaries = [-1.0, 0.1, 0.5, 7.0]
    odd = [-np.inf, -1, 0.1, 7, np.nan, np.inf]
    return {
        "Bucketize": lambda fed: raw.Bucketize(input=fed["x"], boundaries=boundaries),
        "Bucketize, double": lambda fed: raw.Bucketize(input=fed["half"], boundaries=boundaries),
        "Bucketize, integers": lambda fed: raw.Bucketize(input=fed["j"], boundaries=[-3.0, 1.0, 2.0]),
        "Bucketize, the boundaries and no numbers": lambda fed: raw.Bucketize(
            input=fed["p"][0, 0] * 0 + np.float32(odd), boundaries=boundaries
        ),
        "Bucketize, one": lambda fed: raw.Bucketize(input=fed["p"], boundaries=[0.5]),
        "Bucketize, many": lambda fed: raw.Bucketize(
            input=fed["x"], boundaries=np.linspace(-2, 2, 300).tolist()
        ),
    }


def sparse_cases():
    """Return name -> a function of the placeholders, a dict, to a tensor."""
    return {
        **_fills(),
        **_reshapes(),
        **_of_segments(),
        **_safely(),
        **_bucketize(),
        "ParallelDynamicStitch, of distinct ids": lambda fed: _in_parts(fed, "mod"),
        "ParallelDynamicStitch, of distinct ids, div": lambda fed: _in_parts(fed, "div"),
        "ParallelDynamicStitch, of distinct ids, weights": lambda fed: _in_parts(fed, "mod", True),
        "SelectV2, a number that is wider": lambda fed: raw.SelectV2(
            condition=fed["b"][:, :1, None], t=tf.zeros_like(fed["x"]), e=fed["y"][:, :1]
        ),
        "SparseTensorDenseMatMul": _product,
        "SparseTensorDenseMatMul, double": lambda fed: _product(fed, "float64"),
        "SparseTensorDenseMatMul, adjoint_a": lambda fed: _product(fed, adjoint_a=True),
        "SparseTensorDenseMatMul, adjoint_b": lambda fed: _product(fed, adjoint_b=True),
    }
