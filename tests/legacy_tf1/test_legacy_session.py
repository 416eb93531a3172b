"""The ceremony: graph, session, checkpoint."""

import numpy as np
import pytest

from legacy_tf1 import session
from legacy_tf1.compat import tf


def _variable():
    return tf.get_variable("w", [3, 2])


def _value(graph, fetch):
    with session.session(graph) as sess:
        return sess.run(fetch)


def test_a_seed_repeats_itself_and_another_does_not():
    values = []
    for seed in (1, 1, 2):
        with session.graph(seed) as graph:
            w = _variable()
        values.append(_value(graph, w))
    np.testing.assert_array_equal(values[0], values[1])
    assert (values[0] != values[2]).all()


def test_save_and_restore_carry_the_values_by_name(tmp_path):
    with session.graph() as graph:
        w = _variable()
    with session.session(graph) as sess:
        saved = sess.run(w)
        prefix = session.save(sess, str(tmp_path / "model"))
    with session.graph() as other:
        w = _variable()
    with session.session(other, initialize=False) as sess:
        session.restore(sess, prefix)
        np.testing.assert_array_equal(sess.run(w), saved)


def test_initialize_false_leaves_variables_unset():
    with session.graph() as graph:
        w = _variable()
    with (
        session.session(graph, initialize=False) as sess,
        pytest.raises(tf.errors.FailedPreconditionError),
    ):
        sess.run(w)


def test_the_graph_is_the_default_one_inside_only():
    outside = tf.get_default_graph()
    with session.graph() as graph:
        assert tf.get_default_graph() is graph
    assert tf.get_default_graph() is outside
