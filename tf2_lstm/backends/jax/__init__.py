"""Code that only JAX needs."""
