"""Helpers of `test_docs.py`."""
