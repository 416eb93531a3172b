"""AFTER: the Keras 3 column, one file for each file of `legacy_tf1/`.

The names below are imported on first use, all together: `import tf2_lstm` alone costs nothing. Keras knows every class
from then on, or from the import on where Keras was imported before it:

```python
import keras
from tf2_lstm import LSTMCell, RNN

layer = RNN(LSTMCell(8, projection_units=4), return_sequences=True)
print(layer(keras.ops.zeros((2, 5, 3))).shape)
```
"""

import importlib
import sys

__version__ = "0.1.0"

_MODULES = {
    "BasicLSTMCell": "cells.basic_lstm",
    "BasicRNNCell": "cells.basic_rnn",
    "Bidirectional": "bidirectional",
    "CombineSegments": "sparse",
    "DropoutWrapper": "wrappers",
    "EquationCell": "equation_cell",
    "FullOf": "sizes",
    "GRUCell": "cells.gru",
    "GatherTree": "gather_tree",
    "LSTMCell": "cells.lstm",
    "LSTMStateTuple": "state",
    "Loop": "loop",
    "RNN": "unroll",
    "RangeOf": "sizes",
    "ReshapeTo": "sizes",
    "ResidualWrapper": "wrappers",
    "SequenceMask": "unroll",
    "SizeOf": "sizes",
    "SparseFillEmptyRows": "sparse",
    "SparseReshape": "sparse",
    "StackedRNNCells": "stack",
    "Weight": "weight",
    "accelerate": "stock",
    "begin_array": "loop_arrays",
    "end_array": "loop_arrays",
    "hard_sigmoid": "activations",
    "load_model": "stock",
    "load_weights": "stock",
    "python_loop": "unroll",
    "read_element": "loop_arrays",
    "sequence_mask": "unroll",
    "set_dropout": "dropout_rates",
    "stack_bidirectional": "bidirectional",
    "streaming": "stream",
    "to_keras_state": "state",
    "to_tf1_state": "state",
    "write_element": "loop_arrays",
}

__all__ = sorted(_MODULES)


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(f"module 'tf2_lstm' has no attribute {name!r}")
    _import_all()
    return globals()[name]


def _import_all():
    # All names are imported: a saved model may hold any class, and loading it needs every one registered.
    for public, module in _MODULES.items():
        globals()[public] = getattr(importlib.import_module("tf2_lstm." + module), public)


def __dir__():
    return sorted(list(globals()) + __all__)


# Only Keras 3 has this name; an older one, or one that is being imported now, does not.
if hasattr(sys.modules.get("keras"), "KerasTensor"):
    _import_all()
