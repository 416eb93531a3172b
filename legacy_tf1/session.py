"""The ceremony of a TF1 program, once: a graph of its own, a session, a checkpoint.

The graph and the session are always explicit, so that session code and eager Keras code live in
one process and neither changes the other (no `disable_v2_behavior`).

```python
import tempfile

from legacy_tf1 import session
from legacy_tf1.compat import tf

with session.graph(seed=1) as graph:
    x = tf.placeholder(tf.float32, [None, 3])
    w = tf.get_variable("w", [3, 2])
    y = tf.matmul(x, w)
with session.session(graph) as sess, tempfile.TemporaryDirectory() as folder:
    before = sess.run(y, feed_dict={x: [[1, 2, 3]]})
    prefix = session.save(sess, folder + "/model")
    sess.run(w.initializer)
    session.restore(sess, prefix)
    assert (sess.run(y, feed_dict={x: [[1, 2, 3]]}) == before).all()
```
"""

import contextlib
import warnings

from legacy_tf1 import compat
from legacy_tf1.compat import tf


@contextlib.contextmanager
def graph(seed=None):
    """A new default `tf.Graph`, in which TF1's deprecation warnings stay silent.

    Args:
        seed: the graph-level random seed; None draws anew in every session.

    Yields:
        The graph.
    """
    new = tf.Graph()
    # Within the block too: whoever resets the warning filters (pytest does) would hear them all.
    with warnings.catch_warnings(), new.as_default():
        compat.hush_deprecations()
        if seed is not None:
            tf.set_random_seed(seed)
        yield new


@contextlib.contextmanager
def session(graph, initialize=True, rewrite=True):
    """A default `tf.Session` on `graph`.

    Args:
        graph: the `tf.Graph` to run.
        initialize: run `tf.global_variables_initializer()` first; False when a checkpoint follows.
        rewrite: let TensorFlow optimise the graph before it runs; False runs it as it is written,
            which starts sooner and is what a comparison of two graphs wants.

    Yields:
        The session, closed on leaving.
    """
    config = tf.ConfigProto(allow_soft_placement=True)
    config.graph_options.rewrite_options.disable_meta_optimizer = not rewrite
    with graph.as_default(), tf.Session(graph=graph, config=config) as new:
        if initialize:
            new.run(tf.global_variables_initializer())
        yield new


def save(session, prefix):
    """Write every variable of the session's graph with `tf.train.Saver`; return the prefix."""
    with session.graph.as_default():
        return tf.train.Saver().save(session, prefix, write_meta_graph=False)


def restore(session, prefix):
    """Read every variable of the session's graph from the checkpoint at `prefix`, by name."""
    with session.graph.as_default():
        tf.train.Saver().restore(session, prefix)
