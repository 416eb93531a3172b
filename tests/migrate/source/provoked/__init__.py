"""What raises each message of the table, on the TensorFlow and Keras at hand."""
