"""Free large arrays that only reference cycles keep."""

import gc

#: Below this many bytes a full collection, most of a second in a large process, is not worth it.
LARGE = 2**26


def let_go(size):
    """Collect garbage now if it may hold this many bytes and they are many; Python would do it later."""
    if size > LARGE:
        gc.collect()
