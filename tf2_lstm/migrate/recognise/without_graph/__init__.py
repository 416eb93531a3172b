"""Recurrences of a checkpoint alone, found by names and shapes, and of a tf.keras file, by its configuration."""
