"""A whole TF1 inference graph becomes Keras code: a row an operation, the recurrences as models inside of it."""
