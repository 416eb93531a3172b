"""A streaming step that holds the state itself, as a session's variable did."""

import threading

import keras
import numpy as np
from keras import ops


class HeldStream:
    """Streams whose state is held here; `step.hold(batch_size)` makes it.

    Calls from several threads run one after another, each with the state after the one before; streams
    that should not wait for each other need one object each, which share the step.

    Args:
        step: the `StreamingStep`.
        batch_size: number of streams, one for each row.

    Call arguments: `inputs`, a step or a chunk of all streams.
    Returns: the outputs.

    ```python
    import keras
    import numpy as np
    from tf2_lstm import streaming

    model = keras.Sequential([keras.Input((None,)), keras.layers.Embedding(9, 4), keras.layers.GRU(5)])
    held = streaming(model).hold(2)
    for tokens in ([1, 2], [3, 4]):
        y = held(np.array(tokens))
    held.reset(rows=[1])
    print(y.shape, held.state["gru"][0][1])
    ```
    """

    def __init__(self, step, batch_size):
        self._step, self._batch = step, batch_size
        self._lock = threading.Lock()
        self._state = step.initial_state(batch_size)

    def __call__(self, inputs):
        """Advance all streams by a step or a chunk."""
        with self._lock:
            outputs, self._state = self._step(inputs, self._state)
            return outputs

    @property
    def state(self):
        """The present state, as NumPy arrays of its own; assign one to go on from there."""
        with self._lock:
            return keras.tree.map_structure(lambda leaf: np.array(ops.convert_to_numpy(leaf)), self._state)

    @state.setter
    def state(self, state):
        self._step.check_state(state, self._batch)
        copy = keras.tree.map_structure(lambda leaf: np.array(ops.convert_to_numpy(leaf)), state)
        with self._lock:
            self._state = copy

    def reset(self, rows=None):
        """Set streams back to their start: those of some rows (numbers, or a bool a row), or all."""
        with self._lock:
            if rows is None:
                self._state = self._step.initial_state(self._batch)
            else:
                self._state = self._step.reset(self._state, rows)
