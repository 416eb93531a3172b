"""The loops of a graph as both control flows have them: one description, and what is not complete is none."""

import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph.frames import frame_variables_of, frames_of
from tf2_lstm.migrate.graph.nodes import functions_of
from tf2_lstm.migrate.graph.reader import GraphReader
from tf2_lstm.migrate.model import ArtifactError, TF1Model

v1 = tf.compat.v1


def step(i, h, w):
    return i + 1, tf.tanh(h + w), w


def in_each_other(i, h, w):
    return i + 1, tf.while_loop(lambda i, h: i < 2, lambda i, h: (i + 1, h + w), (0, h))[1], w


def graph_of(body, functional=False):
    was = v1.control_flow_v2_enabled()
    (v1.enable_control_flow_v2 if functional else v1.disable_control_flow_v2)()
    try:
        with tf.Graph().as_default() as graph:
            x, w = (v1.placeholder(tf.float32, [2], name=name) for name in "xw")
            tf.identity(tf.while_loop(lambda i, *_: i < 3, body, (0, x, w))[1], name="y")
    finally:
        (v1.enable_control_flow_v2 if was else v1.disable_control_flow_v2)()
    return graph.as_graph_def()


def nodes_of(graph):
    return {node.name: node for node in graph.node}


def frames(graph):
    return list(dict.fromkeys(frames_of(nodes_of(graph), functions_of(graph)).values()))


@pytest.mark.parametrize("functional", [False, True])
def test_both_control_flows_carry_the_same(functional):
    (frame,) = frames(graph_of(step, functional))
    h, w = (frame.initial.index(name) for name in ("x:0", "w:0"))
    carried = {*frame.body.leaves.values()}
    assert h in carried
    assert h in frame.exits.values()
    # What a step hands on as it is does not go round.
    assert w not in carried
    assert "w:0" in frame.body.captured.values()
    assert {*frame.condition.leaves.values()} == carried
    assert frame.body.results[h].startswith(("Tanh", "while/Tanh"))


def test_a_loop_in_a_loop_is_a_frame_of_its_own():
    outer, inner = frames(graph_of(in_each_other))
    assert (outer.name, inner.name) == ("while", "while/while")
    assert inner.initial[1] == "while/Identity_1:0"
    assert outer.body.results[1] in inner.exits


def lost(graph, name, index, to):
    """The graph, its only loop not complete any more."""
    graph.node.add(name="flag", op="Placeholder").attr["dtype"].type = 10
    graph.node.add(name="again", op="LoopCond", input=["flag"])
    nodes_of(graph)[name].input[index] = to
    return graph


#: What is damaged -> how many values are carried still.
NOT_COMPLETE = {
    "a value that does not come back": (("while/Merge_1", 1, "while/Enter_1"), 2),
    "two that decide": (("while/Switch_1", 1, "again"), 3),
}


@pytest.mark.parametrize(("change", "count"), NOT_COMPLETE.values(), ids=NOT_COMPLETE)
def test_what_is_not_complete_is_no_frame_and_what_it_carries_is_found(change, count):
    graph = lost(graph_of(step), *change)
    assert frames(graph) == []
    (own,) = frame_variables_of(nodes_of(graph)).values()
    assert len(own) == count
    (loop,) = reading_of(graph).loops
    assert [var.leaf.attr[1] for var in loop.variables] == [one.merge for one in own]
    assert loop.condition is not None


def test_what_does_not_leave_is_not_given_out():
    """As where a graph was cut, and lost the Switch of a value that nothing reads but the condition."""
    graph = lost(graph_of(step), "while/Switch_1", 1, "while/Less")
    (frame,) = frames(graph)
    assert set(frame.exits) == {"while/Exit:0", "while/Exit_2:0"}
    assert (set(frame.condition.leaves), set(frame.body.leaves)) == (
        {"while/Merge:0", "while/Merge_1:0"},
        {"while/Switch:1"},
    )


def reading_of(graph):
    return GraphReader(TF1Model("frozen_graph", "it", graph=graph))


def test_a_value_that_nothing_brings_in_is_an_error_that_names_the_merge():
    graph = lost(graph_of(step), "while/Merge_1", 0, "x")
    assert frames(graph) == []
    with pytest.raises(ArtifactError, match="'while/Merge_1' is no Merge of Enter and NextIteration"):
        reading_of(graph)
