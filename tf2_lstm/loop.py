"""A while loop whose steps are data: what `tf.while_loop` is for in a TF1 graph.

Keras saves layers, not functions, and loads no code with `safe_mode`. The steps of this loop are lines, each one
operation by its name, so that a model with a loop of its own is saved and loaded as any other.

A value in a line is a number, a string, None, a list of values, or one of

| value                                                    | what it is                                          |
|----------------------------------------------------------|-----------------------------------------------------|
| `{"ref": "h"}`                                           | what an earlier line, or the loop, calls so         |
| `{"call": "keras.ops.add", "with": [...], "options": {}}`| an operation of `OPERATIONS`; or a `ref` to a layer |
| `{"item": value, "at": [0, {"slice": [1, None, None]}]}` | a part of a tensor: numbers, slices, None, "..."    |
| `{"loop": {...}, "with": [...]}`                         | a loop in the loop, from these initial values       |
"""

import importlib

import keras
from keras import ops

_OPS = """
abs add all any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort average_pool
batch_normalization broadcast_to cast ceil clip concatenate conv convert_to_tensor copy cos cosh cumprod cumsum divide
divide_no_nan elu equal erf exp expand_dims expm1 flip floor floor_divide greater greater_equal isfinite isinf isnan
leaky_relu less less_equal log log1p log_softmax logical_and logical_not logical_or matmul max max_pool maximum mean
min minimum mod multiply negative not_equal one_hot ones_like pad power prod reciprocal relu relu6 reshape round rsqrt
scatter scatter_update selu sigmoid sign sin sinh softmax softplus softsign split sqrt square squeeze stack
stop_gradient subtract sum swapaxes take take_along_axis tan tanh tile top_k transpose unstack where zeros zeros_like
"""
#: What a line may call. Nothing else is run, whatever a file says.
OPERATIONS = frozenset(
    [f"keras.ops.{name}" for name in _OPS.split()]
    + ["tf2_lstm.FullOf", "tf2_lstm.RangeOf", "tf2_lstm.ReshapeTo", "tf2_lstm.SizeOf"]
)


@keras.saving.register_keras_serializable(package="tf2_lstm")
class Loop(keras.layers.Layer):
    """A while loop with steps that are data.

    What it carries keeps its shape and its dtype, whatever the dtype policy is. It has no weights: those that its steps
    read are given to it as tensors, by `tf2_lstm.Weight`, and train.

    Args:
        carried: a list of dicts, one for each value that goes round: its `name`, `dtype` and `shape` (None for a size
            that is open).
        condition: a dict of `lines`, a list of (name, value) pairs, and of what they give: a boolean scalar, that the
            loop goes on.
        body: a dict of `lines` and of what they give: a list, the next value of each that is carried.
        captured: the names of what the lines read and no line changes.
        before: lines that the condition and the body share, computed once.
        **options: those of `keras.layers.Layer`.

    Call arguments: a list of the initial values, and a list of what is captured. Returns: a list of the values after
    the last step.

    Raises:
        ValueError: a line calls what is not in `OPERATIONS`, or a carried value changes its shape.

    ```python
    import keras
    from tf2_lstm import Loop

    def call(name, *values):
        return {"call": f"keras.ops.{name}", "with": list(values)}

    step, total = {"ref": "step"}, {"ref": "total"}
    add_up = Loop(
        [{"name": "step", "dtype": "int32", "shape": []}, {"name": "total", "dtype": "float32", "shape": [None]}],
        {"lines": [], "gives": call("less", step, 3)},
        {"lines": [["more", call("add", total, {"ref": "x"})]], "gives": [call("add", step, 1), {"ref": "more"}]},
        captured=["x"],
    )
    zero = keras.ops.convert_to_tensor(0)
    _, total = add_up([zero, keras.ops.zeros(2)], [keras.ops.ones(2)])
    assert total.tolist() == [3.0, 3.0] if hasattr(total, "tolist") else list(total) == [3.0, 3.0]
    ```
    """

    def __init__(self, carried, condition, body, captured=(), before=(), **options):
        options.setdefault("autocast", False)
        super().__init__(**options)
        self._data = {"carried": carried, "condition": condition, "body": body, "before": list(before)}
        self.captured = list(captured)
        self._made = {}
        _check(self._data, self.name)
        self._make(self._data)
        # XLA differentiates no loop whose number of steps it does not know.
        self.supports_jit = False

    def build(self, *shapes):
        """Nothing is built."""
        self.built = True

    def call(self, carried, captured=()):
        """Return what is carried after the last step, a list."""
        names = {**self._made, **dict(zip(self.captured, captured, strict=True))}
        given = [
            ops.convert_to_tensor(one, dtype=held["dtype"])
            for one, held in zip(carried, self._data["carried"], strict=True)
        ]
        return list(self._run(self._data, given, names))

    def compute_output_spec(self, carried, captured=()):
        """Return what it gives: tensors of the shapes and dtypes of what is carried."""
        return [keras.KerasTensor(tuple(one["shape"]), dtype=one["dtype"]) for one in self._data["carried"]]

    def get_config(self):
        """Return the configuration as plain data."""
        return {**super().get_config(), **self._data, "captured": self.captured}

    def _make(self, data):
        """Make the layers of sizes that lines call, each once."""
        for part in _parts(data):
            for name, value in part:
                if isinstance(value, dict) and str(value.get("call")).startswith("tf2_lstm."):
                    self._made[name] = self._value(value, {})
                for inner in _loops(value):
                    self._make(inner)

    def _run(self, data, given, names):
        """Run a loop from its initial values."""
        outer = self._lines(data.get("before", ()), names)
        targets = [one["name"] for one in data["carried"]]

        def condition(*values):
            return self._gives(data["condition"], {**outer, **dict(zip(targets, values, strict=True))})

        def body(*values):
            results = self._gives(data["body"], {**outer, **dict(zip(targets, values, strict=True))})
            return tuple(map(self._kept, results, values, data["carried"]))

        return ops.while_loop(condition, body, tuple(given))

    def _gives(self, part, names):
        return self._value(part["gives"], self._lines(part["lines"], names))

    def _lines(self, lines, names):
        names = dict(names)
        for name, value in lines:
            if name not in self._made:
                names[name] = self._value(value, names)
        return names

    def _kept(self, result, value, held):
        """What a step gives in the place of a value: of the same dtype and shape."""
        result = ops.convert_to_tensor(result, dtype=held["dtype"])
        shapes = tuple(result.shape), tuple(value.shape)
        if shapes[0] == shapes[1]:
            return result
        if len(shapes[0]) != len(shapes[1]) or any(
            None not in pair and pair[0] != pair[1] for pair in zip(*shapes, strict=True)
        ):
            raise ValueError(
                f"Loop {self.name!r}: expected that {held['name']} keeps its shape {shapes[1]}, received "
                f"{shapes[0]} after a step. Carry a tensor of the largest size"
            )
        return ops.reshape(result, ops.shape(value))

    def _value(self, value, names):
        def inner(one):
            return self._value(one, names)

        if isinstance(value, (list, tuple)):
            return tuple(map(inner, value))
        if not isinstance(value, dict):
            return value
        if "ref" in value:
            return names[value["ref"]]
        if "item" in value:
            return inner(value["item"])[_index(value["at"])]
        if "loop" in value:
            return self._run(value["loop"], inner(value["with"]), names)
        what = value["call"]
        function = _resolved(what) if isinstance(what, str) else inner(what)
        options = {name: inner(one) for name, one in value.get("options", {}).items()}
        return function(*inner(value["with"]), **options)


def _parts(data):
    """The lists of lines of a loop, what they give as lines without a name."""
    return [
        data.get("before", []),
        data["condition"]["lines"],
        data["body"]["lines"],
        [["", one] for one in [data["condition"]["gives"], *data["body"]["gives"]]],
    ]


def _inside(value):
    """The values that a value is made of, its own first."""
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


def _loops(value):
    return [one["loop"] for one in _inside(value) if isinstance(one, dict) and "loop" in one]


def _check(data, name):
    """Refuse lines that call what is not in the table."""
    for part in _parts(data):
        for _, value in part:
            for one in _inside(value):
                called = one.get("call") if isinstance(one, dict) else None
                if isinstance(called, str) and called not in OPERATIONS:
                    raise ValueError(
                        f"Loop {name!r}: expected operations of tf2_lstm.loop.OPERATIONS, received {called!r}. A file "
                        "that names another was not written by tf2-lstm: do not load it"
                    )
            for inner in _loops(value):
                _check(inner, name)


def _resolved(symbol):
    module, _, name = symbol.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _index(at):
    if isinstance(at, (list, tuple)):
        return tuple(map(_index, at))
    if isinstance(at, dict):
        return slice(*at["slice"])
    return Ellipsis if at == "..." else at
