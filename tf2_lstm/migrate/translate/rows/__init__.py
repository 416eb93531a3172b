"""One row an operation of TensorFlow 1: the function that writes its Keras code. A file a family."""
