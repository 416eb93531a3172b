"""A while loop whose steps are data, for `tf.while_loop` in a TF1 graph.

Keras saves layers, not functions, and loads no code with `safe_mode`. The steps of this loop are lines, each one
operation by its name, so that a model with a loop of its own is saved and loaded as any other.
The language of the lines is that of `tf2_lstm/lines.py`.
"""

import keras

from tf2_lstm.held_layers import HeldLayers
from tf2_lstm.lines import Dropouts, Lines


@keras.saving.register_keras_serializable(package="tf2_lstm")
class Loop(keras.layers.Layer):
    """A while loop with steps that are data.

    What it carries keeps its shape and its dtype, whatever the dtype policy is. It has no weights but those of the
    cells and layers that it holds: others that its steps read are given to it as tensors, by `tf2_lstm.Weight`, and
    train.

    Args:
        carried: a list of dicts, one for each carried value: its `name`, `dtype` and `shape` (None for a size
            that is open), and `array` where the lines only read and write its elements, by `tf2_lstm.read_element` and
            `tf2_lstm.write_element`.
        condition: a dict of `lines`, a list of (name, value) pairs, and of what they give: a boolean scalar, that the
            loop goes on.
        body: a dict of `lines` and of what they give: a list, the next value of each that is carried.
        captured: the names of values that the lines read and no line changes.
        before: lines that the condition and the body share, computed once.
        dropouts: a list of dicts, one for each dropout that the lines call: its `name` ("dropout", "dropout_1", ...),
            its `rate`, and other arguments of `keras.layers.Dropout`. It drops with `training=True`, anew at each step.
        cells: a list of dicts, one for each cell that the lines call: its `name` ("gru_cell", "gru_cell_1", ...), the
            `cell`, a Keras cell or its configuration, and the `width` of its inputs. A line that calls it gives it the
            inputs and a list of states, and gets the output and a list of the next states.
        inner_layers: a list of dicts, one for each other layer that the lines call: its `name`, the `layer`, a Keras
            layer or its configuration, and the `shape` that it is built for, or a list of shapes.
        **options: arguments of `keras.layers.Layer`.

    Call arguments: a list of the initial values, and a list of the captured values. Returns: a list of the values after
    the last step.

    Raises:
        ValueError: a line calls an operation outside of `tf2_lstm.lines.OPERATIONS`, or a carried shape changes.
        NotImplementedError: dropout is to drop on JAX, which differentiates no loop of this kind.

    ```python
    import keras
    from tf2_lstm import Loop

    def call(name, *values):
        return {"call": f"keras.ops.{name}", "with": list(values)}

    step, total = {"ref": "step"}, {"ref": "total"}
    add_up = Loop(
        [{"name": "step", "dtype": "int32", "shape": []}, {"name": "total", "dtype": "float32", "shape": [None]}],
        {"lines": [], "gives": call("less", step, 3)},
        {"lines": [["more", call("add", total, {"ref": "x"})]], "gives": [call("add", step, 1), {"ref": "more"}]},
        captured=["x"],
    )
    zero = keras.ops.convert_to_tensor(0)
    _, total = add_up([zero, keras.ops.zeros(2)], [keras.ops.ones(2)])
    assert total.tolist() == [3.0, 3.0] if hasattr(total, "tolist") else list(total) == [3.0, 3.0]
    ```
    """

    def __init__(
        self,
        carried,
        condition,
        body,
        captured=(),
        before=(),
        dropouts=(),
        cells=(),
        inner_layers=(),
        **options,
    ):
        options.setdefault("autocast", False)
        super().__init__(**options)
        self._data = {"carried": carried, "condition": condition, "body": body, "before": list(before)}
        self.captured = list(captured)
        self._lines = Lines(f"Loop {self.name!r}", [self._data])
        self.dropouts, self.held_cells = Dropouts(self, dropouts), HeldLayers(self, "cell", cells)
        self.held_layers = HeldLayers(self, "layer", inner_layers)
        # XLA cannot differentiate a loop without a known number of steps.
        self.supports_jit = False

    def build(self, *shapes):
        """Create the weights of its cells and layers."""
        self.held_cells.build()
        self.held_layers.build()
        self.built = True

    def call(self, carried, captured=(), training=False):
        """Return the list of carried values after the last step."""
        drops = self.dropouts.layers()
        if training and keras.backend.backend() == "jax" and any(one.rate for one in drops.values()):
            raise NotImplementedError(
                f"Loop {self.name!r}: expected training on TensorFlow or PyTorch; JAX differentiates no loop whose "
                "number of steps is open, and a dropout in one is for training. Call it with training=False"
            )
        held = {**drops, **self.held_cells.layers(), **self.held_layers.layers()}
        names = {**held, **dict(zip(self.captured, captured, strict=True))}
        return list(self._lines.loop(self._data, carried, names))

    def compute_output_spec(self, carried, captured=(), training=False):
        """Return the specs of the results: the shapes and dtypes of the carried values."""
        return [keras.KerasTensor(tuple(one["shape"]), dtype=one["dtype"]) for one in self._data["carried"]]

    def get_config(self):
        """Return the configuration as plain data."""
        return {
            **super().get_config(),
            **self._data,
            "captured": self.captured,
            "dropouts": self.dropouts.config(),
            "cells": self.held_cells.config(),
            "inner_layers": self.held_layers.config(),
        }
