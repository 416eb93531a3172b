"""Follow the lines of a source with shapes, to find the sizes in them."""

import inspect
from functools import partial

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref, Repeat
from tf2_lstm.migrate.keras_code.layer_rules import LAYERS, Layer, joined_states
from tf2_lstm.migrate.keras_code.shape_rules import RULES
from tf2_lstm.migrate.keras_code.tensor_shapes import NotFollowed, Tensor, join, part_of
from tf2_lstm.migrate.keras_code.written_size import fix

#: A value of which nothing is known.
UNKNOWN = object()


class Names:
    """The values of a function's names: `Tensor`s, `Layer`s, numbers, and lists and dicts of those.

    Args:
        makers: name of a class or function of the source -> the rule for its result.
        prefix: the prefix of the names of its sizes, with "{}" for the name of the layer.
        given: name -> value, before the first line.
    """

    def __init__(self, makers, prefix="{}", given=()):
        self._makers, self._prefix, self._values = makers, prefix, dict(given)

    def assign(self, lines):
        """Follow lines; return the `Names` themselves."""
        for line in lines:
            self._assign([one.lstrip("*") for one in line.targets], line)
        return self

    def _assign(self, targets, line):
        value = self.value(line.value, targets[0])
        if len(targets) == 1:
            self._values[targets[0]] = value
            return
        last = len(targets) - 1
        if not isinstance(value, list) or len(value) < last:
            self._values.update(dict.fromkeys(targets, UNKNOWN))
            return
        rest = [value[last:]] if line.targets[-1].startswith("*") else value[last:]
        self._values.update(zip(targets, [*value[:last], *rest], strict=False))

    def value(self, expression, name=""):
        """Return the value of an expression; a layer that it makes gets the name."""
        inner = partial(self.value, name=name)
        if isinstance(expression, Ref):
            return self._values.get(expression.name, UNKNOWN)
        if isinstance(expression, Item):
            return self._result(None, _item, [inner(expression.of), expression.at], {})
        if isinstance(expression, Apply):
            options = dict(expression.options)
            called = options.pop("name", name)
            arguments, options = list(map(inner, expression.arguments)), inner(options)
            return self._called(
                expression.what, arguments, options, called if called.isidentifier() else name
            )
        if isinstance(expression, Repeat):
            loop = loop_layer(self._makers, expression.cycle, self._values)
            return self._result(
                loop, partial(loop.call, loop), [list(map(inner, expression.initial)), []], {}
            )
        if isinstance(expression, (list, tuple)):
            return list(map(inner, expression))
        if isinstance(expression, dict):
            return {key: inner(one) for key, one in expression.items()}
        return expression

    def _called(self, what, arguments, options, name):
        if isinstance(what, Ref):
            layer = self._values.get(what.name)
            rule = partial(layer.call, layer) if isinstance(layer, Layer) else None
            return self._result(layer, rule, arguments, options)
        maker = self._makers.get(what) or LAYERS.get(what)
        rule = partial(maker, self._prefix.format(name.rstrip("_")).upper()) if maker else RULES.get(what)
        return self._result(None, rule, arguments, options)

    def _result(self, layer, rule, arguments, options):
        try:
            if rule is None:
                raise NotFollowed
            inspect.signature(rule).bind(*arguments, **options)
            return rule(*arguments, **options)
        # TypeError: an option that the rule does not know; the others: arguments of a kind that it does not expect.
        except (NotFollowed, TypeError, AttributeError, LookupError, ValueError):
            fix_all([layer, arguments, list(options.values())])
            return UNKNOWN


def model_layer(inputs, outputs):
    """Return the `Layer` of a function that builds a model, given the values of the model's inputs and outputs."""

    def call(layer, given):
        for name, value in given.items():
            join(inputs[name], value)
        return outputs

    tensors = [one for one in (*inputs.values(), *outputs.values()) if isinstance(one, Tensor)]
    return Layer(call, [size for one in tensors for size in one])


def cell_layer(makers, name, cell):
    """Return the `Layer` of a cell of its own equations.

    Args:
        makers: see `Names`.
        name: the prefix of the names of its sizes.
        cell: the `OwnCell`, with `WrittenSize`s.
    """
    cell.output_size.named(f"{name}_UNITS")
    for number, (_, size) in enumerate(cell.states):
        size.named(f"{name}_STATE_{number}_SIZE" if len(cell.states) > 1 else f"{name}_STATE_SIZE")
    held = {one.name: Tensor(one.shape) for one in cell.weights} | _held(makers, cell)
    sizes = [size for _, size in cell.states]

    def call(layer, x, states):
        x = layer.takes(x)
        given = dict(zip([one for one, _ in cell.states], joined_states(sizes, states, x[:-1]), strict=True))
        names = Names(makers, given={cell.inputs: x, **held, **given}).assign(cell.lines)
        join(Tensor((*x[:-1], cell.output_size)), names.value(cell.output))
        return [Tensor((*x[:-1], cell.output_size)), joined_states(sizes, names.value(cell.results), x[:-1])]

    weights = [size for one in cell.weights for size in one.shape]
    return Layer(call, [*sizes, cell.output_size, *weights], sizes, cell.output_size, _layers(held))


def loop_layer(makers, cycle, around=None):
    """Return the `Layer` of a while loop.

    Args:
        makers: see `Names`.
        cycle: the `Cycle`, with `WrittenSize`s.
        around: name -> value around it, for a loop among the lines of another one.
    """
    held = _held(makers, cycle) | {one.name: _built(makers, one) for one in cycle.layers}
    shapes = [Tensor(one.shape) for one in cycle.carried]

    def call(layer, carried, captured):
        for shape, value in zip(shapes, carried, strict=True):
            join(shape, value)
        given = dict(zip([one.name for one in cycle.carried], shapes, strict=True))
        read = around or dict(zip(cycle.captured, captured, strict=True))
        names = Names(makers, given={**read, **held, **given})
        names.assign((*cycle.before, *cycle.condition, *cycle.body))
        for shape, value in zip(shapes, map(names.value, cycle.results), strict=True):
            join(shape, value)
        return list(shapes)

    return Layer(call, [size for shape in shapes for size in shape], layers=_layers(held))


def _held(makers, own):
    """Return the layers that a cell or a loop holds: name -> `Layer`."""
    drops = {one.name: LAYERS["keras.layers.Dropout"]("", 0.0) for one in own.drops}
    cells = {one.name: Names(makers).value(one.call, one.name) for one in own.cells}
    for one in own.cells:
        if isinstance(cells[one.name], Layer):
            cells[one.name].takes(Tensor((None, one.width)))
    return {**drops, **cells}


def _built(makers, held):
    """Return the value of a `HeldLayer` that was called with tensors of the shapes that it is built for."""
    shapes = list(map(Tensor, held.shape)) if isinstance(held.shape, list) else Tensor(held.shape)
    layer = Names(makers).value(held.call, held.name)
    Names(makers, given={"layer": layer, "shapes": shapes}).value(Apply(Ref("layer"), (Ref("shapes"),)))
    return layer


def _layers(held):
    return [one for one in held.values() if isinstance(one, Layer)]


def _item(value, at):
    if isinstance(value, Tensor):
        return part_of(value, at)
    if isinstance(value, (list, dict)):
        return value[at]
    raise NotFollowed


def fix_all(value):
    """Write all sizes in a value as numbers."""
    if isinstance(value, Layer):
        value.fix()
    elif isinstance(value, dict):
        fix_all(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for one in value:
            fix_all(one)
    else:
        fix(value)
