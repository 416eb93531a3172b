"""Variables that no recurrence claims: an optimizer's are known by what is done with them, and take one line."""

import pytest
import tensorflow as tf

from tf2_lstm.migrate.convert.converting import Request, look
from tf2_lstm.migrate.convert.findings_as_text import render

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
        optimizer().minimize(tf.reduce_sum(tf.square(looked_up @ matrix)), var_list=[embedding])
        session.run(v1.global_variables_initializer())
        return v1.train.Saver().save(session, str(folder / "model.ckpt"))


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_slots_with_sparse_updates_are_slots_and_weights_are_not(name, resource, tmp_path):
    tf1, findings = look(Request(trained(tmp_path, OPTIMIZERS[name], resource)))
    reasons = {one.name: one.reason for one in findings.unclaimed}
    weights = [reasons.pop("model/embedding"), reasons.pop("model/Adam")]
    assert all(reason.startswith("read outside of the recurrences") for reason in weights)
    assert reasons
    assert all(reason in ("an optimizer's slot", "a number of an optimizer") for reason in reasons.values())
    lines = render(tf1, findings).splitlines()
    assert any(f"{len(reasons)} of an optimizer" in line for line in lines)
    assert not [line for line in lines if any(f"{one} [" in line for one in reasons)]
