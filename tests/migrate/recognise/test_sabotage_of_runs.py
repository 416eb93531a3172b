"""Runs over sequences that are one of the known ones but for one thing: their lengths, starts, directions, biases."""

import pytest
from test_sabotage import basic

from tests.zoo.tampering import Tampered
from tf2_lstm.migrate.recognise import recognise

BASIC, LSTM = "~basic_lstm_cell/", "~lstm_cell/"
FUSED, MASK = "lstm_fused_cell/", "lstm_fused_cell/SequenceMask/"
BACK = "bidirectional_rnn/bw/ReverseV2"


def found(tampered):
    return recognise(tampered.model)


def calls(findings):
    return [repr(one.call) for one in findings.recurrences]


@pytest.mark.parametrize(
    ("bias", "operation", "wanted"),
    [
        (0.75, "Add", ", forget_bias=0.75"),
        (-0.75, "Add", ", forget_bias=-0.75"),
        (0.75, "Sub", ", forget_bias=-0.75"),
        (-0.75, "Sub", ", forget_bias=0.75"),
        (1.0, "Sub", ", forget_bias=-1.0"),
        (-1.0, "Sub", ""),
        (0.0, "Sub", ", forget_bias=0.0"),
    ],
)
def test_the_sign_of_forget_bias_is_that_of_the_graph(bias, operation, wanted):
    changed = Tampered("basic_lstm").constant(BASIC + "Const_2", bias).retype(BASIC + "Add", operation)
    assert calls(found(changed)) == [f"dynamic_rnn(cell=basic_lstm(num_units=5{wanted}))"]


def test_a_bias_less_the_forget_gate_is_no_lstm():
    """1 - f has the same parts as f - 1."""
    changed = Tampered("basic_lstm").retype(BASIC + "Add", "Sub")
    add = changed.nodes["rnn/while/basic_lstm_cell/Add"]
    add.input[0], add.input[1] = add.input[1], add.input[0]
    findings = found(changed)
    assert not findings.recurrences
    assert [one.scope for one in findings.not_converted] == ["rnn"]


CLIPS = {
    "the lower limit of a projection": (LSTM + "clip_by_value_1/y", -0.125),
    "the upper limit of a projection": (LSTM + "clip_by_value_1/Minimum/y", 0.125),
    "the lower limit of a cell": (LSTM + "clip_by_value/y", -0.125),
    "the upper limit of a cell": (LSTM + "clip_by_value/Minimum/y", 0.125),
}


@pytest.mark.parametrize(("node", "limit"), CLIPS.values(), ids=CLIPS)
def test_a_clip_that_is_not_symmetric_is_no_clip_of_a_cell(node, limit):
    assert found(Tampered("lstm_all_options")).recurrences
    findings = found(Tampered("lstm_all_options").constant(node, limit))
    assert not findings.recurrences
    assert [one.scope for one in findings.not_converted] == ["rnn"]


def test_both_limits_of_a_projection_may_be_others():
    changed = Tampered("lstm_all_options").constant(LSTM + "clip_by_value_1/y", -0.125)
    changed.constant(LSTM + "clip_by_value_1/Minimum/y", 0.125)
    assert "proj_clip=0.125" in calls(found(changed))[0]


def other_lengths():
    return with_other_lengths("fused_options")


def with_other_lengths(name):
    """A second placeholder of lengths beside the first."""
    changed = Tampered(name)
    node = changed.model.graph.node.add()
    node.CopyFrom(changed.nodes["lengths"])
    node.name = "other_lengths"
    changed.nodes["other_lengths"] = node
    return changed


WRONG_LENGTHS = {
    "the mask has other lengths": lambda: other_lengths().wire(MASK + "ExpandDims", 0, "other_lengths"),
    "the end has other lengths": lambda: other_lengths().wire(FUSED + "Max", 0, "other_lengths"),
    "the mask holds one step more": lambda: other_lengths().retype(MASK + "Less", "LessEqual"),
    "the mask is the other way round": lambda: other_lengths().retype(MASK + "Less", "Greater"),
    "no mask": lambda: other_lengths().retype(FUSED + "mul", "Add"),
}


@pytest.mark.parametrize("change", WRONG_LENGTHS.values(), ids=WRONG_LENGTHS)
def test_a_fused_run_by_two_kinds_of_lengths_is_not_converted(change):
    findings = found(change())
    assert not findings.recurrences
    assert [one.nearest for one in findings.not_converted] == ["lstm"]


#: Other final states than those at the ends of the rows: the state is no output then, and the rest is as it was.
WRONG_STATES = {
    "c after another start": (FUSED + "ExpandDims_1", 0, "h", "state_c"),
    "h after another start": (FUSED + "ExpandDims_2", 0, "c", "state_h"),
    "c gathered by other lengths": (FUSED + "stack", 0, "other_lengths", "state_c"),
    "c gathered out of h": (FUSED + "concat", 1, FUSED + "mul", "state_c"),
    "h that is not masked": (FUSED + "concat_1", 1, FUSED + "BlockLSTM:6", "state_h"),
}


@pytest.mark.parametrize(("node", "index", "to", "lost"), WRONG_STATES.values(), ids=WRONG_STATES)
def test_a_state_that_is_gathered_otherwise_is_no_final_state(node, index, to, lost):
    whole = {one.name: one.tf1 for one in found(other_lengths()).recurrences[0].outputs}
    assert all(whole.values())
    (changed,) = found(other_lengths().wire(node, index, to)).recurrences
    outputs = {one.name: one.tf1 for one in changed.outputs}
    assert outputs == {**whole, lost: ""}


#: Two runs that share no sequence, or go the same way: never one bidirectional recurrence.
APART = {
    "the backward one reads another sequence": lambda: Tampered("bidirectional_plain").insert(BACK, 0, "Neg"),
    "the backward one reads it scaled": lambda: Tampered("bidirectional_plain").insert(BACK, 0, "Exp"),
    "both go forward": lambda: Tampered("bidirectional_plain").wire(
        "bidirectional_rnn/bw/bw/transpose", 0, "x"
    ),
}


@pytest.mark.parametrize("change", APART.values(), ids=APART)
def test_runs_over_two_sequences_are_no_pair(change):
    assert calls(found(Tampered("bidirectional_plain")))[0].startswith("bidirectional_dynamic_rnn(")
    findings = found(change())
    assert [one.call.pair for one in findings.recurrences] == ["dynamic_rnn", "dynamic_rnn"]
    assert [one.scope.rpartition("/")[2] for one in findings.recurrences] == ["fw", "bw"]


def test_runs_of_other_lengths_are_no_pair():
    """The backward one still reverses the same sequence by its own lengths."""
    changed = with_other_lengths("bidirectional_lengths")
    assert calls(found(changed))[0].startswith("bidirectional_dynamic_rnn(")
    findings = found(changed.wire("bidirectional_rnn/fw/fw/sequence_length", 0, "other_lengths"))
    assert [one.call.pair for one in findings.recurrences] == ["dynamic_rnn", "dynamic_rnn"]
    lengths = [one.tf1 for run in findings.recurrences for one in run.inputs if one.name == "sequence_length"]
    assert lengths == ["other_lengths:0", "lengths:0"]


def test_the_order_of_the_nodes_is_no_direction():
    changed = Tampered("bidirectional_plain")
    nodes = list(changed.model.graph.node)
    del changed.model.graph.node[:]
    changed.model.graph.node.extend(reversed(nodes))
    for tampered in (Tampered("bidirectional_plain"), changed):
        (one,) = found(tampered).recurrences
        assert [cell.scope.split("/")[1] for cell in one.cells] == ["fw", "bw"]
        assert [tensor.tf1 for tensor in one.outputs[:2]] == [
            "bidirectional_rnn/fw/fw/transpose_1:0",
            "ReverseV2:0",
        ]


SUMMANDS = {
    "a constant": "half",
    "the product once more": BASIC + "MatMul",
    "the old c": "~Identity_3",
}


@pytest.mark.parametrize("more", SUMMANDS.values(), ids=SUMMANDS)
def test_a_summand_more_in_the_gates_is_seen(more):
    findings = found(basic().insert(BASIC + "split", 1, "Add", more))
    assert not findings.recurrences
    assert [one.scope for one in findings.not_converted] == ["rnn"]
