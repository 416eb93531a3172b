"""The calls of layers and operations in a functional model, in order, with nested models opened."""

import keras

from tf2_lstm.private import gone


class Arguments:
    """The arguments of a call of an operation, symbolic tensors in them.

    Args:
        args: the positional arguments.
        kwargs: the keyword arguments.
    """

    def __init__(self, args, kwargs):
        self.args, self.kwargs = args, kwargs
        flat = keras.tree.flatten([args, kwargs])
        self.keras_tensors = [value for value in flat if isinstance(value, keras.KerasTensor)]

    def fill_in(self, values):
        """Return args and kwargs with values in place of the symbolic tensors."""
        fill = lambda one: values[id(one)] if isinstance(one, keras.KerasTensor) else one  # noqa: E731
        return keras.tree.map_structure(fill, self.args), keras.tree.map_structure(fill, self.kwargs)


class _Node:
    """An operation, its `Arguments` and its symbolic outputs."""

    def __init__(self, operation, arguments, outputs):
        self.operation, self.arguments, self.outputs = operation, arguments, outputs

    @classmethod
    def of(cls, node):
        """Make a `_Node` of Keras's node, without the masks that Keras fills in itself at every call."""
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
        """Make a node that copies one symbolic tensor, or a constant, at the edge of a nested model."""
        return cls(keras.layers.Identity(), Arguments((source,), {}), [tensor])


def carried_mask(tensor):
    """Return the mask that Keras attached to a symbolic tensor, or None.

    ```python
    import keras
    from tf2_lstm.stream.model_nodes import carried_mask

    print(carried_mask(keras.layers.Masking()(keras.Input((None, 3)))).shape)
    ```
    """
    return getattr(tensor, "_keras_mask", None)


def check_masks_are_carried(purpose="to stream a model with masks"):
    """Refuse a Keras that does not attach masks to tensors: then a tensor without one tells nothing.

    Raises:
        UserError: Keras keeps masks elsewhere.
    """
    if not hasattr(keras.layers.Masking()(keras.Input((None, 1))), "_keras_mask"):
        raise gone("keras.KerasTensor._keras_mask", purpose)


def has_graph(model):
    """Whether a model has a graph of operations: a functional or a Sequential one."""
    functional = isinstance(model, keras.Model) and hasattr(model, "operations")
    return functional or isinstance(model, keras.Sequential)


def nodes_of(model):
    """List the nodes that the outputs of a model need, each after its inputs; nested models are opened."""
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
        if has_graph(operation):
            given = zip(operation.inputs, keras.tree.flatten(node.arguments.args[0]), strict=True)
            ordered.extend(_Node.same(inner, outer) for inner, outer in given)
            ordered.extend(nodes_of(operation))
            results = zip(node.outputs, keras.tree.flatten(operation.outputs), strict=True)
            ordered.extend(_Node.same(outer, inner) for outer, inner in results)
        elif not isinstance(operation, keras.layers.InputLayer):
            ordered.append(node)

    for output in keras.tree.flatten(model.outputs):
        visit(output)
    return ordered


def made_by(tensor, purpose="to stream a model"):
    """Return the operation that made a symbolic tensor, the number of its call, and Keras's node of the call.

    ```python
    import keras
    from tf2_lstm.stream.model_nodes import made_by

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
