"""What is measured, a file or a folder a question."""
