"""What the Keras contenders have in common: a model's function, its training step, its weights."""

import keras
import tensorflow as tf

THREADS = 2


def limit_threads():
    """Give TensorFlow the threads that every contender has."""
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)


def versions():
    """Return what a Keras contender uses."""
    return {"tensorflow": tf.__version__, "keras": keras.__version__}


def forget():
    """Free what was built before."""
    keras.utils.clear_session()


def set_weights(cells, arrays):
    """Give each cell the weights of its layer."""
    for layer, cell in enumerate(cells):
        cell.set_weights([arrays[f"{name}_{layer}"] for name in ("kernel", "recurrent", "bias")])


def inference(function, given):
    """Return (first, again) of a function of NumPy arrays."""

    def run():
        return {"outputs": function(*given).numpy()}

    return run, run


def training(call, cells, arrays, given, jit=False):
    """Return (first, again) of a training step: gradients to the weights and x, then plain SGD.

    Args:
        call: a function of the tensors of `given`, x first, that returns the outputs.
        cells: the cells, whose weights are trained.
        arrays: of the task.
        given: the arrays that go in.
        jit: for jit_compile.
    """
    weights = [weight.value for cell in cells for weight in cell.trainable_weights]

    @tf.function(jit_compile=jit, reduce_retracing=True)
    def step(rate, g, x, *rest):
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(call(x, *rest) * g)
        *gradients, dx = tape.gradient(loss, [*weights, x])
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.assign_sub(rate * gradient)
        return dx

    def again(rate=1e-4):
        # As tensors, or each number would be a program of its own.
        tensors = [tf.constant(array) for array in (arrays["g"], *given)]
        return step(tf.constant(rate), *tensors).numpy()

    def first():
        before = [weight.numpy() for weight in weights]
        found = {"x": again(1.0)}
        moved = [old - weight.numpy() for old, weight in zip(before, weights, strict=True)]
        set_weights(cells, arrays)
        for layer in range(len(cells)):
            for name, value in zip(
                ("kernel", "recurrent", "bias"), moved[3 * layer : 3 * layer + 3], strict=True
            ):
                found[f"{name}_{layer}"] = value
        return found

    return first, again
