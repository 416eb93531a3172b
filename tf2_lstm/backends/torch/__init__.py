"""Code that only PyTorch needs."""
