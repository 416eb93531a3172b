"""What TensorFlow is told of loops, and the loops that it cannot be told of: a reason, no failure."""

import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph import while_contexts
from tf2_lstm.migrate.graph.cond_contexts import ConditionalError
from tf2_lstm.migrate.model import TF1Model
from tf2_lstm.migrate.prove import contexts, replay
from tf2_lstm.migrate.prove.replay import Replay

v1 = tf.compat.v1


def graph_of(build):
    was = v1.control_flow_v2_enabled()
    v1.disable_control_flow_v2()
    try:
        with tf.Graph().as_default() as graph:
            x = v1.placeholder(tf.float32, [None], name="x")
            tf.identity(build(x), name="y")
        return TF1Model("frozen_graph", "made here", {}, "", graph.as_graph_def())
    finally:
        if was:
            v1.enable_control_flow_v2()


def loop(x):
    return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, tf.tanh(h)), (0, x))[1]


def loop_in_loop(x):
    return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, loop(h)), (0, x))[1]


def choose(x):
    """x is positive where it is fed: tanh(x), else 0."""
    return tf.cond(tf.reduce_all(x < 0.0), lambda: tf.zeros_like(x), lambda: tf.tanh(x))


def choice_in_loop(x):
    return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, choose(h)), (0, x))[1]


def choice_in_choice_in_loop(x):
    def twice(h):
        return tf.cond(tf.reduce_all(h < 0.0), lambda: h, lambda: choose(h))

    return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, twice(h)), (0, x))[1]


def replayed(model):
    with Replay(model, ["y:0"], {"x:0": ("float32", (None,))}) as one:
        ran = one.run({"x:0": [0.5]})
        gradients = {} if one.no_gradients else one.run_gradients({"x:0": [0.5]}, {"y:0": [0.0]})
        return ran["y:0"], gradients, one.no_gradients


@pytest.mark.parametrize(
    "build", [loop, choice_in_loop, lambda x: choose(choose(choose(x))), lambda x: loop(choose(x) * 0 + x)]
)
def test_what_it_is_made_of_is_differentiated(build):
    value, gradients, reason = replayed(graph_of(build))
    with tf.GradientTape() as tape:
        x = tf.constant([0.5])
        tape.watch(x)
        wanted = tf.tanh(tf.tanh(tf.tanh(x)))
        loss = 0.5 * tf.reduce_mean(wanted**2)
    assert value == pytest.approx(wanted.numpy(), rel=1e-6)
    assert gradients["x:0"] == pytest.approx(tape.gradient(loss, x).numpy(), rel=1e-5)
    assert reason == ""


def test_a_loop_in_a_loop_runs_without_a_gradient_and_says_why():
    model = graph_of(loop_in_loop)
    with pytest.raises(while_contexts.LoopError):
        while_contexts.loop_contexts(model.graph)
    value, gradients, reason = replayed(model)
    assert value.shape == (1,)
    assert gradients == {}
    assert "holds another one" in reason


def test_a_conditional_in_a_conditional_runs_without_a_gradient_and_says_why():
    model = graph_of(choice_in_choice_in_loop)
    with pytest.raises(ConditionalError):
        while_contexts.loop_contexts(model.graph)
    value, gradients, reason = replayed(model)
    assert value.shape == (1,)
    assert gradients == {}
    assert reason == "a conditional holds another one"


def test_another_fault_in_the_contexts_is_not_taken_for_the_graph_s(monkeypatch):
    def fail(graph):
        raise ValueError("a fault")

    monkeypatch.setattr(contexts, "loop_contexts", fail)
    with pytest.raises(ValueError, match=r"^a fault$"):
        replayed(graph_of(loop))
    monkeypatch.undo()
    monkeypatch.setattr(replay.v1, "gradients", lambda *_: fail(None))
    with pytest.raises(replay.ReplayError, match="cannot differentiate it: a fault"):
        replayed(graph_of(loop))


def test_what_a_graph_prints_is_not_seen(capfd):
    """It may be anything, and it would be in the middle of the report; what it hands on stays."""

    def printing(x):
        return tf.while_loop(lambda i, h: i < 3, lambda i, h: (i + 1, say(tf.tanh(h))), (0, say(x)))[1]

    def say(x):
        return v1.Print(x, [x], "\x1b[31mred")

    value, gradients, reason = replayed(graph_of(printing))
    plain, of_plain, _ = replayed(graph_of(loop))
    assert (value, gradients["x:0"], reason) == (plain, of_plain["x:0"], "")
    said = capfd.readouterr()
    assert "red" not in said.out + said.err
