"""A name that is said to be a tensor to fetch can be fetched; of others it is said what to fetch in their place."""

import re
from pathlib import Path

import numpy as np
import pytest
from refusals import model_of

from legacy_tf1.compat import rnn_cell, tf
from legacy_tf1.unroll import dynamic_rnn, static_rnn
from tf2_lstm.migrate.artifacts import read
from tf2_lstm.migrate.convert.manifest import tensor_of
from tf2_lstm.migrate.recognise import recognise

ZOO = Path(__file__).parents[2] / "zoo" / "files"


def fed(name, *shape, dtype=tf.float32):
    return tf.placeholder(dtype, shape, name=name)


def loop(x):
    return dynamic_rnn(rnn_cell.GRUCell(5), x, dtype=tf.float32)[0]


def steps(x, **options):
    return static_rnn(rnn_cell.GRUCell(5), tf.unstack(x, axis=1), dtype=tf.float32, **options)[1]


def chosen(branch, *zeros):
    return tf.cond(fed("use", dtype=tf.bool), branch, lambda: tf.zeros(zeros))


def loop_in_a_branch():
    x = fed("x", 2, 3, 4)
    chosen(lambda: loop(x), 2, 3, 5)


def of_a_computed_input():
    x = fed("x", 2, 3, 4)
    chosen(lambda: loop(tf.tanh(x)), 2, 3, 5)


def steps_in_a_branch():
    x = fed("x", 2, 3, 4)
    chosen(lambda: steps(x), 2, 5)


def branches_in_a_branch():
    x, lengths = fed("x", 2, 3, 4), fed("lengths", 2, dtype=tf.int32)
    chosen(lambda: steps(x, sequence_length=lengths), 2, 5)


def behind_a_conditional():
    x = fed("x", 2, 3, 4)
    loop(chosen(lambda: tf.tanh(x), 2, 3, 4))


#: Program -> its tensors that stand inside, and what their sentence says of where to find their values.
INSIDE = {
    loop_in_a_branch: (
        "outputs state initial_state",
        "fetch cond/Merge:0, which has its value where use:0 is True",
    ),
    of_a_computed_input: ("inputs outputs state initial_state", "cond/Tanh:0 is computed in a branch"),
    steps_in_a_branch: (
        "outputs_0 outputs_1 outputs_2 state initial_state",
        "let the conditional give it out",
    ),
    branches_in_a_branch: (
        "outputs_0 outputs_1 outputs_2 state initial_state",
        "rnn/cond/Merge:0 is computed in a",
    ),
    behind_a_conditional: ("", ""),
}


@pytest.mark.parametrize("program", INSIDE, ids=lambda one: one.__name__)
def test_what_is_named_can_be_fetched_and_only_that(program):
    tf.disable_control_flow_v2()
    with tf.Graph().as_default() as graph:
        program()
    (run,) = recognise(model_of(graph)).recurrences
    tensors = [tensor_of(one) for one in (*run.inputs, *run.outputs)]
    inside = {one["name"]: one for one in tensors if "inside" in one}
    assert sorted(inside) == sorted(INSIDE[program][0].split())
    assert flaws(graph, tensors, graph.is_fetchable) == []
    assert all(re.search(r"(?:fetch \S+:0, which|let the \w+) ", one["no_tf1"]) for one in inside.values())
    assert not inside or any(INSIDE[program][1] in one["no_tf1"] for one in inside.values()), inside


def flaws(graph, tensors, is_fetchable):
    """The names that are said to be fetchable and are not, and those that are said not to be and are."""
    named = [one["tf1"] for one in tensors if one["tf1"]]
    named += [name for one in tensors for name in re.findall(r"fetch (\S+:\d),", one.get("no_tf1", ""))]
    found = [name for name in named if not is_fetchable(graph.get_tensor_by_name(name))]
    inside = [one["inside"] for one in tensors if "inside" in one]
    return found + [name for name in inside if is_fetchable(graph.get_tensor_by_name(name))]


def test_a_wrong_name_is_seen():
    tf.disable_control_flow_v2()
    with tf.Graph().as_default() as graph:
        loop_in_a_branch()
    open_one, closed = {"tf1": "x:0"}, {"tf1": "cond/rnn/transpose_1:0"}
    assert flaws(graph, [open_one, closed], graph.is_fetchable) == ["cond/rnn/transpose_1:0"]
    said = {"tf1": None, "inside": "x:0", "no_tf1": "fetch cond/rnn/transpose_1:0, which"}
    assert flaws(graph, [said], graph.is_fetchable) == ["cond/rnn/transpose_1:0", "x:0"]


@pytest.mark.parametrize(
    "name",
    ["in_a_cond", "static_rnn_lengths", "static_bidirectional_lengths", "raw_rnn", "greedy_decoder"],
)
def test_so_it_is_of_artefacts_of_tensorflow_1_15_5(name):
    """Graphs that were imported know of their branches and loops, and forbid nothing."""
    with tf.Graph().as_default() as graph:
        tf.train.import_meta_graph(str(ZOO / name / "model.ckpt.meta"), clear_devices=True)
    tensors = [
        tensor_of(one)
        for run in recognise(read(str(ZOO / name / "model.ckpt"))).recurrences
        for one in (*run.inputs, *run.outputs)
    ]
    assert flaws(graph, tensors, stands_outside) == []
    assert any("inside" in one for one in tensors) == (name == "in_a_cond")


def stands_outside(tensor):
    """As TensorFlow decides it while a graph is built: what a loop ends with is outside, if the loop is."""
    context = tensor.op._get_control_flow_context()
    return context is None or (tensor.op.type == "Exit" and context.outer_context is None)


def test_what_is_to_be_fetched_instead_has_the_value():
    run = np.load(ZOO / "in_a_cond" / "run.npz")
    outputs = tensor_of(recognise(read(str(ZOO / "in_a_cond" / "model.ckpt"))).recurrences[0].outputs[0])
    instead = re.search(r"fetch (\S+:\d),", outputs["no_tf1"])[1]
    assert np.array_equal(run[instead], run[outputs["inside"]])


def test_a_loop_in_a_function_names_no_tensor_of_that_function():
    tf.enable_control_flow_v2()
    with tf.Graph().as_default() as graph:
        x = fed("x", None, None, 4)
        chosen(lambda: loop(x)[:, -1], 2, 5)
    findings = recognise(model_of(graph))
    tf.disable_control_flow_v2()
    (said,) = findings.not_converted
    assert not findings.recurrences
    assert said.reason.startswith("it runs in a branch of a tf.cond")
    assert re.search(r"it is seen at (Stateless)?If \(cond\)\.", said.reason)
    assert not re.search(r"\w:\d", said.reason)
    assert [name.rpartition("/")[2] for name in said.variables] == ["bias", "kernel", "bias", "kernel"]
