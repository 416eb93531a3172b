"""Graphs of TensorFlow 1.15 that are easily taken for something else (recorded by record_graphs.py)."""

from pathlib import Path

import pytest
from tensorflow.core.framework import graph_pb2

from tf2_lstm.migrate.artifacts.connecting import connect
from tf2_lstm.migrate.graph.nodes import shape_of
from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise

GRAPHS = Path(__file__).parent / "graphs"
HARD = "forget_bias=0.0, recurrent_activation='hard_sigmoid'"

FOUND = {
    # A whole reversal with lengths starts in the padding: it is a forward run over the reversed tensor.
    "reversed_with_padding": ["rnn while dynamic_rnn(cell=gru(num_units=5)) <- ReverseV2:0"],
    "one_static_step_with_lengths": ["rnn static static_rnn(cell=basic_lstm(num_units=5)) <- x:0"],
    # OutputProjectionWrapper: the dense layer is said beside the call, see test_decoders.py.
    "output_projection": ["rnn while dynamic_rnn(cell=basic_lstm(num_units=5)) <- x:0"],
    "sliced_steps": [" while dynamic_rnn(cell=gru(num_units=5)) <- x:0"],
    "dense_after_a_step": ["basic_lstm_cell step python_loop(cell=basic_lstm(num_units=5)) <- x:0"],
    "projection_that_is_assigned": [" step python_loop(cell=lstm(num_units=5, num_proj=5)) <- x:0"],
    "layer_called_projection_after_h_that_is_assigned": [
        "basic_lstm_cell step python_loop(cell=basic_lstm(num_units=5)) <- x:0"
    ],
    "keras_gru_of_v2": [
        "gru while dynamic_rnn(cell=gru(num_units=5, recurrent_activation='sigmoid', reset_after=True)) <- x:0"
    ],
    "keras_gru_whole": [
        "gru while dynamic_rnn(cell=gru(num_units=5, recurrent_activation='hard_sigmoid')) <- x:0"
    ],
    "keras_simple_step": ["cell step python_loop(cell=basic_rnn(num_units=5)) <- x:0"],
    "static_residual_with_lengths": [
        "rnn static static_rnn(cell=multi_rnn(cells=(basic_lstm(num_units=4), "
        "residual(cell=basic_lstm(num_units=4))))) <- x:0"
    ],
    "sizes_fixed_by_words": ["rnn while dynamic_rnn(cell=gru(num_units=5)) <- embedding_lookup/Identity:0"],
    "partitioned_by_columns": ["columns/rnn while dynamic_rnn(cell=basic_lstm(num_units=5)) <- columns/x:0"],
    "elements_of_a_data_set": ["rnn while dynamic_rnn(cell=gru(num_units=5)) <- IteratorGetNext:0"],
    "keras_stack_of_cells": [
        "rnn while dynamic_rnn(cell=multi_rnn(cells=(basic_lstm(num_units=4, forget_bias=0.0, "
        "recurrent_activation='hard_sigmoid'), gru(num_units=3, recurrent_activation='hard_sigmoid')))) <- x:0"
    ],
    "fused_over_fused": [
        "lower block dynamic_rnn(cell=basic_lstm(num_units=4)) <- x:0",
        "upper block dynamic_rnn(cell=basic_lstm(num_units=4)) <- lower/mul:0",
    ],
    "textbook_lstm": [" static static_rnn(cell=basic_lstm(num_units=5, forget_bias=0.0)) <- x:0"],
    "static_feedback": [" static static_rnn(cell=basic_lstm(num_units=5)) <- x:0"],
    "keras_bidirectional": [
        f"bidirectional while bidirectional_dynamic_rnn(cell_fw=basic_lstm(num_units=5, {HARD}), "
        f"cell_bw=basic_lstm(num_units=5, {HARD})) <- x:0"
    ],
}
NOT_FOUND = {
    "step_of_an_unknown_cell": ("", "no step of a known cell reads them"),
    "keras_masking": ("basic_lstm", "mask that is read step by step"),
    "keras_dropout": ("basic_lstm", "each gate reads its input through a dropout of its own"),
    "elementwise_recurrence": ("basic_rnn", "no known cell"),
    "gates_that_do_not_see_the_state": ("gru", "no known cell"),
    "loop_in_a_loop": ("gru", "inside the step of another loop"),
    "residual_of_half": ("basic_lstm", "no output of the cells"),
    "input_projection": ("basic_lstm", "input of a step is not a step of a sequence"),
    "highway": ("gru", "no output of the cells"),
    "forget_bias_fed": ("basic_lstm", "no known cell"),
    "sliced_steps_not_all": ("gru", "goes on by a condition of its own"),
}
#: No recurrence in them, and what is said of that.
NOTHING = {
    "dense_over_features": ["layer/kernel: a dense layer ... that part is computed"],
    "dense_over_features_of_another_width": [],
    "conditional_random_field": ["cond_1/rnn/while is a loop that adds transitions ... It is not converted"],
    "gates_of_a_cell_of_ones_own": [
        "forget/kernel: a dense layer ... that part is used elsewhere too",
        "candidate/kernel: a dense layer ... that part is computed",
    ],
    "keras_simple_step_whose_input_is_as_wide": [
        "cell/recurrent_kernel: two dense layers ... that input is as wide as the other one"
    ],
}


def read(name):
    graph = graph_pb2.GraphDef()
    graph.ParseFromString((GRAPHS / f"{name}.pb").read_bytes())
    held = [node for node in graph.node if node.op in ("VariableV2", "VarHandleOp")]
    variables = {node.name: Variable(node.name, shape_of(node), "float32", None) for node in held}
    nodes, variables, _ = connect(graph, "", variables, name)
    return TF1Model("checkpoint", name, graph=graph, variables=variables, nodes=nodes)


@pytest.mark.parametrize("name", FOUND)
def test_what_it_is(name):
    findings = recognise(read(name))
    assert not findings.not_converted
    found = [f"{one.scope} {one.form} {one.call!r} <- {one.inputs[0].tf1}" for one in findings.recurrences]
    assert found == FOUND[name]


@pytest.mark.parametrize("name", NOT_FOUND)
def test_what_it_is_not(name):
    findings = recognise(read(name))
    assert not findings.recurrences
    (said,) = findings.not_converted
    nearest, reason = NOT_FOUND[name]
    assert said.nearest == nearest
    assert reason in said.reason


def test_the_weights_of_the_input_are_of_the_step_and_no_layers_beside_it():
    model = read("textbook_lstm")
    for node in model.graph.node:
        node.op = "Atan" if node.op == "Tanh" else node.op
    findings = recognise(model)
    assert all("multiplied step by step" in one.reason for one in findings.not_converted)
    assert [one.variables for one in findings.not_converted] == [
        tuple(f"{name}_{gate}" for name in "UW" for gate in "fgio")
    ]
    assert not findings.notes
    assert not findings.unclaimed


DIFFERS = {
    "elementwise_recurrence": "what is squashed is not [x, h] @ kernel + bias",
    "forget_bias_fed": "a gate holds more than its columns, a constant and a peephole",
}


@pytest.mark.parametrize("name", DIFFERS)
def test_how_it_differs_from_the_nearest_cell(name):
    (said,) = recognise(read(name)).not_converted
    assert said.differs == DIFFERS[name]


@pytest.mark.parametrize("name", NOTHING)
def test_what_might_be_a_step_is_mentioned(name):
    findings = recognise(read(name))
    assert not findings.recurrences
    assert not findings.not_converted
    ends = [note.partition(" ... ")[::2] for note in NOTHING[name]]
    assert len(findings.notes) == len(ends)
    for note, (start, end) in zip(findings.notes, ends, strict=True):
        assert note.startswith(start)
        assert note.endswith(end)


NOTES = {
    "dense_after_a_step": ["By its name it is read as a layer of its own"],
    "projection_that_is_assigned": [],
    "layer_called_projection_after_h_that_is_assigned": [],
}


@pytest.mark.parametrize("name", NOTES)
def test_what_a_name_alone_settled_is_said(name):
    notes = recognise(read(name)).notes
    assert [note.rpartition(". ")[2] for note in notes] == NOTES[name]


def test_each_step_of_a_padded_residual_gives_what_is_masked():
    (found,) = recognise(read("static_residual_with_lengths")).recurrences
    outputs = [tensor.tf1 for tensor in found.outputs if tensor.name.startswith("outputs")]
    assert outputs == ["rnn/cond/Merge:0", "rnn/cond_1/Merge:0", "rnn/cond_2/Merge:0"]


@pytest.mark.parametrize(
    ("name", "inputs", "state"),
    [
        ("sizes_fixed_by_words", {"inputs": (3, 4, 3)}, (3, 5)),
        ("elements_of_a_data_set", {"inputs": (2, 3, 4), "sequence_length": (2,)}, (2, 5)),
    ],
)
def test_the_sizes_that_the_graph_fixes_are_those_of_the_edges(name, inputs, state):
    (found,) = recognise(read(name)).recurrences
    assert {one.name: one.shape for one in found.inputs} == {**inputs, "initial_state": state}
    assert [one.shape for one in found.outputs] == [(*inputs["inputs"][:2], 5), state]
    lengths = [one.tf1 for one in found.inputs if one.name == "sequence_length"]
    assert lengths == ["IteratorGetNext:1"] * len(lengths)


def test_every_recorded_graph_is_tested():
    assert {path.stem for path in GRAPHS.glob("*.pb")} == {*FOUND, *NOT_FOUND, *NOTHING}
