"""A graph that is a known cell but for one thing is reported, never taken for the cell; a harmless change is not."""

import pytest

from tests.zoo.tampering import Tampered
from tf2_lstm.migrate.recognise import recognise

BASIC, LSTM, GRU = "~basic_lstm_cell/", "~lstm_cell/", "~gru_cell/"

SABOTAGE = {
    # the equations of the LSTM
    "one gate read twice": lambda: basic().wire(BASIC + "Sigmoid_1", 0, BASIC + "split:3"),
    "forget bias on the input gate": lambda: basic().insert(BASIC + "Sigmoid_1", 0, "Add", BASIC + "Const_2"),
    "forget bias added to c": lambda: basic().insert(BASIC + "Tanh_1", 0, "Add", BASIC + "Const_2"),
    "h halved in the state": lambda: basic().insert("~NextIteration_4", 0, "Mul", "half"),
    "h halved in the output": lambda: basic().insert(
        "~TensorArrayWrite/TensorArrayWriteV3", 2, "Mul", "half"
    ),
    "c halved": lambda: basic().insert("~NextIteration_3", 0, "Mul", "half"),
    "input doubled": lambda: basic().insert(BASIC + "concat", 0, "Add", "~TensorArrayReadV3"),
    "a tanh in place of a gate": lambda: basic().retype(BASIC + "Sigmoid_1", "Tanh"),
    "another activation on the output": lambda: basic().retype(BASIC + "Tanh_1", "Relu"),
    "another activation on the candidate": lambda: basic().retype(BASIC + "Tanh", "Relu"),
    "a difference in place of the sum": lambda: basic().retype(BASIC + "Add_1", "Sub"),
    "a maximum in place of the sum": lambda: basic().retype(BASIC + "Add_1", "Maximum"),
    "an unknown operation on h": lambda: basic().insert("~NextIteration_4", 0, "Erf"),
    "an unknown operation on the gates": lambda: basic().insert(BASIC + "split", 1, "Sinh"),
    "an operation that might be harmless": lambda: basic().insert(BASIC + "Tanh_1", 0, "Reshape", "half"),
    "c in place of h": lambda: basic().wire(BASIC + "concat", 1, "~Identity_3"),
    "states swapped": lambda: (
        basic().wire("~NextIteration_3", 0, BASIC + "Mul_2").wire("~NextIteration_4", 0, BASIC + "Add_1")
    ),
    "the new c in place of the old one": lambda: basic().wire(BASIC + "Mul_2", 0, "~Identity_3"),
    "the output is c": lambda: basic().wire("~TensorArrayWrite/TensorArrayWriteV3", 2, BASIC + "Add_1"),
    "the bias twice": lambda: basic().insert(BASIC + "split", 1, "BiasAdd", BASIC + "BiasAdd/Enter"),
    # the loop
    "the clock goes by two": lambda: basic().constant("~add_1/y", 2),
    "the clock starts at one": lambda: basic().constant("rnn/time", 1),
    "a fixed number of steps": lambda: basic().wire("~Less_1/Enter", 0, "three"),
    "the step before is read": lambda: basic().insert("~TensorArrayReadV3", 1, "Sub", "~add_1/y"),
    "the output is written a step late": lambda: basic().wire(
        "~TensorArrayWrite/TensorArrayWriteV3", 1, "~add_1"
    ),
    "the loop stops by a value": lambda: basic().wire("~LogicalAnd", 0, "a_bool"),
    # masks
    "the mask is later by one": lambda: full_lstm().retype("~GreaterEqual", "Greater"),
    "the mask is the other way round": lambda: (
        full_lstm().wire("~Select_1", 1, LSTM + "clip_by_value").wire("~Select_1", 2, "~Identity_3")
    ),
    "only the outputs are masked": lambda: (
        full_lstm()
        .wire("~NextIteration_3", 0, LSTM + "clip_by_value")
        .wire("~NextIteration_4", 0, LSTM + "clip_by_value_1")
    ),
    "only c is masked": lambda: full_lstm().wire("~NextIteration_4", 0, LSTM + "clip_by_value_1"),
    "the output goes on after the end": lambda: full_lstm().wire(
        "~TensorArrayWrite/TensorArrayWriteV3", 2, LSTM + "clip_by_value_1"
    ),
    "the padding is not zero": lambda: full_lstm().constant("rnn/zeros/Const", 1.0),
    # peepholes, clips, projection
    "the output gate looks at the old c": lambda: full_lstm().wire(LSTM + "mul_4", 1, "~Identity_3"),
    "the output gate looks at the unclipped c": lambda: full_lstm().wire(LSTM + "mul_4", 1, LSTM + "add_3"),
    "the state is the unclipped c": lambda: full_lstm().wire("~Select_1", 2, LSTM + "add_3"),
    "a clip that is not symmetric": lambda: full_lstm().constant(LSTM + "clip_by_value/y", -0.1),
    "a clip on the gates": lambda: full_lstm().insert(
        LSTM + "split", 1, "Minimum", LSTM + "clip_by_value/Minimum/y"
    ),
    "one peephole is missing": lambda: full_lstm().wire(LSTM + "Sigmoid_1", 0, LSTM + "split"),
    "peepholes of i and f look at h": lambda: full_lstm().wire(LSTM + "mul_2", 1, "~Identity_4"),
    "the state is not projected": lambda: full_lstm().wire("~Select_2", 2, LSTM + "mul_5"),
    "an activation after the projection": lambda: full_lstm().insert(
        LSTM + "clip_by_value_1/Minimum", 0, "Tanh"
    ),
    # the GRU
    "1 - u twice": lambda: gru().wire(GRU + "mul_1", 0, GRU + "sub"),
    "the candidate does not reset": lambda: gru().wire(GRU + "concat_1", 1, "~Identity_3"),
    "the candidate resets by u": lambda: gru().wire(GRU + "mul", 0, GRU + "split:1"),
    "two less u": lambda: gru().constant(GRU + "sub/x", 2.0),
    # wrappers
    "the residual adds a product with the input": lambda: Tampered("residual_lstm").insert(
        "~TensorArrayWrite/TensorArrayWriteV3", 2, "Mul", "~TensorArrayReadV3"
    ),
    "the residual adds the old h": lambda: Tampered("residual_lstm").wire("~add_1", 0, "~Identity_4"),
    "dropout that scales by another number": lambda: Tampered("dropout_constant").constant(
        "~dropout/truediv/x", 2.0
    ),
    "dropout that does not scale": lambda: Tampered("dropout_constant").wire(
        "~dropout/mul_1", 0, "~TensorArrayReadV3"
    ),
    "noise that is not uniform": lambda: Tampered("dropout_constant").retype(
        "~dropout/random_uniform/RandomUniform", "RandomStandardNormal"
    ),
}


def basic():
    return with_constants(Tampered("basic_lstm"))


def full_lstm():
    return Tampered("lstm_all_options")


def gru():
    return Tampered("gru_cell")


CONSTANTS = {
    "half": (1, "float_val", 0.5),
    "one": (1, "float_val", 1.0),
    "three": (3, "int_val", 3),
    "a_bool": (10, "bool_val", True),
}


def with_constants(tampered):
    """Constants that a change may use."""
    for name, (dtype, field, value) in CONSTANTS.items():
        node = tampered.model.graph.node.add()
        node.name, node.op = name, "Const"
        node.attr["value"].tensor.dtype = node.attr["dtype"].type = dtype
        getattr(node.attr["value"].tensor, field).append(value)
        tampered.nodes[name] = node
    return tampered


@pytest.mark.parametrize("name", SABOTAGE)
def test_a_sabotage_is_reported_and_not_converted(name):
    findings = recognise(SABOTAGE[name]().model)
    assert not findings.recurrences
    assert [one.scope for one in findings.not_converted] == ["rnn"]
    assert findings.not_converted[0].reason
    assert findings.not_converted[0].variables


KERAS, AFTER = "keras_gru_in_graph", "keras_gru_in_graph_reset_after"
IN = "gru/while/"
SABOTAGE_OF_KERAS_GRU = {
    "gates z and r swapped": (KERAS, lambda t: t.wire(IN + "mul_3", 0, IN + "clip_by_value_1")),
    "the whole swap of z and r": (
        KERAS,
        lambda t: (
            t.wire(IN + "mul_3", 0, IN + "clip_by_value_1")
            .wire(IN + "sub", 1, IN + "clip_by_value_1")
            .wire(IN + "mul_2", 0, IN + "clip_by_value")
        ),
    ),
    "h is not reset": (KERAS, lambda t: t.wire(IN + "MatMul_5", 0, IN + "Identity_2")),
    "the candidate's columns of another gate": (
        KERAS,
        lambda t: t.wire(IN + "MatMul_5", 1, IN + "strided_slice_7"),
    ),
    "a bias of another gate": (KERAS, lambda t: t.wire(IN + "BiasAdd", 1, IN + "strided_slice_4")),
    "a bias that is missing": (KERAS, lambda t: t.wire(IN + "add", 0, IN + "MatMul")),
    "the input multiplied by another gate's kernel": (
        KERAS,
        lambda t: t.wire(IN + "MatMul", 1, IN + "strided_slice_1"),
    ),
    "1 + z": (KERAS, lambda t: t.retype(IN + "sub", "AddV2")),
    "two minus z": (KERAS, lambda t: t.constant(IN + "sub/x", 2.0)),
    "another slope of a gate": (KERAS, lambda t: t.constant(IN + "Const", 0.25)),
    "the input's bias in place of the state's": (
        AFTER,
        lambda t: t.wire(IN + "strided_slice_11", 0, IN + "unstack"),
    ),
    "the state's bias is not reset": (
        AFTER,
        lambda t: t.wire(IN + "mul_2", 1, IN + "MatMul_5").insert(
            IN + "Tanh", 0, "AddV2", IN + "strided_slice_11"
        ),
    ),
    "a bias twice": (AFTER, lambda t: t.insert(IN + "Tanh", 0, "AddV2", IN + "strided_slice_5")),
    "the reset of the other gate": (AFTER, lambda t: t.wire(IN + "mul_2", 0, IN + "clip_by_value")),
}


@pytest.mark.parametrize("name", SABOTAGE_OF_KERAS_GRU)
def test_a_sabotaged_keras_gru_is_reported_and_not_converted(name):
    original, change = SABOTAGE_OF_KERAS_GRU[name]
    assert recognise(Tampered(original).model).recurrences
    findings = recognise(change(Tampered(original)).model)
    assert not findings.recurrences
    assert [one.scope for one in findings.not_converted] == ["gru"]
    assert findings.not_converted[0].variables


#: The same equations; only the order in which the weights stand is another.
REARRANGED = {
    "gates i and o swapped": lambda: (
        basic().wire(BASIC + "Sigmoid_1", 0, BASIC + "split:3").wire(BASIC + "Sigmoid_2", 0, BASIC + "split")
    ),
    "gates i and f swapped": lambda: (
        basic().wire(BASIC + "Sigmoid_1", 0, BASIC + "split:2").wire(BASIC + "Add", 0, BASIC + "split")
    ),
    "h before x in the kernel's rows": lambda: (
        basic().wire(BASIC + "concat", 0, "~Identity_4").wire(BASIC + "concat", 1, "~TensorArrayReadV3")
    ),
    "r and u swapped": lambda: (
        gru()
        .wire(GRU + "mul", 0, GRU + "split:1")
        .wire(GRU + "mul_1", 0, GRU + "split")
        .wire(GRU + "sub", 1, GRU + "split")
    ),
}


@pytest.mark.parametrize("name", REARRANGED)
def test_weights_in_another_order_are_said_to_be_so(name):
    findings = recognise(REARRANGED[name]().model)
    (found,) = findings.recurrences
    assert not findings.not_converted
    assert [bool(cell.blocks) for cell in found.cells] == [True]
    assert any("stand in another order" in note for note in found.notes)


HARMLESS = {
    "nothing": lambda: basic(),
    "factors in the other order": lambda: (
        basic().wire(BASIC + "Mul", 0, BASIC + "Sigmoid").wire(BASIC + "Mul", 1, "~Identity_3")
    ),
    "terms in the other order": lambda: (
        basic().wire(BASIC + "Add_1", 0, BASIC + "Mul_1").wire(BASIC + "Add_1", 1, BASIC + "Mul")
    ),
    "AddV2": lambda: basic().retype(BASIC + "Add_1", "AddV2"),
    "copies": lambda: (
        basic().insert("~NextIteration_4", 0, "Identity").insert(BASIC + "split", 1, "StopGradient")
    ),
    "Add for the bias": lambda: basic().retype(BASIC + "BiasAdd", "Add"),
    "times one": lambda: basic().insert(BASIC + "Tanh_1", 0, "Mul", "one"),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_a_harmless_change_is_none(name):
    findings = recognise(HARMLESS[name]().model)
    assert not findings.not_converted
    assert [repr(one.call) for one in findings.recurrences] == ["dynamic_rnn(cell=basic_lstm(num_units=5))"]


def test_zeros_that_ended_rows_give_out_too_are_no_state_to_feed():
    """Tools that merge equal nodes make one tensor of them: who feeds it changes the outputs after the end."""
    zeros = "rnn/BasicLSTMCellZeroState/zeros"
    merged = Tampered("dynamic_lengths").wire("~Select/Enter", 0, f"{zeros}_1")
    for graph, fed in ((Tampered("dynamic_lengths"), f"{zeros}_1:0"), (merged, "")):
        (found,) = recognise(graph.model).recurrences
        states = {one.name: (one.tf1, one.zero) for one in found.inputs if "state" in one.name}
        assert states == {"initial_state_c": (f"{zeros}:0", True), "initial_state_h": (fed, True)}


def test_a_sequence_that_is_reversed_after_its_transpose_keeps_its_layout():
    """As tf.keras has it with go_backwards: no tensor of the graph has the layout of the program."""
    graph = Tampered("keras_layer_in_graph")
    unstack = "lstm/TensorArrayUnstack/"
    scatter, axis = f"{unstack}TensorArrayScatter/TensorArrayScatterV3", f"{unstack}strided_slice/stack"
    graph.insert(scatter, 2, "ReverseV2", axis)
    reversed_ = graph.nodes[scatter].input[2]
    graph.wire(f"{unstack}Shape", 0, reversed_)
    (found,) = recognise(graph.model).recurrences
    assert (found.inputs[0].tf1, found.time_major, found.reverse) == (f"{reversed_}:0", True, False)
    assert found.outputs[0].tf1 == "lstm/TensorArrayStack/TensorArrayGatherV3:0"
