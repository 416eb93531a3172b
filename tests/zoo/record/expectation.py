"""The words in which a builder says what must be found, and their plain data for expected.json."""

from collections import OrderedDict

from tf2_lstm.migrate.pairs import Call
from tf2_lstm.migrate.pairs.tree import inner_calls


def call_data(call, known=None):
    """A tree of `Call`s as plain data; a cell object that occurred before is {"same": its number in preorder}."""
    known = [] if known is None else known
    for number, earlier in enumerate(known):
        if earlier is call:
            return {"same": number}
    known.append(call)
    inside = inner_calls(call)
    cells = {id(cell) for _, cell in inside}
    arguments = {
        name: getattr(value, "name", value)
        for name, value in call.arguments.items()
        if id(value) not in cells and not isinstance(value, tuple)
    }
    return {
        "pair": call.pair,
        "arguments": arguments,
        "cells": [call_data(cell, known) for _, cell in inside],
    }


def leaves(nest, name):
    """Flatten a nest of tensors to {edge name: tensor}: c before h, layers by number, fw before bw."""
    found = OrderedDict()
    if hasattr(nest, "_fields") or isinstance(nest, dict):
        items = nest.items() if isinstance(nest, dict) else zip(nest._fields, nest)
        for key, inner in items:
            found.update(leaves(inner, f"{name}_{key}"))
    elif isinstance(nest, (list, tuple)):
        for number, inner in enumerate(nest):
            found.update(leaves(inner, f"{name}_{number}"))
    else:
        found[name] = nest
    return found


def named(scope, *names):
    """The checkpoint names of a cell's variables; kernel and bias when none are given."""
    return [(scope + "/" if scope else "") + name for name in names or ("kernel", "bias")]


GRU = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")


def gru_named(scope):
    """The checkpoint names of a GRUCell's variables."""
    return named(scope, *GRU)


def recurrence(scope, call, variables, inputs, outputs, state, **options):
    """Say one recurrence: tensors are those that the program held, nests as it held them.

    Options: graph (True; False when the artefact has no graph: the edge is then that of the run), form ("while"),
    time_major, reverse, sequence_length, initial_state (a nest), zero (the given initial
    state is of zeros made by the graph), keep_probs; of a decoder ends, past_end, most_steps, output_layer. Without
    initial_state the graph makes zeros that the program never held.
    """
    form, time_major = options.pop("form", "while"), options.pop("time_major", False)
    graph = options.pop("graph", True)
    reverse, zero = options.pop("reverse", False), options.pop("zero", False)
    initial, lengths = options.pop("initial_state", None), options.pop("sequence_length", None)
    edge = OrderedDict(leaves(inputs, "inputs"))
    if lengths is not None:
        edge["sequence_length"] = lengths
    starts = leaves(initial, "initial_state") if initial is not None else OrderedDict()
    edge.update(starts)
    edge.update(leaves(outputs, "outputs"))
    ends = leaves(state, "state")
    edge.update(ends)
    said = OrderedDict(
        scope=scope,
        form=form,
        time_major=time_major,
        reverse=reverse,
        call=call_data(call),
        variables=variables,
    )
    said["edge"] = edge if graph else OrderedDict()
    if not graph:
        said["run_edge"] = edge
    zeros = [] if initial is not None and not zero else ["initial_" + name for name in ends]
    said["zero_initial_state"] = zeros
    for name in ("keep_probs", "ends", "past_end", "most_steps", "output_layer"):
        if name in options:
            said[name] = options.pop(name)
    if options:
        raise TypeError("unknown: {}".format(", ".join(sorted(options))))
    return said


def not_converted(scope, nearest, variables, why):
    """Say one recurrence that must be reported and not converted."""
    return OrderedDict(scope=scope, nearest=nearest, variables=variables, why=why)


def output_layer(units, use_bias=True, activation=None):
    """Say the dense layer that a decoder has inside its loop; its variables are the last of the recurrence."""
    return OrderedDict(units=units, use_bias=use_bias, activation=activation)


def dynamic(cell, **options):
    """The `Call` of dynamic_rnn."""
    return Call("dynamic_rnn", cell=cell, **options)


def bidirectional(fw, bw, function="bidirectional_dynamic_rnn"):
    """The `Call` of a bidirectional function."""
    return Call(function, cell_fw=fw, cell_bw=bw)


def lstm(units=5, **options):
    """The `Call` of an LSTM: "basic_lstm" when nothing needs more, whatever class the program used."""
    more = {"use_peepholes", "cell_clip", "num_proj", "proj_clip"} & set(options)
    return Call("lstm" if more else "basic_lstm", num_units=units, **options)


def gru(units=5, **options):
    """The `Call` of a GRUCell."""
    return Call("gru", num_units=units, **options)


def rnn(units=5, **options):
    """The `Call` of a BasicRNNCell."""
    return Call("basic_rnn", num_units=units, **options)


def stack(*cells, **options):
    """The `Call` of a MultiRNNCell."""
    return Call("multi_rnn", cells=cells, **options)
