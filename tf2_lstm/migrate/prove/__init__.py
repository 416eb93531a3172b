"""Compare Keras with TF1: recurrences, whole programs and a user's own model, each run on both sides.

`replay` runs the user's graph, `keras_side` the model, `recurrences` and `programs` compare them: open these first.

TensorFlow reads once, when it is imported, whether to use oneDNN, whose fusions change results; this room switches it
off unless TensorFlow is there already or the user said otherwise.
"""

import os
import sys

if "tensorflow" not in sys.modules:
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
