"""A graph with blocks that use a tensor twice, a thousand levels of them, is read in time that grows as its size."""

import cProfile
from collections import OrderedDict

import pytest

from tests.fuzz.deep import BLOCKS, PLACES, deepened
from tf2_lstm.migrate.model import ArtifactError, TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise

UNREAD = {
    "on a gate",
    "on all gates",
    "on the new state",
    "on the end of the loop",
    "in a single step of a cell over frequencies",
}


def calls(function, *arguments):
    """Count the functions that a call takes: a measure that is the same on every machine."""
    profile = cProfile.Profile(subcalls=False)
    profile.runcall(function, *arguments)
    return sum(entry.callcount for entry in profile.getstats())


def test_the_measure_sees_a_walk_without_a_memory():
    def walk(level):
        return walk(level - 1) + walk(level - 1) if level else 1

    assert calls(walk, 12) > 3 * calls(walk, 10)


#: Every block at a third of the places, every place with a third of the blocks; `make fuzz` draws among all.
PAIRS = [
    (place, block)
    for row, place in enumerate(PLACES)
    for column, block in enumerate(BLOCKS)
    if (row + column) % 3 == 0
]


@pytest.mark.parametrize(("place", "block"), PAIRS)
def test_four_times_the_levels_take_four_times_the_calls(place, block):
    # TensorFlow's own inference is no walk of ours; the tests of thousands of levels have it.
    graphs = (deepened(place, block, levels) for levels in (60, 240))
    few, many = (calls(recognise, graph, (), False, lambda part, without=(): {}) for graph in graphs)
    assert many < 4.5 * few


@pytest.mark.parametrize("place", PLACES)
def test_a_thousand_levels_are_read(place):
    findings = recognise(deepened(place, "h + tanh(h)", 1_000))
    assert bool(findings.recurrences) == (place not in UNREAD)
    assert bool(findings.not_converted) == (place in UNREAD)
    assert not [one for one in findings.unclaimed if "lstm" in one.name]


@pytest.mark.parametrize(
    ("place", "block", "reason"),
    [
        (
            "on the new state",
            "dropout(h)",
            "more than 100 wrappers stand around one cell; it is seen at Mul ",
        ),
        (
            "behind a single step",
            "dropout(h)",
            "more than 100 wrappers stand around one cell; it is seen at Tanh ",
        ),
        ("on a flat state", "dropout(h)", "dropout acts on a flat state"),
        ("on a gate", "h + h", "a state is carried by no known cell"),
        ("on a gate", "[h, h]", "a state is carried by no known cell"),
    ],
)
def test_what_is_too_deep_is_said(place, block, reason):
    (said,) = recognise(deepened(place, block, 400)).not_converted
    assert said.reason.startswith(reason)


def test_one_dropout_in_place_of_many_is_read():
    """What is advised of too many."""
    findings = recognise(deepened("on the new state", "dropout(h)", 1))
    assert (len(findings.recurrences), findings.not_converted) == (1, [])


#: What many names are of -> how they are called.
NAMES = {
    "cells": lambda n: [f"v{i}/lstm_cell/{leaf}" for i in range(n) for leaf in ("kernel", "bias")],
    "one scope that is no cell's": lambda n: [f"rnn/v{i}" for i in range(n)],
    "many scopes": lambda n: ["a/" * n + "lstm_cell/kernel"],
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_four_times_the_names_without_a_graph_take_four_times_the_calls(names):
    def named(count):
        shapes = {"kernel": (9, 20), "bias": (20,)}
        variables = OrderedDict(
            (name, Variable(name, shapes.get(name.rpartition("/")[2], (3,)), "float32", None))
            for name in names(count)
        )
        return TF1Model("weights", "model.ckpt", variables=variables)

    few, many = (calls(lambda model: recognise(model, (), True), named(count)) for count in (100, 400))
    assert many < 4.5 * few


def test_functions_that_call_each_other_twice_are_refused(tmp_path):
    from tf2_lstm.migrate.artifacts.protos import message

    graph = message("GraphDef")
    for level in range(40):
        function = graph.library.function.add()
        function.signature.name = f"f{level}"
        function.signature.input_arg.add(name="x")
        function.signature.output_arg.add(name="y")
        for number, value in enumerate(("x", "call_0:output:0")):
            node = function.node_def.add(
                name=f"call_{number}", op="PartitionedCall" if level < 39 else "Tanh"
            )
            node.input.append(value)
            if level < 39:
                node.attr["f"].func.name = f"f{level + 1}"
        function.ret["y"] = "call_1:output:0"
    graph.node.add(name="x", op="Placeholder")
    called = graph.node.add(name="called", op="PartitionedCall")
    called.input.append("x")
    called.attr["f"].func.name = "f0"
    with pytest.raises(ArtifactError, match="each counted as often as it is called"):
        recognise(TF1Model("frozen", str(tmp_path / "x.pb"), graph=graph))


def test_a_number_of_outputs_is_not_believed():
    for op, attribute in (("Split", "num_split"), ("Unpack", "num")):
        model = deepened("in front", "tanh(h)", 1)
        node = next(node for node in model.graph.node if node.name == "rnn/while/basic_lstm_cell/split")
        node.op = op
        node.attr[attribute].i = 2**62
        if op == "Unpack":
            del node.input[0]
        assert recognise(model).not_converted
