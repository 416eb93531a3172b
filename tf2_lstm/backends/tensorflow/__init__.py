"""The TensorFlow backend's fast unrolls: `unroll.py` chooses, the other files compute."""
