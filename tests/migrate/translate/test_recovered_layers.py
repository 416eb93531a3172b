"""Layers where a person would write one: which, with which weights, equal at inference, training what TF1 trains."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from live_models import model_of

import tf2_lstm
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings
from tf2_lstm.migrate.prove.keras_side import call_keeping
from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate

v1 = tf.compat.v1
SHAPES = {
    **{"conv/kernel": (3, 2, 2, 4), "conv/bias": (4,), "dense/kernel": (3, 5), "dense/bias": (5,)},
    **{"steps/kernel": (3, 2, 4), "wider/kernel": (3, 2, 3, 2), "wider/bias": (3,)},
    **{
        "bn/gamma": (2,),
        "bn/beta": (2,),
        "bn/moving_mean": (2,),
        "bn/moving_variance": (2,),
        "words": (7, 4),
    },
}
#: What TF1 does not train, where nothing else is said.
MOVING = {"bn/moving_mean", "bn/moving_variance"}


def converted(program, fixed=MOVING):
    """Return the Keras model of a program of x, image and ids, proved; `fixed` are the variables TF1 does not train."""
    rng, used = np.random.default_rng(0), {}

    def variable(name):
        used.setdefault(name, rng.uniform(0.3, 2, SHAPES[name]).astype("float32"))
        return v1.raw_ops.VariableV2(shape=SHAPES[name], dtype=tf.float32, name=name)

    with tf.Graph().as_default() as graph:
        fed = {
            "x": v1.placeholder(tf.float32, [None, 3], name="x"),
            "steps": v1.placeholder(tf.float32, [None, None, 2], name="steps"),
            "image": v1.placeholder(tf.float32, [None, None, 5, 2], name="image"),
            "ids": v1.placeholder(tf.int32, [None], name="ids"),
        }
        tf.identity(program(fed, variable), name="end")
    tf1 = model_of(graph, used, frozenset(used) - fixed)
    findings = Findings(shapes=inferred(tf1.graph))
    whole = translate(tf1, findings, boundary_of(tf1, findings, ["end:0"]))
    model = build_whole(whole, tf1)
    report = prove_whole(tf1, whole, model, run_whole(tf1, whole))
    assert report.passed, report.diagnosis
    return model


def normalised(fed, v, scale=None, offset=None):
    scale = v("bn/gamma") if scale is None else scale
    offset = v("bn/beta") if offset is None else offset
    moving = v("bn/moving_mean"), v("bn/moving_variance")
    return v1.nn.fused_batch_norm(fed["image"], scale, offset, *moving, 0.01, is_training=False)[0]


def convolved(fed, v, **options):
    options = {"strides": 1, "padding": "SAME", **options}
    return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(fed["image"], v("conv/kernel"), **options), v("conv/bias")))


def convolved_steps(fed, v, stride=1, padding="SAME", dilations=None):
    """tf.layers.conv1d."""
    found = v1.nn.conv1d(fed["steps"], v("steps/kernel"), stride, padding, dilations=dilations)
    return tf.nn.relu(tf.nn.bias_add(found, v("conv/bias")))


def written_out(fed, v, scale=True, offset=True, of="steps"):
    """tf.layers.batch_normalization of what is no image."""
    scale, offset = v("bn/gamma") if scale else None, v("bn/beta") if offset else None
    return tf.nn.batch_normalization(
        fed[of], v("bn/moving_mean"), v("bn/moving_variance"), offset, scale, 0.01
    )


def transposed(fed, v, strides, padding, more):
    """tf.layers.conv2d_transpose, which says how large what comes out is."""
    sizes = tf.shape(fed["image"])
    sizes = tf.stack([sizes[0], sizes[1] * strides[0] + more[0], 5 * strides[1] + more[1], 3])
    found = tf.nn.conv2d_transpose(fed["image"], v("wider/kernel"), sizes, strides, padding)
    return tf.nn.relu(tf.nn.bias_add(found, v("wider/bias")))


def in_blocks(fed, v, base):
    """tf.nn.convolution over steps with holes, as TensorFlow 1 wrote it."""
    sizes = tf.shape(fed["steps"])[1:2]
    pads, crops = v1.required_space_to_batch_paddings(sizes, [2], base)
    found = tf.nn.conv1d(tf.space_to_batch(fed["steps"], [2], pads), v("steps/kernel"), 1, "VALID")
    return tf.nn.relu(tf.nn.bias_add(tf.batch_to_space(found, [2], crops), v("conv/bias")))


def pooled(fed, v):
    """tf.layers.max_pooling1d, which puts the axis of size 1 behind the steps."""
    found = tf.nn.max_pool2d(tf.expand_dims(fed["steps"], 2), [1, 2, 1, 1], [1, 1, 1, 1], "SAME")
    return tf.squeeze(found, 2)


def layer_normalised(fed, v, how="moments", scale=True, offset=True, axes=(-1,), epsilon=1e-3):
    """Layer normalisation, as tf.contrib.layers.layer_norm writes it, or one of the ways of Transformers."""
    x = tf.sin(fed["steps"] * [1.0, 3.0]) + 0.1 * fed["steps"]
    gamma, beta = (v(name) if one else None for name, one in (("bn/gamma", scale), ("bn/beta", offset)))
    if how == "moments":
        mean, variance = v1.nn.moments(x, axes, keep_dims=True)
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, epsilon)
    mean = tf.reduce_mean(x, axes, keepdims=True)
    less = x - mean
    squared = {"square": lambda: tf.square(x - mean), "product": lambda: less * less}.get(how)
    variance = tf.reduce_mean(
        squared() if squared else tf.math.squared_difference(x, mean), axes, keepdims=True
    )
    if how == "power":
        found = less / (variance + epsilon) ** 0.5
    elif how == "root":
        found = less / tf.sqrt(variance + epsilon)
    else:
        found = less * tf.math.rsqrt(variance + epsilon)
    found = gamma * found if scale else found
    return found + beta if offset else found


#: How it is written -> (the program, how many weights it has, whether it is the layer).
LAYER_NORMS = {
    "as tf.contrib writes it": ({}, 2, True),
    "with a small epsilon": ({"epsilon": 1e-12}, 2, True),
    "tf.contrib, without a scale": ({"scale": False}, 1, True),
    "tf.contrib, without an offset": ({"offset": False}, 1, True),
    "with rsqrt": ({"how": "rsqrt"}, 2, True),
    "with a square": ({"how": "square"}, 2, True),
    "with a product": ({"how": "product"}, 2, True),
    "with a power": ({"how": "power"}, 2, True),
    "with a root": ({"how": "root"}, 2, True),
    "with a root, without weights": ({"how": "root", "scale": False, "offset": False}, 0, True),
    "of two axes": ({"axes": (1, 2)}, 2, False),
    "of another axis, by hand": ({"how": "root", "axes": (1,)}, 2, False),
}


#: What is written -> (the program, the layers with weights, how many weights train).
CASES = {
    "a convolution": (convolved, {"Conv2D": 2}, 2),
    "one with strides": (
        lambda fed, v: convolved(fed, v, strides=[1, 2, 1, 1], padding="VALID"),
        {"Conv2D": 2},
        2,
    ),
    "one with holes": (lambda fed, v: convolved(fed, v, dilations=[1, 1, 2, 1]), {"Conv2D": 2}, 2),
    "without a bias": (
        lambda fed, v: tf.nn.conv2d(fed["image"], v("conv/kernel"), 1, "SAME"),
        {"Conv2D": 1},
        1,
    ),
    "without activation in it, because both are read": (
        lambda fed, v: (lambda y: y + tf.nn.relu(y))(tf.nn.conv2d(fed["image"], v("conv/kernel"), 1, "SAME")),
        {"Conv2D": 1},
        1,
    ),
    "batch normalisation": (normalised, {"BatchNormalization": 4}, 2),
    "without a scale": (lambda fed, v: normalised(fed, v, scale=[1.0, 1.0]), {"BatchNormalization": 3}, 1),
    "without an offset": (lambda fed, v: normalised(fed, v, offset=[0.0, 0.0]), {"BatchNormalization": 3}, 1),
    "with a scale that is a number": (lambda fed, v: normalised(fed, v, scale=[2.0, 1.0]), {"Weight": 1}, 1),
    "a convolution of steps": (convolved_steps, {"Conv1D": 2}, 2),
    "one of steps with strides": (lambda fed, v: convolved_steps(fed, v, 2, "VALID"), {"Conv1D": 2}, 2),
    "one of steps with holes": (lambda fed, v: convolved_steps(fed, v, dilations=2), {"Conv1D": 2}, 2),
    "without a bias, of steps": (
        lambda fed, v: v1.nn.conv1d(fed["steps"], v("steps/kernel"), 1, "SAME"),
        {"Conv1D": 1},
        1,
    ),
    "without activation in it, of steps": (
        lambda fed, v: (lambda y: y + tf.nn.relu(y))(
            v1.nn.conv1d(fed["steps"], v("steps/kernel"), 1, "SAME")
        ),
        {"Conv1D": 1},
        1,
    ),
    "one of steps in blocks": (lambda fed, v: in_blocks(fed, v, [[0, 0]]), {"Conv1D": 2}, 2),
    "one of steps in blocks, same": (lambda fed, v: in_blocks(fed, v, [[2, 2]]), {"Conv1D": 2}, 2),
    "a transposed convolution": (
        lambda fed, v: transposed(fed, v, [2, 1], "SAME", (0, 0)),
        {"Conv2DTranspose": 2},
        2,
    ),
    "a transposed one, valid": (
        lambda fed, v: transposed(fed, v, [2, 2], "VALID", (1, 0)),
        {"Conv2DTranspose": 2},
        2,
    ),
    "pooled steps": (pooled, {}, 0),
    "steps with one axis more": (lambda fed, v: tf.squeeze(tf.expand_dims(fed["steps"], 2), 2) * 2.0, {}, 0),
    "batch normalisation, written out": (written_out, {"BatchNormalization": 4}, 2),
    "written out without a scale": (
        lambda fed, v: written_out(fed, v, scale=False),
        {"BatchNormalization": 3},
        1,
    ),
    "written out without an offset": (
        lambda fed, v: written_out(fed, v, offset=False),
        {"BatchNormalization": 3},
        1,
    ),
    "written out with neither": (
        lambda fed, v: written_out(fed, v, scale=False, offset=False),
        {"BatchNormalization": 2},
        0,
    ),
    "written out, of an image": (
        lambda fed, v: written_out(fed, v, of="image"),
        {"BatchNormalization": 4},
        2,
    ),
    "a sum that is nearly one": (
        lambda fed, v: (
            fed["steps"] * tf.math.rsqrt(v("bn/moving_variance") + 0.01)
            + (v("bn/beta") - v("bn/moving_mean") * tf.math.rsqrt(v("bn/gamma") + 0.01))
        ),
        {"Weight": 1},
        2,
    ),
    "an embedding": (lambda fed, v: tf.gather(v("words"), fed["ids"]), {"Embedding": 1}, 1),
    "a dense layer": (
        lambda fed, v: tf.tanh(tf.matmul(fed["x"], v("dense/kernel")) + v("dense/bias")),
        {"Dense": 2},
        2,
    ),
}


def layers_of(model):
    return {type(one).__name__: len(one.weights) for one in model.layers if one.weights}


@pytest.mark.parametrize(("program", "layers", "trained"), CASES.values(), ids=CASES)
def test_it_is_one_layer_and_trains_what_tf1_trains(program, layers, trained):
    model = converted(program)
    assert layers_of(model) == layers
    assert len(model.trainable_weights) == trained


@pytest.mark.parametrize(("options", "weights", "is_one"), LAYER_NORMS.values(), ids=LAYER_NORMS)
def test_layer_normalisation_is_one_layer(options, weights, is_one):
    model = converted(lambda fed, v: layer_normalised(fed, v, **options))
    kinds = [type(one).__name__ for one in model.layers]
    assert kinds.count("LayerNormalization") == is_one
    assert len(model.trainable_weights) == weights


#: What TF1 does not train -> (the program, the layers, how many weights train).
NOT_TRAINED = {
    "an embedding": ({"words"}, CASES["an embedding"][0], {"Embedding": 1}, 0),
    "a dense layer": ({"dense/kernel", "dense/bias"}, CASES["a dense layer"][0], {"Dense": 2}, 0),
    "its bias alone": ({"dense/bias"}, CASES["a dense layer"][0], {"Dense": 1, "Weight": 1}, 1),
    "a convolution": ({"conv/kernel", "conv/bias"}, convolved, {"Conv2D": 2}, 0),
    "normalisation": ({*MOVING, "bn/gamma", "bn/beta"}, normalised, {"BatchNormalization": 4}, 0),
    "normalisation, written out": (
        {*MOVING, "bn/gamma", "bn/beta"},
        CASES["batch normalisation, written out"][0],
        {"BatchNormalization": 4},
        0,
    ),
    "layer normalisation": ({"bn/gamma", "bn/beta"}, layer_normalised, {"LayerNormalization": 2}, 0),
    "its offset alone": ({"bn/beta"}, layer_normalised, {"Weight": 1}, 1),
    "nothing, the mean is trained": ({"bn/moving_variance"}, written_out, {"Weight": 1}, 3),
    "a convolution of steps": ({"steps/kernel", "conv/bias"}, convolved_steps, {"Conv1D": 2}, 0),
    "a weight alone": ({"words"}, lambda fed, v: tf.reduce_sum(v("words")) + fed["x"], {"Weight": 1}, 0),
}


@pytest.mark.parametrize(("fixed", "program", "layers", "trained"), NOT_TRAINED.values(), ids=NOT_TRAINED)
def test_what_tf1_does_not_train_does_not_train(fixed, program, layers, trained):
    model = converted(program, fixed)
    assert layers_of(model) == layers
    assert len(model.trainable_weights) == trained


def test_in_a_proof_dropout_acts_while_batch_normalisation_is_as_at_inference():
    cell = tf2_lstm.DropoutWrapper(tf2_lstm.GRUCell(3), input_dropout=0.5)
    model = keras.Sequential(
        [
            keras.Input((2, 3)),
            tf2_lstm.RNN(cell, return_sequences=True),
            keras.layers.BatchNormalization(epsilon=1.0),
        ]
    )
    x, (rnn, normal) = np.ones((1, 2, 3), "float32"), model.layers
    kept = call_keeping(model, x)
    np.testing.assert_allclose(kept, rnn(2 * x) / 2**0.5, rtol=1e-5)
    assert np.all(normal.moving_mean.numpy() == 0)


def test_batch_normalisation_takes_the_batch_in_training_and_moves():
    model = converted(normalised)
    [layer] = [one for one in model.layers if isinstance(one, keras.layers.BatchNormalization)]
    image = np.random.default_rng(1).normal(3, 2, (4, 3, 5, 2)).astype("float32")
    before = layer.moving_mean.numpy().copy()
    feeds = dict.fromkeys(model.input, image)
    found = np.asarray(model(feeds, training=True)["end"])
    by_hand = (image - image.mean((0, 1, 2))) / np.sqrt(image.var((0, 1, 2)) + 0.01)
    np.testing.assert_allclose(found, by_hand * layer.gamma.numpy() + layer.beta.numpy(), atol=1e-4)
    moved = 0.99 * before + 0.01 * image.mean((0, 1, 2))
    np.testing.assert_allclose(layer.moving_mean.numpy(), moved, rtol=1e-5)
