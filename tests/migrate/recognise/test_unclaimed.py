"""Variables that no recurrence claims: an optimizer's are known by what is done with them, and take one line."""

import gzip
import re
from pathlib import Path

import pytest
import tensorflow as tf
from tensorflow.core.framework import graph_pb2

from tf2_lstm.migrate.artifacts.connecting import connect
from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.findings_as_text import render
from tf2_lstm.migrate.graph.nodes import dtype_of, shape_of
from tf2_lstm.migrate.model import TF1Model, Variable
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.recognise.rest.unclaimed import NUMBERS, SLOTS

v1 = tf.compat.v1
OPTIMIZERS = {
    "Adam": lambda: v1.train.AdamOptimizer(0.1),
    "Momentum": lambda: v1.train.MomentumOptimizer(0.1, 0.9),
    "RMSProp": lambda: v1.train.RMSPropOptimizer(0.1),
    "Adagrad": lambda: v1.train.AdagradOptimizer(0.1),
    "AdaMax": lambda: AdaMax(0.1),
}


class AdaMax(v1.train.GradientDescentOptimizer):
    """An optimizer of the program's own, as those of tf.contrib.opt are: rows are written, the slot is read."""

    def _create_slots(self, variables):
        for one in variables:
            self._zeros_slot(one, "m", "AdaMax")

    def _apply_sparse(self, grad, var):
        slot = self.get_slot(var, "m")
        rows = 0.9 * tf.gather(slot, grad.indices) + grad.values
        moved = v1.scatter_update(slot, grad.indices, rows)
        with tf.control_dependencies([moved]):
            return v1.scatter_sub(var, grad.indices, 0.1 * rows)

    def _resource_apply_sparse(self, grad, var, indices):
        slot = self.get_slot(var, "m")
        rows = 0.9 * tf.gather(slot, indices) + grad
        moved = slot.scatter_update(tf.IndexedSlices(rows, indices))
        with tf.control_dependencies([moved]):
            return var.scatter_sub(tf.IndexedSlices(0.1 * rows, indices))


def trained(folder, optimizer, resource):
    """A checkpoint of an embedding whose gradient is of some rows alone, and of a matrix that is called Adam."""
    with tf.Graph().as_default(), v1.Session() as session:
        with v1.variable_scope("model", use_resource=resource):
            embedding = v1.get_variable("embedding", [7, 4])
            matrix = v1.get_variable("Adam", [4, 2])
        looked_up = tf.gather(embedding, v1.placeholder(tf.int32, [None], name="ids"))
        loss = tf.reduce_sum(tf.square(looked_up @ matrix))
        v1.summary.scalar(
            "loss", loss
        )  # else nothing reads it, and what makes it is no optimizer's for that alone
        optimizer().minimize(loss, var_list=[embedding])
        session.run(v1.global_variables_initializer())
        return v1.train.Saver().save(session, str(folder / "model.ckpt"))


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_slots_with_sparse_updates_are_slots_and_weights_are_not(name, resource, tmp_path):
    tf1, findings = look(Request(trained(tmp_path, OPTIMIZERS[name], resource)))
    reasons = {one.name: one.reason for one in findings.unclaimed}
    weights = [reasons.pop("model/embedding"), reasons.pop("model/Adam")]
    assert all(reason.startswith("read outside of the recurrences") for reason in weights)
    shapes = {one.name: one.shape for one in findings.unclaimed}
    assert reasons == {
        one: "an optimizer's slot" if shapes[one] else "a number of an optimizer" for one in reasons
    }
    assert len(reasons) == {"Adam": 4, "RMSProp": 2}.get(name, 1)
    lines = render(tf1, findings).splitlines()
    assert any(f"{len(reasons)} of an optimizer" in line for line in lines)
    assert not [line for line in lines if any(f"{one} [" in line for one in reasons)]


GRAPHS = Path(__file__).parent / "optimizers"
NAMES = sorted(path.name.partition(".")[0] for path in GRAPHS.iterdir())
#: What else is said of variables of an optimizer: of those that count, and of those that it does not use.
OTHER = {
    r"(global_step(_1)?|local_step_\d|good_steps|bad_steps|stale_counter|iter)$": "a counter",
    r"learn/(Nadam|RMSprop)/(decay|momentum)$": "read by no operation of the graph",
}
LOSS = "SparseSoftmaxCrossEntropyWithLogits"
BEHIND = (
    "MatMul (model/MatMul) over model/w [3, 2]",
    "BiasAdd (model/BiasAdd) over model/b [2]",
    "Softmax (model/p)",
    f"{LOSS} (model/{LOSS}/{LOSS})",
    "Mean (model/Mean)",
)


def of_graph(name):
    """Findings in a graph of TensorFlow 1.15 (recorded by record_optimizers.py), every variable in the checkpoint."""
    graph = graph_pb2.GraphDef()
    graph.ParseFromString(gzip.decompress((GRAPHS / f"{name}.pb.gz").read_bytes()))
    held = [node for node in graph.node if node.op in ("VariableV2", "VarHandleOp")]
    variables = {node.name: Variable(node.name, shape_of(node), dtype_of(node), None) for node in held}
    nodes, variables, _ = connect(graph, "", variables, name)
    return recognise(TF1Model("checkpoint", name, graph=graph, variables=variables, nodes=nodes))


@pytest.mark.parametrize("name", NAMES)
def test_what_an_optimizer_of_1_15_keeps_is_its_own_and_no_part_of_the_program(name):
    findings = of_graph(name)
    (found,) = findings.recurrences
    assert findings.not_converted == findings.not_in_the_model == []
    assert found.around.behind == BEHIND
    reasons = {one.name: one.reason for one in findings.unclaimed}
    weights = [reasons.pop(f"model/{one}") for one in ("words", "w", "b")]
    assert all(reason.startswith("read outside of the recurrences") for reason in weights)
    assert reasons
    other = {one: reason for one, reason in reasons.items() if reason not in (SLOTS, NUMBERS)}
    assert all(
        any(re.search(one, name) and OTHER[one] == said for one in OTHER) for name, said in other.items()
    )
