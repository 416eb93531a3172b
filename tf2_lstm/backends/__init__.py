"""Code for a single Keras backend, in one subpackage each; all other code runs on any backend.

A subpackage is imported when a layer first runs on its backend. A backend without one uses Keras's
own loop.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module

import keras

_PLAIN = ContextVar("plain", default=False)


@contextmanager
def plain():
    """Let every layer use Keras's own loop in a `with` block: it has gradients of any order.

    A trace that a tf.function made before stays as it is.

    ```python
    import keras

    from tf2_lstm import RNN, LSTMCell, backends

    with backends.plain():
        print(RNN(LSTMCell(4))(keras.ops.ones((2, 5, 3))).shape)
    ```
    """
    token = _PLAIN.set(True)
    try:
        yield
    finally:
        _PLAIN.reset(token)


def unrolls():
    """Return the module whose `unroll` runs a layer over a sequence; None where Keras's own loop does.

    ```python
    from tf2_lstm import backends

    print(backends.unrolls())
    ```
    """
    if _PLAIN.get() or keras.backend.backend() != "tensorflow":
        return None
    # Imported here, so that no other backend needs TensorFlow.
    from tf2_lstm.backends.tensorflow import unroll

    return unroll


def drawing():
    """Return the module whose `loop` runs a cell that draws random numbers at every step; None where Keras's loop does.

    ```python
    from tf2_lstm import backends

    print(backends.drawing())
    ```
    """
    if keras.backend.backend() != "jax":
        return None
    # Imported here, so that no other backend needs JAX.
    from tf2_lstm.backends.jax import random_loop

    return random_loop


def gradients(loss, variables, tensors):
    """Compute a loss and its gradients, on any of Keras's backends that has them.

    Args:
        loss: a function of `tensors` that returns a scalar and reads the variables.
        variables: a list of Keras variables.
        tensors: a list of tensors of floats.

    Returns:
        The loss, a list of its gradients by the variables and one by the tensors; zeros where the loss does not depend
        on one.
    """
    # Imported here, so that no backend needs another's library.
    room = import_module(f"tf2_lstm.backends.{keras.backend.backend()}.gradients")
    return room.gradients(loss, variables, tensors)


def size(number):
    """Return the size of an axis as an int32 scalar; where JAX compiles, outside of the trace.

    Args:
        number: an int, or a scalar.
    """
    if sizes := _sizes():
        return sizes.size(number)
    return keras.ops.convert_to_tensor(number, dtype="int32")


def number_of(size):
    """Return a size as an entry of a shape: on JAX an int where it is known, else the scalar as it is.

    Args:
        size: a scalar.
    """
    sizes = _sizes()
    return sizes.number_of(size) if sizes else size


def _sizes():
    """Return the backend's module for sizes; None where a shape may have tensors."""
    if keras.backend.backend() != "jax":
        return None
    from tf2_lstm.backends.jax import sizes

    return sizes


def steps():
    """Return the module whose `compiled` traces a streaming step; None where steps run as they are.

    ```python
    from tf2_lstm import backends

    print(backends.steps())
    ```
    """
    if keras.backend.backend() != "tensorflow":
        return None
    from tf2_lstm.backends.tensorflow import step

    return step


def arrays():
    """Return the module with arrays that a loop writes into; None where a tensor is copied at each step.

    ```python
    from tf2_lstm import backends

    print(backends.arrays())
    ```
    """
    if keras.backend.backend() != "tensorflow":
        return None
    from tf2_lstm.backends.tensorflow import arrays

    return arrays
