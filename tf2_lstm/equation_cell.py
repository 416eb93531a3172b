"""A cell whose equations are data, as `tf.nn.dynamic_rnn` may run a cell of one's own.

Keras saves layers, not functions, and loads no code with `safe_mode`. The equations of this cell are lines, each one
operation by its name, so that a model with a cell of its own is saved and loaded as any other.
The language of the lines is that of `tf2_lstm/lines.py`.
"""

import keras
from keras import ops

from tf2_lstm.held_layers import HeldLayers
from tf2_lstm.lines import Dropouts, Lines


@keras.saving.register_keras_serializable(package="tf2_lstm")
class EquationCell(keras.layers.Layer):
    """A cell for `keras.layers.RNN` with equations that are data.

    It computes in its own dtype, whatever the dtype policy is.

    Args:
        inputs: the name of a step's inputs in the lines.
        states: a list of dicts, one for each state: its `name` and `size`.
        cell_weights: a list of dicts, one for each weight: its `name`, `shape`, `dtype`, and whether it is `trainable`.
            Trainable ones come first, as Keras lists weights.
        lines: a list of (name, value) pairs.
        output: the expression of the cell's output.
        output_size: the width of the output.
        next_states: the values of the states behind the step, a list.
        dropouts: a list of dicts, one for each dropout that the lines call, as of `tf2_lstm.Loop`: on JAX the layer
            around the cell is `tf2_lstm.RNN`, so that each step drops others.
        cells: a list of dicts, one for each known cell that the lines call, as of `tf2_lstm.Loop`.
        dtype: the dtype of inputs, states and outputs, "float32" unless given.
        **options: arguments of `keras.layers.Layer`.

    Call arguments: inputs (batch, depth), and a list of states (batch, size). Returns: outputs (batch, output_size) and
    a list of the next states.

    Raises:
        ValueError: a line calls an operation outside of `tf2_lstm.lines.OPERATIONS`, or a result has another size.

    ```python
    import keras
    from tf2_lstm import EquationCell

    def call(name, *values):
        return {"call": f"keras.ops.{name}", "with": list(values)}

    h, w, x = {"ref": "h"}, {"ref": "w"}, {"ref": "x"}
    cell = EquationCell(
        "x",
        [{"name": "h", "size": 3}],
        [{"name": "w", "shape": [3, 3], "dtype": "float32", "trainable": True}],
        [["product", call("matmul", h, w)], ["next", call("tanh", call("add", {"ref": "product"}, x))]],
        output={"ref": "next"},
        output_size=3,
        next_states=[{"ref": "next"}],
    )
    assert keras.layers.RNN(cell, return_sequences=True)(keras.ops.zeros((2, 5, 3))).shape == (2, 5, 3)
    ```
    """

    def __init__(
        self,
        inputs,
        states,
        cell_weights,
        lines,
        *,
        output,
        output_size,
        next_states,
        dropouts=(),
        cells=(),
        dtype=None,
        **options,
    ):
        options.setdefault("autocast", False)
        dtype = keras.dtype_policies.get(dtype or "float32").variable_dtype
        super().__init__(dtype=dtype, **options)
        self._data = {
            "inputs": inputs,
            "states": list(states),
            "cell_weights": list(cell_weights),
            "lines": list(lines),
            "output": output,
            "output_size": output_size,
            "next_states": list(next_states),
        }
        given = [["", output], *(["", one] for one in next_states)]
        self._lines = Lines(f"EquationCell {self.name!r}", [self._data["lines"], given])
        self.dropouts, self.held_cells = Dropouts(self, dropouts), HeldLayers(self, "cell", cells)
        self._held = []
        self.state_size, self.output_size = [one["size"] for one in states], output_size

    def build(self, shape):
        """Create the weights."""
        self._held = [
            self.add_weight(
                shape=tuple(one["shape"]),
                initializer="glorot_uniform" if len(one["shape"]) > 1 and one["trainable"] else "zeros",
                dtype=one["dtype"],
                trainable=one["trainable"],
                name=one["name"],
            )
            for one in self._data["cell_weights"]
        ]
        self.held_cells.build()
        self.built = True

    def call(self, inputs, states, training=False):
        """Return (outputs, the next states)."""
        names = {**self.dropouts.layers(), **self.held_cells.layers()}
        names[self._data["inputs"]] = ops.convert_to_tensor(inputs, dtype=self.dtype)
        for one, state in zip(self._data["states"], states, strict=True):
            names[one["name"]] = ops.convert_to_tensor(state, dtype=self.dtype)
        for one, weight in zip(self._data["cell_weights"], self._held, strict=True):
            names[one["name"]] = ops.convert_to_tensor(weight)
        names = self._lines.after(self._data["lines"], names)
        output = self._sized("its output", self._data["output"], self.output_size, names)
        return output, [
            self._sized(one["name"], value, one["size"], names)
            for one, value in zip(self._data["states"], self._data["next_states"], strict=True)
        ]

    def _sized(self, what, value, size, names):
        result = ops.convert_to_tensor(self._lines.value(value, names), dtype=self.dtype)
        if len(result.shape) != 2 or result.shape[1] not in (None, size):
            raise ValueError(
                f"EquationCell {self.name!r}: expected {what} of shape (batch, {size}), received "
                f"{tuple(result.shape)} of its lines. Correct the size or the lines"
            )
        return result

    def get_initial_state(self, batch_size=None):
        """Return states of zeros, a list."""
        return [ops.zeros((batch_size, size), dtype=self.dtype) for size in self.state_size]

    def get_config(self):
        """Return the configuration as plain data."""
        held = {"dropouts": self.dropouts.config(), "cells": self.held_cells.config()}
        return {**super().get_config(), **self._data, **held}
