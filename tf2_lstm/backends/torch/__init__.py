"""What is particular to PyTorch."""
