"""Translate a whole TF1 inference graph into Keras code: a row for each operation, a model for each recurrence."""
