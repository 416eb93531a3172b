"""Trace the functions of a loop on symbolic tensors: their results, their inputs, and what no step changes."""

from dataclasses import dataclass

import keras

from tf2_lstm.errors import UserError
from tf2_lstm.stream.model_nodes import made_by

#: Operations of Keras that take functions: nothing shows what these read.
WITH_FUNCTIONS = ("Cond", "Map", "Scan", "Switch", "VectorizedMap", "WhileLoop")


@dataclass(frozen=True)
class Made:
    """A symbolic tensor and the call that made it.

    Attributes:
        tensor: the tensor.
        operation: the Keras layer or operation that made it.
        node: Keras's node of the call.
    """

    tensor: object
    operation: object
    node: object

    @property
    def needs(self):
        """The symbolic tensors that it is computed from."""
        return self.node.arguments.keras_tensors

    @property
    def kind(self):
        """The name of the operation's class."""
        return type(self.operation).__name__

    def given(self, place, key):
        """Return an argument by its position or its name."""
        arguments = self.node.arguments
        return arguments.args[place] if len(arguments.args) > place else arguments.kwargs.get(key)


def made(tensor):
    """Return the `Made` of a symbolic tensor; None for a constant, and for a tensor that stands for a value."""
    if not isinstance(tensor, keras.KerasTensor) or getattr(tensor, "_keras_history", (None,))[0] is None:
        return None
    operation, _, node = made_by(tensor, "to export a model")
    return Made(tensor, operation, node)


def symbols_like(tensors):
    """Return new symbolic tensors of the shapes and dtypes of others."""
    return [keras.KerasTensor(one.shape, one.dtype) for one in tensors]


def unconverted(value):
    """Return the symbolic tensor before conversions that do not change it."""
    while (one := made(value)) is not None and one.kind == "ConvertToTensor":
        source = one.given(0, "x")
        if getattr(source, "dtype", None) != value.dtype:
            break
        value = source
    return value


def called(writer, function, values, nest):
    """Call a function of a loop on symbolic tensors, as `keras.ops.while_loop` would; return its results, flat.

    Args:
        writer: the `Writer`.
        function: the function.
        values: the symbolic tensors, flat.
        nest: the loop's carried values, in their structure.

    Raises:
        ExportError: it does not run on them.
    """
    packed = keras.tree.pack_sequence_as(nest, values)
    try:
        return keras.tree.flatten(function(*packed) if isinstance(nest, (list, tuple)) else function(packed))
    except UserError:
        raise
    except Exception as error:
        raise writer.unsymbolic("a step of its loop", error) from error


def made_within(writer, tensors):
    """List the `Made` of all that symbolic tensors are computed from and a writer does not know yet, in order."""
    found, waiting = {}, [one for one in tensors if isinstance(one, keras.KerasTensor)]
    while waiting:
        one = waiting[-1]
        here = None if id(one) in found or writer.has(one) else made(one)
        missing = (
            []
            if here is None
            else [need for need in here.needs if id(need) not in found and _open(writer, need)]
        )
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if here is not None:
            found[id(one)] = here
    return list(found.values())


def _open(writer, tensor):
    return not writer.has(tensor) and made(tensor) is not None


def unchanged(parts, changing):
    """List the symbolic tensors that steps read and do not change, only the last ones of each computation.

    Args:
        parts: the `Made`s of a step, in order.
        changing: the symbolic tensors of the carried values.
    """
    changing = {id(one) for one in changing}
    for one in parts:
        if one.kind in WITH_FUNCTIONS or any(id(need) in changing for need in one.needs):
            changing.add(id(one.tensor))
    return [
        need for one in parts if id(one.tensor) in changing for need in one.needs if id(need) not in changing
    ]
