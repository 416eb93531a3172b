"""The plan of a streaming step: the operations of a model in order, and the places of its states.

A model streams if its output for a step depends only on that step and on the states. So every operation on a sequence
must be a recurrent layer or act on each step by itself, and that is checked against the lists below: an operation that
is not known to do so is refused by name.
"""

import itertools
from dataclasses import dataclass, replace

import keras

from tf2_lstm.bidirectional import Bidirectional
from tf2_lstm.loop import Loop
from tf2_lstm.sizes import SizeOf
from tf2_lstm.stock import KINDS
from tf2_lstm.stream.model_nodes import Arguments, has_graph, nodes_of
from tf2_lstm.stream.time_axis import BATCH, for_masks, time_axes
from tf2_lstm.unroll import RNN, SequenceMask
from tf2_lstm.weight import Weight

#: The recurrent layers, by exact type: a subclass may compute something else.
RECURRENT = (RNN, *KINDS)


class StreamingError(ValueError):
    """A model or a layer cannot be run a step at a time; the message says why."""


@dataclass(frozen=True)
class Operation:
    """One operation of the plan.

    Attributes:
        operation: the Keras layer or operation; for a recurrent layer its twin, which returns its state.
        arguments: the arguments of the call; `fill_in` puts values in place of the symbolic tensors.
        outputs: the ids of the symbolic tensors of its outputs.
        shapes: the shapes of these.
        layer: the recurrent layer, or the cell that is called by itself, whose state it advances; or None.
        state: the name of the state that is carried for it; "" where the model itself computes the state before
            each step, or there is none.
        start: the nest of symbolic tensors that is the state before the first step; () for the layer's own.
    """

    operation: object
    arguments: object
    outputs: tuple
    shapes: tuple
    layer: object = None
    state: str = ""
    start: object = ()

    @property
    def recurrent(self):
        """Whether it advances a state."""
        return self.layer is not None

    @property
    def is_cell(self):
        """Whether it is one step of a cell, which takes no sequence."""
        return self.recurrent and self.layer is self.operation

    def run(self, values, states, new):
        """Run it in Keras.

        Args:
            values: id of a symbolic tensor -> its value; the outputs are added.
            states: name -> nest of tensors.
            new: name -> nest; the new state is added.
        """
        args, kwargs = self.arguments.fill_in(values)
        if self.state and self.is_cell:
            args = (*args, states[self.state])
        elif self.state:
            kwargs = {**kwargs, "initial_state": states[self.state]}
        result = self.operation(*args, **kwargs)
        # The twin of a recurrent layer always returns its states, the layer itself perhaps not.
        values.update(zip(self.outputs, keras.tree.flatten(result), strict=self.layer is None))
        if self.state:
            new[self.state] = result[1] if self.is_cell else list(result[1:])


@dataclass(frozen=True)
class Plan:
    """A model as operations in order.

    Attributes:
        operations: the `Operation`s of a step.
        starts: the operations that make the states before the first step.
        inputs: symbolic tensors, as one calls the model but without the states.
        outputs: symbolic tensors, as the model returns them but without the states.
        states: name -> the operation whose state this package carries.
        state_inputs, state_outputs: name -> symbolic tensor, of the states that the model has as inputs
            and outputs of its own.
        lengths: the inputs from which only masks are made, without a time axis.
        seen: id of a symbolic tensor -> the `Seen` of it.
        model: the model; it keeps the symbolic tensors alive.
    """

    operations: tuple
    starts: tuple
    inputs: object
    outputs: object
    states: dict
    state_inputs: dict
    state_outputs: dict
    lengths: tuple
    seen: dict
    model: object

    def axis(self, tensor):
        """Return the time axis of a symbolic tensor, or None."""
        return self.seen[id(tensor)].axis if id(tensor) in self.seen else None

    @property
    def rows(self):
        """The number of streams, taken from the states; None for any."""
        first = [self.seen[one.outputs[-1]].shape[0] for one in self.states.values()]
        return next((size for size in first if size != BATCH), None)


def plan_of(model):
    """Return the `Plan` of a Sequential or functional model.

    Raises:
        StreamingError: the model cannot be run a step at a time.
    """
    if not has_graph(model):
        raise StreamingError(
            f"streaming: expected a recurrent layer, a Sequential or a functional model; received "
            f"{type(model).__name__}. The graph of any other model is not known."
        )
    if not model.built:
        raise StreamingError(
            f"streaming: {model.name!r} is not built. Call it once, or give it a keras.Input."
        )
    inputs, outputs, fed, returned = _states_apart(_nest(model, "input"), _nest(model, "output"))
    every = _operations(nodes_of(model), fed)
    operations = _needed(every, model.outputs)
    states = {operation.state: operation for operation in operations if operation.state}
    if not states and not fed:
        raise StreamingError(_nothing_recurrent(model, operations))
    starts = _starts(every, states, operations, model)
    inputs, fixed = _without_starts(inputs, operations, model)
    _check_masks(operations)
    flat = keras.tree.flatten(inputs)
    followed = tuple(one for one in every if one in operations or one in starts)
    seen = time_axes(followed, flat, [*fixed, *fed.values()], model.outputs, StreamingError)
    masks = for_masks(operations, [*model.outputs])
    read = {id(one) for each in operations if id(each) not in masks for one in _tensors(each)}
    lengths = tuple(one for one in flat if seen[id(one)].axis is None and id(one) not in read)
    return Plan(operations, starts, inputs, outputs, states, fed, returned, lengths, seen, model)


def _tensors(operation):
    """List the tensors that an operation reads, without masks and lengths."""
    if isinstance(operation.operation, SequenceMask):
        return operation.arguments.keras_tensors[:1]
    mask = operation.arguments.kwargs.get("mask") if operation.recurrent else None
    return [tensor for tensor in operation.arguments.keras_tensors if tensor is not mask]


def _nothing_recurrent(model, operations):
    loop = next((one.operation for one in operations if isinstance(one.operation, Loop)), None)
    if loop is None:
        return f"streaming: {model.name!r} has no recurrent layer, so there is no state to carry."
    return (
        f"streaming: Loop {loop.name!r} of {model.name!r} is a loop of its own, whose steps may read any other, so "
        "its state cannot be carried from call to call. Call the model on whole sequences."
    )


def _needed(operations, tensors):
    """List the operations that some tensors need, without those that only make a state before the first step."""
    needed, found = {id(tensor) for tensor in keras.tree.flatten(tensors)}, []
    for operation in reversed(operations):
        if not needed.isdisjoint(operation.outputs):
            found.append(operation)
            needed |= {id(tensor) for tensor in operation.arguments.keras_tensors}
    return tuple(reversed(found))


def _starts(operations, states, of_a_step, model):
    """List the operations that make the states before the first step, from numbers that no step reads."""
    starts = _needed(operations, [one.start for one in states.values()])
    for operation in starts:
        if operation.recurrent:
            raise StreamingError(
                f"streaming: an initial state is computed inside the model, at every call, from what "
                f"{operation.layer.name!r} gives. Stream the layer alone, and give that state to the first step."
            )
    read = _read(starts, [one.start for one in states.values()]) & _read(of_a_step, model.outputs)
    both = [tensor.name for tensor in model.inputs if id(tensor) in read]
    if both:
        raise StreamingError(
            f"streaming: the initial state is computed inside the model, at every call, from {both[0]!r}, which the "
            "steps read too. Stream the layer alone, and give that state to the first step."
        )
    return starts


def _read(operations, tensors):
    """Return the ids of the tensors that operations read (not only for their size) to make some tensors."""
    read = {id(tensor) for tensor in keras.tree.flatten(tensors)}
    for operation in reversed(operations):
        if not read.isdisjoint(operation.outputs) and not isinstance(operation.operation, (SizeOf, Weight)):
            read |= {id(tensor) for tensor in operation.arguments.keras_tensors}
    return read


def _without_starts(inputs, operations, model):
    """Return the inputs that the steps read, in their nest, and the tensors of the others."""
    used = {id(tensor) for one in operations for tensor in one.arguments.keras_tensors}
    used |= {id(tensor) for tensor in model.outputs}
    flat = keras.tree.flatten(inputs)
    others = [tensor for tensor in flat if id(tensor) not in used]
    if isinstance(inputs, dict):
        inputs = {name: tensor for name, tensor in inputs.items() if id(tensor) in used}
    elif isinstance(inputs, (list, tuple)):
        inputs = [tensor for tensor in flat if id(tensor) in used]
    return inputs, others


def _nest(model, name):
    """Return the symbolic inputs or outputs in the nest that the model is called with; a Sequential has one."""
    tensors = getattr(model, name + "s")
    return tensors[0] if isinstance(model, keras.Sequential) else getattr(model, name)


def _states_apart(inputs, outputs):
    """Return the inputs and outputs without states, and the states of both by name, where dicts name them.

    `initial_state_X` is an input and `state_X` an output, of the same shape, the batch first; if one is missing, there
    are none.
    """
    if not isinstance(inputs, dict) or not isinstance(outputs, dict):
        return inputs, outputs, {}, {}
    fed = {name.removeprefix("initial_"): one for name, one in inputs.items() if _is_state(name, one)}
    if not all(name in outputs and outputs[name].shape == one.shape for name, one in fed.items()):
        return inputs, outputs, {}, {}
    returned = {name: outputs[name] for name in fed}
    inputs = {name: one for name, one in inputs.items() if name.removeprefix("initial_") not in fed}
    return inputs, {name: one for name, one in outputs.items() if name not in fed}, fed, returned


def _is_state(name, tensor):
    named = name == "initial_state" or name.startswith("initial_state_")
    return named and tensor.shape[:1] == (None,)


def _operations(nodes, fed):
    """Return the `Operation`s of nodes; `fed` are the states that are inputs of the model."""
    operations, taken = [], set()
    for node in nodes:
        operation = _operation(node)
        if operation.recurrent and _made_of(operation.start, operations, fed):
            operation = replace(operation, arguments=node.arguments, start=())
        elif operation.recurrent:
            name = operation.layer.name
            others = (f"{name}_{number}" for number in itertools.count(1))
            free = next(one for one in itertools.chain([name], others) if one not in taken)
            operation = replace(operation, state=free)
            taken.add(operation.state)
        operations.append(operation)
    return tuple(operations)


def _made_of(start, operations, fed):
    """Whether a state is made from states that are inputs of the model."""
    named, tensors = {id(tensor) for tensor in fed.values()}, keras.tree.flatten(start)
    read = {id(tensor) for one in _needed(operations, tensors) for tensor in one.arguments.keras_tensors}
    return not named.isdisjoint(read | {id(tensor) for tensor in tensors})


def _operation(node):
    layer, arguments = node.operation, node.arguments
    flat = keras.tree.flatten(node.outputs)
    given = tuple(id(tensor) for tensor in flat), tuple(tuple(tensor.shape) for tensor in flat)
    if isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional, Bidirectional)):
        check_recurrent(layer)
        start = arguments.args[1] if len(arguments.args) > 1 else arguments.kwargs.get("initial_state")
        kwargs = {name: value for name, value in arguments.kwargs.items() if name != "initial_state"}
        return Operation(
            twin_of(layer),
            Arguments(arguments.args[:1], kwargs),
            *given,
            layer,
            start=() if start is None else start,
        )
    if isinstance(layer, keras.layers.Layer) and hasattr(layer, "state_size"):
        start = arguments.args[1] if len(arguments.args) > 1 else arguments.kwargs["states"]
        kwargs = {name: value for name, value in arguments.kwargs.items() if name != "states"}
        return Operation(layer, Arguments(arguments.args[:1], kwargs), *given, layer, start=start)
    # The layers that may be inside act only on the last axis, and so need no loop over the steps.
    if isinstance(layer, keras.layers.TimeDistributed):
        return Operation(layer.layer, Arguments(arguments.keras_tensors[:1], {}), *given)
    return Operation(layer, arguments, *given)


def check_recurrent(layer):
    """Refuse a recurrent layer that needs the future, or whose equations are not known.

    Raises:
        StreamingError: it is bidirectional, goes backwards, is not built, or is of another class.
    """
    name = f"{type(layer).__name__} {layer.name!r}"
    if isinstance(layer, (keras.layers.Bidirectional, Bidirectional)):
        raise StreamingError(
            f"streaming: {name} also reads from the last step to the first: no output is known before the "
            "sequence has ended. Call the layer on whole sequences, or on windows of a fixed length."
        )
    if type(layer) not in RECURRENT:
        raise StreamingError(
            f"streaming: {name} is none of tf2_lstm.RNN, keras.layers.RNN, LSTM, GRU, SimpleRNN. Put its "
            "cell into tf2_lstm.RNN."
        )
    if layer.go_backwards:
        raise StreamingError(
            f"streaming: {name} has go_backwards=True: its first step is the last of the sequence. Call it "
            "on whole sequences."
        )
    if not layer.cell.built:
        raise StreamingError(
            f"streaming: {name} is not built. Call it once, or call its build([None, None, D])."
        )


def twin_of(layer):
    """Return a layer of the same cell that returns its states and keeps none of its own."""
    return RNN(
        layer.cell,
        return_sequences=layer.return_sequences,
        return_state=True,
        zero_output_for_mask=layer.zero_output_for_mask,
        dtype=layer.dtype_policy,
        name=layer.name,
    )


def _check_masks(operations):
    """A masked step must leave nothing to remember but the state, which zeros and return_sequences do."""
    masked = any(map(_makes_mask, operations))
    for layer in [one.layer for one in operations if masked and one.recurrent and not one.is_cell]:
        if not layer.zero_output_for_mask or not layer.return_sequences:
            raise StreamingError(
                f"streaming: {layer.name!r} sees a mask and repeats its last output at masked steps, which may "
                "be one of an earlier call. Use tf2_lstm.RNN(cell, return_sequences=True), which gives "
                "zeros there, or take the mask away."
            )


def _makes_mask(operation):
    layer = operation.operation
    explicit = operation.recurrent and operation.arguments.kwargs.get("mask") is not None
    return (
        explicit
        or isinstance(layer, (keras.layers.Masking, SequenceMask))
        or getattr(layer, "mask_zero", False)
    )
