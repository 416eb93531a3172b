"""StackedRNNCells: TF1's MultiRNNCell, the output of each cell being the input of the next.

Stock `keras.layers.StackedRNNCells` is exact for two or more distinct cells. What differs:

* A stack of one cell. Stock Keras returns the state [h, c] for [[h, c]]: it fails with a mask, with
  `unroll=True` and when it is called by hand.
* `[cell] * n`, one set of weights. Stock get_config() writes the cell n times and reads n cells
  back.
* The state of a layer with one state is a tensor [B, U], not a list of one, as `state_size` says.

Variables: TF1 writes `multi_rnn_cell/cell_0/<cell>/...`, `cell_1`, ...; a cell that occurs twice is
written once, under its first number. Keras lists the weights of each cell once, in the same order.
"""

import keras

from tf2_lstm.fitting import one_step
from tf2_lstm.state import initial_state


def step(cell, inputs, state, training=False):
    """Call a cell once.

    Args:
        cell: any Keras cell; it is given its state as a list, as Keras does.
        inputs: [B, D].
        state: the cell's state; a cell with one state may have it as one tensor [B, U].
        training: True for dropout.

    Returns:
        The output [B, P], and the new state in the structure of `state`, which a loop needs.

    ```python
    import keras
    from tf2_lstm import GRUCell
    from tf2_lstm.stack import step

    output, state = step(GRUCell(4), keras.ops.ones((2, 3)), keras.ops.zeros((2, 4)))
    print(output.shape, state.shape)
    ```
    """
    given = state if keras.tree.is_nested(state) else [state]
    output, new = cell(inputs, given, training=training)
    return output, keras.tree.pack_sequence_as(state, keras.tree.flatten(new))


@keras.saving.register_keras_serializable(package="tf2_lstm")
class StackedRNNCells(keras.layers.StackedRNNCells):
    """Several cells as one.

    Args:
        cells: a list of Keras cells, wrappers or stacks, bottom first. The same object may occur
            more than once: it has one set of weights, and still has after saving and loading.
        **options: arguments of `keras.layers.Layer`; `dtype` is that of the first cell unless
            given.

    Call arguments: `inputs` [B, D], `states` (a list, one state a cell), `training`.
    Returns: the last cell's output [B, P] and the new states, in the structure of `states`.

    Raises:
        ValueError: without a cell; in a call for inputs of another rank or width, and states that do not fit.

    ```python
    import keras
    from tf2_lstm import GRUCell, LSTMCell, StackedRNNCells

    stack = StackedRNNCells([LSTMCell(4), GRUCell(5)])
    output, [(h, c), gru_h] = stack(keras.ops.ones((2, 3)), stack.get_initial_state(2))
    print(output.shape, h.shape, c.shape, gru_h.shape)
    ```
    """

    def __init__(self, cells, **options):
        cells = list(cells)
        if not cells:
            raise ValueError("StackedRNNCells: `cells` needs at least one cell; received an empty list.")
        options.setdefault("dtype", cells[0].dtype_policy)
        super().__init__(cells, **options)
        self.input_spec = keras.layers.InputSpec(ndim=2)

    def build(self, input_shape):
        """Build the cells for inputs [B, D]; from then on D is fixed."""
        super().build(input_shape)
        self.input_spec = keras.layers.InputSpec(ndim=2, axes={-1: input_shape[-1]})

    def get_initial_state(self, batch_size=None):
        """Return zeros: a state for each cell, in the structure of the cell's `state_size`."""
        return [initial_state(cell, batch_size) for cell in self.cells]

    @one_step
    def call(self, inputs, states, training=False):
        """Run one step through all cells, bottom first."""
        new_states = []
        for cell, state in zip(self.cells, states, strict=True):
            inputs, state = step(cell, inputs, state, training)
            new_states.append(state)
        return inputs, new_states

    def get_config(self):
        """Return the distinct cells once, and the number of the cell at each place."""
        distinct = list({id(cell): cell for cell in self.cells}.values())
        places = {id(cell): place for place, cell in enumerate(distinct)}
        return {
            **super().get_config(),
            "cells": [keras.saving.serialize_keras_object(cell) for cell in distinct],
            "order": [places[id(cell)] for cell in self.cells],
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the stack again; a cell that occurs twice is one object."""
        config = dict(config)
        cells = [
            keras.saving.deserialize_keras_object(cell, custom_objects=custom_objects)
            for cell in config.pop("cells")
        ]
        return cls([cells[place] for place in config.pop("order")], **config)
