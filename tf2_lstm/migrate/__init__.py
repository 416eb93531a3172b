"""The road from the TensorFlow 1 column to the Keras 3 column: look, plan, act, prove."""
