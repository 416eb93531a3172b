"""Before and after: ways take turns, and a model whose numbers are not the graph's is never timed."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.model import Findings, TF1Model
from tf2_lstm.migrate.prove import speed
from tf2_lstm.migrate.prove.speed import GRAPH, MODEL, speed_of, take_turns, timings_of
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.translation import translate

v1 = tf.compat.v1


class Clock:
    """A clock that stands still but where a way is called."""

    def __init__(self):
        self.now, self.called = 0.0, []

    def way(self, name, seconds):
        def call():
            self.called.append(name)
            self.now += seconds

        return call

    def __call__(self):
        return self.now


def test_ways_take_turns_and_a_fast_one_is_called_more_often(monkeypatch):
    monkeypatch.setattr(speed, "TURN", 0.1)
    clock = Clock()
    turns = take_turns({"old": clock.way("old", 0.05), "new": clock.way("new", 0.025)}, clock)
    assert len(turns) == speed.TURNS
    assert turns[0] == pytest.approx({"old": 0.05, "new": 0.025})
    # Once to be warm, once to see how long it takes, then in turn.
    assert clock.called == ["old", "new"] * 2 + [*["old"] * 2, *["new"] * 4] * speed.TURNS


def test_a_slow_program_has_fewer_turns_of_one_call_each():
    clock = Clock()
    turns = take_turns({"old": clock.way("old", 30.0), "new": clock.way("new", 10.0)}, clock)
    assert len(turns) == speed.FEW < speed.TURNS
    assert clock.called == ["old", "new"] * (2 + speed.FEW)


def test_ratios_are_of_each_turn_so_that_a_busy_moment_hits_both():
    turns = [{GRAPH: 0.002 * busy, MODEL: 0.001 * busy} for busy in (1, 9, 1)]
    graph, model = timings_of("3 x 5", turns)
    assert graph.times == (1.0, 1.0, 1.0)
    assert model.milliseconds == pytest.approx((1.0, 1.0, 9.0))
    assert model.times == pytest.approx((2.0, 2.0, 2.0))


@pytest.fixture(scope="module")
def program():
    """A product with a variable, its `Whole` and a function that builds its Keras model."""
    with tf.Graph().as_default() as graph:
        x = v1.placeholder(tf.float32, [None, None, 3], name="x")
        tf.tanh(x * tf.constant([0.5, 1.0, 2.0]), name="y")
    tf1 = TF1Model("frozen_graph", "", graph=graph.as_graph_def())
    findings = Findings(shapes=inferred(tf1.graph))
    whole = translate(tf1, findings, boundary_of(tf1, findings, ("y:0",)))
    return tf1, whole, build_whole(whole, tf1)


@pytest.fixture(autouse=True)
def _short_turns(monkeypatch):
    monkeypatch.setattr(speed, "TURN", 0.002)


def test_a_program_is_timed_at_each_size(program):
    found = speed_of(*program)
    assert [(one.sample, one.way) for one in found.timings] == [
        (sample, way) for sample in ("32 x 50", "1 x 50") for way in (GRAPH, MODEL)
    ]
    for one in found.timings:
        assert all(0 < least <= median <= most for median, least, most in (one.milliseconds, one.times))
    assert (found.turns, found.problems, found.session) == (speed.TURNS, (), f"TensorFlow {tf.__version__}")


def test_a_model_that_differs_is_never_timed(program, monkeypatch):
    tf1, whole, right = program
    wrong = keras.Model(right.input, {name: y * 1.0001 for name, y in right.output.items()})
    monkeypatch.setattr(speed, "take_turns", lambda ways: pytest.fail("it was timed"))
    found = speed_of(tf1, whole, wrong)
    assert found.timings == ()
    assert [one.partition(" off by ")[0] for one in found.problems] == [
        f"{MODEL}, fed {sample}: y:" for sample in ("32 x 50", "1 x 50")
    ]


def test_a_nan_is_no_agreement(program):
    tf1, whole, right = program
    wrong = keras.Model(right.input, {name: y * np.nan for name, y in right.output.items()})
    found = speed_of(tf1, whole, wrong)
    assert found.timings == ()
    assert "NaN" in found.problems[0]


def test_the_users_own_data_are_what_is_fed(program, tmp_path):
    np.savez(tmp_path / "own.npz", x=np.ones((2, 4, 3), "float32"))
    found = speed_of(*program, tmp_path / "own.npz")
    assert {one.sample for one in found.timings} == {"inputs of own.npz"}


def test_a_model_that_keras_cannot_run_at_this_size_costs_no_more_than_its_figures(program):
    tf1, whole, right = program

    class Small(keras.layers.Layer):
        def call(self, x):
            tf.debugging.assert_less(tf.shape(x)[0], 9, "too many rows")
            return x

    wrong = keras.Model(right.input, {name: Small()(y) for name, y in right.output.items()})
    found = speed_of(tf1, whole, wrong)
    assert {one.sample for one in found.timings} == {"1 x 50"}
    (why,) = found.problems
    assert why.startswith(f"{MODEL}, fed 32 x 50: Keras cannot run it: ")
