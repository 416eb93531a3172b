"""Several nodes as the one layer that a person would write: Dense, Dropout, BatchNormalization, dilation."""
