"""Dropout in the functions of control flow v2, and in loops and conditionals of v1: what says the rate is outside."""

import numpy as np
import pytest
import tensorflow as tf
from test_loops import W, graph_of, whole_of
from test_translated_dropout import by_rate_of, newer, older

from tf2_lstm.migrate.prove.programs import prove_whole, run_whole
from tf2_lstm.migrate.translate.as_model import build_whole
from tf2_lstm.migrate.translate.as_source import emit_whole
from tf2_lstm.migrate.translate.whole import ProgramRefused

v1 = tf.compat.v1


def stock(x, keep):
    """tf.nn.dropout of the TensorFlow that runs the tests."""
    return v1.nn.dropout(x, keep_prob=keep)


def stock_by_rate(x, rate):
    return v1.nn.dropout(x, rate=rate)


#: What drops -> whether it is told a rate.
DROPOUTS = {newer: False, older: False, stock: False, by_rate_of: True, stock_by_rate: True}


def loop(step, start):
    return tf.while_loop(lambda turn, _: turn < 3, lambda turn, state: (turn + 1, step(state)), [0, start])[1]


def chosen(x, branch):
    return v1.cond(tf.reduce_sum(x) > 0.0, branch, lambda: x[:, 0] - 1.0)


def fed(is_rate):
    """A keep_prob that is fed, or a rate with the default 0."""
    if is_rate:
        return v1.placeholder_with_default(0.0, [], "rate")
    return v1.placeholder("float32", [], "keep_prob")


def in_loop(x, step, is_rate):
    told = fed(is_rate)
    return loop(lambda state: step(state, told), x[:, 0])


def in_branch(x, step, is_rate):
    told = fed(is_rate)
    return chosen(x, lambda: step(x[:, 0], told))


def less_outside(x, step, is_rate):
    """1 - what is fed, in front of the loop."""
    told = 1.0 - fed(not is_rate)
    return loop(lambda state: step(state, told), x[:, 0])


def less_inside(x, step, is_rate):
    """The same in each step."""
    told = fed(not is_rate)
    return loop(lambda state: step(state, 1.0 - told), x[:, 0])


def in_loop_in_branch(x, step, is_rate):
    told = fed(is_rate)
    return chosen(x, lambda: loop(lambda state: step(state, told), x[:, 0]))


def in_branch_in_loop(x, step, is_rate):
    told = fed(is_rate)
    each = lambda state: v1.cond(tf.reduce_sum(state) > 0.0, lambda: step(state, told), lambda: state + 1.0)  # noqa: E731
    return loop(each, x[:, 0])


def called(x, step, is_rate):
    """In a function that is called in a loop in a branch."""
    told, function = fed(is_rate), tf.function(step)
    return chosen(x, lambda: loop(lambda state: function(state, told), x[:, 0]))


def carried(x, step, is_rate):
    """What says the rate goes round with the state."""
    body = lambda turn, told, state: (turn + 1, told, step(state, told))  # noqa: E731
    return tf.while_loop(lambda turn, *_: turn < 3, body, [0, fed(is_rate), x[:, 0]])[2]


def constant(x, step, is_rate):
    return loop(lambda state: step(state, 0.25 if is_rate else 0.75), x[:, 0])


def constant_outside(x, step, is_rate):
    told = tf.constant(0.25 if is_rate else 0.75)
    return chosen(x, lambda: loop(lambda state: step(state, told), x[:, 0]))


PLACES = (
    in_loop,
    in_branch,
    less_outside,
    less_inside,
    in_loop_in_branch,
    in_branch_in_loop,
    called,
    carried,
    constant,
    constant_outside,
)


def program_of(place, dropout):
    """A program whose steps end with a dropout."""
    return lambda x, w: place(
        x, lambda state, told: dropout(tf.tanh(tf.matmul(state, w)), told), DROPOUTS[dropout]
    )


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("dropout", DROPOUTS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("place", PLACES, ids=lambda one: one.__name__)
def test_it_keeps_everything_at_inference_and_is_proved(place, dropout, functional):
    tf1, whole = whole_of(graph_of({"y": program_of(place, dropout)}, functional), ["y:0"])
    assert [one.name for one in whole.inputs] == ["x"]
    model = build_whole(whole, tf1)
    assert prove_whole(tf1, whole, model, run_whole(tf1, whole)).passed
    given = np.random.RandomState(4).uniform(0.1, 1.0, (2, 3, 4)).astype("float32")
    expected = given[:, 0]
    for _ in range(1 if place is in_branch else 3):
        kept = np.tanh(expected @ W)
        expected = kept if place is not in_branch_in_loop or expected.sum() > 0 else expected + 1.0
    np.testing.assert_allclose(np.asarray(model({"x": given})["y"]), expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(("dropout", "said"), [(newer, "1 - keep_prob:0"), (by_rate_of, "rate:0")])
def test_in_a_branch_it_is_a_layer_whose_rate_is_what_is_fed(dropout, said):
    _, whole = whole_of(graph_of({"y": program_of(in_branch, dropout)}, True), ["y:0"])
    source, written = emit_whole(whole), {}
    assert f"dropout_rate is {said};" in source
    exec(source, written)
    model = written["build_model"](dropout_rate=0.5)
    model.set_weights([W])
    found = np.asarray(model({"x": np.ones((200, 1, 4), "float32")}, training=True)["y"])
    assert 0.4 < np.mean(found == 0) < 0.6


def changing(x, step, is_rate):
    body = lambda turn, told, state: (turn + 1, told * 0.9, step(state, told))  # noqa: E731
    return tf.while_loop(lambda turn, *_: turn < 3, body, [0, fed(is_rate), x[:, 0]])[2]


@pytest.mark.parametrize("functional", [False, True], ids=["v1", "v2"])
@pytest.mark.parametrize("dropout", DROPOUTS, ids=lambda one: one.__name__)
def test_a_rate_that_the_steps_change_is_refused(dropout, functional):
    with pytest.raises(ProgramRefused, match=r"drops at inference too|computes with random numbers"):
        whole_of(graph_of({"y": program_of(changing, dropout)}, functional), ["y:0"])
