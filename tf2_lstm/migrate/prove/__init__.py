"""A Keras model that somebody wrote by hand, held against the TF1 graph that it is to replace."""
