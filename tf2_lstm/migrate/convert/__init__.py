"""From a TF1 model to Keras models, readable source and a proof: replay, compare, write.

TensorFlow reads once, when it is imported, whether to use oneDNN, whose fusions change results; this room switches it
off unless TensorFlow is there already or the user said otherwise.
"""

import os
import sys

if "tensorflow" not in sys.modules:
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
