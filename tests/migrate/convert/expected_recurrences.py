"""Recurrences out of the zoo's `expected.json`: what conversion is given when recognition is right."""

import json
from pathlib import Path

import numpy as np

from tf2_lstm.migrate.model import CellVariables, Recurrence
from tf2_lstm.migrate.pairs import PAIRS, Call, Fed
from tf2_lstm.migrate.pairs.tree import scoped_cells
from tf2_lstm.migrate.roles import Form, Tensor

ZOO = Path(__file__).parents[2] / "zoo" / "files"


def read_expected(name):
    """What the zoo says of an artefact."""
    return json.loads((ZOO / name / "expected.json").read_text(encoding="utf-8"))


def read_run(name, file="run.npz"):
    """What TensorFlow 1.15.5 computed for an artefact: tensor name -> array."""
    with np.load(ZOO / name / file, allow_pickle=False) as arrays:
        return dict(arrays)


def call_of(tree, seen):
    """Turn the plain tree of an `expected.json` into calls; "same" is the object that was number n."""
    if "same" in tree:
        return seen[tree["same"]]
    place = len(seen)
    seen.append(None)
    inner = [call_of(cell, seen) for cell in tree["cells"]]
    # A keep_prob that is a tensor is fed.
    arguments = {
        name: Fed(1.0) if isinstance(value, str) and name.endswith("keep_prob") else value
        for name, value in tree["arguments"].items()
    }
    for argument, scope in PAIRS[tree["pair"]].cells.items():
        arguments[argument] = tuple(inner) if "%d" in scope else inner.pop(0)
    seen[place] = Call(tree["pair"], **arguments)
    return seen[place]


def recurrences_of(name, model):
    """Build the `Recurrence`s that `expected.json` describes; dtypes and static shapes come from the graph."""
    tensors = _static(model.graph)
    return [
        _recurrence(entry, number, tensors) for number, entry in enumerate(read_expected(name)["recurrences"])
    ]


def _recurrence(entry, number, tensors):
    call = call_of(entry["call"], [])
    zeros = entry.get("zero_initial_state", [])
    edge = [
        Tensor(key, name, *tensors[name], zero=key in zeros) for key, name in entry["edge"].items() if name
    ]
    inputs = [
        one for one in edge if one.name.startswith(("inputs", "initial_state", "sequence_length", "mask"))
    ]
    names = iter(entry["variables"])
    cells = [
        CellVariables(
            cell,
            scope,
            {
                leaf.name: next(names)
                for leaf in PAIRS[cell.pair].weights.tf1
                if not leaf.when or cell.arguments.get(leaf.when)
            },
        )
        for scope, cell in scoped_cells(call).items()
    ]
    return Recurrence(
        f"recurrence_{number}",
        entry["scope"],
        Form(entry["form"]),
        call,
        inputs,
        [one for one in edge if one not in inputs],
        entry["time_major"],
        entry.get("reverse", False),
        cells,
        entry.get("keep_probs", {}),
    )


def _static(graph):
    """Every tensor of a graph: name -> (dtype's name, shape)."""
    import tensorflow as tf

    imported = tf.Graph()
    with imported.as_default():
        tf.import_graph_def(graph, name="")
    return {
        tensor.name: (
            tensor.dtype.base_dtype.name,
            tuple(tensor.shape) if tensor.shape.rank is not None else (),
        )
        for operation in imported.get_operations()
        for tensor in operation.outputs
    }
