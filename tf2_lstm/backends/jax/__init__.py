"""What is particular to JAX."""
