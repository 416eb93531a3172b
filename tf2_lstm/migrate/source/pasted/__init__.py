"""Messages that people paste when TF1 code meets TensorFlow 2 and Keras 3: the table, and the search in it."""
