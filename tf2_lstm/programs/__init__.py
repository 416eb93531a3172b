"""Whole Keras programs, each the twin of the program of the same name in `legacy_tf1/programs/`.

Every program has `build()`, which returns a `keras.Model`; `run(model)`, which returns everything
the program computes under the names the TF1 program gives it, as NumPy arrays; and `main()`, which
does both and prints. The table in each docstring says where every TF1 variable goes.
"""

import contextlib
import os
import sys
import tempfile


@contextlib.contextmanager
def _startup_noise_hushed():
    """Keep back what a Keras backend prints on import; show it after all if the import fails."""
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


with _startup_noise_hushed():
    import keras  # noqa: F401
