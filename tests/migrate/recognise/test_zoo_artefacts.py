"""Every artefact of the zoo: what is found is what its program says, no more and no less."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tf2_lstm.migrate.artifacts import read
from tf2_lstm.migrate.pairs import Fed
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.recognise import recognise

FILES = Path(__file__).resolve().parents[2] / "zoo" / "files"
EXPECTED = [json.loads(path.read_text()) for path in sorted(FILES.glob("*/expected.json"))]


def call_data(call, known, fed):
    """A tree of calls as the zoo writes it: a cell object that occurred before is {"same": its number}."""
    for number, earlier in enumerate(known):
        if earlier is call:
            return {"same": number}
    known.append(call)
    inside = inner_calls(call)
    cells = {id(cell) for _, cell in inside}
    arguments = {
        name: fed[name] if isinstance(value, Fed) else value
        for name, value in call.arguments.items()
        if id(value) not in cells and not isinstance(value, tuple)
    }
    return {
        "pair": call.pair,
        "arguments": arguments,
        "cells": [call_data(cell, known, fed) for _, cell in inside],
    }


def found_data(recurrence, expected):
    """A recurrence in the zoo's words; edges that the zoo leaves out because the program never held them go."""
    said = expected.get("edge", {})
    # Of tensors that are computed in the same way any may be named.
    edge = {
        tensor.name: said[tensor.name] if said.get(tensor.name) in tensor.same else tensor.tf1
        for tensor in [*recurrence.inputs, *recurrence.outputs]
    }
    zeros = sorted(tensor.name for tensor in recurrence.inputs if tensor.zero)
    unsaid = {name for name in edge if name not in said and (name in zeros or not edge[name])}
    return {
        "scope": recurrence.scope,
        "form": recurrence.form,
        "time_major": recurrence.time_major,
        "reverse": recurrence.reverse,
        "call": call_data(recurrence.call, [], recurrence.keep_probs),
        "variables": sorted(name for cell in recurrence.cells for name in cell.variables),
        "edge": {name: tensor for name, tensor in edge.items() if name not in unsaid},
        "zero_initial_state": zeros,
        "ends": recurrence.ends,
        "past_end": recurrence.past_end,
        "most_steps": recurrence.most_steps,
        "output_layer": recurrence.output_layer and dict(recurrence.output_layer.arguments),
    }


#: What the zoo does not say of a recurrence that ends with its input.
ENDING = {"ends": "with the input", "past_end": False, "most_steps": None, "output_layer": None}


def expected_data(expected):
    fields = ("scope", "form", "time_major", "reverse", "call", "edge")
    return {
        **{name: expected.get(name, plain) for name, plain in ENDING.items()},
        **{name: expected[name] for name in fields if name in expected},
        "variables": sorted(expected["variables"]),
        "zero_initial_state": sorted(expected["zero_initial_state"]),
    }


@cache
def findings_by_name(name):
    expected = json.loads((FILES / name / "expected.json").read_text())
    options, folder = expected.get("options", {}), FILES / name
    weights = str(folder / options["weights"]) if "weights" in options else None
    model = read(str(folder / expected["artifact"]), weights=weights, ema=options.get("ema", False))
    return recognise(model, options.get("assume", ()), options.get("assume_defaults", False))


def findings_of(expected):
    return findings_by_name(expected["name"])


@pytest.mark.parametrize("expected", EXPECTED, ids=[expected["name"] for expected in EXPECTED])
def test_what_is_found_is_what_the_program_says(expected):
    findings = findings_of(expected)
    wanted = expected["recurrences"]
    assert [one.scope for one in findings.recurrences] == [one["scope"] for one in wanted]
    for recurrence, one in zip(findings.recurrences, wanted, strict=True):
        said = expected_data(one)
        assert {name: found_data(recurrence, one)[name] for name in said} == said
    found = [(one.scope, one.nearest, sorted(one.variables)) for one in findings.not_converted]
    assert found == [
        (one["scope"], one["nearest"], sorted(one["variables"])) for one in expected["not_converted"]
    ]
    assert sorted(one.name for one in findings.unclaimed) == sorted(expected["unclaimed"])


@pytest.mark.parametrize("expected", EXPECTED, ids=[expected["name"] for expected in EXPECTED])
def test_the_edges_have_the_shapes_and_dtypes_of_the_run(expected):
    recurrences = findings_of(expected).recurrences
    tensors = [tensor for one in recurrences for tensor in [*one.inputs, *one.outputs]]
    # The program held no tensor of what the graph makes of zeros; a file of weights has no tensors.
    held = [tensor for tensor in tensors if tensor.tf1 and not tensor.zero]
    graphless = any("run_edge" in one for one in expected["recurrences"])
    assert bool(held) == (bool(recurrences) and not graphless)
    for path in sorted((FILES / expected["name"]).glob("run*.npz")):
        run = dict(np.load(path))
        assert {tensor.tf1 for tensor in held} <= set(run)
        for tensor in tensors:
            if tensor.tf1 in run:
                check_edge(tensor, run[tensor.tf1])


def check_edge(tensor, found):
    assert len(tensor.shape) == found.ndim, tensor
    sizes = zip(tensor.shape, found.shape, strict=True)
    assert all(said in (None, size) for said, size in sizes), (tensor, found.shape)
    assert tensor.shape[-1] is not None or found.ndim == 1 or tensor.name == "mask", tensor
    assert tensor.dtype == found.dtype.name, tensor


WRONG_EDGES = {
    "rank": {"shape": (None, 4)},
    "a size": {"shape": (None, None, 5)},
    "an unknown width": {"shape": (None, None, None)},
    "dtype": {"dtype": "float64"},
}


@pytest.mark.parametrize("change", WRONG_EDGES.values(), ids=WRONG_EDGES)
def test_a_wrong_edge_is_seen(change):
    (found,) = findings_by_name("basic_lstm").recurrences
    run = np.load(FILES / "basic_lstm" / "run.npz")
    tensor = found.inputs[0]
    check_edge(tensor, run[tensor.tf1])
    with pytest.raises(AssertionError):
        check_edge(replace(tensor, **change), run[tensor.tf1])
