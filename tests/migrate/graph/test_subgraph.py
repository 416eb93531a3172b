"""What a slice of a graph needs besides the graph's own nodes."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.artifacts import read
from tf2_lstm.migrate.model import TF1Model
from tf2_lstm.migrate.prove.replay import Replay, ReplayError

ZOO = Path(__file__).parents[2] / "zoo" / "files"
MODEL = str(ZOO / "gru_cell" / "model.ckpt")
EDGE = json.loads((ZOO / "gru_cell" / "expected.json").read_text())["recurrences"][0]["edge"]
OUTPUTS, INPUT = [EDGE["outputs"], EDGE["state"]], EDGE["inputs"]


def without_entering_copies(model):
    """The model after a tool took away the Identity that begins a step for each loop variable."""
    graph = copy.deepcopy(model.graph)
    switches = {node.name for node in graph.node if node.op == "Switch"}
    begun = {
        node.name: node.input[0]
        for node in graph.node
        if node.op == "Identity" and node.input[0].partition(":")[0] in switches
    }
    for node in graph.node:
        for number, name in enumerate(node.input):
            node.input[number] = begun.get(name, name)
    changed = copy.copy(model)
    changed.graph = graph
    return changed, begun


def gradients(model):
    x = np.random.RandomState(0).uniform(-1, 1, (2, 3, 4)).astype("float32")
    with Replay(model, OUTPUTS, {INPUT: ("float32", (None, None, 4))}) as replay:
        targets = {name: np.zeros_like(value) for name, value in replay.run({INPUT: x}).items()}
        return replay.run_gradients({INPUT: x}, targets)


def test_gradients_are_right_where_a_tool_took_the_copies_of_a_step_away():
    model = read(MODEL)
    changed, begun = without_entering_copies(model)
    assert begun
    expected, found = gradients(model), gradients(changed)
    assert expected
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, atol=1e-7, err_msg=name)


def test_a_loop_that_is_marked_for_xla_has_gradients():
    model = copy.copy(read(MODEL))
    expected, model.graph = gradients(model), copy.deepcopy(model.graph)
    for node in model.graph.node:
        node.attr["_XlaCompile"].b = True
        node.attr["_XlaScope"].s = b"jit_scope_0"
    for name, value in gradients(model).items():
        np.testing.assert_array_equal(value, expected[name])


def turned(order):
    """A graph that transposes, turns round what is fed, and asks for the sizes before either."""
    with tf.Graph().as_default() as graph:
        words = tf.tanh(tf.compat.v1.placeholder(tf.float32, [None, None, 4], "words"))
        swapped = tf.transpose(words, order)
        tf.reverse(swapped, [0], name="fed")
        tf.identity(tf.shape(swapped), "steps")
        tf.identity(tf.shape(words), "batch")
    return TF1Model("checkpoint", "m", graph=graph.as_graph_def())


def sizes_of(order, name):
    with Replay(
        turned(order), [f"{name}:0"], {"fed:0": ("float32", (None, None, None))}, gradients=""
    ) as replay:
        return replay.run({"fed:0": np.zeros((5, 2, 4), "float32")})[f"{name}:0"].tolist()


@pytest.mark.parametrize(("name", "expected"), [("steps", [5, 2, 4]), ("batch", [2, 5, 4])])
def test_sizes_that_the_graph_reads_before_what_is_fed_are_those_of_what_is_fed(name, expected):
    """As tf.keras does with go_backwards: the zero state and the number of steps are read before the reversal."""
    assert sizes_of([1, 0, 2], name) == expected


def test_sizes_before_another_transposition_are_not_guessed():
    assert sizes_of([1, 2, 0], "steps") == [5, 2, 4]
    with pytest.raises(ReplayError, match="feed a value for placeholder tensor 'words'"):
        sizes_of([1, 2, 0], "batch")


def test_a_recurrence_without_a_tensor_of_the_graph_is_refused():
    model = read(MODEL)
    with pytest.raises(
        ReplayError, match="none of its outputs and final states is a tensor that a session can fetch"
    ):
        Replay(model, [], {})


def test_a_variable_that_does_not_take_its_value_is_named(monkeypatch):
    right, wrong = tf.compat.v1.Session.run, "rnn/gru_cell/gates/bias"

    def run(session, fetches, *fed):
        assigned = [one.inputs[0].op.name for one in fetches] if isinstance(fetches, list) else []
        if wrong in assigned:
            raise tf.errors.ResourceExhaustedError(None, None, "no room")
        return right(session, fetches, *fed)

    monkeypatch.setattr(tf.compat.v1.Session, "run", run)
    with pytest.raises(ReplayError, match=rf"^{wrong} does not take its value: no room$"):
        gradients(read(MODEL))
