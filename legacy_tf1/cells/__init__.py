"""The TF1 cells, a file a family: equations, variables, arguments and traps of each."""
