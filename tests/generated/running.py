"""A program run in a session on drawn weights and feeds, and saved as its user would have it."""

import zlib
from dataclasses import replace

import numpy as np

from legacy_tf1 import session
from legacy_tf1.compat import tf
from tests.generated.building import sizes_of

#: How many feeds a program is run on.
FEEDS = 2


def seed_of(program):
    """A seed that depends on the program's text alone."""
    return zlib.crc32(repr(program).encode())


def opened(built):
    """A session on a built program, with no rewriting of the graph: a context manager."""
    return session.session(built.graph, rewrite=False)


def draw_weights(sess, program):
    """Give every variable of a session wide random numbers."""
    random = np.random.RandomState(seed_of(program))
    for variable in tf.global_variables():
        shape = variable.shape.as_list()
        if variable.dtype.base_dtype.is_floating and shape:
            variable.load(random.randn(*shape).astype(variable.dtype.base_dtype.as_numpy_dtype) * 0.6, sess)


def save(sess, prefix):
    """Write the checkpoint with its `.meta`, as `tf.train.Saver().save` does; return the prefix."""
    return tf.train.Saver().save(sess, prefix, write_state=False)


def nothing_kept(built):
    """The same program, fed a keep_prob so small that all is dropped: what it computes is no chance then."""
    (keep,) = [tensor for tensor in built.feeds if tensor.op.name == "keep_prob"]
    dtype = keep.dtype.as_numpy_dtype
    return replace(built, feeds={**built.feeds, keep: lambda batch, steps, random: np.array(1e-9, dtype)})


def run(sess, program, built, names):
    """Run a program on its feeds.

    Args:
        sess: the session.
        program: the `Program`.
        built: its `Built`.
        names: TF1 names of the tensors to compute.

    Returns:
        A list with a dict a feed: name -> array.
    """
    random, found = np.random.RandomState(seed_of(program) + 1), []
    for number in range(FEEDS):
        batch, steps = sizes_of(program, number)
        feed = {tensor: draw(batch, steps, random) for tensor, draw in built.feeds.items()}
        found.append(sess.run({name: name for name in names}, feed))
    return found
