"""The unrolls' use of XLA: whether it compiles the present trace, and a loop as a program of its own.

XLA computes a part that is cut out of a sum one number at a time. An equation that is applied to the whole sum, and
cut afterwards, takes half the time there; elsewhere it would only be more work.
"""

import functools

import tensorflow as tf

from tf2_lstm.backends.tensorflow.layout import fixed
from tf2_lstm.private import import_optional


def under_xla():
    """Whether XLA will compile the present trace; None if TensorFlow does not tell."""
    said = import_optional(
        "tensorflow.python.ops.control_flow_util.GraphOrParentsInXlaContext",
        "inside of a tf.function every layer takes Keras's own loop",
    )
    return said and said(tf.compat.v1.get_default_graph())


def compiled(loop, cell, layout, *arguments):
    """Run a loop of `step_loops.py` as a program that XLA compiles, for each size anew.

    Args:
        loop: the loop. It and cells alike share a program, whatever their weights.
        cell: a `cell_plan.Cell`.
        layout: Whole or Masked.
        *arguments: the arguments of the loop: first a tensor in the layout.

    Returns:
        The result of the loop.
    """
    return _program(loop, cell)(layout.valid, *arguments)


@functools.lru_cache(maxsize=256)
def _program(loop, cell):
    def fast_loop(valid, y, *arguments):
        return loop(cell, fixed(y, valid), y, *arguments)

    return tf.function(fast_loop, autograph=False, jit_compile=True)
