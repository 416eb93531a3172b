"""A row for each operation of TensorFlow 1: the function that writes its Keras code. A file for each family."""
