"""Lines of operations as data: layers whose steps are no code run them.

Keras saves layers, not functions, and loads no code with `safe_mode`. The steps of `Loop` and of `EquationCell` are
lines, (name, value) pairs, each one operation by its name. A value in a line is a number, a string, None, a list of
values, or one of

| value                                                    | what it is                                          |
|----------------------------------------------------------|-----------------------------------------------------|
| `{"ref": "h"}`                                           | the value of a name of an earlier line or the layer |
| `{"call": "keras.ops.add", "with": [...], "options": {}}`| an operation of `OPERATIONS`; or a `ref` to a layer |
| `{"item": value, "at": [0, {"slice": [1, None, None]}]}` | a part of a tensor: numbers, slices, None, "..."    |
| `{"loop": {...}, "with": [...]}`                         | a loop among the lines, from these initial values   |
"""

import importlib
import re

import keras
from keras import ops

from tf2_lstm.loop_arrays import begin_array, end_array

_OPS = """
abs add all any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort average_pool
batch_normalization broadcast_to cast ceil clip concatenate conv convert_to_tensor copy cos cosh ctc_decode cumprod
cumsum depthwise_conv diagonal divide divide_no_nan elu equal erf exp expand_dims expm1 flip floor floor_divide
greater greater_equal isfinite isinf isnan leaky_relu less less_equal log log1p log_softmax logical_and
logical_not logical_or matmul max max_pool maximum mean min minimum mod multiply negative nonzero not_equal one_hot
ones_like pad power prod reciprocal relu relu6 reshape round rsqrt scatter scatter_update selu sigmoid sign sin sinh
softmax softplus softsign split sqrt square squeeze stack stop_gradient subtract sum swapaxes take take_along_axis tan
tanh tile top_k transpose unstack where zeros zeros_like
"""
#: The operations that a line may call. Nothing else is run, whatever a file says.
#: The layers among them, which are made once.
LAYERS = (
    *("tf2_lstm.FullOf", "tf2_lstm.RangeOf", "tf2_lstm.ReshapeTo", "tf2_lstm.SizeOf"),
    *("tf2_lstm.CombineSegments", "tf2_lstm.SparseFillEmptyRows", "tf2_lstm.SparseReshape"),
)
OPERATIONS = frozenset(
    [f"keras.ops.{name}" for name in _OPS.split()]
    + [*LAYERS, "tf2_lstm.read_element", "tf2_lstm.write_element"]
)


class Dropouts:
    """The dropout layers that the lines of one layer call: `keras.layers.Dropout`, attributes of the layer.

    Args:
        layer: the `Loop` or `EquationCell`.
        given: a list of dicts, one for each: its `name`, its `rate`, and other arguments of `keras.layers.Dropout`.

    Raises:
        ValueError: a name is not "dropout", or that with a number.
    """

    def __init__(self, layer, given):
        self._layer, self._given = layer, [dict(one) for one in given]
        for one in self._given:
            if not re.fullmatch(r"dropout(_\d+)*", one["name"]) or hasattr(layer, one["name"]):
                raise ValueError(
                    f"{type(layer).__name__} {layer.name!r}: expected dropouts called dropout, dropout_1, ..., each "
                    f"once; received {one['name']!r}. Rename it in dropouts and in the lines"
                )
            setattr(layer, one["name"], keras.layers.Dropout(**one))

    def layers(self):
        """Return name -> layer, as the lines call them."""
        return {one["name"]: getattr(self._layer, one["name"]) for one in self._given}

    def config(self):
        """Return the data from which the layers are made, with their present rates."""
        return [{**one, "rate": self.layers()[one["name"]].rate} for one in self._given]


class Lines:
    """Runs the lines of one layer.

    Args:
        owner: the layer's name in messages: "Loop 'decoder'".
        parts: lists of lines, and loops as dicts, all that the layer will run.

    Raises:
        ValueError: a line calls an operation that is not in `OPERATIONS`.
    """

    def __init__(self, owner, parts):
        self._owner, self._made = owner, {}
        for part in parts:
            self._check(part)
            self._make(part)

    def _check(self, part):
        """Refuse lines that call an operation outside of the table."""
        for one in (one for _, value in _pairs(part) for one in _inside(value)):
            called = one.get("call") if isinstance(one, dict) else None
            if isinstance(called, str) and called not in OPERATIONS:
                raise ValueError(
                    f"{self._owner}: expected operations of tf2_lstm.lines.OPERATIONS, received {called!r}. A file "
                    "that names another was not written by tf2-lstm: do not load it"
                )
            if isinstance(one, dict) and "loop" in one:
                self._check(one["loop"])

    def _make(self, part):
        """Make the layers of sizes that lines call, each once."""
        for name, value in _pairs(part):
            if isinstance(value, dict) and value.get("call") in LAYERS:
                self._made[name] = self.value(value, {})
            for one in _inside(value):
                if isinstance(one, dict) and "loop" in one:
                    self._make(one["loop"])

    def after(self, lines, names):
        """Run lines; return a dict of all names with their values after them.

        Args:
            lines: a list of (name, value) pairs.
            names: name -> value, for names that the lines read.
        """
        names = {**self._made, **names}
        for name, value in lines:
            if name not in self._made:
                names[name] = self.value(value, names)
        return names

    def loop(self, data, given, names):
        """Run a loop; return its carried values after the last step.

        Args:
            data: the configuration of a `Loop`.
            given: the initial values.
            names: name -> value, for the names around it.
        """
        outer = self.after(data.get("before", ()), names)
        targets = [one["name"] for one in data["carried"]]

        def condition(*values):
            return self._gives(data["condition"], {**outer, **dict(zip(targets, values, strict=True))})

        def body(*values):
            results = self._gives(data["body"], {**outer, **dict(zip(targets, values, strict=True))})
            return tuple(map(self._kept, results, values, data["carried"]))

        given = [
            ops.convert_to_tensor(one, dtype=held["dtype"])
            for one, held in zip(_traceable(given, outer.values()), data["carried"], strict=True)
        ]
        first = map(lambda one, held: begin_array(one) if held.get("array") else one, given, data["carried"])
        last = ops.while_loop(condition, body, tuple(first))
        return tuple(
            end_array(one, like) if held.get("array") else one
            for one, like, held in zip(last, given, data["carried"], strict=True)
        )

    def _gives(self, part, names):
        return self.value(part["gives"], self.after(part["lines"], names))

    def _kept(self, result, value, held):
        """Return the new value of a carried value, of the same dtype and shape."""
        if held.get("array"):
            return result
        result = ops.convert_to_tensor(result, dtype=held["dtype"])
        shapes = tuple(result.shape), tuple(value.shape)
        if shapes[0] == shapes[1]:
            return result
        if len(shapes[0]) != len(shapes[1]) or any(
            None not in pair and pair[0] != pair[1] for pair in zip(*shapes, strict=True)
        ):
            raise ValueError(
                f"{self._owner}: expected that {held['name']} keeps its shape {shapes[1]}, received "
                f"{shapes[0]} after a step. Carry a tensor of the largest size"
            )
        # A symbolic tensor is being traced: its open sizes are not known.
        symbolic = isinstance(result, keras.KerasTensor)
        return result if symbolic else ops.reshape(result, ops.shape(value))

    def value(self, value, names):
        """Return the result of an expression in a line; `names` has the values of earlier names."""

        def inner(one):
            return self.value(one, names)

        if isinstance(value, (list, tuple)):
            return tuple(map(inner, value))
        if not isinstance(value, dict):
            return value
        if "ref" in value:
            return names[value["ref"]]
        if "item" in value:
            return inner(value["item"])[_index(value["at"])]
        if "loop" in value:
            return self.loop(value["loop"], inner(value["with"]), names)
        what, arguments = value["call"], inner(value["with"])
        options = {name: inner(one) for name, one in value.get("options", {}).items()}
        if isinstance(what, str):
            return _resolved(what)(*arguments, **options)
        # Layers want lists of tensors, `keras.ops` tuples of numbers.
        return inner(what)(*_listed(arguments), **_listed(options))


def _listed(value):
    """Return a value with lists in place of tuples."""
    if isinstance(value, dict):
        return {name: _listed(one) for name, one in value.items()}
    return list(map(_listed, value)) if isinstance(value, tuple) else value


def _traceable(given, around):
    """Return the initial values of a loop; with symbolic tensors around, one is symbolic, so that Keras traces it."""
    symbols = [one for one in around if isinstance(one, keras.KerasTensor)]
    if not symbols or any(isinstance(one, keras.KerasTensor) for one in given):
        return given
    never = ops.any(ops.zeros_like(symbols[0], dtype="bool"))
    return [ops.where(never, given[0], given[0]), *given[1:]]


def _pairs(part):
    """Return the lines of a part; for a loop also its results, as lines without a name."""
    if not isinstance(part, dict):
        return part
    gives = [part["condition"]["gives"], *part["body"]["gives"]]
    lines = [*part.get("before", []), *part["condition"]["lines"], *part["body"]["lines"]]
    return [*lines, *(["", one] for one in gives)]


def _inside(value):
    """Yield a value and all values inside of it."""
    yield value
    if isinstance(value, (list, tuple)):
        inner = value
    elif isinstance(value, dict):
        inner = [
            value.get("call"),
            value.get("item"),
            value.get("with"),
            [*value.get("options", {}).values()],
        ]
    else:
        return
    for one in inner:
        yield from _inside(one)


def _resolved(symbol):
    module, _, name = symbol.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _index(at):
    if isinstance(at, (list, tuple)):
        return tuple(map(_index, at))
    if isinstance(at, dict):
        return slice(*at["slice"])
    return Ellipsis if at == "..." else at
