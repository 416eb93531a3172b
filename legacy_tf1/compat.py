"""The only file that knows where the TF1 names live in the TensorFlow at hand (1.15 or 2.x).

`tf`
    The TF1 module: `tensorflow` itself on 1.15, `tensorflow.compat.v1` on 2.x.
`rnn_cell`
    `tf.nn.rnn_cell` as 1.15 has it, a namespace of the names in `NAMES`. On TF 2.x with Keras 3
    `tf.compat.v1.nn.rnn_cell.LSTMCell` raises an AttributeError, so the classes are taken from the
    first of `DOORS` that opens (`docs/adr/0001-where-the-tf1-cells-live.md`).
`stack_bidirectional_dynamic_rnn`
    The function of `tf.contrib.rnn` on 1.15, None on 2.x, where `bidirectional.py` has it written out.
`IS_TF1`
    True on TF 1.x.

```python
from legacy_tf1 import session
from legacy_tf1.compat import rnn_cell, tf

with session.graph(seed=1) as graph:
    cell = rnn_cell.GRUCell(3)
    output, state = cell(tf.ones([2, 5]), cell.zero_state(2, tf.float32))
with session.session(graph) as sess:
    assert sess.run(output).shape == (2, 3)
```
"""

import contextlib
import importlib
import logging
import os
import re
import sys
import tempfile
import types
import warnings

NAMES = (
    "RNNCell",
    "BasicRNNCell",
    "BasicLSTMCell",
    "LSTMCell",
    "GRUCell",
    "MultiRNNCell",
    "DropoutWrapper",
    "ResidualWrapper",
    "DeviceWrapper",
    "LSTMStateTuple",
)

DOORS = (
    "tensorflow.python.keras.layers.legacy_rnn.rnn_cell_impl",
    "tf_keras.api._v1.keras.__internal__.legacy.rnn_cell",
)

# What TF says about TF1 code as such, here deprecated and shared on purpose; the rest goes through.
_DEPRECATIONS = (
    r"`tf\.nn\.rnn_cell\.\w+` is deprecated",
    r"`layer\.add_variable` is deprecated",
)
_LOGGED = re.compile(
    r"is deprecated and will be (removed|replaced)"
    r"|`tf\.nn\.rnn_cell\.\w+` is deprecated"
    r"|The name tf\.\S+ is deprecated"
    r"|with dtype is deprecated"
    r"|The num_unit_shards and proj_unit_shards parameters are deprecated"
    r"|Using a concatenated state is slower"
    r"|At least two cells provided to MultiRNNCell are the same object"
    r"|The TensorFlow contrib module will not be included"
    r"|triggered tf\.function retracing"
)


@contextlib.contextmanager
def _startup_noise_hushed():
    """Keep back what TensorFlow's C++ prints on import; show it after all if the import fails."""
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


def _import_tensorflow():
    """Return (TF1 module, whether it is the real TF 1.x)."""
    with _startup_noise_hushed():
        tensorflow = importlib.import_module("tensorflow")
    if tensorflow.__version__.startswith("1."):
        return tensorflow, True
    return tensorflow.compat.v1, False


def hush_deprecations():
    """Ignore TF's Python warnings that TF1 code is deprecated: here it is deprecated on purpose."""
    for message in _DEPRECATIONS:
        warnings.filterwarnings("ignore", message=message, category=UserWarning)


def _is_news(record):
    return not _LOGGED.search(record.getMessage())


def open_door(doors=DOORS):
    """Import the first door that opens and has every name of `NAMES`.

    Args:
        doors: module paths, tried in order.

    Returns:
        The module.

    Raises:
        ImportError: no door opened; the message says what was tried and what to do.
    """
    tried = []
    for door in doors:
        try:
            module = importlib.import_module(door)
        except ImportError as error:
            tried.append(f"  {door}: {error}")
            continue
        missing = [name for name in NAMES if not hasattr(module, name)]
        if not missing:
            return module
        tried.append("  {}: has no {}".format(door, ", ".join(missing)))
    raise ImportError(
        "legacy_tf1 found no TF1 RNN cells in TensorFlow {}. Tried:\n{}\n"
        "Expected one of them to be importable. Next step: pip install tf_keras in the version of "
        "this TensorFlow, or use TensorFlow 2.21 or 1.15.".format(tf.__version__, "\n".join(tried))
    )


def _find_cells():
    """Return (namespace of the cells, contrib's stack_bidirectional_dynamic_rnn or None)."""
    if not IS_TF1:
        module, stack_bidirectional = open_door(), None
    else:
        module = tf.nn.rnn_cell
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stack_bidirectional = tf.contrib.rnn.stack_bidirectional_dynamic_rnn
    cells = types.SimpleNamespace(**{name: getattr(module, name) for name in NAMES})
    return cells, stack_bidirectional


tf, IS_TF1 = _import_tensorflow()
logging.getLogger("tensorflow").addFilter(_is_news)
hush_deprecations()
rnn_cell, stack_bidirectional_dynamic_rnn = _find_cells()
