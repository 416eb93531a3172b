"""BEFORE: TensorFlow 1 session code, running on the real TF 1.15 and on TF 2.x.

Each file stands beside the file of the same name in `tf2_lstm/`; read the two together. The code
is Python 3.7 and TF 1.15 throughout; `compat.py` alone knows which TensorFlow is at hand.
"""
