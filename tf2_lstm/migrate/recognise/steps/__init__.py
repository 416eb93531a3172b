"""What is around the cells within one step: wrappers, layers, dropout, flat states."""
