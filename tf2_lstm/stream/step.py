"""`streaming(model_or_layer)`: one call for each step or chunk, with the states passed by the caller."""

import keras
import numpy as np
from keras import ops

from tf2_lstm.bidirectional import Bidirectional
from tf2_lstm.state import initial_state
from tf2_lstm.stream.held_stream import HeldStream
from tf2_lstm.stream.keras_path import KerasPath, start
from tf2_lstm.stream.numpy_path import compile_numpy, single_layer_step
from tf2_lstm.stream.plan import StreamingError, check_recurrent, plan_of, twin_of
from tf2_lstm.stream.self_check import check_steps
from tf2_lstm.stream.step_shapes import Shapes

_LAYERS = (keras.layers.RNN, keras.layers.Bidirectional, Bidirectional)
PATHS = ("auto", "numpy", "keras")
#: Above this many multiplications in a call the compiled Keras path is about as fast as NumPy, and much
#: faster on a busy machine, where the threads of NumPy's BLAS wait for each other.
_SMALL = 8e6


def streaming(model_or_layer, path="auto"):
    """Return the streaming step of a layer or a model: built once, called for every step or chunk.

    Streamable are tf2_lstm.RNN, keras.layers.RNN, LSTM, GRU and SimpleRNN over any cell, and
    Sequential or functional models of them with layers around that act on each step by itself
    (Embedding, Dense, TimeDistributed, Dropout, ...), whole programs of `tf2-lstm convert` too. In a
    model that names its states as inputs `initial_state_...` and outputs `state_...`, as a converted
    recurrence does, those are the states; in any other they are those of its recurrent layers, and
    inputs from which only initial states are made go to `initial_state`.
    A step returns the same as the whole sequence at that step, to rounding; the state that a
    `stateful` layer holds is neither read nor written. Dropout is off. Lengths that go in beside a
    sequence count the steps of that call: of one step they are 0 or 1.

    Args:
        model_or_layer: the built layer or model.
        path: "numpy" for plain NumPy on a snapshot of the weights, fastest for small steps; "keras"
            for the layers themselves, compiled once on the TensorFlow backend; "auto" for whichever
            is faster for the size of a call, Keras for what NumPy has no kernel for.

    Returns:
        A `StreamingStep`.

    Raises:
        ValueError: it cannot be streamed (Bidirectional, go_backwards, a layer that looks along
            time, a subclassed model), or path="numpy" was asked for what has no NumPy kernel.

    ```python
    import numpy as np
    from tf2_lstm import RNN, LSTMCell, streaming

    layer = RNN(LSTMCell(4), return_sequences=True)
    layer.build((None, None, 3))
    step = streaming(layer)
    state = step.initial_state(2)
    for x in np.ones((5, 2, 3), "float32"):
        y, state = step(x, state)
    print(y.shape)
    ```
    """
    return StreamingStep(model_or_layer, path)


class StreamingStep:
    """A function of (inputs, state) that gives (outputs, new state); `streaming` makes it.

    It keeps nothing between calls but the weights, so one object serves any number of streams and
    threads. Many streams go in one batch, a row each.

    Weights: the NumPy path holds a snapshot, the Keras path the layers' own. After training or
    set_weights call `refresh()`; without it a call may still use the weights of before.

    Call arguments: `inputs`, one step without the time axis ([B, D], or tokens [B]) or a chunk with it
        ([B, T, D]; T may differ from call to call), in the nest that the model takes; `state`, the
        second value of the call before, or None at the start. NumPy arrays or tensors.

    Returns: the outputs, with a time axis if the inputs have one (without, where the last layer has
        return_sequences=False), and the new state; tensors if the inputs are, else NumPy arrays.
        The state of a layer is Keras's nest, e.g. [h, c]; of a model {layer's name: nest}; of a model
        that names its states {"state_0_c": array, ...}.

    Attributes:
        path: "auto", "numpy" or "keras".
    """

    def __init__(self, model_or_layer, path="auto"):
        if path not in PATHS:
            raise StreamingError(f"streaming: path must be one of {', '.join(PATHS)}; received {path!r}.")
        self.path, self._is_layer = path, isinstance(model_or_layer, _LAYERS)
        if self._is_layer:
            model_or_layer = _model_around(model_or_layer)
        self._plan = plan_of(model_or_layer)
        self._one, self._made = _states_of(self._plan)
        self._shapes = Shapes(self._plan, self._one)
        self._keras = KerasPath(self._plan, self._one)
        self._weights = sum(_size(weight) for weight in _multiplied(self._plan))
        self._few = float("inf") if path == "numpy" else _SMALL / max(1, self._weights)
        self.refresh()
        if not self._is_layer:
            self._check()

    def _check(self):
        """Run a drawn sequence; an error of the backend becomes the reason of a refusal."""
        paths = [self._keras.once] + ([] if self._numpy is None else [self._run_numpy])
        try:
            check_steps(self._plan, self.initial_state, paths, StreamingError)
        except StreamingError:
            raise
        # The layers of a model may be any code.
        except Exception as reason:
            said = next(iter(str(reason).splitlines()), "") or type(reason).__name__
            raise StreamingError(
                f"streaming: {self._plan.model.name!r} does not run on a drawn sequence, step by step: "
                f"{said.rstrip('.')}. Call it on whole sequences."
            ) from reason

    def __call__(self, inputs, state=None):
        """Run a step or a chunk."""
        if self._single_layer_step is not None and type(inputs) is np.ndarray and 0 < len(inputs) < self._few:
            done = self._single_layer_step(inputs, state)
            if done is not None:
                return done
        arrays, batch, time, stepwise = self._shapes.read(inputs)
        states = self._named(self.initial_state(batch) if state is None else state, batch)
        tensors = any(map(ops.is_tensor, arrays)) if type(inputs) is not np.ndarray else False
        if self._numpy is not None and batch * time < self._few:
            (outputs, new), given = self._run_numpy(arrays, states), False
        else:
            (outputs, new), given = self._keras(arrays, states), True
        if tensors is not given:
            outputs = [_one_as(value, tensors) for value in outputs]
            new = keras.tree.map_structure(lambda leaf: _one_as(leaf, tensors), new)
        return self._shapes.write(outputs, stepwise), self._unnamed(new)

    def initial_state(self, batch_size, inputs=None):
        """Return the state before the first step of `batch_size` streams, as NumPy arrays.

        Args:
            batch_size: the number of streams.
            inputs: {name: array} of the inputs from which the model makes its states, an initial state that was fed
                in TF1; an input that is not given is zero.
        """
        if self._plan.rows not in (None, batch_size):
            raise ValueError(
                f"streaming: {self._plan.model.name!r} has {self._plan.rows} stream(s) built in; received {batch_size}."
            )
        known = sorted({tensor.name for tensor in self._plan.model.inputs} - self._shapes.names)
        wrong = sorted(set(inputs or ()) - set(known))
        if wrong:
            raise ValueError(
                f"streaming: no initial state is made of {wrong[0]!r}; they are made of {known}."
            )
        repeat = lambda leaf: np.repeat(leaf, batch_size, axis=0)  # noqa: E731
        states = {
            name: keras.tree.map_structure(repeat, nest)
            for name, nest in self._one.items()
            if name not in self._made
        }
        if self._made:
            made = start(self._plan, batch_size, inputs or {})
            states = {**states, **keras.tree.map_structure(_to_numpy, made)}
        return self._unnamed({name: states[name] for name in self._one})

    def reset(self, state, rows):
        """Return a state with some rows back at the start, the others as they are.

        Args:
            state: a state, as a call returns it; it is not changed.
            rows: row numbers, or a bool a row.
        """
        leaves = [_to_numpy(leaf) for leaf in keras.tree.flatten(state)]
        fresh_ones = keras.tree.flatten(self.initial_state(len(leaves[0])))
        for place, (leaf, fresh) in enumerate(zip(leaves, fresh_ones, strict=True)):
            leaves[place] = leaf.copy()
            leaves[place][rows] = fresh[rows]
        return keras.tree.pack_sequence_as(state, leaves)

    def hold(self, batch_size):
        """Return a `HeldStream`: the same step, which holds the state of `batch_size` streams itself."""
        return HeldStream(self, batch_size)

    def flat(self):
        """Return all that a program needs to trace the step.

        Returns:
            A function of flat tensors, inputs then states, that returns outputs then new states; its signature, a list
            of (shape, dtype); the names of the inputs, and those of the states.
        """
        return self._keras.function(), self._keras.signature(), *self._keras.names()

    def refresh(self):
        """Read the weights again, after training or set_weights."""
        self._numpy = None if self.path == "keras" else compile_numpy(self._plan)
        self._single_layer_step = (
            single_layer_step(self._plan) if self._is_layer and self._numpy is not None else None
        )
        if self.path == "numpy" and self._numpy is None:
            raise StreamingError(
                f"streaming: {self._plan.model.name!r} has a layer, a cell or an activation without a NumPy "
                "kernel. Use path='auto' or 'keras'."
            )

    def _run_numpy(self, arrays, states):
        flat = {name: self._shapes.leaves(_to_numpy, nest) for name, nest in states.items()}
        outputs, new = self._numpy([_to_numpy(array) for array in arrays], flat)
        return outputs, {name: self._shapes.pack(name, leaves) for name, leaves in new.items()}

    def check_state(self, state, batch_size):
        """Refuse a state of another structure or shape than `initial_state(batch_size)`.

        Raises:
            ValueError: it says what was expected.
        """
        self._named(state, batch_size)

    def _named(self, state, batch):
        named = {next(iter(self._one)): state} if self._is_layer else state
        self._shapes.check_state(named, batch)
        return named

    def _unnamed(self, states):
        return next(iter(states.values())) if self._is_layer else states


def _model_around(layer):
    """Return a model of a twin of the layer, so that the layer itself is not called."""
    check_recurrent(layer)
    cell = layer.cell
    while hasattr(cell, "cells") or hasattr(cell, "cell"):
        cell = cell.cells[0] if hasattr(cell, "cells") else cell.cell
    depth = _depth(layer, cell)
    inputs = keras.Input((None, depth), dtype=layer.compute_dtype)
    return keras.Model(inputs, twin_of(layer)(inputs)[0])


def _depth(layer, cell):
    if hasattr(cell, "kernel"):
        return cell.kernel.shape[0]
    shape = (layer.get_build_config() or {}).get("input_shape")
    if not shape:
        raise StreamingError(
            f"streaming: the depth D of the inputs of {layer.name!r} is not known. Put the layer into a model: "
            "keras.Sequential([keras.Input((None, D)), layer])."
        )
    return shape[-1]


def _states_of(plan):
    """Return {name: nest of arrays [1, width]}, the states before the first step, and the names of computed ones."""
    named = {name: np.zeros((1, *one.shape[1:]), one.dtype) for name, one in plan.state_inputs.items()}
    made = start(plan, plan.rows or 1, {})
    for name, operation in plan.states.items():
        if name in made:
            named[name] = keras.tree.map_structure(_to_numpy, made[name])
            continue
        state = initial_state(operation.layer.cell, 1)
        state = list(state) if isinstance(state, (list, tuple)) else [state]
        named[name] = keras.tree.map_structure(ops.convert_to_numpy, state)
    return named, set(made)


def _multiplied(plan):
    """List the weights that every step is multiplied with; an embedding reads only one row."""
    layers = [operation.operation for operation in plan.operations]
    layers = [layer for layer in layers if not isinstance(layer, keras.layers.Embedding)]
    return [weight for layer in layers for weight in getattr(layer, "weights", ())]


def _size(weight):
    return int(np.prod(weight.shape))


def _to_numpy(value):
    return value if type(value) is np.ndarray else ops.convert_to_numpy(value)


def _one_as(value, tensor):
    return ops.convert_to_tensor(value) if tensor else _to_numpy(value)
