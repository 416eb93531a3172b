"""Write Keras's symbolic graph as ONNX nodes: by a row of the tables where there is one, else the layer's own `call`.

A layer without a row is opened: its `call` is run on symbolic tensors, so that its `keras.ops` become more of Keras's
graph, down to the operations that have a row.
"""

import inspect
from contextlib import contextmanager
from dataclasses import dataclass, replace

import keras

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.export.graph import Graph
from tf2_lstm.stock import layers_of
from tf2_lstm.stream.model_nodes import carried_mask, made_by


class ExportError(UserError):
    """A model cannot be exported to another runtime: where, what, and the next step."""


@dataclass(frozen=True)
class Called:
    """A call of a Keras operation, whose values are symbolic tensors.

    Attributes:
        operation: the Keras layer or operation.
        args, kwargs: the arguments of the call.
        outputs: the symbolic tensors of its results, flat.
    """

    operation: object
    args: tuple
    kwargs: dict
    outputs: list


class Writer:
    """Writes the computations of symbolic tensors into a `Graph`.

    Args:
        rows: class of a layer, or name of a class of `keras.ops` -> function of (writer, call) that returns the name of
            the result, or a list of names.
        outer: the `Writer` around the body of a Scan.
        taken: names that no value may get: those of the model's inputs and outputs.

    Attributes:
        graph: the `Graph`.
        facts: name of a value -> a set of words for known facts about it.
        limits: name of a value -> how many different integers it may be.
        casts: name of a value -> name of the value that was cast to it.
    """

    def __init__(self, rows, outer=None, taken=()):
        self.rows, self.graph = rows, Graph(outer and outer.graph, taken)
        self.facts = {} if outer is None else outer.facts
        self.limits = {} if outer is None else outer.limits
        self.casts = {} if outer is None else outer.casts
        self.sources = {} if outer is None else outer.sources
        self._values = {} if outer is None else dict(outer._values)
        self._where = [] if outer is None else list(outer._where)

    def define(self, tensor, name):
        """Set the name of a symbolic tensor."""
        # The tensor is kept, so that no other has its id.
        self._values[id(tensor)] = (tensor, name)

    def symbol(self, name, spec):
        """Return a new symbolic tensor for a value, of a (shape, dtype)."""
        tensor = keras.KerasTensor(*spec)
        self.define(tensor, name)
        return tensor

    def has(self, tensor):
        """Whether the name of a symbolic tensor is known."""
        return id(tensor) in self._values

    def name(self, value, dtype=None):
        """Return the name of a value in a dtype: of a symbolic tensor, or of a constant."""
        if not isinstance(value, keras.KerasTensor):
            return self.graph.constant(value, dtype)
        self._write_before(value)
        name = self._values[id(value)][1]
        return name if dtype in (None, value.dtype) else self.graph.cast(name, dtype)

    def know(self, name, *facts):
        """Record facts about a value; return its name."""
        self.facts.setdefault(name, set()).update(facts)
        return name

    def knows(self, name, fact):
        """Whether a fact about a value is known."""
        return fact in self.facts.get(name, ())

    def opened(self, function, *args, **kwargs):
        """Call a function or layer on symbolic tensors, its weights symbolic too, and return the result."""
        layers = layers_of(function) if isinstance(function, keras.layers.Layer) else []
        with self._symbolic_weights(layers):
            call = function.call if hasattr(function, "call") else function
            return call(*args, **kwargs)

    @contextmanager
    def inside(self, layer):
        """Name a layer in the errors of a block."""
        self._where.append(f"{type(layer).__name__} {layer.name!r}")
        try:
            yield
        finally:
            self._where.pop()

    def refused(self, found, step):
        """Return the error for an operation that has no equal: where, what, next step."""
        return ExportError(f"{' in '.join(reversed(self._where)) or 'the model'}: {found}. {step}")

    def _write_before(self, tensor):
        """Write all that a symbolic tensor is computed from, and the tensor."""
        waiting = [tensor]
        while waiting:
            one = waiting[-1]
            if id(one) in self._values:
                waiting.pop()
                continue
            operation, _, node = made_by(one, "to export a model")
            if isinstance(operation, keras.layers.InputLayer):
                raise self.refused(f"it needs {one.name}, which is no input of the model", "Make it one.")
            missing = [need for need in node.arguments.keras_tensors if id(need) not in self._values]
            if missing:
                waiting += missing
            else:
                self._write(node)

    def _write(self, node):
        call = Called(
            node.operation, node.arguments.args, node.arguments.kwargs, keras.tree.flatten(node.outputs)
        )
        layer = isinstance(call.operation, keras.layers.Layer)
        if layer:
            call = replace(call, kwargs=with_masks(call))
        row = self.rows.get(type(call.operation) if layer else _class_name(call.operation))
        if layer:
            with self.inside(call.operation):
                names = row(self, call) if row else self._open(call)
        elif row is None:
            name = type(call.operation).__name__
            raise self.refused(
                f"keras.ops has {name} there, for which no ONNX operators are written",
                "Write it with other operations, or take --format savedmodel.",
            )
        else:
            names = row(self, call)
        for output, name in zip(call.outputs, [names] if isinstance(names, str) else names, strict=True):
            self.define(output, name)

    def _open(self, call):
        try:
            results = self.opened(call.operation, *call.args, **call.kwargs)
        except UserError:
            raise
        except Exception as error:
            raise self.unsymbolic("its call", error) from error
        # The functions of a loop are called only now, and read the layer's weights.
        with self._symbolic_weights([call.operation]):
            return [
                self.name(result, output.dtype)
                for result, output in zip(keras.tree.flatten(results), call.outputs, strict=True)
            ]

    def unsymbolic(self, what, error):
        """Return the error for a function that does not run on symbolic tensors, with Keras's reason."""
        said = " ".join(str(error).split())[:160]
        return self.refused(
            f"{what} does not run on symbolic tensors, Keras says: {said}",
            "Write it with keras.ops alone, or take --format savedmodel.",
        )

    @contextmanager
    def _symbolic_weights(self, layers):
        """Put symbolic tensors in place of variables: `variable * symbolic` is no operation of Keras."""
        held = [
            (vars(one), key, value)
            for one in layers
            for key, value in vars(one).items()
            if _is_variable(value)
        ]
        try:
            for attributes, key, variable in held:
                attributes[key] = self._symbol(variable)
            yield
        finally:
            for attributes, key, variable in held:
                attributes[key] = variable

    def _symbol(self, variable):
        if id(variable) not in self.sources:
            symbol = keras.KerasTensor(variable.shape, variable.dtype)
            self.sources[id(variable)] = (variable, symbol, self.graph.constant(variable))
        _, symbol, name = self.sources[id(variable)]
        self.define(symbol, name)
        return symbol


def with_masks(call):
    """Return the keyword arguments of a layer's call with the masks that Keras fills in when the model runs."""
    parameters = inspect.signature(call.operation.call).parameters
    bound = inspect.signature(call.operation.call).bind(*call.args, **call.kwargs).arguments
    tensors = {name: value for name, value in bound.items() if _is_symbolic(value)}
    wanted = (
        {"mask": next(iter(tensors))} if len(tensors) == 1 else {f"{name}_mask": name for name in tensors}
    )
    found = {
        key: keras.tree.map_structure(carried_mask, tensors[name])
        for key, name in wanted.items()
        if key in parameters and bound.get(key) is None
    }
    kept = {
        key: mask for key, mask in found.items() if any(one is not None for one in keras.tree.flatten(mask))
    }
    return {**call.kwargs, **kept}


def _is_symbolic(value):
    return any(isinstance(one, keras.KerasTensor) for one in keras.tree.flatten(value))


def _is_variable(value):
    return isinstance(value, keras.Variable)


def _class_name(operation):
    """Return the name of the class of one of Keras's own operations."""
    own = type(operation).__module__.partition(".")[0] == "keras"
    return type(operation).__name__ if own else None
