"""Nodes of which TensorFlow's inference dies are found, each try in a fork, and the other shapes are known."""

import os

import pytest

from tf2_lstm.migrate.artifacts.protos import message
from tf2_lstm.migrate.graph import careful
from tf2_lstm.migrate.graph.careful import STAGE, Inference

DIED = "TensorFlow died (SIGABRT)"


def chain(length):
    """A graph of which each node reads the one before; they stand in the file the other way round."""
    graph = message("GraphDef")
    for number in reversed(range(length)):
        node = graph.node.add(name=f"n{number}", op="Tanh" if number else "Placeholder")
        node.input.extend([f"n{number - 1}"] if number else [])
    return graph


def dying_of(*deadly):
    """Infers (number,) for each node, and ends the process at a deadly one that it looks into."""

    def infer(graph, without):
        for node in reversed(graph.node):
            if node.name in deadly and node.name not in without:
                os._exit(134)
        return {f"{node.name}:0": [int(node.name[1:])] for node in graph.node if node.name not in without}

    return infer


def inference(told, infer, died=True):
    return Inference({STAGE: DIED} if died else {}, told.append, infer)


@pytest.mark.parametrize("deadly", [[], [0], [36], [3, 4, 30]])
def test_the_shapes_of_the_others_are_known(deadly):
    told, names = [], [f"n{number}" for number in deadly]
    infer = inference(told, dying_of(*names))
    found = infer(chain(37))
    assert found == {f"n{number}:0": (number,) for number in range(37) if number not in deadly}
    assert told == [STAGE, ""]
    operations = [f"{name} ({'Tanh' if name != 'n0' else 'Placeholder'})" for name in names]
    said = f"the shape of {', '.join(operations)} is not known: {DIED} as it inferred it"
    assert infer.notes == ([said] if deadly else [])


def test_more_than_a_few_are_not_looked_for(monkeypatch):
    monkeypatch.setattr(careful, "_MOST", 1)
    assert len(inference([], dying_of("n1"))(chain(4))) == 3
    infer = inference([], dying_of("n1", "n2", "n3"))
    assert infer(chain(4)) == {}
    assert infer.notes == [f"no shapes are known: {DIED} as it inferred them"]


def test_what_fails_without_dying_is_not_taken_for_shapes():
    assert inference([], lambda graph, without: 1 / 0)(chain(3)) == {}


def test_nothing_is_forked_before_something_died():
    told, process = [], []

    def infer(graph, without):
        process.append(os.getpid())
        return {}

    assert inference(told, infer, died=False)(chain(3)) == {}
    assert (process, told) == ([os.getpid()], [STAGE, ""])
