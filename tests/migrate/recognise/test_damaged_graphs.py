"""A graph in which anything at all was changed is recognised, reported or refused in one line; it never crashes."""

import copy
import random

import pytest
from tampering import Tampered

from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.recognise import recognise

GRAPHS = (
    "lstm_all_options",
    "raw_rnn",
    "residual_in_stack_with_dropout",
    "static_rnn_lengths",
    "fused_options",
)
OPERATIONS = (
    "Mul",
    "Add",
    "Sub",
    "Tanh",
    "Identity",
    "Maximum",
    "Exp",
    "Select",
    "Split",
    "Enter",
    "Switch",
    "Merge",
)


def damage(graph, chance):
    """Change one node: what it reads, what it does, or that it is there."""
    nodes = [number for number, node in enumerate(graph.node) if node.input]
    number = chance.choice(nodes)
    node = graph.node[number]
    kind = chance.choice(("input", "output", "operation", "gone", "attribute"))
    if kind == "input":
        node.input[chance.randrange(len(node.input))] = graph.node[
            chance.choice(nodes[: nodes.index(number)] or nodes)
        ].name
    elif kind == "output":
        node.input[chance.randrange(len(node.input))] += ":3"
    elif kind == "operation":
        node.op = chance.choice(OPERATIONS)
    elif kind == "gone":
        del graph.node[number]
    else:
        node.attr.clear()


@pytest.mark.parametrize("name", GRAPHS)
def test_a_damaged_graph_is_no_crash(name):
    chance, original = random.Random(name), Tampered(name).model
    ends, said = {"recognised": 0, "refused": 0}, []
    for _ in range(60):
        model = copy.copy(original)
        model.graph = copy.deepcopy(original.graph)
        damage(model.graph, chance)
        try:
            recognise(model)
            ends["recognised"] += 1
        except ArtifactError as error:
            said.append(str(error))
            ends["refused"] += 1
    assert min(ends.values()) > 5
    assert all("damaged" in message and "\n" not in message for message in said)
