"""Every sentence with which `recognise` refuses: a program that gives it, the operation that it names, a next step."""

import re

import pytest
import refusals
from sentences import sentences
from test_graphs import read

from tests.fuzz.deep import deepened
from tests.zoo.tampering import Tampered
from tf2_lstm.migrate.artifacts import read as read_file
from tf2_lstm.migrate.model import TF1Model
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.recognise.of_graph import IN_FRONT, JOIN_FIRST
from tf2_lstm.migrate.recognise.refusals import BY_HAND, GRAPH, IN_WHOLE, KINDS, SAVE_IT
from tf2_lstm.migrate.recognise.steps.gate_dropout import NO_LEARNING
from tf2_lstm.migrate.recognise.steps.wrapped_layers import FEWER, INFERENCE
from tf2_lstm.migrate.recognise.unrolls.in_branches import WITHOUT_FUNCTIONS

H5 = Tampered.__init__.__globals__["FILES"] / "h5_lstm" / "model.h5"


def live(program):
    return lambda: refusals.built(program)


def recorded(name):
    return lambda: read(name)


def zoo(name):
    return lambda: Tampered(name).model


def named(*shapes):
    return lambda: refusals.named(*shapes)


def absent():
    """A checkpoint without the variables of a recurrence, and of another scope."""
    return TF1Model("checkpoint", "x", graph=read("highway").graph, missing=("rnn/cell/b", "other/b"))


def layer(**options):
    """A tf.keras LSTM of a .h5 file whose configuration has other options."""

    def made():
        model = read_file(str(H5))
        config = next(one for one in model.config["config"]["layers"] if one["class_name"] == "LSTM")
        config["config"].update(options)
        config["class_name"] = options.get("class_name", "LSTM")
        return model

    return made


def without_a_variable():
    model = read_file(str(H5))
    del model.variables[
        next(name for name in model.variables if name.endswith("bias:0") or name.endswith("bias"))
    ]
    return model


def endless():
    """A damaged file: the loop has no condition."""
    return Tampered("basic_lstm").retype("~LoopCond", "Identity").model


def of_no_mode():
    """A damaged file: a mode that cuDNN does not have."""
    made = Tampered("cudnn_lstm")
    next(node for node in made.nodes.values() if node.op == "CudnnRNN").attr["rnn_mode"].s = b"mgu"
    return made.model


def cudnn_with(name, field, value):
    """A layer of cuDNN with another attribute."""
    made = Tampered("cudnn_lstm_lengths")
    (node,) = (node for node in made.nodes.values() if node.op == "CudnnRNNV3")
    setattr(node.attr[name], field, value)
    return made.model


#: The beginning of a sentence, or words that no other one has -> a model of which it is said.
SAID = {
    "it runs inside the step of another loop": recorded("loop_in_a_loop"),
    "the input of a step is not a step of a sequence": recorded("input_projection"),
    "the sequence is changed while the loop runs": live(refusals.the_sequence_moves),
    "a mask that is read step by step": recorded("keras_masking"),
    "a state is carried by no known cell": zoo("ugrnn_cell"),
    "some states stop at the end of a row and others do not": live(refusals.one_state_stops),
    "a flat state holds more than the states of the cells": live(refusals.flat_state_with_more),
    "dropout acts on a flat state": live(refusals.flat_and_dropped),
    "in one tensor in an order of its own": live(refusals.states_as_h_c),
    "in one tensor that tf.stack makes of them": live(refusals.states_stacked),
    "each gate reads its input through a dropout": recorded("keras_dropout"),
    "between two cells of a step stands": live(refusals.a_layer_between),
    "what the step before gave out goes into the input": live(refusals.fed_back),
    "wrappers stand around one cell": lambda: deepened("on the new state", "dropout(h)", 120),
    "the program gives ": live(refusals.states_crossed),
    "an output is not written at the number of the step": live(refusals.written_elsewhere),
    "what a step gives out is no output of the cells": recorded("highway"),
    "the cells of a step do not feed each other": live(refusals.cells_side_by_side),
    "outputs and states stop at different times": live(refusals.outputs_stop_elsewhere),
    "the outputs go on after the end of a row": live(refusals.outputs_go_on),
    "dropout acts on the state c": live(refusals.c_is_dropped),
    "nothing says when the loop ends": endless,
    "the loop ends by other lengths than its rows": live(refusals.ends_by_other_lengths),
    "the loop also ends after a number of steps": live(refusals.most_is_computed),
    "the loop goes on by a condition of its own": recorded("sliced_steps_not_all"),
    "the loop ends with its longest row and has room": live(refusals.room_after_the_longest),
    "a weight of the BlockLSTM operation is computed": live(refusals.block_of_fed_weights),
    "it runs inside the step of ": live(refusals.block_in_a_loop),
    "the BlockLSTM operation ends after a number": live(refusals.block_of_fed_length),
    "the outputs after the end of a row are not set": live(refusals.block_not_masked),
    "input_mode skip_input": live(refusals.cudnn_without_a_lowest_kernel),
    " is no mode of cuDNN": of_no_mode,
    "cuDNN projects its states": lambda: cudnn_with("num_proj", "i", 3),
    "cuDNN takes [batch, time]": lambda: cudnn_with("time_major", "b", False),
    "the checkpoint holds only the opaque blob": zoo("cudnn_blob_only"),
    "by no known cell": live(refusals.by_no_known_cell),
    " differ from the known cell of the others": live(refusals.one_step_is_odd),
    "no tensor of the graph is the input of a step": live(refusals.joined_at_once),
    "the input of a step is computed inside of a function": live(refusals.squashed_in_branches),
    "it runs in a branch of a tf.cond": live(refusals.a_loop_in_a_branch),
    "the best of several sequences at once are kept": live(refusals.the_best),
    "chance decides whether it is": live(refusals.by_chance),
    "it is drawn by chance": live(refusals.drawn),
    "it is looked up by what the step before gave out": live(refusals.the_largest),
    "a step reads a memory that the steps before it wrote": live(refusals.memory_that_is_written),
    "a step attends to a memory": zoo("attention_decoder"),
    "no step of a known cell reads them": recorded("step_of_an_unknown_cell"),
    "AttentionCellWrapper: the cell inside is converted": zoo("attention_flat_once"),
    "by their names its variables are those of a cell, of no known one": named(("p/odd_cell/v", (8, 16))),
    "by its names it is a recurrent layer of tf.keras": named(("lstm/recurrent_kernel", (4, 16))),
    "the variables are those of no known cell": named(
        ("rnn/lstm_cell/kernel", (7, 16)), ("rnn/lstm_cell/bias", (16,)), ("rnn/lstm_cell/odd", (3, 5))
    ),
    "by their names its variables are those of a cell: ": named(("rnn/gru_cell/gates/kernel", (7, 8))),
    "with a matrix of its own for each gate": named(*((f"lstm/w_{gate}", (7, 4)) for gate in "ifoc")),
    "an LSTM whose gates are one matrix": named(("lstm/w_gates", (7, 16)), ("lstm/b_gates", (16,))),
    "an LSTM with layer normalisation": named(("lstm/w", (7, 16)), ("lstm/ln/gamma", (4,))),
    "with what the program had, written here are the usual values": named(
        ("rnn/lstm_cell/kernel", (7, 16)), ("rnn/lstm_cell/bias", (16,))
    ),
    "the checkpoint has no value of": absent,
    "the cell has no row in the pairs table": layer(class_name="ConvLSTM2D"),
    "an activation that is no name": layer(activation={"class_name": "Own"}),
    ", which is none of ": layer(activation="gelu"),
    "expected a whole number of units": layer(units="many"),
    "expected one variable ": without_a_variable,
}
#: What is advised; `tests/migrate/convert/test_refusals.py` follows each.
STEPS = (
    BY_HAND,
    IN_WHOLE,
    INFERENCE,
    FEWER,
    IN_FRONT,
    JOIN_FIRST,
    GRAPH,
    SAVE_IT,
    WITHOUT_FUNCTIONS,
    NO_LEARNING,
    *(step for _, _, step in KINDS if step),
)
MORE_STEPS = (
    "split that tensor before the loop",
    "build the graph without it",
    "save the model on a GPU with tf.train.Saver() to get the canonical tensors beside it",
    "transpose in front of the layer and behind it, with time_major=True",
    "save the model with model.save('model.h5') and convert that, or save the graph with it",
    "compute them between the calls of the model, as the program does",
    "name with --weights a checkpoint that has all of them",
    "or --assume-defaults for TF1's defaults",
)
#: Sentences of variables, which name those in place of an operation.
WITHOUT_OPERATION = (
    "AttentionCellWrapper",
    "no step of a known cell reads them",
    "the checkpoint has no value of",
)


def reasons_of(part):
    findings = recognise(SAID[part]())
    found = [one for one in findings.not_converted if part in one.reason]
    assert found, [one.reason for one in findings.not_converted]
    return found


@pytest.mark.parametrize("part", SAID)
def test_a_sentence_is_said_of_a_program_with_an_operation_and_a_next_step(part):
    model = SAID[part]()
    for one in reasons_of(part):
        assert one.scope
        assert not re.search(r"  |: :|::|\{|\bNone\b", one.reason)
        assert any(step in one.reason for step in (*STEPS, *MORE_STEPS)), one.reason
        seen = re.search(r"(?:it is seen at|no known cell has is) (\w+) \(([^)]+)\)", one.reason)
        assert seen or model.graph is None or any(words in one.reason for words in WITHOUT_OPERATION), (
            one.reason
        )
        assert seen is None or seen.groups() in operations(model), one.reason


@pytest.mark.parametrize(
    ("program", "place"),
    [(refusals.steps_in_a_loop, "Mul (while/"), (refusals.fused_in_a_loop, "BlockLSTM (while/BlockLSTM)")],
)
def test_what_stands_in_the_body_of_a_loop_is_refused_for_that(program, place):
    """`loop_in_a_loop` says so of a loop."""
    (said,) = recognise(refusals.built(program)).not_converted
    assert said.reason.startswith(f"it runs inside the step of another loop; it is seen at {place}")


ROOT = {
    "lstm_cell": (("lstm_cell/kernel", (7, 16)), ("lstm_cell/bias", (16,))),
    "recurrent_kernel": (("recurrent_kernel", (4, 16)),),
    "fw/lstm_cell, bw/lstm_cell": tuple(
        (f"{side}/lstm_cell/{leaf}", shape)
        for side in ("fw", "bw")
        for leaf, shape in (("kernel", (7, 16)), ("bias", (16,)))
    ),
}


@pytest.mark.parametrize("name", ROOT)
def test_what_has_no_scope_is_called_after_its_variables(name):
    (said,) = recognise(refusals.named(*ROOT[name])).not_converted
    assert said.scope == name


def operations(model):
    """(operation, name in the graph) of every node, those of functions below the nodes that run them."""
    found = {(node.op, node.name) for node in model.graph.node}
    bodies = {one.signature.name: one for one in model.graph.library.function}
    todo = [("", node) for node in model.graph.node]
    while todo:
        above, node = todo.pop()
        found.add((node.op, above + node.name))
        for value in node.attr.values():
            if value.func.name in bodies:
                todo += [(f"{above}{node.name}/", one) for one in bodies[value.func.name].node_def]
    return found


def test_the_sources_have_no_other_sentence_and_the_table_no_older_one():
    said = sentences()
    assert [pieces for pieces in said if not any(part in piece for part in SAID for piece in pieces)] == []
    assert [part for part in SAID if not any(part in piece for pieces in said for piece in pieces)] == []


def test_a_sentence_without_a_program_is_seen():
    """Sentences that are one text, a text with gaps, a choice, a constant, and what a function gives are all read."""
    said = sentences()
    assert ("nothing says when the loop ends",) in said
    assert ("rnn_mode ", " is no mode of cuDNN") in said
    assert any(
        pieces[0].startswith("by their names its variables are those of a cell, of no") for pieces in said
    )
    assert ("the checkpoint has no value of ", ": ") in {pieces[:2] for pieces in said}
    assert len(said) >= len(SAID) - 2
