"""Whole Keras programs, each the twin of the program of the same name in `legacy_tf1/programs/`.

Every program has `build()`, which returns a `keras.Model`; `run(model)`, which returns everything
the program computes under the names the TF1 program gives it, as NumPy arrays; and `main()`, which
does both and prints. The table in each docstring says where every TF1 variable goes.
"""

from tf2_lstm.quiet import startup_hushed

with startup_hushed():
    import keras  # noqa: F401
