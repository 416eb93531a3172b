"""The tools of a translation: the values and names of tensors, the lines of Keras code and what they need."""
