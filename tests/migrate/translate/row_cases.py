"""One small TF1 computation for each row and attribute: name -> a function of the fed tensors to a tensor.

The names begin with the operation that the case is for.
"""

import numpy as np
import tensorflow as tf
from sparse_cases import sparse_cases

v1, raw = tf.compat.v1, tf.raw_ops
FILTER = np.random.RandomState(6).uniform(-1, 1, (3, 2, 2, 3)).astype("float32")

#: Name of a placeholder -> (dtype, shape, what is fed).
FED = {
    "x": ("float32", [None, None, 4], np.random.RandomState(0).uniform(-2, 2, (2, 3, 4))),
    "y": ("float32", [None, None, 4], np.random.RandomState(1).uniform(-2, 2, (2, 3, 4))),
    "p": ("float32", [None, 4], np.random.RandomState(2).uniform(0.1, 0.9, (2, 4))),
    "image": ("float32", [None, 5, 6, 2], np.random.RandomState(3).uniform(-1, 1, (2, 5, 6, 2))),
    "i": ("int32", [None, None], [[1, 0, 4], [2, 3, 3]]),
    "j": ("int64", [None, None], [[2, 1, 1], [-3, 2, 5]]),
    "n": ("int32", [None], [3, 1]),
    "b": ("bool", [None, None], [[True, False, True], [False, False, True]]),
    "half": ("float64", [None, 4], np.random.RandomState(4).uniform(-2, 2, (2, 4))),
}

_ONE = "tanh sigmoid exp square neg abs sign floor ceil sin cos sinh cosh atan asinh erf expm1 rint round"
_POSITIVE = {
    "log": "Log",
    "log1p": "Log1p",
    "sqrt": "Sqrt",
    "rsqrt": "Rsqrt",
    "acos": "Acos",
    "asin": "Asin",
    "tan": "Tan",
}
_OTHER_ONE = {
    **{
        "Relu": tf.nn.relu,
        "Relu6": tf.nn.relu6,
        "Elu": tf.nn.elu,
        "Selu": tf.nn.selu,
        "Softplus": tf.nn.softplus,
    },
    **{"Softsign": tf.nn.softsign, "Softmax": tf.nn.softmax, "LogSoftmax": tf.nn.log_softmax},
    **{"LeakyRelu": tf.nn.leaky_relu, "LeakyRelu, alpha": lambda x: tf.nn.leaky_relu(x, 0.3)},
    **{
        "Reciprocal": tf.math.reciprocal,
        "ZerosLike": tf.zeros_like,
        "OnesLike": tf.ones_like,
        "L2Loss": tf.nn.l2_loss,
    },
    **{"IsNan": tf.math.is_nan, "IsInf": tf.math.is_inf, "IsFinite": tf.math.is_finite},
    **{"StopGradient": tf.stop_gradient, "IdentityN": lambda x: tf.identity_n([x, x])[1]},
}
_FLOATS = {
    **{"Add": lambda x, y: raw.Add(x=x, y=y), "AddV2": tf.add, "Sub": tf.subtract, "Mul": tf.multiply},
    **{
        "RealDiv": tf.divide,
        "Div": lambda x, y: raw.Div(x=x, y=y),
        "Maximum": tf.maximum,
        "Minimum": tf.minimum,
    },
    **{
        "Atan2": tf.atan2,
        "FloorDiv": tf.math.floordiv,
        "FloorMod": tf.math.floormod,
        "DivNoNan": tf.math.divide_no_nan,
    },
    **{"SquaredDifference": tf.math.squared_difference, "AddN": lambda x, y: tf.add_n([x, y, x])},
    **{"Greater": tf.greater, "GreaterEqual": tf.greater_equal, "Less": tf.less, "LessEqual": tf.less_equal},
    **{"Equal": tf.equal, "NotEqual": tf.not_equal, "ConcatV2": lambda x, y: tf.concat([x, y], 1)},
    **{
        # A constant without elements has its other axes: in front of x it adds no step.
        "ConcatV2, nothing of four": lambda x, y: tf.concat([x[0], np.zeros((0, 4), "float32"), y[0]], 0),
        "ConcatV2, last axis": lambda x, y: tf.concat([x, y, x], -1),
        "Pack": lambda x, y: tf.stack([x, y], 1),
    },
    **{"BatchMatMulV2": lambda x, y: tf.matmul(x, y, transpose_b=True)},
    **{"BatchMatMulV2, adj_x": lambda x, y: tf.matmul(x, y, transpose_a=True)},
    **{"Sub, a number": lambda x, y: 1.0 - x, "Mul, a row": lambda x, y: x * np.float32([1, 2, 3, 4])},
    **{"Pow": lambda x, y: tf.pow(tf.abs(x), y), "ClipByValue": lambda x, y: tf.clip_by_value(x, -0.5, y)},
}
_REDUCED = {
    "Sum": tf.reduce_sum,
    "Mean": tf.reduce_mean,
    "Max": tf.reduce_max,
    "Min": tf.reduce_min,
    "Prod": tf.reduce_prod,
}

#: A table, a kernel over steps, and a table in two parts.
_TABLE = np.random.RandomState(9).uniform(-1, 1, (6, 4)).astype("float32")
_OF_STEPS = np.random.RandomState(7).uniform(-1, 1, (2, 4, 3)).astype("float32")
_PARTS = list(np.random.RandomState(8).uniform(-1, 1, (2, 3, 4)).astype("float32"))


def _in_blocks(x, kernel, rates, base):
    """A dilated convolution as TensorFlow 1 wrote it."""
    axes = len(rates)
    paddings, crops = v1.required_space_to_batch_paddings(tf.shape(x)[1 : 1 + axes], rates, base)
    inner = tf.nn.conv2d if axes == 2 else tf.nn.conv1d
    return tf.batch_to_space(inner(tf.space_to_batch(x, rates, paddings), kernel, 1, "VALID"), rates, crops)


def cases():
    """Return name -> a function of the placeholders, a dict, to a tensor."""
    found = {}
    for name in _ONE.split():
        op = {"neg": "negative"}.get(name, name)
        found[name.capitalize()] = lambda fed, op=op: getattr(tf.math, op)(fed["x"])
    for name, label in _POSITIVE.items():
        found[label] = lambda fed, name=name: getattr(tf.math, name)(fed["p"])
    for name, function in _OTHER_ONE.items():
        found[name] = lambda fed, function=function: function(fed["x"])
    for name, function in _FLOATS.items():
        found[name] = lambda fed, function=function: function(fed["x"], fed["y"])
    for name, function in _REDUCED.items():
        found[name] = lambda fed, function=function: function(fed["x"], 1)
        found[f"{name}, two axes"] = lambda fed, function=function: function(fed["x"], [0, -1])
        found[f"{name}, keep_dims"] = lambda fed, function=function: function(fed["x"], [1], keepdims=True)
    for name in ("Sum", "Max", "Min", "Prod"):
        found[f"{name}, integers"] = lambda fed, name=name: _REDUCED[name](fed["i"], 1)
    return {
        **found,
        **_of_integers(),
        **_of_arrays(),
        **_of_matrices(),
        **_of_sizes(),
        **_of_products(),
        **_of_sparse(),
        **_of_segments(),
        **sparse_cases(),
    }


def _of_integers():
    return {
        "Add, integers": lambda fed: fed["i"] + 3,
        "AddV2, a column to a square": lambda fed: fed["p"][:, :2] + fed["p"][:, 2:3],
        "AddV2, a square to a column": lambda fed: fed["p"][:, 2:3] + fed["p"][:, :2],
        "AddV2, a row to columns": lambda fed: fed["x"][:, :, :1] + np.float32([1, 2, 3]),
        "AddV2, rows to columns": lambda fed: (
            fed["x"][:, :, :1] + tf.transpose(fed["x"][:1, :, 1:2], [0, 2, 1])
        ),
        "AddV2, of more axes": lambda fed: fed["x"][:1, 0] + fed["x"][:1, :1, None],
        "Mul, int64": lambda fed: fed["j"] * 2,
        "FloorDiv, integers": lambda fed: fed["j"] // 2,
        "FloorMod, integers": lambda fed: fed["j"] % 3,
        "Less, integers": lambda fed: fed["i"] < 3,
        "Equal, int64": lambda fed: tf.equal(fed["j"], tf.cast(fed["i"], tf.int64)),
        "Cast, to float": lambda fed: tf.cast(fed["i"], tf.float32),
        "Cast, to int": lambda fed: tf.cast(fed["x"], tf.int32),
        "Cast, to bool": lambda fed: tf.cast(fed["i"], tf.bool),
        "Cast, from bool": lambda fed: tf.cast(fed["b"], tf.float32),
        "Tanh, double": lambda fed: tf.tanh(fed["half"]) * 2.0,
        "LogicalNot": lambda fed: tf.logical_not(fed["b"]),
        "LogicalAnd": lambda fed: tf.logical_and(fed["b"], fed["i"] > 1),
        "LogicalOr": lambda fed: tf.logical_or(fed["b"], fed["i"] > 1),
        "All": lambda fed: tf.reduce_all(fed["b"], 1),
        "Any": lambda fed: tf.reduce_any(fed["b"], 0),
        "ArgMax": lambda fed: tf.argmax(fed["x"], 2),
        "ArgMax, int32": lambda fed: tf.argmax(fed["x"], -1, output_type=tf.int32),
        "ArgMax, of zeros with a sign": lambda fed: tf.argmax(fed["p"] * np.float32([-0.0, 0, 0, -0.0]), 1),
        "ArgMin, of zeros with a sign": lambda fed: tf.argmin(
            tf.reshape(fed["p"] * np.float32([0, -0.0, 0, 0]), [-1, 2, 2]), 2
        ),
        "ArgMin": lambda fed: tf.argmin(fed["x"], 1),
        "TopKV2": lambda fed: tf.nn.top_k(fed["x"], 2).values,
        "TopKV2, places": lambda fed: tf.nn.top_k(fed["x"], 2).indices,
        "Cumsum": lambda fed: tf.cumsum(fed["x"], 1),
        "Cumsum, exclusive": lambda fed: tf.cumsum(fed["x"], 1, exclusive=True),
        "Cumsum, reverse": lambda fed: tf.cumsum(fed["x"], 2, reverse=True),
        "Cumsum, both": lambda fed: tf.cumsum(fed["x"], 1, exclusive=True, reverse=True),
        "Cumprod": lambda fed: tf.math.cumprod(fed["x"], 1),
        "Cumprod, exclusive": lambda fed: tf.math.cumprod(fed["x"], 1, exclusive=True),
        "Cumprod, both": lambda fed: tf.math.cumprod(fed["x"], 1, exclusive=True, reverse=True),
        "Fill, computed": lambda fed: tf.fill([tf.shape(fed["x"])[0], 2], tf.reduce_max(fed["x"])),
        "Tile, of a flag": lambda fed: tf.tile([True], [tf.shape(fed["x"])[0]]),
        "OneHot": lambda fed: tf.one_hot(fed["i"], 5),
        "OneHot, values": lambda fed: tf.one_hot(fed["i"], 5, 2.0, -1.0),
        "OneHot, axis": lambda fed: tf.one_hot(fed["i"], 5, axis=1),
        "OneHot, depth computed": lambda fed: tf.one_hot(fed["i"], tf.shape(fed["x"])[1]),
        "OneHot, depth computed, in front": lambda fed: tf.one_hot(
            fed["j"], tf.size(fed["n"]), True, False, axis=0
        ),
        "OneHot, integers": lambda fed: tf.one_hot(fed["i"], 5, dtype=tf.int32),
        "Select": lambda fed: raw.Select(condition=fed["i"] > 1, x=fed["i"], y=fed["i"] * 10),
        "Select, rows": lambda fed: raw.Select(condition=fed["n"] > 2, x=fed["x"], y=fed["y"]),
        "SelectV2": lambda fed: tf.where(fed["x"] > 0, fed["x"], fed["y"]),
        "SelectV2, a number": lambda fed: tf.where(fed["x"] > 0, fed["x"], 0.0),
    }


def _of_arrays():
    x = lambda fed: fed["x"]  # noqa: E731
    return {
        "Split": lambda fed: tf.split(x(fed), 2, 2)[1],
        "SplitV": lambda fed: tf.split(x(fed), [1, -1], 2)[1],
        "Unpack": lambda fed: tf.unstack(x(fed), axis=2)[3],
        "ExpandDims": lambda fed: tf.expand_dims(x(fed), 1),
        "ExpandDims, last": lambda fed: tf.expand_dims(x(fed), -1),
        "Squeeze": lambda fed: tf.squeeze(x(fed)[:, :1], [1]),
        "Transpose": lambda fed: tf.transpose(x(fed), [2, 0, 1]),
        "Transpose, time-major": lambda fed: tf.transpose(x(fed), [1, 0, 2]),
        "Transpose, integers": lambda fed: tf.transpose(fed["i"]),
        "Tile": lambda fed: tf.tile(x(fed), [1, 2, 3]),
        "Pad": lambda fed: tf.pad(x(fed), [[0, 0], [1, 2], [0, 0]]),
        "PadV2": lambda fed: tf.pad(x(fed), [[0, 0], [1, 0], [0, 1]], constant_values=0.5),
        "MirrorPad": lambda fed: tf.pad(x(fed), [[0, 0], [1, 1], [0, 0]], "REFLECT"),
        "MirrorPad, symmetric": lambda fed: tf.pad(x(fed), [[0, 0], [1, 1], [0, 0]], "SYMMETRIC"),
        "ReverseV2": lambda fed: tf.reverse(x(fed), [1]),
        "ReverseV2, two axes": lambda fed: tf.reverse(x(fed), [0, -1]),
        "ReverseSequence": lambda fed: tf.reverse_sequence(x(fed), fed["n"], seq_axis=1, batch_axis=0),
        "ReverseSequence, time-major": lambda fed: tf.reverse_sequence(
            tf.transpose(x(fed), [1, 0, 2]), fed["n"], seq_axis=0, batch_axis=1
        ),
        "ReverseSequence, integers": lambda fed: tf.reverse_sequence(
            fed["i"], fed["n"], seq_axis=1, batch_axis=0
        ),
        "Slice": lambda fed: tf.slice(x(fed), [0, 1, 1], [-1, 2, 2]),
        "StridedSlice": lambda fed: x(fed)[:, -1, 1:],
        "StridedSlice, step": lambda fed: x(fed)[:, ::2, ::-1],
        "StridedSlice, ellipsis": lambda fed: x(fed)[..., 2],
        "StridedSlice, new axis": lambda fed: x(fed)[:, None, 1],
        "StridedSlice, at a computed place": lambda fed: x(fed)[:, fed["n"][1], 1:],
        "StridedSlice, from the end": lambda fed: x(fed)[..., -fed["n"][1], None],
        "StridedSlice, to a computed place": lambda fed: x(fed)[:, : fed["n"][1], ::2],
        "StridedSlice, from behind to in front": lambda fed: x(fed)[-9 : -fed["n"][1], :, fed["n"][1] :],
        "StridedSlice, nothing left": lambda fed: tf.reduce_sum(x(fed)[:, fed["n"][0] : fed["n"][1]]),
        "StridedSlice, to another's size": lambda fed: x(fed)[:, : tf.shape(fed["n"])[0]],
        "Slice, to a size": lambda fed: tf.slice(x(fed), [0, 1, 1], [tf.shape(fed["x"])[0], -1, 2]),
        "Slice, at a computed place": lambda fed: tf.slice(x(fed), [0, fed["n"][1], 0], [-1, 2, fed["n"][0]]),
        "Slice, a computed block": lambda fed: tf.slice(x(fed), [0, 0, fed["n"][1]], [-1, fed["n"][1], -1]),
        "GatherV2": lambda fed: tf.gather(fed["p"], [1, 0]),
        "GatherV2, axis": lambda fed: tf.gather(x(fed), [3, 1], axis=2),
        "GatherV2, of a constant": lambda fed: tf.gather(np.float32([5, 6, 7, 8, 9]), fed["i"]),
        "GatherNd": lambda fed: tf.gather_nd(fed["p"], [[1], [0]]),
        "GatherNd, pairs": lambda fed: tf.gather_nd(x(fed), [[1, 2], [0, 1]]),
        "ScatterNd": lambda fed: tf.scatter_nd([[1], [3], [1]], tf.tile(fed["p"], [2, 1])[:3], [5, 4]),
        "ScatterNd, pairs, to a size": lambda fed: tf.scatter_nd(
            fed["i"][:, :, None] * [[[1, 0]]], x(fed), tf.stack([5, tf.shape(fed["n"])[0], 4])
        ),
        "ResizeNearestNeighbor": lambda fed: raw.ResizeNearestNeighbor(images=fed["image"], size=[8, 3]),
        "ResizeNearestNeighbor, aligned": lambda fed: raw.ResizeNearestNeighbor(
            images=fed["image"], size=[9, 4], align_corners=True
        ),
        "ResizeNearestNeighbor, centred": lambda fed: raw.ResizeNearestNeighbor(
            images=fed["image"], size=[7, 12], half_pixel_centers=True
        ),
        "InvertPermutation, computed": lambda fed: tf.math.invert_permutation(fed["n"] // 2),
        "InvertPermutation": lambda fed: tf.transpose(x(fed), tf.math.invert_permutation([2, 0, 1])),
        "BroadcastTo": lambda fed: tf.broadcast_to(fed["p"][:1], [3, 4]),
        "BroadcastTo, open sizes": lambda fed: tf.broadcast_to(fed["p"][:1], tf.shape(fed["half"])),
        "BroadcastTo, flags": lambda fed: tf.broadcast_to(fed["b"][:1], tf.shape(fed["i"])),
        "BroadcastArgs": lambda fed: tf.zeros(
            tf.broadcast_dynamic_shape(tf.shape(fed["x"]), tf.shape(fed["p"][0]))
        ),
        "BroadcastArgs, more axes": lambda fed: tf.broadcast_dynamic_shape(
            tf.shape(fed["p"][0]), tf.shape(fed["x"][:, :, :1])
        ),
    }


def _of_matrices():
    x, row = lambda fed: fed["x"], lambda fed: fed["p"]
    square = lambda fed: tf.matmul(x(fed), x(fed), transpose_b=True)  # noqa: E731
    return {
        "MatrixDiag": lambda fed: raw.MatrixDiag(diagonal=row(fed)),
        "MatrixDiag, open": lambda fed: raw.MatrixDiag(diagonal=fed["i"]),
        "MatrixDiag, flags": lambda fed: raw.MatrixDiag(diagonal=fed["b"]),
        "MatrixDiagPart": lambda fed: raw.MatrixDiagPart(input=x(fed)),
        "MatrixDiagPart, square": lambda fed: raw.MatrixDiagPart(input=square(fed)),
        "MatrixSetDiag": lambda fed: raw.MatrixSetDiag(input=square(fed), diagonal=x(fed)[:, :, 0]),
        "MatrixSetDiag, more columns": lambda fed: raw.MatrixSetDiag(
            input=tf.matmul(fed["half"][:, :3, None], fed["half"][:, None]), diagonal=fed["half"][:, 1:]
        ),
        "MatrixBandPart": lambda fed: tf.linalg.band_part(x(fed), 1, 0),
        "MatrixBandPart, above": lambda fed: tf.linalg.band_part(square(fed), 0, -1),
        "MatrixBandPart, below": lambda fed: tf.linalg.band_part(fed["i"], -1, 0),
        "MatrixBandPart, flags": lambda fed: tf.linalg.band_part(fed["b"], 0, 1),
        "MatrixBandPart, all": lambda fed: tf.linalg.band_part(x(fed), -1, -1) * 2.0,
    }


def _of_sizes():
    rows = lambda fed: tf.shape(fed["x"])[0]  # noqa: E731
    steps = lambda fed: tf.shape(fed["x"])[1]  # noqa: E731
    return {
        "Shape": lambda fed: tf.shape(fed["x"]),
        "Shape, int64": lambda fed: tf.shape(fed["x"], tf.int64) * 2,
        "Size": lambda fed: tf.size(fed["i"]),
        "Rank": lambda fed: tf.rank(fed["x"]) + fed["i"],
        "ShapeN": lambda fed: raw.ShapeN(input=[fed["j"], fed["j"] * 2])[1],
        "Reshape": lambda fed: tf.reshape(fed["x"], [-1, 4]),
        "Reshape, two open sizes": lambda fed: tf.reshape(
            tf.reshape(fed["i"], [-1]), [rows(fed), steps(fed)]
        ),
        "Reshape, and back": lambda fed: tf.reshape(
            tf.tanh(tf.reshape(fed["x"], [-1, 4])), [rows(fed), -1, 4]
        ),
        "Reshape, of a product": lambda fed: tf.reshape(fed["x"], [rows(fed), steps(fed) * 4]),
        "Reshape, half": lambda fed: tf.reshape(fed["x"], [rows(fed), steps(fed) * 2, 2]),
        "Reshape, what is left": lambda fed: tf.reshape(
            tf.concat([fed["x"], fed["y"]], 1), [rows(fed), -1, 2]
        ),
        "Fill": lambda fed: tf.zeros([rows(fed), 3]),
        "Fill, a size": lambda fed: tf.fill([rows(fed)], steps(fed)),
        "Fill, as many as a tensor says": lambda fed: tf.fill([fed["n"][0], rows(fed), 2], 0.5),
        "Fill, of a vector of sizes": lambda fed: tf.zeros(tf.reshape(fed["n"], [2]) + 1),
        "Reshape, to what a tensor says": lambda fed: tf.reshape(fed["x"], [fed["n"][0], -1, 2]),
        "Tile, as often as a tensor says": lambda fed: tf.tile(fed["p"][:, None], [1, fed["n"][0], 1]),
        "ConcatV2, of sizes": lambda fed: tf.zeros(
            tf.concat([tf.expand_dims(fed["n"][0], 0), tf.shape(fed["x"])[1:]], 0)
        ),
        "Fill, integers": lambda fed: tf.fill([rows(fed), steps(fed)], 7),
        "Range": lambda fed: tf.range(steps(fed)),
        "Range, of numbers": lambda fed: tf.range(1, steps(fed) + 1, 2) * fed["i"][0, 0],
        "Range, of a tensor": lambda fed: tf.range(tf.reduce_max(fed["n"])),
        "Pack, sizes as numbers": lambda fed: (
            tf.cast(rows(fed), tf.float32) / tf.cast(steps(fed), tf.float32)
        ),
        "Less, sequence_mask": lambda fed: tf.sequence_mask(fed["n"]),
        "Less, sequence_mask to a size": lambda fed: tf.sequence_mask(fed["n"], steps(fed), tf.float32),
        "GatherV2, last of each row": lambda fed: tf.gather(
            tf.reshape(fed["x"], [-1, 4]), tf.range(rows(fed)) * steps(fed) + fed["n"] - 1
        ),
        "Tile, several to a size": lambda fed: tf.tile(fed["p"], [1, steps(fed)]),
        "Tile, flags, as often as computed": lambda fed: tf.tile(fed["b"], [fed["n"][0], 1]),
        "Tile, alone, as often as computed": lambda fed: tf.tile(fed["p"][:, None], [1, fed["n"][0], 1]),
        "Reshape, to what is computed": lambda fed: tf.reshape(
            fed["x"], [fed["n"][1] * 2, fed["n"][0], tf.size(fed["n"]) * 2]
        ),
        "Reshape, to a part of a vector": lambda fed: tf.reshape(
            fed["x"], tf.reduce_max(tf.stack([[2, 12]] * 2), 0) * fed["n"][1]
        ),
        "Fill, as many as computed": lambda fed: tf.fill(
            tf.concat([tf.expand_dims(fed["n"][0], 0), [2]], 0), 1.5
        ),
        "Slice, all but one": lambda fed: tf.slice(fed["x"], [0, 1, 0], [-1, steps(fed) - 1, 2]),
        "Slice, from what is computed": lambda fed: tf.slice(fed["x"], [0, fed["n"][1], 0], [-1, -1, 3]),
        "Slice, a size": lambda fed: tf.slice(fed["y"], [0, 0, 1], [2, rows(fed), -1]),
        "StridedSlice, up to what is computed": lambda fed: fed["x"][:, : fed["n"][1] + 1],
        "StridedSlice, more than there is": lambda fed: fed["x"][:, : fed["n"][0] + 4, 1],
        "StridedSlice, up to one less": lambda fed: fed["x"][..., : steps(fed) - 1, :],
        "StridedSlice, of the last of its axes": lambda fed: fed["x"][..., : fed["n"][1]],
        "StridedSlice, from the end": lambda fed: fed["x"][:, -fed["n"][1] :, None],
        "StridedSlice, from a size": lambda fed: fed["x"][:, rows(fed) :],
        "StridedSlice, a place": lambda fed: fed["x"][fed["n"][1]],
        "StridedSlice, a place from the end": lambda fed: fed["x"][:, -fed["n"][1]],
        "StridedSlice, a place and a part": lambda fed: fed["x"][:, fed["n"][1], 1:],
        "StridedSlice, of the whole": lambda fed: fed["x"][:, : steps(fed)] * 2.0,
        "GatherNd, an element each": lambda fed: tf.gather_nd(fed["x"], fed["i"] % 2),
        "Tile, to a size": lambda fed: tf.tile(fed["p"][:, None], [1, steps(fed), 1]),
    }


def _of_products():
    w = np.random.RandomState(5).uniform(-1, 1, (4, 3)).astype("float32")
    return {
        "MatMul": lambda fed: tf.matmul(fed["p"], w),
        "MatMul, transpose_b": lambda fed: tf.matmul(fed["p"], w.T.copy(), transpose_b=True),
        "MatMul, transpose_a": lambda fed: tf.matmul(fed["p"], fed["p"], transpose_a=True),
        "BiasAdd": lambda fed: tf.nn.bias_add(fed["x"], np.float32([1, 2, 3, 4])),
        "MatMul, tensordot": lambda fed: tf.tensordot(fed["x"], w, 1),
        "Sum, attention": lambda fed: tf.reduce_sum(
            tf.nn.softmax(tf.reduce_sum(fed["x"] * fed["y"], -1))[..., None] * fed["x"], 1
        ),
        "Conv2D": lambda fed: tf.nn.conv2d(fed["image"], FILTER, 1, "SAME"),
        "Conv2D, strides": lambda fed: tf.nn.conv2d(fed["image"], FILTER, [1, 2, 1, 1], "VALID"),
        "Conv2D, dilations": lambda fed: tf.nn.conv2d(
            fed["image"], FILTER, 1, "VALID", dilations=[1, 1, 2, 1]
        ),
        "DepthwiseConv2dNative": lambda fed: tf.nn.depthwise_conv2d(
            fed["image"], FILTER, [1, 2, 2, 1], "SAME"
        ),
        "BatchToSpaceND": lambda fed: _in_blocks(fed["image"], FILTER, [2, 2], [[0, 0], [0, 0]]),
        "BatchToSpaceND, same": lambda fed: _in_blocks(fed["image"], FILTER, [2, 3], [[2, 2], [1, 2]]),
        "BatchToSpaceND, steps": lambda fed: _in_blocks(fed["x"], _OF_STEPS, [2], [[0, 0]]),
        "BatchToSpaceND, steps, same": lambda fed: _in_blocks(fed["x"], _OF_STEPS, [2], [[1, 1]]),
        "ParallelDynamicStitch": lambda fed: v1.nn.embedding_lookup(_PARTS, fed["i"]),
        "ParallelDynamicStitch, div": lambda fed: v1.nn.embedding_lookup(
            _PARTS, tf.cast(fed["i"], tf.int64), partition_strategy="div"
        ),
        "MaxPool": lambda fed: tf.nn.max_pool2d(fed["image"], 2, [1, 2, 1, 1], "SAME"),
        "AvgPool": lambda fed: tf.nn.avg_pool2d(fed["image"], [1, 2, 3, 1], 2, "VALID"),
        "MaxPool, float64": lambda fed: tf.nn.max_pool2d(
            tf.reshape(fed["half"], [-1, 2, 2, 1]) * 1.00000001, 2, 1, "SAME"
        ),
        "FusedBatchNormV3": lambda fed: v1.nn.fused_batch_norm(
            fed["image"], [1.5, 0.5], [0.1, -0.2], [0.3, 0.1], [0.5, 2.0], 0.01, is_training=False
        )[0],
        "Merge, where a size is 1": lambda fed: v1.cond(
            tf.equal(tf.shape(fed["x"])[1], 1),
            lambda: tf.expand_dims(tf.squeeze(fed["x"] * 2, [1]), 1),
            lambda: tf.cumsum(fed["x"], 1),
        ),
        "Merge": lambda fed: v1.cond(
            v1.placeholder_with_default(False, []), lambda: fed["x"] * 2, lambda: fed["x"] + 1
        ),
    }


def _logits(fed, whole=False):
    """Logits [9, 2, 4] and their lengths: classes repeat, with a blank between and without; whole numbers are equal."""
    logits = tf.transpose(tf.concat([fed["x"], fed["x"][:, ::-1], fed["y"]], 1), [1, 0, 2])
    logits += 2 * tf.one_hot([0, 3, 0, 1, 1, 3, 1, 2, 2], 4)[:, None]
    return tf.round(logits) if whole else logits, fed["n"] * 3


def _of_sparse():
    greedy, beams = v1.nn.ctc_greedy_decoder, v1.nn.ctc_beam_search_decoder
    dense = v1.sparse_tensor_to_dense
    found = {
        "CTCGreedyDecoder": lambda fed: dense(greedy(*_logits(fed))[0][0], -1),
        "CTCGreedyDecoder, ties": lambda fed: dense(greedy(*_logits(fed, True))[0][0], -1),
        "CTCGreedyDecoder, repetitions": lambda fed: dense(greedy(*_logits(fed), merge_repeated=False)[0][0]),
        "CTCGreedyDecoder, scores": lambda fed: greedy(*_logits(fed))[1],
        "CTCGreedyDecoder, nothing but blanks": lambda fed: dense(
            greedy(_logits(fed)[0] + np.float32([0, 0, 0, 9]), fed["n"])[0][0], -1
        ),
        "CTCBeamSearchDecoder": lambda fed: dense(beams(*_logits(fed), merge_repeated=False)[0][0], -1),
        "CTCBeamSearchDecoder, repetitions": lambda fed: dense(beams(*_logits(fed))[0][0], -1),
        "CTCBeamSearchDecoder, ties": lambda fed: dense(beams(*_logits(fed, True))[0][0], -1),
        "CTCBeamSearchDecoder, a second one": lambda fed: dense(
            beams(*_logits(fed), beam_width=4, top_paths=3, merge_repeated=False)[0][1], -1
        ),
        "CTCBeamSearchDecoder, scores": lambda fed: beams(*_logits(fed), beam_width=3, top_paths=2)[1],
        "SparseToDense, cast first": lambda fed: dense(tf.cast(greedy(*_logits(fed))[0][0], tf.float32), 0.5),
        "SparseToDense": lambda fed: v1.sparse_to_dense(
            fed["n"], [5], fed["p"][:, 0], 9.0, validate_indices=False
        ),
        "SparseToDense, a number": lambda fed: v1.sparse_to_dense(
            tf.where(fed["b"]), tf.shape(fed["b"], tf.int64), True, False
        ),
        "SparseToDense, of what is computed": lambda fed: v1.sparse_to_dense(
            greedy(*_logits(fed))[0][0].indices, [2, 9], greedy(*_logits(fed))[0][0].values + 1
        ),
        "Where": lambda fed: tf.where(fed["x"] > 0.5),
        "Where, of numbers": lambda fed: tf.where(fed["i"]),
        "Where, of a mask": lambda fed: tf.boolean_mask(fed["x"], fed["b"]),
    }
    for part in ("indices", "values", "dense_shape"):
        found[f"CTCGreedyDecoder, {part}"] = lambda fed, part=part: getattr(greedy(*_logits(fed))[0][0], part)
        found[f"CTCBeamSearchDecoder, {part}"] = lambda fed, part=part: getattr(
            beams(*_logits(fed), top_paths=2)[0][1], part
        )
    return found


def _summed(fed, combiner, weights=False, dtype="float32"):
    """Rows of a table for each row of a sparse tensor, of which one is empty."""
    there = tf.where(tf.concat([fed["b"], tf.logical_and(fed["b"][:1], False), fed["b"][1:]], 0))
    ids = tf.SparseTensor(there, tf.gather_nd(tf.tile(fed["i"], [2, 1]), there), [4, 3])
    given = tf.SparseTensor(there, tf.cast(ids.values + 2, dtype), [4, 3]) if weights else None
    return v1.nn.embedding_lookup_sparse(_TABLE.astype(dtype), ids, given, combiner=combiner)


def _of_segments():
    names, found = {"sum": "Sum", "mean": "Mean", "sqrtn": "SqrtN"}, {}
    for combiner, name in names.items():
        found[f"SparseSegment{name}"] = lambda fed, one=combiner: _summed(fed, one)
        found[f"SparseSegment{name}, double"] = lambda fed, one=combiner: _summed(fed, one, dtype="float64")
        found[f"SparseSegment{name}WithNumSegments"] = lambda fed, name=name: getattr(
            raw, f"SparseSegment{name}WithNumSegments"
        )(data=fed["x"][0], indices=fed["i"][0] % 3, segment_ids=[0, 2, 2], num_segments=fed["n"][0] + 1)
        found[f"Unique, weights, {combiner}"] = lambda fed, one=combiner: _summed(fed, one, weights=True)
    return {
        **found,
        "SparseSegmentSum, of more axes": lambda fed: raw.SparseSegmentSum(
            data=fed["image"], indices=[1, 0, 1], segment_ids=tf.constant([0, 0, 3])
        ),
        "SegmentSum": lambda fed: tf.math.segment_sum(tf.concat([fed["p"], fed["p"]], 0), [0, 0, 2, 2]),
        "SegmentSum, integers": lambda fed: tf.math.segment_sum(fed["j"], [1, 1]),
        "SegmentMean": lambda fed: tf.math.segment_mean(fed["x"], fed["n"][::-1]),
    }
