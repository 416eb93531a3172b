"""Sizes on JAX, which compiles for one shape; a shape has only numbers."""

import jax


def size(number):
    """Return a size as a scalar outside of the trace; see `tf2_lstm.backends.size`."""
    with jax.ensure_compile_time_eval():
        return jax.numpy.asarray(number, dtype="int32")


def number_of(size):
    """Return a size as an int, or as it is where it is traced; see `tf2_lstm.backends.number_of`."""
    return size if isinstance(size, jax.core.Tracer) else int(size)
