"""What a translation is written with: the value of a tensor, its name, the lines of Keras code and what they need."""
