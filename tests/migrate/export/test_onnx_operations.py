"""Every operation of the two tables in onnxruntime, and layers that are opened down to them, in one model."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tests.migrate.export.proved import failures, proof, wide
from tf2_lstm import (
    CombineSegments,
    FullOf,
    RangeOf,
    ReshapeTo,
    SizeOf,
    SparseFillEmptyRows,
    SparseReshape,
    Weight,
)
from tf2_lstm.lines import OPERATIONS
from tf2_lstm.migrate.export import onnx_model, open_sizes, sparse_layers
from tf2_lstm.migrate.export.writing import ExportError

# A model inside of a model hands no mask on.
pytestmark = pytest.mark.filterwarnings("ignore:Layer 'functional.* was passed an input with a mask")

#: Name of a row -> what of (x [B, T, 4], y alike, n [B, T] int32) has it, a list for several ways to call it.
CASES = {
    "Abs": lambda x, y, n: ops.abs(x),
    "Absolute": lambda x, y, n: ops.absolute(n),
    "Add": lambda x, y, n: [x + y, x + 1, n + 0.5, n + 2],
    "All": lambda x, y, n: ops.all(x > -1, axis=-1),
    "Amax": lambda x, y, n: ops.amax(x, axis=1),
    "Amin": lambda x, y, n: ops.amin(n, axis=-1),
    "Any": lambda x, y, n: [ops.any(x > 1, axis=-1, keepdims=True), ops.any(x > 1)],
    "Arccos": lambda x, y, n: ops.arccos(ops.tanh(x)),
    "Arccosh": lambda x, y, n: ops.arccosh(ops.abs(x) + 1.1),
    "Arcsin": lambda x, y, n: ops.arcsin(ops.tanh(x)),
    "Arcsinh": lambda x, y, n: ops.arcsinh(x),
    "Arctan": lambda x, y, n: ops.arctan(x),
    "Arctan2": lambda x, y, n: [ops.arctan2(x, y), ops.arctan2(ops.round(x), ops.round(y))],
    "Arctanh": lambda x, y, n: ops.arctanh(0.9 * ops.tanh(x)),
    "Argmax": lambda x, y, n: [ops.argmax(x, axis=-1), ops.argmax(x), ops.argmax(x, axis=1, keepdims=True)],
    "Argmin": lambda x, y, n: ops.argmin(x, axis=1),
    "Argsort": lambda x, y, n: [
        ops.argsort(x),
        ops.argsort(n, axis=1),
        ops.argsort(x > 0),
        ops.argsort(x, axis=None),
    ],
    "AveragePool": lambda x, y, n: [
        ops.average_pool(_picture(x), 2, 1, "same"),
        ops.average_pool(_picture(x), (3, 2), 2, "valid"),
        ops.average_pool(_picture(x), 3, 2, "same"),
        layers.AveragePooling1D(2)(_wave(x)),
    ],
    "BatchNorm": lambda x, y, n: layers.BatchNormalization()(x),
    "BroadcastTo": lambda x, y, n: ops.broadcast_to(ops.expand_dims(ops.sum(x), 0), (3,)),
    "Cast": lambda x, y, n: [ops.cast(x, "int32"), ops.cast(n, "bool"), ops.cast(n, "float32")],
    "Ceil": lambda x, y, n: ops.ceil(x),
    "Celu": lambda x, y, n: ops.celu(x, alpha=0.7),
    "Clip": lambda x, y, n: [ops.clip(x, -0.5, 0.7), ops.clip(n, 1, 2)],
    "Concatenate": lambda x, y, n: [ops.concatenate([x, y], axis=-1), ops.concatenate([x, y], axis=1)],
    "Conv": lambda x, y, n: [
        layers.Conv2D(3, (3, 2), padding="same")(_picture(x)),
        layers.Conv2D(3, (3, 2), strides=2, padding="same")(_picture(x)),
        layers.Conv2D(3, 2, strides=(2, 1))(_picture(x)),
        layers.Conv2D(4, 2, dilation_rate=(3, 2), padding="same")(_picture(x)),
        layers.Conv1D(2, 4, dilation_rate=2, padding="causal")(x),
        layers.Conv1D(2, 4, padding="same", data_format="channels_first")(ops.swapaxes(x, 1, 2)),
        ops.conv(_wave(x), np.ones((2, 4, 3), "float32"), padding="same"),
    ],
    "ConvertToTensor": lambda x, y, n: ops.convert_to_tensor(x),
    "Copy": lambda x, y, n: ops.copy(x),
    "Cos": lambda x, y, n: ops.cos(x),
    "Cosh": lambda x, y, n: ops.cosh(x),
    "Cumprod": lambda x, y, n: [
        ops.cumprod(x, axis=1),
        ops.cumprod(x, axis=-1),
        ops.cumprod(n + 1, axis=1),
        ops.cumprod(y),
    ],
    "Cumsum": lambda x, y, n: [ops.cumsum(x, axis=1), ops.cumsum(n, axis=-1)],
    "DepthwiseConv": lambda x, y, n: [
        layers.DepthwiseConv2D((3, 2), depth_multiplier=3, padding="same")(_picture(x)),
        layers.DepthwiseConv1D(2, strides=2)(_wave(x)),
    ],
    "Diagonal": lambda x, y, n: [
        ops.diagonal(ops.matmul(x, ops.swapaxes(y, 1, 2)), axis1=1, axis2=2),
        ops.diagonal(x, offset=1, axis1=1, axis2=2),
        ops.diagonal(x, offset=-1, axis1=2, axis2=0),
    ],
    "Divide": lambda x, y, n: [x / 3, ops.divide(n, 2)],
    "DivideNoNan": lambda x, y, n: ops.divide_no_nan(x, ops.relu(y)),
    "Einsum": lambda x, y, n: ops.einsum("bti,bsi->bts", x, y),
    "Elu": lambda x, y, n: ops.elu(x, alpha=0.7),
    "Equal": lambda x, y, n: [ops.equal(n, 1), ops.equal(x > 0, y > 0)],
    "Erf": lambda x, y, n: ops.erf(x),
    "Exp": lambda x, y, n: ops.exp(x),
    "ExpandDims": lambda x, y, n: [ops.expand_dims(x, -1), ops.expand_dims(x, (0, 2))],
    "Expm1": lambda x, y, n: [ops.expm1(x), 1e6 * ops.expm1(1e-6 * x)],
    "Flip": lambda x, y, n: [ops.flip(x, axis=1), ops.flip(n)],
    "Floor": lambda x, y, n: ops.floor(x),
    "FloorDivide": lambda x, y, n: [
        ops.floor_divide(x, 0.3),
        ops.floor_divide(n - 2, 2),
        ops.floor_divide(n - 2, -3),
    ],
    "Gelu": lambda x, y, n: [ops.gelu(x), ops.gelu(x, approximate=False)],
    "GetItem": lambda x, y, n: [
        x[:, -1],
        x[:, 0, 1:3],
        x[..., ::-1],
        x[:, None, :, 2],
        x[:, -3:],
        x[:, :2],
        x[:, -1, None],
        x[..., None, -2],
    ],
    "Greater": lambda x, y, n: ops.greater(x, y),
    "GreaterEqual": lambda x, y, n: ops.greater_equal(n, 1.5),
    "HardSigmoid": lambda x, y, n: ops.hard_sigmoid(3 * x),
    "HardSilu": lambda x, y, n: ops.hard_silu(3 * x),
    "HardTanh": lambda x, y, n: ops.hard_tanh(2 * x),
    "Isfinite": lambda x, y, n: [ops.isfinite(x / ops.relu(y)), ops.isfinite(n)],
    "Isinf": lambda x, y, n: [ops.isinf(x / ops.relu(y)), ops.isinf(n)],
    "Isnan": lambda x, y, n: [ops.isnan(ops.relu(x) / ops.relu(y)), ops.isnan(n)],
    "LayerNorm": lambda x, y, n: [layers.LayerNormalization()(x), layers.LayerNormalization(scale=False)(x)],
    "LeakyRelu": lambda x, y, n: ops.leaky_relu(x, negative_slope=0.3),
    "Less": lambda x, y, n: ops.less(x, 0),
    "LessEqual": lambda x, y, n: ops.less_equal(n, 1),
    "Log": lambda x, y, n: ops.log(ops.abs(x) + 1),
    "Log1p": lambda x, y, n: [
        ops.log1p(ops.abs(x)),
        1e6 * ops.log1p(1e-6 * x),
        1e-2 * ops.log1p(1e9 * ops.abs(x)),
    ],
    "LogSigmoid": lambda x, y, n: ops.log_sigmoid(x),
    "LogSoftmax": lambda x, y, n: ops.log_softmax(x),
    "LogicalAnd": lambda x, y, n: ops.logical_and(x > 0, y > 0),
    "LogicalNot": lambda x, y, n: ops.logical_not(x > 0),
    "LogicalOr": lambda x, y, n: ops.logical_or(x > 0, y > 0),
    "LogicalXor": lambda x, y, n: ops.logical_xor(x > 0, y > 0),
    "Logsumexp": lambda x, y, n: ops.logsumexp(x, axis=-1),
    "Matmul": lambda x, y, n: [
        ops.matmul(x, ops.swapaxes(y, 1, 2)),
        ops.matmul(x, np.ones((4, 2), "float32")),
    ],
    "Max": lambda x, y, n: [ops.max(x, axis=(1, 2)), ops.max(n)],
    "MaxPool": lambda x, y, n: [
        ops.max_pool(_picture(x), 2, 1, "same"),
        ops.max_pool(_picture(x), (3, 2), 2, "valid"),
        ops.max_pool(_picture(x), 3, 2, "same"),
        layers.MaxPooling1D(2)(_wave(x)),
    ],
    "Maximum": lambda x, y, n: [ops.maximum(x, y), ops.maximum(n, 1)],
    "Mean": lambda x, y, n: ops.mean(x, axis=1, keepdims=True),
    "Min": lambda x, y, n: ops.min(x, axis=-2),
    "Minimum": lambda x, y, n: ops.minimum(x, 0.25),
    "Mod": lambda x, y, n: [
        ops.mod(x, 0.3),
        ops.mod(x, ops.where(y < 0, y - 0.5, y + 0.5)),
        ops.mod(n - 2, 3),
        ops.mod(n - 2, -3),
        ops.mod(n - 2.0, 2.0),
    ],
    "Moveaxis": lambda x, y, n: [ops.moveaxis(x, 0, -1), ops.moveaxis(x, (0, 1), (2, 0))],
    "Multiply": lambda x, y, n: [x * y, 2 * n],
    "Negative": lambda x, y, n: [-x, -n],
    "Nonzero": lambda x, y, n: ops.take(x, ops.nonzero(ops.any(n < 9, axis=0))[0], axis=1),
    "NotEqual": lambda x, y, n: ops.not_equal(n, 0),
    "OneHot": lambda x, y, n: [ops.one_hot(n, 5), ops.one_hot(n, 4, axis=1)],
    "OnesLike": lambda x, y, n: [ops.ones_like(x), ops.ones_like(x, dtype="int32")],
    "Pad": lambda x, y, n: [
        ops.pad(x, ((0, 0), (2, 1), (0, 3))),
        ops.pad(x, ((1, 1),) * 3, constant_values=0.5),
        ops.pad(n, ((0, 0), (1, 0)), constant_values=7),
        ops.pad(_wave(x), ((0, 0), (2, 3), (1, 1)), mode="reflect"),
    ],
    "Power": lambda x, y, n: [x**2, ops.power(ops.abs(x), 0.5)],
    "Prod": lambda x, y, n: ops.prod(x, axis=-1),
    "ReLU": lambda x, y, n: [
        keras.activations.relu(x),
        keras.activations.relu(x, 0.2, 0.8, 0.1),
        layers.ReLU(max_value=0.5)(x),
    ],
    "Reciprocal": lambda x, y, n: ops.reciprocal(ops.abs(x) + 1),
    "Relu": lambda x, y, n: ops.relu(x),
    "Relu6": lambda x, y, n: ops.relu6(5 * x),
    "Repeat": lambda x, y, n: ops.repeat(x, 3, axis=-1),
    "Reshape": lambda x, y, n: [
        layers.Reshape((-1, 2, 2))(x),
        ops.reshape(x, (-1, 4)),
        layers.Flatten()(ops.sum(x, axis=1, keepdims=True)),
        layers.RepeatVector(3)(x[:, 0]),
    ],
    "Round": lambda x, y, n: [ops.round(3 * x), ops.round(n - 0.5), ops.round(n)],
    "Rsqrt": lambda x, y, n: ops.rsqrt(ops.abs(x) + 1),
    "Scatter": lambda x, y, n: ops.scatter(
        ops.convert_to_tensor([[1], [3], [1]]), ops.tile(x[:1, 0, :3], (3, 1)) * y[0, 0, 0], (5, 3)
    ),
    "ScatterUpdate": lambda x, y, n: [
        ops.scatter_update(x, [[0, 0]], y[0, :1]),
        ops.scatter_update(x, [[0, 0, 1], [0, 0, 1]], y[0, 0, :2], reduction="add"),
    ],
    "Selu": lambda x, y, n: ops.selu(x),
    "Sigmoid": lambda x, y, n: ops.sigmoid(x),
    "Sign": lambda x, y, n: ops.sign(x),
    "Silu": lambda x, y, n: ops.silu(x),
    "Sin": lambda x, y, n: ops.sin(x),
    "Sinh": lambda x, y, n: ops.sinh(x),
    "Softmax": lambda x, y, n: [ops.softmax(x), ops.softmax(x, axis=1)],
    "Softplus": lambda x, y, n: ops.softplus(x),
    "Softsign": lambda x, y, n: ops.softsign(x),
    "Split": lambda x, y, n: [*ops.split(x, 2, axis=-1), *ops.split(x, [1, 2], axis=2)],
    "Sqrt": lambda x, y, n: ops.sqrt(ops.abs(x)),
    "Square": lambda x, y, n: ops.square(x),
    "Squeeze": lambda x, y, n: [ops.squeeze(x[..., :1], -1), ops.squeeze(x[..., None, 1:2], (2, 3))],
    "Stack": lambda x, y, n: [ops.stack([x, y], axis=1), ops.stack([x, y], axis=-1)],
    "StopGradient": lambda x, y, n: ops.stop_gradient(x),
    "Subtract": lambda x, y, n: [x - y, 1 - x, n - 1],
    "Sum": lambda x, y, n: [ops.sum(x, axis=-1), ops.sum(n, axis=1), ops.sum(x > 0, axis=-1)],
    "Swapaxes": lambda x, y, n: ops.swapaxes(x, 0, 1),
    "Take": lambda x, y, n: [
        ops.take(x, 1, axis=-1),
        ops.take(x, [0, 2], axis=-1),
        ops.take(np.arange(12, dtype="float32").reshape(6, 2), n, axis=0),
    ],
    "TakeAlongAxis": lambda x, y, n: [
        ops.take_along_axis(x, ops.argmax(y, axis=-1, keepdims=True), axis=-1),
        ops.take_along_axis(x, ops.flip(ops.cumsum(ops.ones_like(n), axis=1)[..., None] - 1), axis=1),
        ops.take_along_axis(x[:, :1], ops.cast(ops.abs(y) > 1, "int32"), axis=2),
        ops.take_along_axis(x, ops.reshape(n, (-1,)), axis=None),
    ],
    "Tan": lambda x, y, n: ops.tan(ops.tanh(x)),
    "Tanh": lambda x, y, n: ops.tanh(x),
    "Tile": lambda x, y, n: ops.tile(x, (1, 2, 1)),
    "TopK": lambda x, y, n: [*ops.top_k(x, 2)],
    "Transpose": lambda x, y, n: [ops.transpose(x), ops.transpose(x, (0, 2, 1))],
    "TrueDivide": lambda x, y, n: ops.true_divide(n, 4),
    "Unstack": lambda x, y, n: [*ops.unstack(x, 4, axis=-1)],
    "Where": lambda x, y, n: [
        ops.where(x > 0, x, y),
        ops.where(n > 1, x[..., 0] > 0, False),
        ops.where(n > 1, n, 0),
    ],
    "ZerosLike": lambda x, y, n: ops.zeros_like(x),
}
#: Layers without a row, which are opened; each with layers before that say what it is given.
OPENED = {
    "dense": lambda x, y, n: layers.Dense(3, "softmax")(x),
    "embedding": lambda x, y, n: layers.Embedding(7, 3)(n),
    "two inputs": lambda x, y, n: [
        layers.Add()([x, y]),
        layers.Concatenate()([x, y]),
        layers.Multiply()([x, y]),
    ],
    "dropout": lambda x, y, n: layers.Dropout(0.5)(layers.GaussianNoise(1.0)(x)),
    "every step": lambda x, y, n: layers.TimeDistributed(layers.Dense(2))(x),
    "pooling": lambda x, y, n: layers.GlobalMaxPooling1D()(x),
    "masking": lambda x, y, n: layers.Masking()(x),
    "nested": lambda x, y, n: _nested()(layers.Masking(0.0)(x)),
    "SizeOf": lambda x, y, n: SizeOf(-2)(x),
    "ReshapeTo": lambda x, y, n: ReshapeTo([None, 2, None, 2])(x, SizeOf(0)(x), SizeOf(1)(x)),
    "FullOf": lambda x, y, n: FullOf([2, None], 1.5)(SizeOf(1)(x)),
    "RangeOf": lambda x, y, n: RangeOf([0, None, 1])(SizeOf(1)(x)),
    "CombineSegments": lambda x, y, n: [_combined(how, x, n) for how in ("sum", "mean", "sqrtn", "prod")],
    "SparseReshape": lambda x, y, n: [
        SparseReshape([-1, 4], [-1, 2, 3])(_places(x)),
        SparseReshape([-1, None], [-1, None])(_places(x), SizeOf(1)(x), SizeOf(0)(n)),
    ],
    "SparseFillEmptyRows": lambda x, y, n: list(
        SparseFillEmptyRows(-2.5)(_places(x), ops.reshape(x, (-1,)), 3 * SizeOf(0)(x) * SizeOf(1)(x))
    ),
    "Weight": lambda x, y, n: Weight((3,))(x),
    "sequential": lambda x, y, n: keras.Sequential([layers.Dense(3), layers.LSTM(2)])(x),
}


def _picture(x):
    """[B, 8 T, 4, 2], with the steps as one of two axes of a picture."""
    tall = ops.tile(x, (1, 8, 1))
    return ops.stack([tall, ops.cumsum(tall, axis=1)], axis=-1)


def _places(x):
    """Places of numbers in a sparse matrix [3 B T, B]: not in order, and many a row has none."""
    numbers = ops.cumsum(ops.ones_like(ops.reshape(x, (-1,)), dtype="int32"), axis=0) - 1
    return ops.stack(
        [ops.mod(5 * numbers, 3 * SizeOf(0)(x) * SizeOf(1)(x)), ops.mod(numbers, SizeOf(0)(x))], axis=-1
    )


def _combined(how, x, n):
    """Steps of all rows, put together in every other of some segments."""
    ids = 2 * ops.mod(ops.cumsum(ops.ones_like(ops.reshape(n, (-1,))), axis=0), 3)
    return CombineSegments(how)(ops.reshape(x, (-1, 2, 2)), ids, ops.convert_to_tensor(7))


def _wave(x):
    return ops.tile(x, (1, 8, 1))


def _nested():
    x = keras.Input((None, 4))
    return keras.Model(x, layers.LSTM(3, return_sequences=True)(layers.Dropout(0.5)(x)))


#: The convolution with channels in front, which has a test of its own.
IN_FRONT = ("Conv", 5)


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    x, y = (keras.Input((None, 4), name=name) for name in "xy")
    n = keras.Input((None,), dtype="int32", name="n")
    outputs = {}
    for name, make in {**CASES, **OPENED}.items():
        found = make(x, y, n)
        found = found if isinstance(found, list) else [found]
        outputs.update(
            (f"{name} {place}", one) for place, one in enumerate(found) if (name, place) != IN_FRONT
        )
    return proof(wide(keras.Model([x, y, n], outputs)), tmp_path_factory.mktemp("operations"))


def test_every_row_has_a_case():
    rows = {kind for kind in onnx_model.ROWS if isinstance(kind, str)}
    # A loop has a test of its own.
    assert CASES.keys() | {"WhileLoop"} == rows
    assert {kind.__name__ for kind in (*open_sizes.ROWS, *sparse_layers.ROWS)} < OPENED.keys()


#: Operations of a loop's lines that are no operation of a graph: constants, and one whose class is called otherwise.
NO_ROWS = {
    "arange": "numbers give it",
    "zeros": "numbers give it",
    "batch_normalization": "BatchNorm",
    "ctc_decode": "ONNX has no decoder: it is named",
}


def test_what_a_line_may_call_is_written():
    """Also of the table that a loop as data is closed over; else `convert` would write what cannot leave."""
    called = {name.rpartition(".")[2] for name in OPERATIONS if name.startswith("keras.ops.")}
    rows = {kind.lower() for kind in onnx_model.ROWS if isinstance(kind, str)}
    assert {name for name in called if name.replace("_", "") not in rows} == NO_ROWS.keys()


@pytest.mark.parametrize("name", [*CASES, *OPENED])
def test_the_numbers_are_those_of_keras(name, case):
    found = [one for one in case.tensors if one.name.rpartition(" ")[0] == name]
    assert found
    assert not [one for one in found if not one.passed]


def convolves_channels_in_front():
    """Whether TensorFlow has a kernel for it: on CPUs that oneDNN is on for."""
    try:
        ops.conv(np.ones((1, 4, 5), "float32"), np.ones((2, 4, 3), "float32"), data_format="channels_first")
    except tf.errors.UnimplementedError:
        return False
    return True


@pytest.mark.skipif(
    not convolves_channels_in_front(),
    reason="TensorFlow convolves channels in front by oneDNN, off on this CPU",
)
def test_a_convolution_with_channels_in_front(tmp_path):
    x = keras.Input((None, 4), name="x")
    convolved = layers.Conv1D(2, 4, padding="same", data_format="channels_first")(ops.swapaxes(x, 1, 2))
    assert not failures(wide(keras.Model(x, convolved)), tmp_path)


def test_what_is_loaded_is_written_as_what_was_built(tmp_path):
    """Keras reads places in brackets back as a list."""
    x = keras.Input((None, 4), name="x")
    keras.Model(x, [x[:, -1], x[..., 1:]]).save(tmp_path / "model.keras")
    assert not failures(keras.models.load_model(tmp_path / "model.keras"), tmp_path)


def test_a_masked_layer_may_be_shared(tmp_path):
    """One model inside of another, called with a mask and without."""
    x, inner = keras.Input((None, 4), name="x"), _nested()
    model = wide(keras.Model(x, [inner(layers.Masking()(x)), inner(x)]))
    assert not failures(model, tmp_path)


class _Own(keras.Model):
    def call(self, x):
        return x


REFUSED = {
    "an operation": (lambda x: ops.fft((x, x))[0], "the model: keras.ops has FFT there"),
    "an operation in a layer": (
        layers.UnitNormalization(),
        "UnitNormalization 'unit_.*': keras.ops has Normalize there",
    ),
    "a layer that is of TensorFlow": (
        layers.Rescaling(2.0, 1.0),
        "Rescaling 'rescaling.*': its call does not run on symbolic tensors",
    ),
    "a stateful layer": (layers.LSTM(2, stateful=True), "LSTM 'lstm.*': a stateful layer keeps its state"),
    "two precisions": (layers.LSTM(2, dtype="mixed_bfloat16"), "its dtype policy computes in bfloat16"),
    "an own cell": (
        layers.RNN(layers.LSTMCell(2, activation=lambda x: ops.fft((x, x))[0])),
        "LSTMCell 'lstm_cell.*' in RNN 'rnn.*': keras.ops has FFT there",
    ),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_is_refused_by_name(make, words):
    x = keras.Input(batch_shape=(2, 5, 4), name="x")
    with pytest.raises(ExportError, match=words) as error:
        onnx_model.write(keras.Model(x, make(x)))
    assert "\n" not in str(error.value)
    assert str(error.value).endswith(".")


def test_a_model_without_a_graph_is_refused():
    with pytest.raises(ExportError, match="_Own: expected a Sequential or functional model"):
        onnx_model.write(_Own())
    with pytest.raises(ExportError, match="expected a built model"):
        onnx_model.write(keras.Sequential([layers.Dense(2)]))
