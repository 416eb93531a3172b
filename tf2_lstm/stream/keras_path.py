"""Run a plan as a function of Keras tensors: any cell, any size; compiled where the backend can."""

import threading

import keras
import numpy as np
from keras import ops

from tf2_lstm import backends
from tf2_lstm.stream.time_axis import BATCH, TIME


def run(plan, inputs, states):
    """Run the plan on tensors.

    Args:
        plan: the `Plan`.
        inputs: flat list of tensors.
        states: {name: nest of tensors}.

    Returns:
        Flat list of outputs, and {name: nest of new states}.
    """
    values = dict(zip(_ids(plan.inputs), inputs, strict=True))
    values.update((id(tensor), states[name]) for name, tensor in plan.state_inputs.items())
    new = {}
    for operation in plan.operations:
        operation.run(values, states, new)
    new.update((name, values[id(tensor)]) for name, tensor in plan.state_outputs.items())
    return [values[place] for place in _ids(plan.outputs)], new


def start(plan, batch, given):
    """Return the states before the first step that the model itself makes.

    Args:
        plan: the `Plan`.
        batch: the number of streams.
        given: {name: array} of inputs that the states are made from; the others are zero.

    Returns:
        {name of a state: nest of tensors}.
    """
    values = {}
    for tensor in plan.model.inputs:
        sizes = {BATCH: batch, TIME: 1}
        shape = [sizes.get(size, size) for size in plan.seen[id(tensor)].shape]
        values[id(tensor)] = ops.convert_to_tensor(given.get(tensor.name, np.zeros(shape)), tensor.dtype)
    for operation in plan.starts:
        operation.run(values, {}, {})
    made = {name: one.start for name, one in plan.states.items() if keras.tree.flatten(one.start)}
    return keras.tree.map_structure(lambda one: values.get(id(one), one), made)


def _ids(structure):
    return [id(tensor) for tensor in keras.tree.flatten(structure)]


class KerasPath:
    """The plan, compiled on first use and never again, whatever the batch and the length.

    Args:
        plan: the `Plan`.
        states: {name: nest of arrays}, the states of any batch, for their structure.

    Call arguments: flat list of inputs and {name: nest of states}, arrays or tensors.
    Returns: flat list of output tensors and {name: nest of state tensors}.
    """

    def __init__(self, plan, states):
        self._plan, self._states = plan, states
        self._lock, self._compiled = threading.Lock(), None

    def __call__(self, inputs, states):
        """Run the compiled plan."""
        with self._lock:
            self._compiled = self._compiled or self._compile()
        leaves = keras.tree.flatten([states[name] for name in self._states])
        flat = self._compiled(*inputs, *leaves)
        outputs = flat[: len(_ids(self._plan.outputs))]
        return outputs, self._nest(flat[len(outputs) :])

    def once(self, inputs, states):
        """Run the plan as it is, without compiling it."""
        tensors = [ops.convert_to_tensor(one) for one in inputs]
        outputs, new = run(self._plan, tensors, keras.tree.map_structure(ops.convert_to_tensor, states))
        return outputs, self._nest(keras.tree.flatten([new[name] for name in self._states]))

    def function(self):
        """Return the plan as a function of flat tensors, inputs then states, that returns outputs then new states."""
        count = len(_ids(self._plan.inputs))

        def flat(*tensors):
            outputs, new = run(self._plan, tensors[:count], self._nest(tensors[count:]))
            return [*outputs, *keras.tree.flatten([new[name] for name in self._states])]

        return flat

    def names(self):
        """Return the names of the inputs, and those of the flat leaves of the states."""
        inputs = [tensor.name for tensor in keras.tree.flatten(self._plan.inputs)]
        states = []
        for name, nest in self._states.items():
            leaves = keras.tree.flatten(nest)
            states += [name] if len(leaves) == 1 else [f"{name}_{place}" for place in range(len(leaves))]
        return inputs, states

    def _compile(self):
        flat, room = self.function(), backends.steps()
        if room is None:
            return lambda *arrays: flat(*map(ops.convert_to_tensor, arrays))
        return room.compiled(flat, self.signature())

    def signature(self):
        """Return (shape, dtype) of the inputs and of the states, None for sizes that may vary."""
        inputs = [(self._relaxed(tensor), tensor.dtype) for tensor in keras.tree.flatten(self._plan.inputs)]
        leaves = keras.tree.flatten(list(self._states.values()))
        rows = self._plan.rows
        return inputs + [((rows, *leaf.shape[1:]), leaf.dtype.name) for leaf in leaves]

    def _relaxed(self, tensor):
        return tuple(None if size in (BATCH, TIME) else size for size in self._plan.seen[id(tensor)].shape)

    def _nest(self, leaves):
        given = keras.tree.pack_sequence_as(list(self._states.values()), list(leaves))
        return dict(zip(self._states, given, strict=True))
