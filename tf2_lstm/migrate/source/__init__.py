"""Find TF1 RNNs in source code: `scan` reports what must change. It reads text and imports no TensorFlow."""
