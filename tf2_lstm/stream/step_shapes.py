"""The inputs and outputs of a streaming step: a step or a chunk, checked before anything runs."""

import keras
import numpy as np

from tf2_lstm.fitting import check_real, holds_tf1_order
from tf2_lstm.stream.time_axis import BATCH, TIME


class Shapes:
    """The shapes of a plan.

    Args:
        plan: the `Plan`.
        states: {name: nest of arrays [1, width]}.
    """

    def __init__(self, plan, states):
        self._structure, self._outputs = plan.inputs, plan.outputs
        self._inputs = keras.tree.flatten(plan.inputs)
        seen = [plan.seen[id(tensor)] for tensor in self._inputs]
        self._axes = [one.axis for one in seen]
        self._batches = [one.shape.index(BATCH) if BATCH in one.shape else None for one in seen]
        self._rows = plan.rows
        self.names = {tensor.name for tensor in self._inputs}
        self._out_axes = [_alone(plan.seen.get(id(tensor))) for tensor in keras.tree.flatten(plan.outputs)]
        self._states = states
        self._widths = {
            name: [tuple(leaf.shape[1:]) for leaf in self.leaves(None, nest)] for name, nest in states.items()
        }
        self._expected = [
            tuple(None if size in (BATCH, TIME) else size for size in one.shape) for one in seen
        ]
        self._plain = not isinstance(plan.outputs, (dict, list, tuple))
        self._alone = len(self._inputs) == 1
        self._first = next((n for n, axis in enumerate(self._axes) if axis is not None), 0)

    def read(self, inputs):
        """Return (flat inputs with a time axis, batch, time, whether it was one step).

        Raises:
            ValueError: the structure, the rank or the depth is not the model's.
        """
        values = self._flat(inputs)
        stepwise = self._is_step(values[self._first])
        values = [
            _expand(value, axis) if stepwise and axis is not None else value
            for value, axis in zip(values, self._axes, strict=True)
        ]
        for value, shape, tensor, axis in zip(values, self._expected, self._inputs, self._axes, strict=True):
            if not _fits(value.shape, shape):
                raise _wrong_input(value, tensor, axis)
            check_real(f"streaming: {tensor.name!r}", "inputs", value)
        axis = self._axes[self._first]
        time = 1 if axis is None else values[self._first].shape[axis]
        return values, self._batch(values), time, stepwise

    def _batch(self, values):
        for value, axis in zip(values, self._batches, strict=True):
            if axis is not None:
                return value.shape[axis]
        return self._rows or 1

    def _is_step(self, value):
        return (
            self._axes[self._first] is not None and len(value.shape) == len(self._expected[self._first]) - 1
        )

    def _flat(self, inputs):
        if self._alone and not isinstance(inputs, (dict, list, tuple)):
            return [_array(inputs)]
        if self._alone and not isinstance(self._structure, dict):
            inputs = np.asarray(inputs) if isinstance(inputs, (list, tuple)) else inputs
            return [_array(inputs)]
        keras.tree.assert_same_structure(self._structure, inputs)
        return [_array(value) for value in keras.tree.flatten(inputs)]

    def write(self, outputs, stepwise):
        """Return the outputs in the model's nest, without their time axis after one step."""
        if stepwise:
            outputs = [
                value if axis is None else _squeeze(value, axis)
                for value, axis in zip(outputs, self._out_axes, strict=True)
            ]
        if self._plain:
            return outputs[0]
        return keras.tree.pack_sequence_as(self._outputs, list(outputs))

    def check_state(self, states, batch):
        """Refuse a state of another structure or shape.

        Raises:
            ValueError: it says which.
        """
        if not isinstance(states, dict) or states.keys() != self._states.keys():
            received = sorted(states) if isinstance(states, dict) else type(states).__name__
            raise ValueError(f"streaming: expected the states {sorted(self._states)}; received {received}.")
        for name, widths in self._widths.items():
            wanted = [(batch, *width) for width in widths]
            leaves = self.leaves(None, states[name])
            found = [tuple(getattr(leaf, "shape", ())) for leaf in leaves]
            of_tf1 = holds_tf1_order(states[name])
            if found != wanted or of_tf1:
                raise ValueError(
                    f"streaming: expected the state {name!r} with the shapes {wanted}, Keras's [h, c] for an LSTM; "
                    f"received {found}{', of TF1 (c, h)' if of_tf1 else ''}. Start with initial_state({batch}), or "
                    "to_keras_state(layer, state)."
                )
            for leaf in leaves:
                check_real(f"streaming: {name!r}", "a state", leaf)

    def leaves(self, convert, nest):
        """Return the leaves of a nest of lists, each converted if there is a function for it."""
        if not isinstance(nest, (list, tuple)):
            return [nest if convert is None else convert(nest)]
        return [leaf for inner in nest for leaf in self.leaves(convert, inner)]

    def pack(self, name, leaves):
        """Return leaves in the structure of a state."""
        template = self._states[name]
        if not isinstance(template, (list, tuple)):
            return leaves[0]
        if len(template) == len(leaves):
            return leaves
        return keras.tree.pack_sequence_as(template, leaves)


def _array(value):
    return value if hasattr(value, "shape") else np.asarray(value)


def _expand(value, axis):
    # Indexing works for tensors too, and np.expand_dims and np.squeeze would cost a fifth of a step.
    return value[:, None] if axis == 1 else value[None]


def _squeeze(value, axis):
    return value[:, 0] if axis == 1 else value[0]


def _fits(shape, expected):
    """Whether a shape is as expected, None being any size but 0."""
    if len(shape) != len(expected):
        return False
    for size, wanted in zip(shape, expected, strict=True):
        if size != wanted and (wanted is not None or size == 0):
            return False
    return True


def _alone(seen):
    """Return the time axis of an output that has one to itself, which a single step leaves out; else None."""
    return seen.axis if seen is not None and seen.axis is not None and seen.shape[seen.axis] == TIME else None


def _wrong_input(value, tensor, time):
    batch = 1 if time == 0 else 0
    names = [
        "batch" if axis == batch else "time" if axis == time else str(size)
        for axis, size in enumerate(tensor.shape)
    ]
    step = ", ".join(name for name in names if name != "time")
    return ValueError(
        f"streaming: {tensor.name!r} takes a chunk [{', '.join(names)}] or a step [{step}]; received a chunk of "
        f"the shape {list(value.shape)} (a step has its time axis added)."
    )
