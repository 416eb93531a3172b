"""States that a program keeps in one tensor as h, c: said where they cannot be followed, whatever the unroll."""

import pytest
import tensorflow as tf

from legacy_tf1.compat import rnn_cell
from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.recognise.steps.flat import EXCHANGED

v1 = tf.compat.v1
READ = {"h, c": (1, 0), "c, h": (0, 1)}


class Flat(rnn_cell.RNNCell):
    """A cell around a BasicLSTMCell that reads one tensor of states in an order, and leaves another."""

    state_size, output_size = 4, 2

    def __init__(self, read, left):
        super().__init__(name="flat")
        self.inner, self.read, self.left = rnn_cell.BasicLSTMCell(2), read, left

    def call(self, x, state):
        parts = tf.split(state, 2, 1)
        output, new = self.inner(x, rnn_cell.LSTMStateTuple(*(parts[at] for at in READ[self.read])))
        return output, tf.concat([new[at] for at in READ[self.left]], 1)


def findings_of(read, left, unroll):
    with tf.Graph().as_default() as graph:
        x = v1.placeholder("float32", [None, 3, 2], name="x")
        start = v1.placeholder("float32", [None, 4], name="start")
        cell = Flat(read, left)
        if unroll == "dynamic":
            v1.nn.dynamic_rnn(cell, x, initial_state=start)
        elif unroll == "step":
            cell(x[:, 0], start)
        else:
            lengths = v1.placeholder("int32", [None], name="lengths") if unroll == "lengths" else None
            v1.nn.static_rnn(cell, tf.unstack(x, axis=1), initial_state=start, sequence_length=lengths)
        held = {one.op.name: tuple(one.shape.as_list()) for one in v1.global_variables()}
    variables = {name: Variable(name, shape, "float32", lambda: None) for name, shape in held.items()}
    nodes = {name: (name, None) for name in held}
    return recognise(
        TF1Model("checkpoint", "own", graph=graph.as_graph_def(), variables=variables, nodes=nodes)
    )


@pytest.mark.parametrize("unroll", ["dynamic", "static", "lengths", "step"])
def test_in_the_order_of_tf1_they_are_a_flat_state(unroll):
    findings = findings_of("c, h", "c, h", unroll)
    (found,) = findings.recurrences
    assert not findings.not_converted
    assert not findings.not_in_the_model
    assert [one.shape[-1] for one in found.inputs if "state" in one.name] == [4]


@pytest.mark.parametrize("unroll", ["dynamic", "lengths"])
def test_what_cannot_be_taken_apart_is_said(unroll):
    findings = findings_of("h, c", "h, c", unroll)
    assert not findings.recurrences
    assert [one.reason.startswith(EXCHANGED) for one in findings.not_converted] == [True]


@pytest.mark.parametrize("unroll", ["static", "step"])
def test_states_that_stand_as_tensors_of_their_own_are_followed(unroll):
    findings = findings_of("h, c", "h, c", unroll)
    (found,) = findings.recurrences
    named = {one.name: one.tf1.rpartition(":")[2] for one in found.inputs if "state" in one.name}
    assert named == {"initial_state_c": "1", "initial_state_h": "0"}
    assert not findings.not_in_the_model


@pytest.mark.parametrize("read", READ)
@pytest.mark.parametrize("unroll", ["dynamic", "static", "lengths", "step"])
def test_an_exchange_between_two_steps_is_said(read, unroll):
    (left,) = set(READ) - {read}
    findings = findings_of(read, left, unroll)
    reasons = [one.reason for one in (*findings.not_converted, *findings.not_in_the_model)]
    assert reasons
    said = {
        "dynamic": "the program gives c of each step to the next as its h",
        "lengths": "in one tensor in an order of its own",
        "static": "of one step to the next as its",
        "step": "in another order than it reads them",
    }
    assert any(said[unroll] in one for one in reasons)
