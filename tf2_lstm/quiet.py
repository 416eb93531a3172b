"""Hold back what TensorFlow prints while it is imported. This module does not know who imports it."""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def startup_hushed():
    """Hold back in the block what an import prints on standard error; show it after all if the import fails.

    A user who sets TF_CPP_MIN_LOG_LEVEL to 0 or 1 asks for the text and gets it.
    """
    asked_for = os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") < "2"
    if asked_for or sys.stderr is None:
        yield
        return
    # TF 2.21 prints before its logging is set up, whatever the level: only the descriptor is left.
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        stderr = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        except BaseException:
            kept.seek(0)
            os.write(stderr, kept.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
