"""Known cells among the terms of a graph: the equations of the rows, and the order of the weights."""
