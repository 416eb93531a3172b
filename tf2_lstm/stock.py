"""Run stock Keras layers by the fast unrolls: they stay stock, and compute what stock Keras defines.

A model of `keras.layers.LSTM` and the like needs no other class to be fast. `accelerate` gives each
such layer object a loop that asks `tf2_lstm.backends` first; the class, the configuration, the
weights and the saved file stay as before.
"""

import functools

import keras
from keras import ops

from tf2_lstm import backends
from tf2_lstm.private import warn_gone
from tf2_lstm.wrappers import DropoutWrapper

#: The recurrent layers of stock Keras.
KINDS = (keras.layers.RNN, keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN)
#: Exact class, as a subclass may compute anything -> its methods, to see that nobody changed them.
_METHODS = {kind: (kind.call, getattr(kind, "inner_loop", None)) for kind in KINDS}


def accelerate(model):
    """Let the stock recurrent layers of a model take the fast unrolls, with stock Keras's numbers.

    Every `keras.layers.LSTM`, `GRU`, `SimpleRNN` and `RNN` in it is found, also inside of
    `Bidirectional`, other wrappers and nested models. Whatever only Keras's own loop computes still
    takes it: a subclass, a `call` or `inner_loop` that was replaced, cells and activations without
    a plan, dropout in training, cuDNN, another backend than TensorFlow, and the few options whose
    result stock Keras defines in its own way (padded rows with `zero_output_for_mask` and no
    `return_sequences`, or unrolled backwards).

    The layers are changed in place, the objects alone. `save`, `get_config`, `copy.deepcopy`,
    `keras.models.clone_model` and pickle know nothing of it, so that a file needs only Keras and a
    copy is plain stock. Call it right after loading or building: what `predict`, `fit` and
    `evaluate` have traced is traced anew, a `tf.function` of your own keeps what it has. Gradients
    of gradients need `with tf2_lstm.backends.plain():`.

    Args:
        model: a Keras model or layer, built or not.

    Returns:
        The same object.

    Raises:
        TypeError: for anything but a Keras model or layer.

    ```python
    import keras
    from tf2_lstm import accelerate

    model = accelerate(keras.Sequential([keras.Input((None, 3)), keras.layers.LSTM(4)]))
    print(model(keras.ops.ones((2, 5, 3))).shape, type(model.layers[0]))
    ```
    """
    if not isinstance(model, keras.layers.Layer):
        raise TypeError(
            f"accelerate: expected a Keras model or layer; received {type(model).__name__}. Of a file, "
            "tf2_lstm.load_model(path) loads and accelerates the model."
        )
    if not hasattr(keras.layers.RNN, "inner_loop"):
        warn_gone("keras.layers.RNN.inner_loop", "accelerate leaves every model as it is")
        return model
    for layer in layers_of(model):
        if _is_stock(layer):
            layer.inner_loop = functools.partial(_inner_loop, layer)
        elif isinstance(layer, keras.Model):
            # As Model.compile does, so that no function without the new loops is left.
            layer.train_function = layer.test_function = layer.predict_function = None
    return model


def load_model(path, **options):
    """Load a model as `keras.models.load_model` does, and accelerate it.

    Args:
        path: a `.keras` file, or any other that Keras loads.
        **options: arguments of `keras.models.load_model`: custom_objects, compile, safe_mode.

    Returns:
        The model; its layers have the classes that the file names.

    Raises:
        ValueError: Keras's error for a file that it cannot load.

    ```python
    import tempfile
    import keras
    from tf2_lstm import load_model

    with tempfile.TemporaryDirectory() as folder:
        keras.Sequential([keras.Input((None, 3)), keras.layers.GRU(4)]).save(folder + "/model.keras")
        model = load_model(folder + "/model.keras")
    print(type(model.layers[0]).__name__)
    ```
    """
    return accelerate(keras.models.load_model(path, **options))


def load_weights(model, path):
    """Load weights as `model.load_weights` does, but keep the rates of dropout that the model was built with.

    A `tf2_lstm.DropoutWrapper` saves its rates with the weights, so that `model.load_weights` puts back those of the
    file, which are zero in one that `tf2-lstm convert` wrote.

    Args:
        model: a Keras model, built.
        path: a `.keras` or `.weights.h5` file, or a Keras model with the same weights in the same order.

    Returns:
        The same model.

    Raises:
        ValueError: Keras's error for weights that do not fit.

    ```python
    import tempfile
    import keras
    from tf2_lstm import RNN, DropoutWrapper, LSTMCell, load_weights


    def build(rate):
        cell = DropoutWrapper(LSTMCell(4), output_dropout=rate)
        return keras.Sequential([keras.Input((None, 3)), RNN(cell)])


    with tempfile.TemporaryDirectory() as folder:
        build(0.0).save(folder + "/model.keras")
        model = load_weights(build(0.5), folder + "/model.keras")
    print(float(model.layers[0].cell.output_dropout))
    ```
    """
    if isinstance(path, keras.Model):
        model.set_weights(path.get_weights())
    else:
        model.load_weights(path)
    for layer in layers_of(model):
        if isinstance(layer, DropoutWrapper):
            layer.restore_rates()
    return model


def layers_of(layer):
    """Return a layer or model and every layer inside of it, at any depth, each once.

    Every layer that Keras tracks is in an attribute, by itself or in containers, so that Python finds it.
    """
    found, waiting = {}, [layer]
    while waiting:
        one = waiting.pop()
        if isinstance(one, keras.layers.Layer):
            if id(one) not in found:
                found[id(one)] = one
                waiting += vars(one).values()
        elif isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, (list, tuple, set)):
            waiting += one
    return list(found.values())


def _is_stock(layer):
    """Whether a layer is exactly one of Keras's, with its own methods."""
    kind = type(layer)
    changed = {"call", "inner_loop"} & set(vars(layer))
    return kind in _METHODS and not changed and (kind.call, kind.inner_loop) == _METHODS[kind]


def _inner_loop(layer, sequences, initial_state, mask, training=False):
    """Run the fast unroll where it computes the same as the class, else the class's own loop."""
    fast = backends.unrolls()
    found = None
    if fast and _agrees(layer, mask):
        x, valid = sequences, mask
        if layer.go_backwards:
            x = ops.flip(x, axis=1)
            valid = None if mask is None else ops.flip(mask, axis=1)
        found = fast.unroll(layer, x, initial_state, valid, training)
    return found or type(layer).inner_loop(layer, sequences, initial_state, mask, training)


def _agrees(layer, mask):
    """Whether stock Keras and the fast unrolls define the same result; the plan decides about cells."""
    # The layer will use cuDNN, or must refuse what cuDNN cannot do.
    if not layer.supports_jit or getattr(layer, "use_cudnn", False) is True:
        return False
    if mask is None or keras.tree.is_nested(mask):
        return mask is None
    # Stock zeroes a padded row's last output, and when unrolled backwards the steps at the wrong end.
    wrong_end = layer.unroll and layer.go_backwards
    return not layer.zero_output_for_mask or (layer.return_sequences and not wrong_end)
