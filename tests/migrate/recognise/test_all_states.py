"""c of every step, which BlockLSTM gives and no Keras layer: said where it is read or may be, and how to get it."""

import numpy as np
import pytest
import tensorflow as tf

import tf2_lstm
from tests.zoo.tampering import FILES, Tampered
from tf2_lstm.migrate.convert.converting import Request, convert
from tf2_lstm.migrate.recognise import recognise

v1 = tf.compat.v1
OPERATION, LAST = "lstm_fused_cell/BlockLSTM", "lstm_fused_cell/strided_slice_3"


def untouched(tampered):
    return tampered


def read_besides(tampered):
    reader = tampered.model.graph.node.add(name="all_c", op="Square", input=[f"{OPERATION}:1"])
    reader.attr["T"].type = 1
    return tampered


def written_by_hand(tampered):
    kept = [type(node).FromString(node.SerializeToString()) for node in tampered.model.graph.node]
    del tampered.model.graph.node[:]
    tampered.model.graph.node.extend(node for node in kept if not node.name.startswith(LAST))
    return tampered


def pruned(tampered):
    tampered.model.kind = "frozen_graph"
    return written_by_hand(tampered)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (untouched, None),
        (read_besides, "all_c reads it"),
        (written_by_hand, "the program may fetch it"),
        (pruned, None),
    ],
)
def test_c_of_every_step_is_said_where_it_is_read_or_may_be_fetched(change, said):
    findings = recognise(change(Tampered("fused")).model)
    assert [one.form for one in findings.recurrences] == ["block"]
    assert [one.output for one in findings.not_in_the_model] == ([f"{OPERATION}:1"] if said else [])
    assert all(said in one.reason for one in findings.not_in_the_model)


def test_an_operation_with_a_kernel_that_is_no_variable_is_refused_beside_one_that_is_read():
    findings = recognise(
        Tampered("fused_both_directions").insert("fw/lstm_fused_cell/BlockLSTM", 4, "Tanh").model
    )
    assert [one.form for one in findings.recurrences] == ["block"]
    (refused,) = findings.not_converted
    assert refused.reason.startswith("a weight of the BlockLSTM operation is computed and no variable")


def test_streaming_gives_c_of_every_step_as_the_report_says(tmp_path):
    prefix = str(FILES / "fused" / "model.ckpt")
    x = np.load(FILES / "fused" / "run.npz")["x:0"]
    with tf.Graph().as_default(), v1.Session() as session:
        v1.train.import_meta_graph(prefix + ".meta").restore(session, prefix)
        wanted = session.run(f"{OPERATION}:1", {"x:0": x})
    convert(Request(prefix), tmp_path / "out")
    step = tf2_lstm.streaming(tf2_lstm.load_model(tmp_path / "out" / "lstm_fused_cell.keras"))
    state, found = None, []
    for one in x:
        _, state = step(one, state)
        ((_, c),) = state.values()
        found.append(c)
    np.testing.assert_allclose(np.stack(found), wanted, rtol=0, atol=1e-6)


SCAN, STEP = (
    "scan/TensorArrayStack_1/TensorArrayGatherV3",
    "scan/while/multi_rnn_cell/cell_0/basic_lstm_cell/Add_1",
)


def alone(tampered, *names):
    """Without the readers of some tensors."""
    kept = [type(node).FromString(node.SerializeToString()) for node in tampered.model.graph.node]
    del tampered.model.graph.node[:]
    tampered.model.graph.node.extend(node for node in kept if node.name not in names)
    return tampered.model


@pytest.mark.parametrize(
    ("readers", "said"),
    [
        ((), "Mean reads it"),
        (("Mean",), None),
        (("Mean", "scores"), None),
        (("Mean", "strided_slice_2", "Identity"), None),
        (("Mean", "strided_slice_2", "Identity", "scores"), "the program may fetch it"),
    ],
)
def test_a_state_of_every_step_that_scan_collects_is_said_where_it_is_read_or_may_be_fetched(readers, said):
    findings = recognise(alone(Tampered("scan_stack"), *readers))
    assert [one.scope for one in findings.recurrences] == ["scan"]
    own = [one.reason for one in findings.not_in_the_model if one.output == f"{SCAN}:0"]
    assert [reason.startswith(f"{SCAN}:0, state_0_c of every step, is no output") for reason in own] == [
        True
    ] * bool(said)
    assert all(said in reason for reason in own)


def test_what_scan_collects_and_no_cell_gives_is_refused():
    findings = recognise(
        Tampered("scan_stack").insert("scan/while/TensorArrayWrite_1/TensorArrayWriteV3", 2, "Tanh").model
    )
    assert findings.recurrences == []
    (refused,) = findings.not_converted
    assert refused.reason.startswith("what a step gives out is no output of the cells: Tanh(")
