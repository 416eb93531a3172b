"""What a streaming step computes: the operations of a model in order, and where its states are.

A model streams if what it gives for a step depends on that step and on the states alone. So every
operation on a sequence must be a recurrent layer or act on each step by itself, and that is checked
against the lists below: what is not known to be so is refused by name.
"""

from dataclasses import dataclass

import keras

from tf2_lstm.bidirectional import Bidirectional
from tf2_lstm.private import gone
from tf2_lstm.stock import KINDS
from tf2_lstm.stream.time_axis import time_axes
from tf2_lstm.unroll import RNN, SequenceMask

#: The recurrent layers, by exact type: a subclass may compute something else.
RECURRENT = (RNN, *KINDS)


class StreamingError(ValueError):
    """A model or a layer cannot be run a step at a time; the message says why."""


@dataclass(frozen=True)
class Operation:
    """One operation of the plan.

    Attributes:
        operation: the Keras layer or operation; for a recurrent layer its twin, which returns its state.
        arguments: what it is called with; `fill_in` puts values in the place of symbolic tensors.
        outputs: the ids of the symbolic tensors that it gives.
        layer: the recurrent layer whose state it advances, or None.
        fed: whether the model itself says what the state is before the first step.
    """

    operation: object
    arguments: object
    outputs: tuple
    layer: object = None
    fed: bool = False


@dataclass(frozen=True)
class Plan:
    """A model as operations in order.

    Attributes:
        operations: the `Operation`s.
        inputs: symbolic tensors, as one calls the model but without the states.
        outputs: symbolic tensors, as the model returns them but without the states.
        layers: name -> recurrent layer, of those whose state this package carries.
        state_inputs, state_outputs: name -> symbolic tensor, of the states that the model has as inputs
            and outputs of its own.
        axes: id of a symbolic tensor -> its time axis, or None.
        model: the model; it keeps the symbolic tensors alive.
    """

    operations: tuple
    inputs: object
    outputs: object
    layers: dict
    state_inputs: dict
    state_outputs: dict
    axes: dict
    model: object


def plan_of(model):
    """Return the `Plan` of a Sequential or functional model.

    Raises:
        StreamingError: the model cannot be run a step at a time.
    """
    if not _has_graph(model):
        raise StreamingError(
            f"streaming: expected a recurrent layer, a Sequential or a functional model; received "
            f"{type(model).__name__}. The graph of any other model is not known."
        )
    if not model.built:
        raise StreamingError(
            f"streaming: {model.name!r} is not built. Call it once, or give it a keras.Input."
        )
    inputs, state_inputs = _states_apart(_nest(model, "input"), "initial_state")
    outputs, state_outputs = _states_apart(_nest(model, "output"), "state")
    _check_states(model, state_inputs, state_outputs)
    nodes = _nodes(model)
    operations = tuple(_operation(node, state_inputs) for node in nodes)
    layers = _layers(operations)
    if not layers and not state_inputs:
        raise StreamingError(
            f"streaming: {model.name!r} has no recurrent layer, so there is no state to carry."
        )
    _check_masks(operations)
    axes = time_axes(operations, keras.tree.flatten(inputs), model.outputs, StreamingError)
    return Plan(operations, inputs, outputs, layers, state_inputs, state_outputs, axes, model)


def _nest(model, name):
    """The symbolic inputs or outputs in the nest that the model is called with; a Sequential has one."""
    tensors = getattr(model, name + "s")
    return tensors[0] if isinstance(model, keras.Sequential) else getattr(model, name)


def _states_apart(structure, prefix):
    """The structure without its states, and the states by name; only a dict names them."""
    if not isinstance(structure, dict):
        return structure, {}
    states = {name: tensor for name, tensor in structure.items() if _is_state(name, prefix)}
    names = {name.removeprefix("initial_"): tensor for name, tensor in states.items()}
    rest = {name: tensor for name, tensor in structure.items() if name not in states}
    return rest, names


def _is_state(name, prefix):
    return name == prefix or name.startswith(prefix + "_")


def _check_states(model, fed, returned):
    missing = sorted(set(fed) - set(returned))
    if missing:
        raise StreamingError(
            f"streaming: {model.name!r} takes initial_{missing[0]} and does not return {missing[0]}, so "
            "that the next step would not know it. Convert it again with the final state as an output."
        )


class Arguments:
    """What an operation is called with, symbolic tensors in it.

    Args:
        args: the positional arguments.
        kwargs: the others.
    """

    def __init__(self, args, kwargs):
        self.args, self.kwargs = args, kwargs
        flat = keras.tree.flatten([args, kwargs])
        self.keras_tensors = [value for value in flat if isinstance(value, keras.KerasTensor)]

    def fill_in(self, values):
        """Return args and kwargs with the values in the place of the symbolic tensors."""
        fill = lambda one: values[id(one)] if isinstance(one, keras.KerasTensor) else one  # noqa: E731
        return keras.tree.map_structure(fill, self.args), keras.tree.map_structure(fill, self.kwargs)


class _Node:
    """An operation, its `Arguments` and its symbolic outputs."""

    def __init__(self, operation, arguments, outputs):
        self.operation, self.arguments, self.outputs = operation, arguments, outputs

    @classmethod
    def of(cls, node):
        """Take a node of Keras, without the masks that Keras itself fills in, and will again."""
        if any(value is not None for name, value in node.arguments.kwargs.items() if name.endswith("mask")):
            check_masks_are_carried()
        carried = {id(carried_mask(tensor)) for tensor in node.arguments.keras_tensors}
        kwargs = {
            name: value
            for name, value in node.arguments.kwargs.items()
            if value is None or not name.endswith("mask") or id(value) not in carried
        }
        return cls(node.operation, Arguments(node.arguments.args, kwargs), node.outputs)

    @classmethod
    def same(cls, tensor, source):
        """One symbolic tensor has the value of another, at the border of a nested model."""
        return cls(keras.layers.Identity(), Arguments((source,), {}), [tensor])


def carried_mask(tensor):
    """Return the mask that Keras attached to a symbolic tensor, or None.

    ```python
    import keras
    from tf2_lstm.stream.plan import carried_mask

    print(carried_mask(keras.layers.Masking()(keras.Input((None, 3)))).shape)
    ```
    """
    return getattr(tensor, "_keras_mask", None)


def check_masks_are_carried(purpose="to stream a model with masks"):
    """Refuse a Keras that does not say which tensor carries a mask; a tensor without one says nothing.

    Raises:
        UserError: Keras keeps masks elsewhere.
    """
    if not hasattr(keras.layers.Masking()(keras.Input((None, 1))), "_keras_mask"):
        raise gone("keras.KerasTensor._keras_mask", purpose)


def _has_graph(model):
    functional = isinstance(model, keras.Model) and hasattr(model, "operations")
    return functional or isinstance(model, keras.Sequential)


def _nodes(model):
    """The nodes that the outputs need, each after those that it needs itself; nested models opened."""
    ordered, seen = [], set()

    def visit(tensor):
        operation, index, node = made_by(tensor)
        key = (id(operation), index)
        if key in seen:
            return
        seen.add(key)
        node = _Node.of(node)
        for needed in node.arguments.keras_tensors:
            visit(needed)
        if _has_graph(operation):
            if len(operation.inputs) != len(node.arguments.keras_tensors):
                raise StreamingError(
                    f"streaming: {operation.name!r} inside of the model is given a constant at every call. Stream that "
                    "model alone, and give what is constant to its first step."
                )
            given = zip(operation.inputs, node.arguments.keras_tensors, strict=True)
            ordered.extend(_Node.same(inner, outer) for inner, outer in given)
            ordered.extend(_nodes(operation))
            results = zip(node.outputs, keras.tree.flatten(operation.outputs), strict=True)
            ordered.extend(_Node.same(outer, inner) for outer, inner in results)
        elif not isinstance(operation, keras.layers.InputLayer):
            ordered.append(node)

    for output in keras.tree.flatten(model.outputs):
        visit(output)
    return ordered


def made_by(tensor, purpose="to stream a model"):
    """Return the operation that gives a symbolic tensor, which of its calls that is, and Keras's node of the call.

    ```python
    import keras
    from tf2_lstm.stream.plan import made_by

    layer = keras.layers.Dense(4)
    print(made_by(layer(keras.Input((3,))))[0] is layer)
    ```
    """
    try:
        operation, index, _ = tensor._keras_history
        return operation, index, operation._inbound_nodes[index]
    except AttributeError as error:
        missing = f"keras.{type(error.obj).__name__}.{error.name}"
        raise gone(missing, purpose) from error


def _operation(node, state_inputs):
    layer = node.operation
    outputs = tuple(id(tensor) for tensor in keras.tree.flatten(node.outputs))
    if not isinstance(layer, (keras.layers.RNN, keras.layers.Bidirectional, Bidirectional)):
        # The layers that may be inside act on the last axis alone, and so need no loop over the steps.
        if isinstance(layer, keras.layers.TimeDistributed):
            return Operation(layer.layer, Arguments(node.arguments.keras_tensors[:1], {}), outputs)
        return Operation(layer, node.arguments, outputs)
    check_recurrent(layer)
    fed = len(node.arguments.args) > 1 or node.arguments.kwargs.get("initial_state") is not None
    if fed and not state_inputs:
        raise StreamingError(
            f"streaming: the initial state of {layer.name!r} is computed inside the model, at every call. "
            "Stream the layer alone, and give that state to the first step."
        )
    return Operation(twin_of(layer), node.arguments, outputs, layer, fed)


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
    """The same cell in a layer that returns its states and carries none of its own."""
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
    for layer in [operation.layer for operation in operations if masked and operation.layer is not None]:
        if not layer.zero_output_for_mask or not layer.return_sequences:
            raise StreamingError(
                f"streaming: {layer.name!r} sees a mask and repeats its last output at masked steps, which may "
                "be one of an earlier call. Use tf2_lstm.RNN(cell, return_sequences=True), which gives "
                "zeros there, or take the mask away."
            )


def _makes_mask(operation):
    layer = operation.operation
    explicit = operation.layer is not None and operation.arguments.kwargs.get("mask") is not None
    return (
        explicit
        or isinstance(layer, (keras.layers.Masking, SequenceMask))
        or getattr(layer, "mask_zero", False)
    )


def _layers(operations):
    layers = {}
    for operation in operations:
        if operation.layer is None or operation.fed:
            continue
        if operation.layer.name in layers:
            raise StreamingError(
                f"streaming: {operation.layer.name!r} is called twice in the model, and which state is whose "
                "cannot be said. Give each call a layer of its own; they may share their cell."
            )
        layers[operation.layer.name] = operation.layer
    return layers
