"""While loops in ONNX: the function of a step is traced on symbolic tensors, into the body of a Loop.

Values that no step changes are written before the loop. An array that the steps only append to is what ONNX calls a
scan output: a body that carried it would copy all of it at every step.
"""

from dataclasses import dataclass

import keras
from onnx import helper

from tf2_lstm.loop import Loop
from tf2_lstm.migrate.export.appending import appended, joined
from tf2_lstm.migrate.export.graph import value_info
from tf2_lstm.migrate.export.rearranging import limited
from tf2_lstm.migrate.export.tracing import called, made_within, symbols_like, unchanged, unconverted
from tf2_lstm.migrate.export.writing import Writer


@dataclass(frozen=True)
class Step:
    """One step of a loop, on symbolic tensors.

    Attributes:
        before: the carried values.
        results: the carried values after the step.
        after: the symbolic tensors that stand for these in the condition.
        goes_on: the result of the condition.
        kept: numbers of the values that no step changes.
        appended: number of an array that gets one element at each step -> its `Appended`.
    """

    before: list
    results: list
    after: list
    goes_on: object
    kept: set
    appended: dict

    @property
    def carried(self):
        """The numbers of all other values, which the body carries."""
        places = range(len(self.before))
        return [place for place in places if place not in self.kept and place not in self.appended]


def layer_row(writer, call):
    """Write a `tf2_lstm.Loop`: constants that it begins with are symbolic too, in the shapes that it has."""
    layer, given = call.operation, dict(zip(("carried", "captured"), call.args, strict=False))
    given = {"captured": (), **given, **call.kwargs}
    first = layer.compute_output_spec(given["carried"])
    for symbol, value in zip(first, given["carried"], strict=True):
        writer.define(symbol, writer.name(value, symbol.dtype))
    return [writer.name(one) for one in writer.opened(layer, first, given["captured"])]


def while_row(writer, call):
    """Write a `keras.ops.while_loop`."""
    [nest] = call.args or call.kwargs.values()
    graph, most = writer.graph, call.operation.maximum_iterations
    first = [
        writer.name(value, output.dtype)
        for value, output in zip(keras.tree.flatten(nest), call.outputs, strict=True)
    ]
    step = _traced(writer, call, nest, first)
    body = _body(writer, step, first)
    given = [
        "" if most is None else writer.name(most, "int64"),
        _begins(writer, call, nest, first),
        *(first[place] for place in step.carried),
    ]
    places = [*step.carried, *step.appended]
    names = graph.add("Loop", given, len(places), body=body)
    found = {
        **dict(enumerate(first)),
        **dict(zip(places, [names] if isinstance(names, str) else names, strict=True)),
    }
    for place, one in step.appended.items():
        found[place] = joined(graph, first[place], found[place], (first[one.counter], found[one.counter]))
    return [found[place] for place in range(len(first))]


def _begins(writer, call, nest, first):
    """Return the name of whether there is a first step."""
    symbols = symbols_like(call.outputs)
    for symbol, name in zip(symbols, first, strict=True):
        writer.define(symbol, name)
    [goes_on] = called(writer, call.operation.cond, symbols, nest)
    return writer.name(goes_on, "bool")


def _traced(writer, call, nest, first):
    """Return the `Step` of a loop, after all values that its steps only read are written before it."""
    before, after = symbols_like(call.outputs), symbols_like(call.outputs)
    results = called(writer, call.operation.body, before, nest)
    [goes_on] = called(writer, call.operation.cond, after, nest)
    kept = {place for place, one in enumerate(results) if unconverted(one) is before[place]}
    for place in kept:
        for symbol in (before[place], after[place]):
            writer.define(symbol, first[place])
    parts = made_within(writer, [*results, goes_on])
    for tensor in unchanged(parts, [one for one in [*before, *after] if not writer.has(one)]):
        writer.name(tensor)
    return Step(before, results, after, goes_on, kept, appended(before, results, parts))


def _body(outer, step, first):
    writer = Writer(outer.rows, outer)
    graph = writer.graph
    number, goes_on = graph.fresh("step"), graph.fresh("goes_on")
    # onnxruntime wants to know that these two are scalars.
    given = [(number, "int64", []), (goes_on, "bool", [])]
    for place in step.carried:
        given.append((graph.fresh("carried"), step.before[place].dtype))
        writer.define(step.before[place], given[-1][0])
    # A body may not return one of its inputs, nor one value twice.
    out = lambda value, dtype: graph.add("Identity", [writer.name(value, dtype)])  # noqa: E731
    results = []
    for place in step.carried:
        results.append((out(step.results[place], step.after[place].dtype), step.after[place].dtype))
        writer.define(step.after[place], results[-1][0])
    results.insert(0, (out(step.goes_on, "bool"), "bool"))
    for place, (name, *_) in zip(step.carried, given[2:], strict=True):
        if name in writer.limits:
            limited(outer, first[place], writer.limits[name])
    for place, one in step.appended.items():
        dtype, sizes = step.before[place].dtype, [None] * (len(one.updates.shape) - 1)
        results.append((graph.squeeze(writer.name(one.updates, dtype), 0), dtype, sizes))
    ends = [[value_info(*one) for one in side] for side in (given, results)]
    return helper.make_graph(graph.nodes, graph.fresh("steps"), *ends)


#: Class of the layer, or name of the class of `keras.ops` -> row.
ROWS = {Loop: layer_row, "WhileLoop": while_row}
