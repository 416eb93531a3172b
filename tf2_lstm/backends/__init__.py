"""Code that is particular to one Keras backend, a room each; everything else here runs on any.

A room is imported when a layer first runs on its backend. A backend without a room takes Keras's
own loop.
"""

import keras


def unrolls():
    """Return the module whose `unroll` runs a layer over a sequence; None without one.

    ```python
    # Here, so that no other backend needs TensorFlow.
    from tf2_lstm import backends

    print(backends.unrolls())
    ```
    """
    if keras.backend.backend() != "tensorflow":
        return None
    from tf2_lstm.backends.tensorflow import unroll

    return unroll
