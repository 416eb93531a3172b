"""Finding TF1 RNNs in source code: `scan` says what must change. It reads text and imports no TensorFlow."""
